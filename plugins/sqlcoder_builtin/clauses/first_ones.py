"""Orders said by what comes first or last: "highest total first", "newest hire first", "earliest month first", "the busiest last"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.extreme_words import Extreme, extreme_at
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.concepts import concept_column
from sqlcoder_builtin.cue_words import UNIT_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by, deed_nouns
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import name_words, stem

_FARTHEST = 4
"""Chunks between an extreme and its "first"."""


def extreme_first(p: Parse, at: int) -> int | None:
    """What is shown, ordered by the figure, the column or the time of which that end is said to come first or last."""
    found = extreme_at(p, at)
    end = _edge(p, found.end) if found is not None else None
    if found is None or end is None:
        return None
    if p.chunks[end].text.lower() == "last":
        found = replace(found, descending=not found.descending)
    if found.end == end and _turned(p, found, at):
        p.chunks[end].kind, p.chunks[end].word = "cue", "desc" if found.descending else "asc"
    elif not _said_by_rank(p, found, end):
        sort = _sort(p, found, at, end)
        if sort is None:
            return None
        p.frame.sorts.append(sort)
        p.frame.read(at, sort.phrase, f"sorted, {'highest' if sort.descending else 'lowest'} first")
        p.chunks[end].kind, p.chunks[end].word = "cue", "desc" if found.descending else "asc"
    # Nothing is picked by it, as elsewhere by such words.
    p.chunks[at].kind, p.chunks[at].word = "stop", p.chunks[at].text.lower()
    p.take(at, end + 1)
    return end + 1


def _turned(p: Parse, found: Extreme, at: int) -> bool:
    """ "sorted by the number of claims, highest first": the direction of the order said just before."""
    last = p.frame.sorts[-1] if p.frame.sorts else None
    place = next((place for place in range(at - 1, -1, -1) if p.chunks[place].kind != "stop"), -1)
    if last is None or last.superlative or not p.chunks[place].used or last.at > place or len(last.phrase.split()) < 2:
        return False
    if not last.phrase.lower().endswith(p.chunks[place].text.lower()):
        return False
    flipped = last.expr is not None and _age_of_date(p, found, last.expr)
    last.descending = found.descending != flipped
    return True


def orders_from(p: Parse, at: int) -> int | None:
    """Where such an order ends that begins at a place, whether or not it is understood."""
    found = extreme_at(p, at)
    end = _edge(p, found.end) if found is not None else None
    return end + 1 if end is not None else None


def _edge(p: Parse, start: int) -> int | None:
    """Where "first" or "last" stands, with nothing in between but what is measured and nothing behind that would be the first."""
    ends = range(start, min(start + _FARTHEST, len(p.chunks)))
    end = next((place for place in ends if p.chunks[place].text.lower() in ("first", "last")), None)
    if end is None or ((following := p.chunk(end + 1)) is not None and following.kind in ("name", "number", "unit")):
        return None
    between = p.chunks[start:end]
    return None if any(other.kind in ("mark", "number", "date") or other.is_cue("and", "show") for other in between) else end


def _said_by_rank(p: Parse, found: Extreme, end: int) -> bool:
    """ "the three best suppliers ..., the best first": the order in which they were picked."""
    ranked = next((sort for sort in p.frame.sorts if sort.superlative and sort.expr is not None), None)
    if (
        ranked is None
        or any(group.each for group in p.frame.groups)
        or any(p.chunks[place].kind == "unit" for place in range(found.end, end))
    ):
        return False
    if isinstance(ranked.expr, Col) and (_dated(p, ranked.expr)):
        return found.of_time and found.descending == ranked.descending
    return not found.of_time and found.descending == ranked.descending


def _sort(p: Parse, found: Extreme, at: int, end: int) -> Sort | None:
    phrase = p.phrase(at, end + 1)
    if _of_period(p, found, end):
        return Sort(found.descending, phrase, at, by_time=True)
    bare = all(chunk.kind in ("word", "verb", "stop") or _says_who(p, place) for place, chunk in _between(p, found, end))
    expr = None if bare else _named(p, found, end)
    deed = _deed_between(p, found, end)
    expr = _deed_date(p, deed) if deed is not None else expr or _own(p, found, bare=bare)
    if deed is not None and expr is None:
        return None
    if expr is not None:
        descending = not found.descending if _age_of_date(p, found, expr) else found.descending
        return Sort(descending, phrase, at, expr)
    # What groups will be counted or added up by.
    numbers = [output for output in p.frame.outputs if isinstance(output.expr, Col) and p.is_measure(output.expr)]
    implied = bool(p.frame.groups) and (len(numbers) == 1 or not p.frame.outputs)
    if found.of_time or not (_shown_figure(p) or implied):
        return None
    return Sort(found.descending, phrase, at)


def _deed_between(p: Parse, found: Extreme, end: int) -> str | None:
    """ "the one closing soonest first": what is done then, in a word that names no column."""
    words = [chunk for _, chunk in _between(p, found, end) if chunk.kind in ("word", "verb")]
    done = words[0].text.lower() if len(words) == 1 and found.of_time else ""
    return done if done.endswith(("ing", "ed", "es")) and done not in ("building",) else None


def _deed_date(p: Parse, word: str) -> Col | None:
    """The date of the subject's rows on which that is done."""
    subject = p.subject()
    phrases = (word, *deed_nouns().get(stem(word), ()))
    return dated_by(p.schema, phrases, (subject,)) if subject is not None else None


