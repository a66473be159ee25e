"""Durations as conditions and ranks: "took more than 14 days", "closed within 24 hours", "employed for 2 years", "the longest stay"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.durations import UNITS, Duration, date_at, deed_date_at, duration, span_of, tables_near, until_now
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import beginning, going_on, whole_span
from sqlcoder_builtin.tree import Agg, Col, Compare, Comparison, Expr, Function, Lit, Span
from sqlcoder_core.api import singular

_LASTING = frozenset("lasted lasting last lasts took take takes taking stayed stay staying stays long".split())


def bounded(p: Parse, at: int) -> int | None:
    """A comparison with a number of days, hours and the like."""
    bound = _bound(p, at)
    if bound is None:
        return None
    op, number, unit, end = bound
    joined = p.chunk(end)
    found = _behind(p, at, end, unit)
    if found is None and (joined is None or joined.text.lower() not in ("of", "after", "before")):
        found = _before(p, at, end, unit)
    if found is None:
        return None
    span, start, end = found
    return add_condition(p, Compare(op, span, Lit(number)), start, end)


def lasting(p: Parse, at: int) -> int | None:
    """ "lasted more than 7 days", though a column is called a little like the verb."""
    chunk = p.chunk(at)
    if chunk is None or not set(chunk.text.lower().split()) & _LASTING or chunk.kind == "superlative":
        return None
    place = p.past(at + 1)
    end = bounded(p, place) if _bound(p, place) is not None else None
    if end is not None:
        p.take(at, place)
    return end


def deed_bounded(p: Parse, at: int) -> int | None:
    """ "reported more than 25 days after the loss", from the deed on, though it is a column by itself."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("name", "verb", "word", "value") or _bound(p, at + 1) is None or p.table(at) is not None:
        return None
    known = len(p.frame.conditions)
    end = bounded(p, at + 1)
    return end if end is not None and len(p.frame.conditions) > known and chunk.used else None


def _bound(p: Parse, at: int) -> tuple[Comparison, int | float, str, int] | None:
    """ "more than 14 days", "within 24 hours", "longer than a year": operator, number, unit, and the place behind."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    if (counted := _counted_bound(p, at)) is not None:
        return counted
    text = chunk.text.lower()
    if chunk.is_cue("gt", "ge", "lt", "le", "eq"):
        op = OPS[chunk.word]
    elif text in ("longer than", "older than", "shorter than", "later than"):
        op = "<" if text == "shorter than" else ">"
    elif text in ("within", "in under"):
        op = "<=" if text == "within" else "<"
    else:
        return None
    place = p.past(at + 1, "than", "the", "a", "an", "of")
    number, unit_at = p.chunk(place), place + 1
    value: int | float = 1
    if number is not None and number.number is not None:
        value = number.number.value
    elif number is not None and p.chunks[place - 1].text.lower() in ("a", "an"):
        unit_at = place
    else:
        return None
    unit = p.chunk(unit_at)
    words = unit.text.lower().split() if unit is not None else []
    if len(words) == 2 and singular(words[0]) in UNITS and words[1] in ("from", "between"):
        # One chunk, of which the second word joins the ends.
        return op, value, singular(words[0]), unit_at
    return (op, value, singular(words[0]), unit_at + 1) if len(words) == 1 and singular(words[0]) in UNITS else None


_OPEN: dict[str, Comparison] = {
    "or longer": ">=", "or more": ">=", "or later": ">=", "and more": ">=", "or over": ">=", "or less": "<=", "or shorter": "<=",
    "or fewer": "<=",
}  # fmt: skip


def _counted_bound(p: Parse, at: int) -> tuple[Comparison, int | float, str, int] | None:
    """ "60 days or longer", "for 3 weeks or more": the number first."""
    at += p.chunks[at].text.lower() == "for"
    number, unit = p.chunk(at), p.chunk(at + 1)
    if number is None or number.number is None or unit is None or singular(unit.text.lower()) not in UNITS:
        return None
    for width in (1, 2):
        op = _OPEN.get(p.phrase(at + 2, at + 2 + width).lower())
        if op is not None and at + 1 + width < len(p.chunks):
            return op, number.number.value, singular(unit.text.lower()), at + 2 + width
    return None


def _behind(p: Parse, at: int, end: int, unit: str) -> tuple[Expr, int, int] | None:
    """The ends of the span said behind the bound: "after the due date", "from booking to delivery", "to close", "of being created"."""
    word = p.chunk(end)
    if word is None:
        return None
    text = word.text.lower()
    if text.split()[-1:] in (["from"], ["between"]):
        ends = _two_ends(p, end + 1)
        return (Span(unit, ends[0], ends[1]), at, ends[2]) if ends is not None else None  # type: ignore[arg-type]
    if text not in ("after", "before", "of", "to", "prior to", "from", "late", "past"):
        return None
    other, place = date_at(p, end + 1)
    if text == "to":
        start = beginning(p.schema, other) if other is not None else None
        return (Span(unit, start, other), _start(p, at), place) if start is not None and other is not None else None  # type: ignore[arg-type]
    deed, start_at = _deed_before(p, at)
    if other is None or deed is None or deed == other:
        return None
    first, last = (deed, other) if text in ("before", "prior to") else (other, deed)
    return Span(unit, first, last), start_at, place  # type: ignore[arg-type]


def _two_ends(p: Parse, at: int) -> tuple[Col, Col, int] | None:
    first, place = date_at(p, at)
    joint = p.chunk(place)
    if first is None or joint is None or not (joint.is_cue("and") or joint.text.lower() in ("to", "until")):
        return None
    second, end = date_at(p, place + 1)
    return (first, second, end) if second is not None and second != first else None


def _deed_before(p: Parse, at: int) -> tuple[Col | None, int]:
    """The deed that the bound belongs to: "paid more than 30 days after ...", "closed within 24 hours"."""
    for place in range(at - 1, max(-1, at - 4), -1):
        chunk = p.chunks[place]
        if chunk.kind in ("mark", "number", "date"):
            break
        if chunk.kind in ("name", "verb", "value", "word"):
            column, _ = deed_date_at(p, place)
            if column is None and chunk.kind == "name":
                column = p.column(place, p.dated)
                column = column if column is not None and p.is_dated(column) else None
            if column is None and (table := p.table(place)) is not None and table != p.frame.subject:
                dates = p.schema.dates(table)
                column = Col(table, dates[0]) if dates else None
            if column is not None:
                return column, place
    return None, at


def _before(p: Parse, at: int, end: int, unit: str) -> tuple[Expr, int, int] | None:
    """What lasts so long, said before the bound."""
    said = [(place, p.chunks[place].text.lower()) for place in range(max(0, at - 4), at) if p.chunks[place].kind != "mark"]
    since = next(((place, word) for place, text in reversed(said) for word in text.split() if word in going_on()), None)
    if since is not None and (going := until_now(p, since[1], unit)) is not None:
        return going, since[0], end
    lasting = next((place for place, text in said if set(text.split()) & _LASTING), None)
    subject = p.frame.subject or p.subject()
    if (lasting is not None or p.chunks[at].text.lower() in ("longer than", "shorter than")) and subject is not None:
        pair = next((pair for table in (subject, *tables_near(p, at)) if (pair := whole_span(p.schema, table)) is not None), None)
        return (Span(unit, *pair), lasting if lasting is not None else at, end) if pair is not None else None  # type: ignore[arg-type]
    deed, start = _deed_before(p, at)
    first = beginning(p.schema, deed) if deed is not None else None
    if deed is None or first is None or not (p.chunks[at].text.lower() in ("within", "in under") or _takes(p, at)):
        return None
    return Span(unit, first, deed), start, end  # type: ignore[arg-type]


def _takes(p: Parse, at: int) -> bool:
    return any(chunk.text.lower() in ("took", "take", "takes", "after", "in") for chunk in p.chunks[max(0, at - 3) : at])


def _start(p: Parse, at: int) -> int:
    """The bound's own first word, or the "took" before it."""
    return at - 1 if at and p.chunks[at - 1].text.lower() in _LASTING else at


