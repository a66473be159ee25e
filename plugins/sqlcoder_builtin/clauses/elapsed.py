"""Time between two moments as a figure, from clauses: "how many days until it is closed", "minutes from arrival until they are seen"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_builtin.clauses.grouping import group
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.clauses.values import alone
from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import beginning, whole_span
from sqlcoder_builtin.tree import Agg, Col, Expr, Function, Span
from sqlcoder_core.api import singular

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_TIMES = frozenset("time delay wait gap interval duration lag period turnaround lead".split())
_JOINTS = {"until": "until", "till": "until", "to": "until", "before": "before", "after": "after", "between": "between", "from": "from"}
_FUNCTIONS: dict[str, Function] = {
    "average": "avg", "avg": "avg", "mean": "avg", "on average": "avg", "median": "median", "maximum": "max", "longest": "max",
    "minimum": "min", "shortest": "min", "total": "sum", "in total": "sum", "altogether": "sum", "overall": "sum",
}  # fmt: skip
_AUXILIARIES = frozenset("is are was were be been being do does did has have had get gets got".split())
_LIGHT = frozenset(
    """
    the a an of in it they we you he she us its their our number amount how many long much does do did take takes took taken taking pass
    passes passed elapse elapses elapsed go goes by lie lies lay need needs needed require requires required wait waits waited waiting
    is are was were be been being has have had spend spends spent each every there for what s usually typically normally actually then
    on , whole entire
    """.split()
)
_LASTING = frozenset(
    """
    last lasts lasted lasting stay stays stayed staying run runs running valid open opened active continue continues continued on going
    """.split()
)
_NEEDS = frozenset("need needs needed take takes took spend spends spent require requires required".split())
_ENDS_AT = frozenset({"per", "by", "for each", "for every", "each", "with", "that", "where", "show", "in", "on average", "in total"})


@dataclass(frozen=True, slots=True)
class _Opening:
    """What the words before the two moments say: a unit, a function, the table between them; `joint` is the place behind."""

    unit: str | None
    function: Function | None
    joint: int
    between: tuple[int, ...]


def elapsed(p: Parse, at: int) -> int | None:
    """Show the time between two moments, in the unit asked for; an average or a total where one is asked for anywhere."""
    opening = _opening(p, at) if p.zone == "select" else None
    if opening is None:
        return None
    found = _ends(p, opening) or _lasting(p, opening)
    if found is None:
        return None
    first, last, end = found
    table = first.table if p.schema.to_one(first.table, last.table) else last.table
    if first == last or not (p.schema.to_one(table, first.table) and p.schema.to_one(table, last.table)):
        return None
    unit, function, end = _tail(p, end, opening)
    _group_inside(p, at, end)
    expr: Expr = Span(unit or "day", first, last)  # type: ignore[arg-type]
    function = function or _asked_anywhere(p, at, end)
    expr = Agg(function, table, expr) if function is not None else expr
    p.frame.subject = p.frame.subject or table
    add_output(p, expr, at, end)
    _conditions_between(p, opening.between, end)
    return end


def _conditions_between(p: Parse, places: tuple[int, ...], end: int) -> None:
    """ "how long does a critical outage last": values said of the rows whose time is asked for."""
    for place in places:
        if place < end and p.chunks[place].kind == "value":
            p.chunks[place].used = False
            alone(p, place)
    p.zone = "select"


def _group_inside(p: Parse, at: int, end: int) -> None:
    """ "how many minutes does each cleaner need": for each of them."""
    for place in range(at, end):
        if p.is_cue(place, "per") and not p.chunks[place].text.lower().startswith(("of ", "for ")):
            group(p, place)


def _opening(p: Parse, at: int) -> _Opening | None:
    """ "how many days does it take on average", "average number of minutes", "how long do pets wait": up to the first joint."""
    unit, function, timed, place = None, None, False, at
    between: list[int] = []
    if not _opens(p, at):
        return None
    while (chunk := p.chunk(place)) is not None and place - at < 12:
        text = chunk.text.lower()
        words = text.split()
        own = next((singular(word) for word in words if singular(word) in UNITS), None)
        if own is not None or "long" in words or any(singular(word) in _TIMES for word in words):
            unit, timed = unit or own, True
        elif text in _FUNCTIONS:
            function = function or _FUNCTIONS[text]
        elif not set(words) <= _LIGHT and text not in _JOINTS and not (chunk.is_cue("that", "with", "show") and _joint_ahead(p, place)):
            if chunk.kind in ("mark", "date", "number", "quoted") or chunk.is_cue("per", "by", "and", "or", "that", "with", "gt", "lt"):
                break
            between.append(place)
        if timed and words[-1] in _JOINTS:
            # "until", and "number of days from" where it is one chunk.
            return _Opening(unit, function, place, tuple(between))
        place += 1
    return _Opening(unit, function, place, tuple(between)) if timed and between else None


def _joint_ahead(p: Parse, at: int) -> bool:
    """ "the number of days that viewers stayed with us, from ...": the two moments follow in the same sentence."""
    for chunk in p.chunks[at + 1 : at + 7]:
        if chunk.kind == "mark":
            return False
        if chunk.text.lower() in ("from", "between", "until"):
            return True
    return False


def _opens(p: Parse, at: int) -> bool:
    """A question of time begins there, not in the middle of another phrase."""
    chunk = p.chunk(at)
    text = chunk.text.lower() if chunk is not None else ""
    following = p.chunk(p.past(at + 1))
    ahead = singular(following.text.lower().split()[0]) if following is not None and following.text else ""
    if text in ("how long",):
        return True
    if text in ("how many", "number of", "the number of", "for how many", *_FUNCTIONS):
        counted = ahead in (*UNITS, *_TIMES) or (text in _FUNCTIONS and following is not None and following.is_cue("count", "avg"))
        return counted or (text in _FUNCTIONS and ahead in ("how", "number"))
    return chunk is not None and (singular(text) in UNITS or text in _TIMES) and chunk.score("column") < 0.85


def _ends(p: Parse, opening: _Opening) -> tuple[Col, Col, int] | None:
    joint = p.chunk(opening.joint)
    way = _JOINTS.get(joint.text.lower().split()[-1]) if joint is not None else None
    if way is None:
        return None
    first, place = moment_at(p, opening.joint + 1)
    if first is None:
        return None
    if way in ("between", "from"):
        behind = p.chunk(place)
        if behind is None or not (behind.is_cue("and") or behind.text.lower() in ("to", "until", "till", "and", "up to")):
            return None
        last, end = moment_at(p, place + 1)
        return (first, last, end) if last is not None else None
    other, end = moment_at(p, place)
    if other is None:
        other, end = _said_between(p, opening), place
    if way == "after":
        return (first, other, end) if other is not None else None
    start = other if other is not None and other != first else beginning(p.schema, first)
    return (start, first, end) if start is not None else None


def _said_between(p: Parse, opening: _Opening) -> Col | None:
    """ "days are fines paid after the due date": the deed before the joint."""
    for place in reversed(opening.between):
        chunk = p.chunks[place]
        if p.table(place) is None and (found := dated_deed(p, chunk.text)) is not None:
            return found
    return None


def _lasting(p: Parse, opening: _Opening) -> tuple[Col, Col, int] | None:
    """ "how many hours did cars stay", "for how many days is a permit valid": the whole of what a table's row is."""
    if not opening.between:
        return None
    first = opening.between[0]
    verbs = [place for place in range(first, opening.joint) if set(p.chunks[place].text.lower().split()) & (_LASTING | _NEEDS)]
    if not verbs:
        return None
    for place in opening.between:
        column = p.column(place)
        table = p.table(place, lenient=True) or (column.table if column is not None else None)
        pair = whole_span(p.schema, table) if table is not None else None
        if pair is not None:
            return pair[0], pair[1], verbs[0] + 1
    return None