def _between(p: Parse, found: Extreme, end: int) -> Iterator[tuple[int, Chunk]]:
    return ((place, p.chunks[place]) for place in range(found.end, end))


def _says_who(p: Parse, at: int) -> bool:
    """ "best rated genre first": whose figure it is, no figure of its own."""
    if (table := p.table(at)) is not None:
        return table == p.subject()
    column = p.column(at)
    grouped = column is not None and any(group.column == column for group in p.frame.groups)
    return grouped or (column is not None and p.texts(column.table, p.schema.of(column)) and p.schema.of(column).kind == "text")


def _of_period(p: Parse, found: Extreme, end: int) -> bool:
    """ "earliest month first", "latest first" of figures by month; "first quarter first" is the same."""
    units = {p.chunks[place].word for place in range(found.end, end) if p.chunks[place].kind == "unit"}
    grouped = {group.unit for group in p.frame.groups if group.unit is not None}
    if units:
        return bool({UNIT_WORDS.get(unit) for unit in units} & grouped) or (bool(grouped) and found.of_time)
    return found.of_time and bool(grouped) and found.end == end


def _named(p: Parse, found: Extreme, end: int) -> Expr | None:
    """What is named between the extreme and "first": a date for times, else a measure; None for the figure that is shown."""
    if found.end == end:
        return None
    subject = p.subject()
    if found.of_time:
        column = p.column(found.end, p.dated, subject)
        if column is not None and _dated(p, column):
            return column
        return _first_date(p) if p.chunks[found.end].kind == "name" else None
    entry = measured(p, found.end)
    if entry is None or entry.end > end:
        return None
    known = [output.expr for output in p.frame.outputs]
    if entry.expr in known or not _shown_figure(p):
        return entry.expr
    return next((expr for expr in known if isinstance(expr, Agg) and expr.arg == entry.expr), None)


def _own(p: Parse, found: Extreme, *, bare: bool) -> Expr | None:
    """The column that the adjective is about: one that is shown before any other of the subject."""
    if not bare:
        return None
    shown = [output.expr for output in p.frame.outputs if isinstance(output.expr, Col)]
    if found.of_time and (dated := [expr for expr in shown if _dated(p, expr)]):
        return dated[0]
    if found.of_time and (edges := [output.expr for output in p.frame.outputs if _edge_of_time(p, output.expr)]):
        return edges[0]
    said = next((expr for concept in found.concepts for expr in shown if _about(expr, concept)), None)
    if said is not None:
        return said
    subject = p.subject()
    if _shown_figure(p) or subject is None:
        return None
    column = concept_column(p.schema, found.concepts, subject) if found.concepts else None
    if column is not None and (column.table.key == subject.key or not found.of_time):
        return column
    if found.of_time:
        return _first_date(p) or column
    numbers = [expr for expr in shown if p.is_measure(expr)]
    return numbers[0] if len(numbers) == 1 else None


def _edge_of_time(p: Parse, expr: Expr) -> bool:
    """ "the last visit", as a figure."""
    return isinstance(expr, Agg) and expr.function in ("min", "max") and isinstance(expr.arg, Col) and _dated(p, expr.arg)


def _about(column: Col, concept: str) -> bool:
    wanted, own = tuple(concept.split("_")), name_words(column.column)
    return any(own[at : at + len(wanted)] == wanted for at in range(len(own)))


def _dated(p: Parse, column: Col) -> bool:
    return p.is_dated(column) or "year" in name_words(column.column) or "birth" in name_words(column.column)


def _age_of_date(p: Parse, found: Extreme, expr: Expr) -> bool:
    """ "youngest first" by a date of birth: the latest date comes first; "oldest first" by an age in years: the highest does."""
    if not isinstance(expr, Col) or "age" not in found.concepts:
        return False
    return _dated(p, expr) != found.of_time


def _first_date(p: Parse) -> Col | None:
    subject = p.subject()
    dates = p.schema.dates(subject) if subject is not None else ()
    return Col(subject, dates[0]) if subject is not None and dates else None


def _shown_figure(p: Parse) -> bool:
    frame = p.frame
    special = frame.figures is not None or frame.share is not None or max(frame.ratio_at, frame.difference_at) >= 0
    return special or any(is_aggregate(output.expr) for output in frame.outputs)