def measured_bound(p: Parse, at: int) -> int | None:
    """ "with a length of stay above 7 days", "resolution time over 5 hours": the duration is said, then its bound."""
    found = duration(p, at)
    if found is None:
        return None
    place = p.past(found.end, "of", "is", "are", "was", "were", "that", "has", "a", "an")
    bound = _bound(p, place)
    if bound is None or not isinstance(found.expr, Span):
        return None
    op, number, unit, end = bound
    span = Span(unit, found.expr.start, found.expr.end)  # type: ignore[arg-type]
    return add_condition(p, Compare(op, span, Lit(number)), at, end)


def extreme(p: Parse, at: int) -> int | None:
    """ "the longest stay", "shortest average resolution time": the duration itself, or what has it."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("longest", "shortest") or chunk.kind != "superlative":
        return None
    averaged = p.is_cue(p.past(at + 1), "avg", "median")
    place = p.past(at + 1) + 1 if averaged else p.past(at + 1)
    found = duration(p, place) or _whole(p, place)
    if found is None:
        return None
    longest = chunk.text.lower() == "longest"
    before = p.before(at)
    asked = before is not None and before.is_cue("show") and p.frame.subject is None and not p.frame.outputs
    if asked and before is not None and before.text.lower() not in ("which", "list"):
        add_output(p, Agg("max" if longest else "min", found.table, found.expr), at, found.end)
        return found.end
    function: Function = "avg" if averaged else "max" if longest else "min"
    subject = p.subject()
    own = subject is not None and subject.key == found.table.key and not averaged
    expr: Expr = found.expr if own else Agg(function, found.table, found.expr)
    p.frame.sorts.append(Sort(longest, p.phrase(at, found.end), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, found.end), f"{'longest' if longest else 'shortest'} {describe(expr)} first")
    p.take(at, found.end)
    p.zone = "where"
    return found.end


def _whole(p: Parse, at: int) -> Duration | None:
    table = p.table(at)
    pair = whole_span(p.schema, table) if table is not None else None
    if pair is None:
        chunk = p.chunk(at)
        named = chunk is not None and chunk.kind in ("name", "verb", "word")
        return span_of(p, p.phrase(at, at + 1), at, at + 1) if named else None
    return Duration(Span("day", *pair), pair[0].table, at + 1, guessed=True)
