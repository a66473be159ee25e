"""Reports and comparisons in the terminal and in Markdown, as they are to look."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report import comparison_markdown, read_report, render_comparison, render_markdown, render_table

GOLDEN = Path(__file__).parent / "golden"
BEFORE, AFTER = (read_report(GOLDEN / f"{name}.json") for name in ("before", "after"))
SHOWN: dict[str, Callable[[], str]] = {
    "table_80.txt": lambda: render_table(BEFORE, 80) + "\n",
    "table_130.txt": lambda: render_table(BEFORE, 130) + "\n",
    "table_ascii.txt": lambda: render_table(BEFORE, 60, unicode=False) + "\n",
    "report.md": lambda: render_markdown(BEFORE),
    "comparison_80.txt": lambda: render_comparison(BEFORE, AFTER, 80) + "\n",
    "comparison.md": lambda: comparison_markdown(BEFORE, AFTER),
}


@pytest.mark.parametrize("name", SHOWN)
def test_it_looks_as_it_did(name: str) -> None:
    text, path = SHOWN[name](), GOLDEN / name
    if os.environ.get("REFRESH_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), "if the change is meant: REFRESH_GOLDEN=1 pytest tests/evaluation/report"


@pytest.mark.parametrize("width", [80, 100, 117, 118, 140])
def test_no_line_is_wider_than_the_terminal(width: int, make) -> None:  # type: ignore[no-untyped-def]
    report = make()
    judged = tuple(replace(one, category=f"a very long name of the category {one.category} 分類") for one in report.judged)
    lines = render_table(replace(report, judged=judged), width).split("\n")
    assert max(map(cell_len, lines)) <= width


def test_colour_changes_nothing_but_the_colour(make) -> None:  # type: ignore[no-untyped-def]
    import re

    for show in (render_table, lambda report, **more: render_comparison(report, make(2), **more)):
        coloured = show(make(), colour=True)
        assert "\x1b[" in coloured
        assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == show(make(), colour=False)


def test_ascii_is_ascii(make) -> None:  # type: ignore[no-untyped-def]
    assert render_table(make(), unicode=False).isascii()
    assert render_comparison(make(1), make(2), unicode=False).isascii()


def test_a_run_without_questions_says_so() -> None:
    empty = Report(suite="s", kind="own", judged=())
    for text in (render_table(empty), render_markdown(empty)):
        assert "o answerable question was scored" in text
        assert "no answer was given" in text


def test_an_interrupted_run_says_so_first(make) -> None:  # type: ignore[no-untyped-def]
    report = replace(make(questions=12, apart=0), interrupted=True)
    assert render_table(report, 200).split("\n")[2] == "interrupted after 12 questions: the figures are of these only"


def test_the_kill_rate_stands_beside_the_score_only_where_there_is_one(make) -> None:  # type: ignore[no-untyped-def]
    assert "95.5 % of slightly wrong queries (611 of 640 mutants)" in render_table(make(), 200)
    assert "mutants" not in render_table(replace(make(), kill=None), 200)


def test_what_no_model_did_has_no_tokens(make) -> None:  # type: ignore[no-untyped-def]
    assert "tokens" in render_table(make())
    assert "tokens" not in render_table(make(model=False))


def test_only_the_most_frequent_reasons_of_unscored_questions_are_told() -> None:
    judged = tuple(Judged(id=f"q{n}", question="?", base="b", outcome="unscored", why=f"no\ncolumn c{n % 5}") for n in range(12))
    text = render_table(Report(suite="s", kind="own", judged=judged), 200)
    assert "3 questions unscored, counted in no share: no column c0" in text
    assert "4 questions more unscored for other reasons" in text
    assert "no column c4" not in text


def test_a_run_that_was_never_timed_has_no_times() -> None:
    judged = (Judged(id="q", question="?", base="b", outcome="right"), Judged(id="r", question="?", base="b", outcome="wrong"))
    assert "p50" not in render_table(Report(suite="s", kind="own", judged=judged))
