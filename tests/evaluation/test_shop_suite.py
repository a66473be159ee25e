"""The example's own suite, asked from its folder as a user would: `cd examples/shop && sqlcoder eval run --suite questions.yml`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sqlcoder_core.cli import app

SHOP = Path(__file__).parents[2] / "examples" / "shop"


@pytest.fixture
def outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Question id -> outcome of a run with these flags."""
    monkeypatch.chdir(SHOP)
    monkeypatch.setenv("SQLCODER_CACHE_DIR", str(tmp_path / "cache"))

    def run(*flags: str) -> dict[str, str]:
        done = CliRunner().invoke(app, ["eval", "run", "--suite", "questions.yml", "--format", "json", *flags])
        assert done.exit_code == 0, done.output
        found: list[dict[str, Any]] = json.loads(done.stdout)["questions"]
        return {one["id"]: one["outcome"] for one in found}

    return run


def test_none_of_the_shops_own_questions_is_answered_wrong(outcomes: Callable[..., dict[str, str]]) -> None:
    found = outcomes()
    assert len(found) == 14
    assert {"right"} <= set(found.values()) <= {"right", "abstained"}
    assert found["favourite colours"] == "right"


def test_each_of_the_shops_own_questions_is_read_rightly_however_doubtful(outcomes: Callable[..., dict[str, str]]) -> None:
    found = outcomes("--set", "runtime.floor=0")
    found.pop("favourite colours")
    assert set(found.values()) == {"right"}, found
