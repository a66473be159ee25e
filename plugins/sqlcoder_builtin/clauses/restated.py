"""A list at the end that says again what to show: "Return the city and the total", "..., with the number of orders and that amount"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlcoder_builtin.clauses.first_ones import orders_from
from sqlcoder_builtin.clauses.frames import difference, ratio, share
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.clauses.listings import first_and_last
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName, name_words, singular, table_words

_ASKING = frozenset("return show give list include provide display report output state tell".split())
_COUNTS = frozenset("number count tally frequency quantity head headcount".split())
_SUMS = frozenset("total sum amount value revenue sale".split())
_SPECIAL = frozenset("rate ratio share percentage percent fraction factor proportion difference change growth gap".split())
_FIGURES = _COUNTS | _SUMS | _SPECIAL | frozenset("average mean median maximum minimum figure result score measure duration time".split())
_UNITS = frozenset("month year week quarter weekday day hour date period".split())
_TIMES = frozenset({"time", "times"})
"""Stop words elsewhere; in a list a thing to show."""
_NAMES = frozenset("name full title".split())
_POINTING = frozenset("that those this these the their its each both two it them".split())
_MORE = frozenset("once together along as well with in of for and".split())
_CUES = tuple("and show count sum avg median high low share ratio difference growth all both distinct that".split())
_SORTING = ("sort", "desc", "asc")


@dataclass(frozen=True, slots=True)
class Listing:
    """Chunks `start:end` that only list; `body` is where the first thing stands, `tail` where an order begins."""

    start: int
    body: int
    tail: int
    end: int


def listing(p: Parse) -> Listing | None:
    """The list that ends the question; None where its last part says more than what to show."""
    for start, body in _openings(p):
        end = next((at for at in range(body, len(p.chunks)) if p.chunks[at].kind == "mark"), len(p.chunks))
        if any(chunk.kind != "mark" for chunk in p.chunks[end:]):
            continue
        tail = next((at for at in range(body, end) if _sorts(p, at)), end)
        if tail > body and all(_lists(p, at) for at in range(body, tail)) and not _is_the_question(p, start):
            return Listing(start, body, tail, end)
    return None


def _openings(p: Parse) -> Iterator[tuple[int, int]]:
    """Places where such a list may begin, and where its first thing stands: the longest first."""
    for at, chunk in enumerate(p.chunks):
        if not at:
            continue
        before, text = p.chunks[at - 1], chunk.text.lower()
        asks = chunk.is_cue("show", "like", "with") and (text.split()[0] in _ASKING or text.split()[-1] in _ASKING)
        if asks and (before.kind == "mark" or before.word in (",", ":") or (before.is_cue("and") and " " not in before.text)):
            yield at, at + 1
        if before.word == "," and set(text.split()) <= _COUNTS | _SUMS | {"average"} and p.frame.subject is None:
            yield at, at
        following = p.chunk(at + 1)
        pointing = following is not None and following.text.lower().split()[0] in ("the", "their", "its", "that") and not _ranks(p, at + 2)
        if (chunk.is_cue("with") and text == "with" and pointing) or text in ("along with", "together with", "as well as"):
            yield at, at + 1


def _ranks(p: Parse, at: int) -> bool:
    """ "with the highest price": which one, not what of it."""
    return p.is_cue(at, "high", "low", "best", "worst", "common", "rare")


def _is_the_question(p: Parse, start: int) -> bool:
    """Nothing stands before it but a greeting or a setting."""
    return p.frame.figures is None and not any(
        chunk.kind in ("name", "value", "unit") or chunk.is_cue("count", "sum", "avg") for chunk in p.chunks[:start]
    )


def _sorts(p: Parse, at: int) -> bool:
    return p.is_cue(at, *_SORTING) or orders_from(p, at) is not None


def _lists(p: Parse, at: int) -> bool:
    chunk = p.chunks[at]
    words = [singular(word) for word in chunk.text.lower().split()]
    if chunk.kind in ("number", "date", "quoted", "superlative", "comparative", "mark"):
        return False
    if chunk.kind == "value":
        return bool(chunk.names) and chunk.names[0].score >= 0.9
    if chunk.is_cue("per"):
        return chunk.text.lower() in ("of each", "for each", "each") and (at + 1 == len(p.chunks) or _list_goes_on(p, at + 1))
    if chunk.kind == "cue":
        return chunk.is_cue(*_CUES) or set(words) <= _FIGURES | _MORE or chunk.text.lower() == "and that"
    return chunk.kind in ("name", "unit", "stop") or set(words) <= _FIGURES | _MORE | _NAMES


def _list_goes_on(p: Parse, at: int) -> bool:
    chunk = p.chunks[at]
    return chunk.is_cue("and") or chunk.kind == "mark" or chunk.word == ","


def take(p: Parse, found: Listing) -> None:
    """Show what is listed: what has been measured already as it is, else columns of what the question is about."""
    p.take(found.start, found.body)
    if not p.is_cue(found.start, "show", "like"):
        # "..., with their hire date": beside what is shown anyway.
        p.frame.also = True
    for start, end in _things(p, found):
        if _compares(p, start) or _said_already(p, start, end) or _resolved(p, start, end):
            p.take(start, end)


def _compares(p: Parse, at: int) -> bool:
    """ "... and the difference between them": asked for here for the first time, or again."""
    if p.is_cue(at, "ratio"):
        return ratio(p, at) is not None
    if p.is_cue(at, "difference"):
        return difference(p, at) is not None
    return p.is_cue(at, "share") and p.frame.share is None and share(p, at) is not None


def _things(p: Parse, found: Listing) -> Iterator[tuple[int, int]]:
    """Each thing listed, articles and joining words taken off."""
    start = found.body
    for at in range(found.body, found.tail + 1):
        chunk = p.chunk(at)
        if at < found.tail and chunk is not None and not (chunk.is_cue("and", "with", "but") or chunk.word == ","):
            continue
        begin, end = start, at
        while begin < end and (
            (p.chunks[begin].kind == "stop" and p.chunks[begin].word not in _TIMES) or p.is_cue(begin, "show", "and", "both", "all", "that")
        ):
            p.chunks[begin].used, begin = True, begin + 1
        if begin < end:
            yield begin, end
        start = at + 1


def _words(p: Parse, start: int, end: int) -> list[str]:
    words = [singular(word) for word in p.phrase(start, end).lower().split()]
    return [word for word in words if word not in _POINTING and word not in _MORE]


def _said_already(p: Parse, start: int, end: int) -> bool:
    """A word for a figure that was measured ("the total", "that average"), or for a time that is grouped by."""
    words = _words(p, start, end)
    if not words:
        return True
    frame = p.frame
    if set(words) <= _UNITS and any(group.unit is not None for group in frame.groups):
        return True
    special = frame.share is not None or frame.growth is not None or max(frame.ratio_at, frame.difference_at, frame.versus_at) >= 0
    if (special or frame.figures is not None) and words[-1] in _SPECIAL:
        return True
    if frame.figures is not None and set(words) <= _COUNTS | _POINTING:
        # "the number of each": both figures are shown anyway.
        return True
    if not set(words) <= _FIGURES:
        return False
    figures = _figures(p)
    if not figures and frame.groups and set(words) & _COUNTS and frame.subject is not None:
        figures = [Agg("count", frame.subject)]
    fitting = [expr for expr in figures if _is_called(expr, words)] or (figures if len(figures) == 1 else [])
    if (amount := _amount_beside_count(p, fitting, words)) is not None:
        fitting = [amount]
    if fitting and not special:
        _show(p, fitting[0], start, end)
    return bool(fitting)


def _amount_beside_count(p: Parse, fitting: list[Expr], words: list[str]) -> Expr | None:
    """ "count and amount": rows have been counted, and what they come to is asked for as well."""
    only = fitting[0] if len(fitting) == 1 else None
    counted = isinstance(only, Agg) and only.function == "count" and only.arg is None
    if not counted or not isinstance(only, Agg) or not set(words) & {"amount", "sum", "value"} or set(words) & _COUNTS:
        return None
    amount = amount_column(p, only.table)
    return Agg("sum", only.table, amount) if amount is not None else None


def _figures(p: Parse) -> list[Expr]:
    exprs = [output.expr for output in p.frame.outputs if is_aggregate(output.expr)]
    exprs += [sort.expr for sort in p.frame.sorts if sort.expr is not None and (is_aggregate(sort.expr) or sort.superlative)]
    return list(dict.fromkeys((*exprs, *(expr for expr, _, _, _ in p.frame.having))))


def _is_called(expr: Expr, words: list[str]) -> bool:
    if not isinstance(expr, Agg):
        return bool(set(words) & _SUMS)
    kinds = {
        "count": _COUNTS | {"total"},
        "sum": _SUMS,
        "avg": {"average", "mean"},
        "median": {"median"},
        "max": {"maximum"},
        "min": {"minimum"},
    }
    return bool(set(words) & kinds[expr.function])


def _show(p: Parse, expr: Expr, start: int, end: int) -> None:
    if all(output.expr != expr for output in p.frame.outputs):
        add_output(p, expr, start, end)


def _resolved(p: Parse, start: int, end: int) -> bool:
    names = _named_rows(p, start, end)
    if names:
        for name in names:
            _show(p, name, start, end)
        return True
    if (own := _own_key(p, start, end) or _own_date(p, start, end)) is not None:
        _show(p, own, start, end)
        return True
    grouped = {group.table.key for group in p.frame.groups if group.table is not None}
    table = p.table(start) if end == start + 1 else None
    if table is not None:
        for column_name in p.schema.display(table):
            _show(p, Col(table, column_name), start, end)
        return True
    about = p.frame.subject or next((group.table for group in p.frame.groups if group.table is not None), None)
    column = p.column(start, None, about) if p.chunks[start].kind == "name" else None
    ranked = any(sort.superlative for sort in p.frame.sorts)
    if column is not None and end == start + 1 and p.frame.groups and p.is_measure(column) and not ranked:
        rate = RATE_WORDS & set(name_words(column.column))
        _show(p, Agg("avg" if rate else "sum", column.table, column), start, end)
        return True
    if column is not None and end == start + 1 and not (grouped and p.is_measure(column)):
        # "the amount paid" behind "who has paid the most": what they are ranked by.
        _show(p, (_known_over(p, column) if ranked else None) or column, start, end)
        return True
    entry = measured(p, start, about)
    if entry is None or (entry.end < end - 1 and not _of_all(p, entry.end, end)) or entry.nested:
        return False
    expr = entry.expr
    if not entry.aggregated and (p.frame.groups or any(is_aggregate(known) for known in _figures(p))):
        expr = _known_over(p, expr) or expr
    _show(p, expr, start, end)
    return True


def _of_all(p: Parse, start: int, end: int) -> bool:
    """ "... of both cities", "for each of the two": of what is compared or grouped by."""
    tail = p.chunks[start:end]
    pointing = any(chunk.is_cue("both", "all", "per") or chunk.text.lower() in _POINTING for chunk in tail)
    return pointing and all(chunk.kind in ("stop", "name") or chunk.is_cue("both", "all", "per") for chunk in tail)


def _own_key(p: Parse, start: int, end: int) -> Col | None:
    """ "bill number", "the appointment's id": the key, where no column is called so."""
    words = _words(p, start, end)
    if not words or words[-1] not in ("number", "id", "key", "code", "no") or p.is_cue(start, "count"):
        return None
    table = _owner(p, words[:-1]) if len(words) > 1 else _about(p)
    if table is None or any(match.score >= 0.93 and match.table == table for match in p.chunks[start].names if match.kind == "column"):
        return None
    key = p.schema.key(table)
    return Col(table, key[0]) if len(key) == 1 and (len(words) > 1 or not _figures(p)) else None


def _own_date(p: Parse, start: int, end: int) -> Col | None:
    """ "amount and date": the usual date of what is listed."""
    words, table = _words(p, start, end), _about(p)
    if words not in (["date"], ["time"], ["day"]) or table is None or any(group.unit for group in p.frame.groups):
        return None
    dates = p.schema.dates(table)
    return Col(table, dates[0]) if dates else None


def _known_over(p: Parse, expr: Expr) -> Expr | None:
    """ "the salary" behind "the average salary": what was measured of that column."""
    return next((known for known in _figures(p) if isinstance(known, Agg) and known.arg == expr), None)


def _named_rows(p: Parse, start: int, end: int) -> list[Col]:
    """ "the name", "account name", "their full names": how rows of the subject or of a group are named."""
    words = _words(p, start, end)
    if not words or words[-1] not in _NAMES:
        return []
    valued = _grouped_value(p) if set(words) <= _NAMES else None
    if valued is not None:
        return [valued]
    chunk = p.chunks[start]
    best = chunk.best("column")
    owner = _owner(p, words[:-1]) if set(words) - _NAMES else None
    if owner is None and set(words) - _NAMES:
        return []
    if owner is None and best is not None and best.score >= 0.95 and best.table is not None and _about(p) == best.table:
        return []
    table = owner or _about(p)
    if table is None:
        return []
    people = first_and_last(p, table)
    return list(people) if people and len(p.schema.display(table)) > 1 else [Col(table, name) for name in p.schema.display(table)]


def _grouped_value(p: Parse) -> Col | None:
    """ "Which keepers have more than two cars? Give the name and the number": the value of whose rows there are so many."""
    shown = p.frame.outputs[0].expr if p.frame.outputs else None
    counted = any(isinstance(known, Agg) and isinstance(shown, Col) and known.table == shown.table for known, _, _, _ in p.frame.having)
    return shown if isinstance(shown, Col) and counted and p.frame.subject is None else None


def _owner(p: Parse, words: list[str]) -> TableName | None:
    for _, table in p.tables_said:
        if tuple(words[-1:]) == table_words(table.name)[-1:] or tuple(words) == table_words(table.name):
            return table
    return None


def _about(p: Parse) -> TableName | None:
    grouped = next((group.table for group in reversed(p.frame.groups) if group.table is not None), None)
    return (
        (p.frame.subject if p.frame.subject is not None and not _counts_subject(p) else None) or grouped or p.frame.subject or p.subject()
    )


def _counts_subject(p: Parse) -> bool:
    """ "how many orders per customer": a name is the customer's."""
    return any(
        isinstance(known, Agg) and p.frame.subject is not None and known.table.key == p.frame.subject.key for known in _figures(p)
    ) and (any(group.table is not None for group in p.frame.groups))
