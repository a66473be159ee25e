"""Two figures and what they make: "ratio of A to B", "A divided by B", "A as a percentage of B", "how many times more A than B", "A per B".

Each figure is read as a question of its own, with its own conditions; groups, periods and orders around them hold for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.clauses.money_rows import added
from sqlcoder_builtin.clauses.taken import everything_taken
from sqlcoder_builtin.combine import conditions
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Figures
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import limited
from sqlcoder_builtin.tree import Agg, Arith, Col, Expr, Lit, Raw
from sqlcoder_core.api import Linked, rematch

Read = Callable[[Parse], None]

_STOPS = ("per", "by", "sort", "desc", "asc", "show", "running", "growth")


@dataclass(frozen=True, slots=True)
class Found:
    """Chunks `start:end` say two figures: those of `first` and of `second`, each (start, end); `op` of them, in percent or not."""

    start: int
    end: int
    first: tuple[int, int]
    second: tuple[int, int]
    op: str = "/"
    percent: bool = False
    per: bool = False
    told: bool = False


def figures(p: Parse, read: Read) -> None:
    """Take the first pair of figures that both are understood; `read` recognises the clauses of a figure's own words."""
    for found in _pairs(p):
        if (found.start, "figures", "") in p.refused:
            continue
        part, whole = _both(p, found, read)
        if found.per and isinstance(part, Agg) and part.function == "avg":
            # "the average amount per order": all that there is of it, for each one.
            part = replace(part, function="sum")
        if (
            found.per
            and isinstance(part, Agg)
            and isinstance(whole, Agg)
            and whole.where is not None
            and p.schema.to_one(part.table, whole.table)
        ):
            # "prescriptions per completed visit": those of such visits only.
            part = limited(p.schema, part, whole.where)
        if part is None or whole is None or not _comparable(p, part, whole) or _unlike(p, found, part, whole):
            continue
        part, whole = _as_money(p, part, whole), _as_money(p, whole, part)
        expr: Expr = Arith(found.op, part, whole)  # type: ignore[arg-type]
        expr = Arith("*", Lit(100.0), expr) if found.percent else expr
        name = "percentage" if found.percent else "ratio" if found.op == "/" else "difference"
        p.decided.append((found.start, "figures", ""))
        if found.told:
            for chunk in p.chunks[: found.start]:
                # The name that is defined here.
                chunk.used = chunk.used or chunk.kind == "word"
        p.frame.figures = Figures(part, whole, expr, found.start, name)
        p.frame.read(found.start, p.phrase(found.start, found.end), describe(expr))
        _hide(p, found)
        return


def _both(p: Parse, found: Found, read: Read) -> tuple[Expr | None, Expr | None]:
    """The two figures; where one is a value alone ("as many orders from Oslo as from Rome"), it is of the other's measure."""
    alone = all(chunk.kind in ("value", "stop", "quoted") for chunk in p.chunks[slice(*found.second)])
    if alone or _NUMBER_OF_ALL.match(p.phrase(*found.second).strip(" ,")):
        part = _operand(p, found.first, read)
        return part, _operand(p, found.second, read, part) if part is not None else None
    whole = _operand(p, found.second, read)
    return _operand(p, found.first, read, whole) if whole is not None else None, whole


def _hide(p: Parse, found: Found) -> None:
    """What was read is no clause of the question around it; its tables stay spoken of."""
    for chunk in p.chunks[found.start : found.end]:
        chunk.kind, chunk.word, chunk.names, chunk.values, chunk.used = "stop", "", (), (), True


def _pairs(p: Parse) -> Iterator[Found]:
    for at, chunk in enumerate(p.chunks):
        text = chunk.text.lower()
        if chunk.is_cue("ratio") and text.split()[-1] in ("of", "between", "ratio"):
            yield from _joined(p, at, ("to", "and", "vs", "versus", "over", "divided by"))
        if chunk.is_cue("ratio") and text == "divided by":
            yield from _around(p, at, at + 1)
        if text == "over" and any(_defined(p, place) is not None for place in range(max(0, at - 6), at)):
            yield from _around(p, at, at + 1)
        if chunk.is_cue("difference") and text.split()[-1] in ("between", "of"):
            yield from (replace(found, op="-") for found in _joined(p, at, ("and",)) if _both_measured(p, found))
        if chunk.is_cue("share") and text.startswith("as a") and _of(p, at):
            yield from (replace(found, percent=_in_percent(text)) for found in _around(p, at, at + 1 + _of(p, at)))
        if text == "how many times" or (text in ("by what factor", "how many times more") and chunk.kind == "cue"):
            yield from _times(p, at)
        if chunk.is_cue("per") and text == "per":
            yield from _per(p, at)


def _in_percent(text: str) -> bool:
    return "percent" in text or "%" in text


