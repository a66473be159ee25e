"""Thirty questions asked the way a program asks: none answered wrong, most answered right, the rest honest abstentions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.session import Session
from sqlcoder_core.testing.expected_rows import mismatch
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Question


@pytest.fixture(scope="module")
def session(shop: Path, pinned: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    cache = tmp_path_factory.mktemp("cache")
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(cache), "XDG_CACHE_HOME": str(cache)}
    with Session.open(Options(project_dir=shop, overrides=(pinned,)), cwd=shop, environ=environ) as opened:
        yield opened


@pytest.fixture(scope="module")
def verdicts(session: Session, cases: tuple[Any, ...]) -> dict[str, tuple[str, str]]:
    """Question id -> `right`, `wrong`, `abstained` or `failed`, and why."""
    return {case.id: judge(case, session.ask(Question(text=case.text, id=case.id))) for case in cases}


def judge(case: Any, answer: Answer) -> tuple[str, str]:
    if answer.status == "abstained":
        return "abstained", "; ".join(problem.message for problem in answer.problems)
    if answer.status != "answered" or answer.result is None:
        return "failed", "; ".join(problem.message for problem in answer.problems)
    reasons = [mismatch(expected, answer.result.columns, answer.result.rows) for _, expected in case.readings]
    return ("right", answer.sql or "") if None in reasons else ("wrong", f"{reasons[0]}: {answer.sql}")


def test_none_is_answered_wrong(verdicts: dict[str, tuple[str, str]]) -> None:
    assert {name: why for name, (verdict, why) in verdicts.items() if verdict == "wrong"} == {}


def test_none_fails(verdicts: dict[str, tuple[str, str]]) -> None:
    assert {name: why for name, (verdict, why) in verdicts.items() if verdict == "failed"} == {}


def test_enough_are_answered_right_and_the_rest_are_abstained(verdicts: dict[str, tuple[str, str]], least_right: int) -> None:
    abstained = {name: why for name, (verdict, why) in verdicts.items() if verdict == "abstained"}
    assert len(verdicts) - len(abstained) >= least_right, abstained


def test_the_sample_of_the_original_project_is_answered_right(verdicts: dict[str, tuple[str, str]]) -> None:
    assert verdicts["difference"][0] == "right", verdicts["difference"][1]


def test_an_abstention_says_which_words_it_could_not_place(session: Session) -> None:
    answer = session.ask(Question(text="How much flumox did we sell to zorgs?"))
    assert answer.status == "abstained"
    assert "flumox" in " ".join(problem.message + (problem.hint or "") for problem in answer.problems)
