"""The questions on the shop, and the database that holds the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_core.testing.expected_rows import ExpectedRows

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"
QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    """A question, and the readings of it that are right: each with SQL that a person wrote and the rows it must give."""

    id: str
    text: str
    readings: tuple[tuple[str, ExpectedRows], ...]


def _case(entry: dict[str, Any]) -> Case:
    return Case(entry["id"], entry["question"], tuple((answer["sql"], _expected(answer)) for answer in entry["answers"]))


def _expected(answer: dict[str, Any]) -> ExpectedRows:
    lists = {key: tuple(answer.get(key, ())) for key in ("columns", "may_lack", "may_also_have")}
    return ExpectedRows(rows=tuple(tuple(row) for row in answer["rows"]), order=answer.get("order"), **lists)


CASES = tuple(_case(entry) for entry in QUESTIONS["questions"])


@pytest.fixture(scope="session")
def shop() -> Path:
    """The example's folder in this checkout."""
    return SHOP


@pytest.fixture(scope="session")
def cases() -> tuple[Case, ...]:
    """All questions with what they must give."""
    return CASES


@pytest.fixture(scope="session")
def pinned() -> str:
    """The setting that pins the day on which the questions are asked."""
    return f"time.now={QUESTIONS['now'].isoformat()}"


@pytest.fixture(scope="session")
def least_right() -> int:
    """How many questions must be answered right, the rest being abstentions."""
    return int(QUESTIONS["least_right"])