def _of(p: Parse, at: int) -> int:
    """1 where "of" stands behind, or in the words themselves."""
    following = p.chunk(at + 1)
    if p.chunks[at].text.lower().endswith((" of", " total")):
        return 0 if p.chunks[at].text.lower().endswith(" of") else -9
    return 1 if following is not None and following.text.lower() == "of" else -9


def _end(p: Parse, start: int) -> int:
    """Where the second figure ends: before a group, a period, an order, the next sentence."""
    for at in range(start, len(p.chunks)):
        chunk = p.chunks[at]
        told = chunk.kind in ("mark", "date") or chunk.word in (",", ";", "(", ")") or chunk.is_cue(*_STOPS)
        if told or (chunk.kind == "unit" and p.chunks[at - 1].text.lower() in ("each", "every", "by")):
            return at
    return len(p.chunks)


def _joined(p: Parse, at: int, joints: tuple[str, ...]) -> Iterator[Found]:
    """ "OPERATOR of A to B": the first of the joining words that leaves two figures."""
    end = _end(p, at + 1)
    start = p.past(at + 1, "of", "between", "the")
    for joint in joints:
        for place in range(start + 1, end):
            if p.chunks[place].text.lower() == joint or (
                joint == "and" and p.is_cue(place, "and") and p.chunks[place].text.lower() == "and"
            ):
                yield Found(at, end, (start, place), (place + 1, end))


def _around(p: Parse, at: int, behind: int) -> Iterator[Found]:
    """ "A divided by B": A reaches back to the asking words."""
    start = at
    while start > 0 and not (
        p.chunks[start - 1].kind in ("mark", "date") or p.is_cue(start - 1, "show", "per", "by") or p.chunks[start - 1].word in (",", "(")
    ):
        start -= 1
    while start < at and (p.chunks[start].kind == "stop" or p.is_cue(start, "show")):
        start += 1
    end = _end(p, behind)
    told = _defined(p, start)
    if told is not None and start < at and behind < end:
        yield Found(told[0], end, (told[1], at), (behind, end), told=True)
        return
    if start < at and behind < end:
        begin = start
        if begin > 0 and p.chunks[begin - 1].word == "(":
            begin, end = _named_by(p, begin - 1), end + (p.chunk(end) is not None and p.chunks[end].word == ")")
            behind_end = end - 1 if p.chunks[end - 1].word == ")" else end
            yield Found(begin, end, (start, at), (behind, behind_end))
            return
        yield Found(begin, end, (start, at), (behind, end))


_TELLING = ("defined as", "calculated as", "computed as", "measured as", "i.e", "i.e.", "that is", "meaning", "in other words")


def _defined(p: Parse, start: int) -> tuple[int, int] | None:
    """ "churn rate, defined as A divided by B": where the name begins, and where A does."""
    for width in (1, 2, 3):
        for place in (start, start - width):
            said = p.phrase(place, place + width).lower() if place >= 0 else ""
            if said in _TELLING:
                name_end = place - 1 if place and p.chunks[place - 1].word == "," else place
                body = place + width
                while p.chunk(body) is not None and p.chunks[body].kind == "stop":
                    body += 1
                return _named_by(p, name_end), body
    return None


def _named_by(p: Parse, at: int) -> int:
    """ "error rate (errors divided by calls)": the name before the brackets is said by them."""
    start = at
    while (
        start > 0
        and (p.chunks[start - 1].kind in ("name", "word", "unit", "verb") or p.is_cue(start - 1, "sum", "avg", "share", "ratio"))
        and not (start > 1 and p.is_cue(start - 2, "per", "by"))
    ):
        start -= 1
    return start


def _times(p: Parse, at: int) -> Iterator[Found]:
    """ "how many times more A than B", "how many times as many A as B"."""
    end = next((place for place in range(at + 1, len(p.chunks)) if p.chunks[place].kind == "mark"), len(p.chunks))
    start = at + 1
    while start < end and p.chunks[start].text.lower() in (
        "more",
        "as",
        "as many",
        "many",
        "much",
        "higher",
        "larger",
        "high",
        "are",
        "there",
    ):
        start += 1
    for place in range(start + 1, end):
        if p.chunks[place].text.lower() in ("than", "as"):
            yield Found(at, end, (start, place), (place + 1, end))


def _per(p: Parse, at: int) -> Iterator[Found]:
    """ "tickets per user does each org have", "calls per minute used by org": one figure for another, where groups stand elsewhere."""
    place = p.past(at + 1, "the", "a", "an")
    behind = p.chunk(place)
    if behind is None or behind.kind not in ("name", "value"):
        return
    elsewhere = any(chunk.is_cue("per", "by") and at != other for other, chunk in enumerate(p.chunks))
    column = p.column(place) if behind.kind == "name" and p.table(place) is None else None
    counts = column is not None and p.is_measure(column) and behind.score("column") >= 0.75
    if not (counts or (elsewhere and (p.table(place) is not None or behind.kind == "value"))):
        return
    end = place + 1
    while (chunk := p.chunk(end)) is not None and chunk.kind in ("name", "verb") and not chunk.is_cue(*_STOPS) and p.table(end - 1) is None:
        end += 1
    whole = [replace(found, second=(place, end), end=end, per=True) for found in _around(p, at, at + 1)]
    yield from (found for found in whole if _says_figure(p, found.first))


