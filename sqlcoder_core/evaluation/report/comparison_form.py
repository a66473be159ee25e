"""A comparison as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.comparison import Comparison, Couple, Measure, compared
from sqlcoder_core.evaluation.report.comparison_text import verdict
from sqlcoder_core.evaluation.report.differences import broken
from sqlcoder_core.evaluation.report.markdown import pipe_table
from sqlcoder_core.evaluation.report.markup import markdown_code, markdown_text
from sqlcoder_core.evaluation.report.wording import change, count, percent
from sqlcoder_core.values.answer_json import json_text

FORMAT = "sqlcoder-eval-comparison"
VERSION = 1


def comparison_json(before: Report, after: Report) -> str:
    """The comparison as one line of JSON, ending with a line feed. Keys, which scripts may rely on:

    `format` ("sqlcoder-eval-comparison"), `version` (1), `suite` {`before`, `after`}, `warnings` (texts).
    `measures`, by name (`correct`, `strict`, `answered`, `rightly abstained`, `right of answered`; those that there is something to
    compare for) and `categories`, by name (*correct* of each): objects of `n` (common questions), `before`, `after` (shares),
    `difference`, `low`, `high` (after minus before and its paired 95 % interval), `lost`, `won`, `p` (null for a ratio).
    `won` and `lost`: the flipped questions, each {`id`, `base`, `question`, `category`, `gold`, `before`, `after`}, the last two
    {`outcome`, `sql`, `why`, `confidence`}. `signature`: {name: [before, after]} where the two differ, null for a missing name.
    """
    found = compared(before, after)
    return (
        json_text(
            {
                "format": FORMAT,
                "version": VERSION,
                "suite": {"before": before.suite, "after": after.suite},
                "warnings": list(found.warnings),
                "measures": {measure.name: _measure(measure) for measure in found.measures},
                "categories": {measure.name: _measure(measure) for measure in found.categories},
                "won": [_couple(couple) for couple in found.won],
                "lost": [_couple(couple) for couple in found.lost],
                "signature": {name: [one, other] for name, one, other in found.signature},
            }
        )
        + "\n"
    )


def comparison_markdown(before: Report, after: Report) -> str:
    """The comparison for a pull request: verdict, table, flips folded away; ends with a line feed."""
    return "\n\n".join(_blocks(compared(before, after))) + "\n"


def _measure(measure: Measure) -> dict[str, object]:
    lost, won = measure.flips if measure.flips is not None else (None, None)
    return {
        "n": measure.n,
        "before": measure.before,
        "after": measure.after,
        "difference": measure.difference.value,
        "low": measure.difference.low,
        "high": measure.difference.high,
        "lost": lost,
        "won": won,
        "p": measure.p,
    }


def _couple(couple: Couple) -> dict[str, object]:
    one, other = couple
    shared = {"id": one.id, "base": one.base, "question": one.question, "category": one.category, "gold": one.gold or other.gold}
    return {**shared, "before": _side(one), "after": _side(other)}


def _side(one: Judged) -> dict[str, object]:
    return {"outcome": one.outcome, "sql": one.sql, "why": one.why, "confidence": one.confidence}


def _blocks(found: Comparison) -> Iterator[str]:
    suites = dict.fromkeys((found.before.suite, found.after.suite))
    yield f"## {' and '.join(map(markdown_text, suites))}: before and after"
    text = verdict(found)
    yield f"**{text[:1].upper()}{text[1:]}**"
    if found.warnings:
        yield "\n".join(f"- Warning: {markdown_text(warning)}" for warning in found.warnings)
    if found.measures:
        yield _table([*found.measures, *found.categories], len(found.measures))
        yield "Shares are percent, differences percentage points with their paired 95 % interval."
    for title, couples in (("Lost", found.lost), ("Won", found.won)):
        yield from _flips(title, couples)
    if found.signature:
        rows = [[markdown_text(name), _maybe(one), _maybe(other)] for name, one, other in found.signature]
        yield "What differs in the signatures:\n\n" + pipe_table(["", "before", "after"], rows)


def _maybe(text: str | None) -> str:
    return "(none)" if text is None else markdown_text(text)


def _table(measures: Sequence[Measure], overall: int) -> str:
    rows = []
    for place, measure in enumerate(measures):
        lost, won = ("-", "-") if measure.flips is None else (f"{number:,}" for number in measure.flips)
        name = markdown_text(measure.name)
        shares = (percent(measure.before), percent(measure.after))
        sure = f"**{change(measure.difference)}**" if measure.certain else change(measure.difference)
        rows.append([f"*{name}*" if place >= overall else name, f"{measure.n:,}", *shares, sure, lost, won])
    return pipe_table(["", "n", "before", "after", "difference", "lost", "won"], rows)


def _flips(title: str, couples: Sequence[Couple]) -> Iterator[str]:
    if not couples:
        return
    yield f"<details><summary>{title}: {count(len(couples), 'question')}</summary>"
    for one, other in couples:
        yield f"**{markdown_text(one.id)}** {markdown_text(one.question)}"
        yield from (_said(when, each) for when, each in (("before", one), ("after", other)))
    yield "</details>"


def _said(when: str, one: Judged) -> str:
    if one.sql is None:
        return f"{when}: {one.outcome}" + (f", {markdown_text(one.why)}" if one.why else "")
    return f"{when} ({one.outcome}):\n\n{markdown_code(broken(one.sql))}"