def _tail(p: Parse, end: int, opening: _Opening) -> tuple[str | None, Function | None, int]:
    """ "..., in hours", "on average" behind it."""
    unit, function = opening.unit, opening.function
    while (chunk := p.chunk(end)) is not None:
        text, following = chunk.text.lower(), p.chunk(end + 1)
        inside = singular(following.text.lower()) if following is not None else ""
        if text == "," and (inside in _FUNCTIONS or (following is not None and following.text.lower() == "in")):
            end += 1
        elif text == "in" and inside in UNITS:
            unit, end = inside, end + 2
        elif text in _FUNCTIONS and text in ("on average", "in total", "altogether", "overall"):
            function, end = function or _FUNCTIONS[text], end + 1
        else:
            break
    return unit, function, end


def _asked_anywhere(p: Parse, at: int, end: int) -> Function | None:
    """ "On average, how many days ...": said before it, or at the end of the sentence."""
    for place, chunk in enumerate(p.chunks):
        text = chunk.text.lower()
        before = place == at - 1 or (place < at and p.chunks[at - 1].text == ",")
        if text in ("on average", "in total") and not chunk.used and (before or place >= end):
            chunk.used = True
            return _FUNCTIONS[text]
        apart = place >= end and p.chunks[place - 1].kind == "mark"
        if text in _FUNCTIONS and (place == at - 1 or apart) and not chunk.used:
            chunk.used = True
            return _FUNCTIONS[text]
    return None


# ---------------------------------------------------------------- one moment


def moment_at(p: Parse, at: int) -> tuple[Col | None, int]:
    """The date that a clause is about, by its verb, its column or its thing, and the place behind the clause.

    "the booking of a visit", "they are seen", "the pet arrives", "delivery", "the due date".
    """
    found: list[tuple[float, int, Col]] = []
    place = at
    while (chunk := p.chunk(place)) is not None and place - at < 7:
        text = chunk.text.lower()
        ends = text in (*_JOINTS, "up to") or chunk.kind in ("mark", "number", "date", "quoted") or text in _ENDS_AT
        asks = chunk.is_cue("show") and dated_deed(p, text) is None
        if ends or asks or chunk.is_cue("and", "or", "per", "by", "on average", "that") or (text in _AUXILIARIES and found):
            break
        if chunk.kind not in ("stop",) and text not in _LIGHT and (scored := _moment(p, place)) is not None:
            found.append((scored[0], -place, scored[1]))
        place += 1
    if not found:
        return None, at
    best = max(found, key=lambda entry: entry[:2])
    return best[2], _past_owner(p, max(place, 1 - best[1]))


def _moment(p: Parse, at: int) -> tuple[float, Col] | None:
    chunk = p.chunks[at]
    column = p.column(at, p.dated) if chunk.kind == "name" else None
    table = p.table(at, lenient=True)
    if column is not None and p.is_dated(column) and p.table(at) is None:
        return 1.0 if chunk.score("column") >= 0.85 else 0.85, column
    if p.table(at) is None and (deed := dated_deed(p, chunk.text)) is not None:
        return 0.9, deed
    if table is None or chunk.kind != "name":
        return None
    deed = dated_deed(p, chunk.text)
    dates = p.schema.dates(table)
    if deed is not None and deed.table == table:
        return 0.6, deed
    return (0.5, Col(table, dates[0])) if dates else None


def _past_owner(p: Parse, at: int) -> int:
    """Behind "of each suit", "of it": whose moment it is."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("of", "of each", "of every", "of the", "of a"):
        return at
    behind = p.past(at + 1)
    return behind + 1 if p.table(behind) is not None else at