def _says_figure(p: Parse, place: tuple[int, int]) -> bool:
    """A count, a sum or a number column stands in these words."""
    for at in range(*place):
        column = p.column(at, p.measures) if p.chunks[at].kind == "name" and p.table(at) is None else None
        if p.is_cue(at, "count", "sum", "avg", "median", "how much") or (column is not None and p.is_measure(column)):
            return True
    return False


def _both_measured(p: Parse, found: Found) -> bool:
    """ "between the number of A and the number of B": both are figures by their own words."""
    one, other = (
        any(p.is_cue(place, "count", "sum", "avg", "median") for place in range(start, end)) for start, end in (found.first, found.second)
    )
    counted = any(p.is_cue(place, "count") for place in range(*found.first))
    return (one and other) or (counted and any(chunk.kind == "value" for chunk in p.chunks[found.second[0] : found.second[1]]))


def _operand(p: Parse, place: tuple[int, int], read: Read, beside: Expr | None = None) -> Expr | None:
    """The aggregate that some words say, limited to what they tell of its rows."""
    text = p.phrase(*place).strip(" ,")
    if not text:
        return None
    if isinstance(beside, Agg) and beside.function == "count" and _NUMBER_OF_ALL.match(text):
        return replace(beside, where=None)
    sub = Parse(chunks_of(_linked(p, text), p.clock), p.schema, p.clock)
    sub.tables_said = [*((-1, table) for _, table in p.tables_said), *sub.tables_said] if not sub.tables_said else sub.tables_said
    read(sub)
    if not everything_taken(sub) or sub.frame.groups or sub.frame.limit is not None or sub.frame.sorts or sub.frame.dates:
        return None
    measure = _measure(sub, beside)
    if measure is None:
        return None
    for pred in conditions(sub, tables_of((measure,))[0]):
        measure = limited(p.schema, measure, pred)
    return measure


_NUMBER_OF_ALL = re.compile(
    r"^(?:the )?(?:total )?number (?:sold|made|issued|placed|in total|of all|overall|taken|booked|sent|held)$", re.I
)
"""The rows of the other figure, all of them."""


def _linked(p: Parse, text: str) -> Linked:
    """The words linked by themselves; kept, since a question is read several times."""
    kept: dict[str, Linked] = vars(p.schema).setdefault("linked_apart", {})
    if text not in kept:
        kept[text] = rematch(text, p.schema.linked)
    return kept[text]


def _measure(sub: Parse, beside: Expr | None) -> Expr | None:
    """What is aggregated; a number column is added up; rows are counted; a lone value takes the measure of the other figure."""
    frame = sub.frame
    outputs = [output.expr for output in frame.outputs if output.names is None]
    if len(outputs) > 1:
        return None
    if outputs:
        expr = outputs[0]
        if is_aggregate(expr):
            return expr
        measured = isinstance(expr, Col) and sub.is_measure(expr)
        return Agg("sum", expr.table, expr) if isinstance(expr, Col) and measured else None
    own = next((table for at, table in sub.tables_said if at >= 0), None)
    about = frame.subject or own or next((condition.about for condition in frame.conditions if condition.about is not None), None)
    if frame.subject is None and own is None and beside is not None and isinstance(beside, (Agg, Raw)) and frame.conditions:
        return replace(beside, where=None)
    return Agg("count", about) if about is not None else None


def _as_money(p: Parse, one: Expr, other: Expr) -> Expr:
    """ "refunds as a percentage of revenue": rows that are money, beside a sum, are added up too."""
    counted = isinstance(one, Agg) and one.function == "count" and one.arg is None
    summed = isinstance(other, Raw) or (isinstance(other, Agg) and other.function == "sum")
    money = added(p, one.table) if counted and summed and isinstance(one, Agg) else None
    return replace(money, where=one.where) if money is not None and isinstance(one, Agg) else one


def _unlike(p: Parse, found: Found, part: Expr, whole: Expr) -> bool:
    """ "total X divided by total Y" adds both up: rows of the one over an amount of the other are no part of it."""
    totals = all(p.phrase(*place).strip(" ,").lower().startswith("total ") for place in (found.first, found.second))
    functions = {expr.function for expr in (part, whole) if isinstance(expr, Agg)}
    return totals and functions == {"count", "sum"}


def _comparable(p: Parse, part: Expr, whole: Expr) -> bool:
    tables = tables_of((part, whole))
    return part != whole and all(p.schema.path(tables[0], table) is not None for table in tables)
