"""Questions that did not go well, as HTML: ours beside the gold, differences marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlcoder_core.evaluation.records import Judged, Report, Rows
from sqlcoder_core.evaluation.report.differences import Piece, broken, columns_apart, rows_apart, sql_pieces
from sqlcoder_core.evaluation.report.figures import NO_CATEGORY
from sqlcoder_core.evaluation.report.markup import html_text
from sqlcoder_core.evaluation.report.wording import count, milliseconds
from sqlcoder_core.values.answer_json import json_text, json_value

_OPEN = 60
"""Up to so many questions of a chapter are shown unfolded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One kind of outcome: its questions by category. `anchors` are (category, anchor), `parts` the HTML."""

    anchor: str
    title: str
    count: int
    anchors: tuple[tuple[str, str], ...]
    parts: tuple[str, ...]


_CHAPTERS: tuple[tuple[str, str, str, Callable[[Judged], bool]], ...] = (
    (
        "wrong",
        "Wrong",
        "An answer was given, and it is not the gold's. Of each result the first rows are shown.",
        lambda one: one.outcome == "wrong",
    ),
    ("failed", "Failed", "Refused by the guard, or ended by an error.", lambda one: one.outcome == "failed"),
    ("abstained", "Abstained", "Answerable, and not answered.", lambda one: one.outcome == "abstained"),
    (
        "lenient",
        "Correct, not strictly",
        "Correct as exact or subset, and refused by the strict measure: an extra column, rows more or less often, another order.",
        lambda one: one.outcome == "right" and one.answerable and not one.strict,
    ),
    ("unscored", "Unscored", "The gold could not be run; counted in no share.", lambda one: one.outcome == "unscored"),
)


def chapters(report: Report) -> tuple[Chapter, ...]:
    """In the order of the page; those without questions have no parts."""
    numbers = {id(one): f"q{number}" for number, one in enumerate(report.judged, 1)}
    return tuple(
        _chapter(anchor, title, note, [one for one in report.judged if test(one)], numbers) for anchor, title, note, test in _CHAPTERS
    )


def question(one: Judged, anchor: str) -> str:
    """One question with both statements and both results."""
    gold = one.gold if one.answerable else None
    ours_pieces: tuple[Piece, ...] = ((broken(one.sql), False),) if one.sql else ()
    gold_pieces: tuple[Piece, ...] = ((broken(gold), False),) if gold else ()
    if one.sql and gold:
        gold_pieces, ours_pieces = sql_pieces(gold, one.sql)
    sides = (_gold_side(one, gold_pieces), _our_side(one, ours_pieces))
    texts = "".join(f'<p class="why">{html_text(text)}</p>' for text in _reasons(one))
    return (
        f'<article class="question" id="{anchor}"><h3>{html_text(one.question)}</h3>'
        f'<p class="facts">{"".join(f"<span>{html_text(text)}</span>" for text in _facts(one))}</p>{texts}'
        f'<div class="sides">{"".join(sides)}</div></article>'
    )


def statement(pieces: Sequence[Piece]) -> str:
    """SQL with what the other side lacks marked."""
    marked = (f"<mark>{html_text(text)}</mark>" if apart else html_text(text) for text, apart in pieces)
    return f"<pre>{''.join(marked)}</pre>"


def _chapter(anchor: str, title: str, note: str, members: Sequence[Judged], numbers: dict[int, str]) -> Chapter:
    by_category: dict[str, list[Judged]] = {}
    for one in members:
        by_category.setdefault(one.category or NO_CATEGORY, []).append(one)
    names = tuple((name, f"{anchor}-{place}") for place, name in enumerate(by_category, 1))
    parts = [f'<h2 id="{anchor}">{title} <span class="soft">({len(members):,})</span></h2><p class="note">{note}</p>'] if members else []
    for name, spot in names:
        inside = by_category[name]
        unfolded = " open" if len(members) <= _OPEN and anchor in ("wrong", "failed") else ""
        parts.append(f'<details class="group" id="{spot}"{unfolded}><summary>{html_text(name)}: {count(len(inside), "question")}</summary>')
        parts += [question(one, numbers[id(one)]) for one in inside]
        parts.append("</details>")
    return Chapter(anchor=anchor, title=title, count=len(members), anchors=names, parts=tuple(parts))


def _reasons(one: Judged) -> list[str]:
    """Why, and the problems; a reason that only repeats a problem's message (`code: message`) is left out."""
    repeated = any(one.why and problem.partition(": ")[2] in one.why for problem in one.problems if ": " in problem)
    return [text for text in dict.fromkeys(("" if repeated else one.why, *one.problems)) if text]


def _facts(one: Judged) -> Iterator[str]:
    yield one.id
    yield one.base
    yield from one.tags
    if not one.answerable:
        yield "unanswerable"
    if one.confidence is not None:
        yield f"confidence {one.confidence:.2f}"
    if one.latency_ms > 0:
        yield f"{milliseconds(one.latency_ms)} ms"
    if one.status != "answered":
        yield one.status
    yield from (name for name in ("exact", "subset", "strict") if getattr(one, name))
    if one.place:
        yield one.place


def _gold_side(one: Judged, pieces: Sequence[Piece]) -> str:
    if not one.answerable:
        return '<div class="gold"><h4>gold</h4><p class="soft">The database cannot answer this; right is to abstain.</p></div>'
    shown = statement(pieces) if pieces else ""
    return f'<div class="gold"><h4>gold</h4>{shown}{_rows(one.golds, one.ours, gold=True)}</div>'


def _our_side(one: Judged, pieces: Sequence[Piece]) -> str:
    withheld = " (withheld)" if one.status == "abstained" and pieces else ""
    shown = statement(pieces) if pieces else '<p class="soft">no SQL</p>'
    return f'<div class="ours"><h4>ours{withheld}</h4>{shown}{_rows(one.ours, one.golds, gold=False)}</div>'


def _rows(rows: Rows | None, other: Rows | None, *, gold: bool) -> str:
    if rows is None:
        return ""
    lines, columns = _apart(rows, other, gold=gold)
    heading = "".join(f'<th class="{_class(place in columns)}">{html_text(name)}</th>' for place, name in enumerate(rows.columns))
    body = "".join(
        f'<tr class="{_class(number in lines)}">{"".join(_cell(cell, place in columns) for place, cell in enumerate(row))}</tr>'
        for number, row in enumerate(rows.rows)
    )
    none = "" if rows.rows else '<p class="soft">no rows</p>'
    return f'<div class="scroll rows"><table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>{none}</div>'


def _apart(rows: Rows, other: Rows | None, *, gold: bool) -> tuple[frozenset[int], frozenset[int]]:
    """Rows to mark where both have as many columns, columns to mark where not."""
    if other is None:
        return frozenset(), frozenset()
    first, second = (rows, other) if gold else (other, rows)
    side = 0 if gold else 1
    if len(rows.columns) == len(other.columns):
        return rows_apart(first, second)[side], frozenset()
    return frozenset(), columns_apart(first, second)[side]


def _cell(cell: object, apart: bool) -> str:
    if cell is None:
        return f'<td class="null {_class(apart)}">NULL</td>'
    value = json_value(cell)
    text = value if isinstance(value, str) else json_text(value)
    number = "number" if isinstance(value, int | float) and not isinstance(value, bool) else ""
    return f'<td class="{number} {_class(apart)}">{html_text(text)}</td>'


def _class(apart: bool) -> str:
    return "apart" if apart else ""
