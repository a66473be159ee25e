"""Orders said by what comes first: "highest total first", "newest hire first", "largest share first"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.cue_words import superlatives
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr

_MOST = frozenset("highest largest greatest biggest most best strongest busiest newest latest longest top heaviest".split())
_LEAST = frozenset("lowest smallest least fewest worst weakest oldest earliest shortest cheapest lightest".split())
_OF_TIME = frozenset("newest latest oldest earliest".split())


def extreme_first(p: Parse, at: int) -> int | None:
    """The figure shown, or the column named between the two words, with that end of it first."""
    chunk = p.chunk(at)
    word = chunk.text.lower() if chunk is not None else ""
    if word not in _MOST | _LEAST:
        return None
    end = next((place for place in range(at + 1, min(at + 4, len(p.chunks))) if p.chunks[place].text.lower() == "first"), None)
    if end is None or ((following := p.chunk(end + 1)) is not None and following.kind in ("name", "number", "unit")):
        return None
    if any(other.kind in ("mark", "number", "date") or other.is_cue("and", "show") for other in p.chunks[at + 1 : end]):
        return None
    expr = _by(p, word, at + 1, end)
    if expr is None and not _shown_figure(p) and (at + 1 < end or word in _OF_TIME):
        return None
    p.frame.sorts.append(Sort(word in _MOST, p.phrase(at, end + 1), at, expr))
    p.frame.read(at, p.phrase(at, end + 1), f"sorted, {'highest' if word in _MOST else 'lowest'} first")
    p.take(at, end + 1)
    return end + 1


def rounded(p: Parse, at: int) -> int | None:
    """ "rounded to 2 decimals", "round the result to one decimal place", "to the nearest integer"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("rounded", "round", "rounding"):
        return None
    place = p.past(at + 1, "the", "to", "result", "results", "it", "them", "all", "off", "values", "up")
    while (other := p.chunk(place)) is not None and other.kind == "name" and place - at < 4:
        place = p.past(place + 1, "the", "to", "all")
    number = p.chunk(place)
    if number is not None and number.number is not None and isinstance(number.number.value, int):
        p.frame.digits, end = number.number.value, place + 1
    elif number is not None and number.text.lower() == "nearest":
        p.frame.digits, end = 0, place + 1
    else:
        return None
    while (tail := p.chunk(end)) is not None and tail.text.lower() in _PLACES:
        end += 1
    p.take(at, end)
    return end


_PLACES = frozenset("decimal decimals place places digit digits integer whole number point points".split())


def limit_said(p: Parse, at: int) -> int | None:
    """ "limit 5", "limited to 10 rows"."""
    chunk = p.chunk(at)
    place = p.past(at + 1, "to", "the", "results", "result", "of")
    number = p.chunk(place)
    if chunk is None or chunk.text.lower() not in ("limit", "limited") or number is None or number.number is None:
        return None
    if not isinstance(number.number.value, int) or number.number.percent:
        return None
    p.frame.limit = number.number.value
    p.take(at, place + 1)
    return place + 1


def _shown_figure(p: Parse) -> bool:
    frame = p.frame
    special = frame.figures is not None or frame.share is not None or max(frame.ratio_at, frame.difference_at) >= 0
    return special or any(is_aggregate(output.expr) for output in frame.outputs)


def _by(p: Parse, word: str, start: int, end: int) -> Expr | None:
    """What is named between; the date for the newest or oldest; None for the figure that is shown."""
    if word in _OF_TIME and not _shown_figure(p):
        return _date(p, start, end)
    if _shown_figure(p):
        return None
    found = measured(p, start) if start < end else None
    if found is not None and found.end <= end:
        return found.expr
    concepts = superlatives().get(word)
    subject = p.subject()
    return p.concept(concepts[0], subject) if concepts is not None and subject is not None and start == end else None


def _date(p: Parse, start: int, end: int) -> Col | Agg | None:
    subject = p.subject()
    column = p.column(start, p.dated, subject) if start < end else None
    if column is not None and p.is_dated(column):
        return column
    dates = p.schema.dates(subject) if subject is not None else ()
    return Col(subject, dates[0]) if subject is not None and dates else None
