"""One date of a row held against another: "paid after the due date", "delivered late", "overdue", "before it was promised"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.durations import date_at, deed_date_at, tables_near
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by
from sqlcoder_builtin.tree import All_, Col, Compare, Comparison, Expr, Null, Pred, Today, Trunc
from sqlcoder_core.api import TableName, name_words

_DUE = ("due", "promised", "expected", "deadline", "estimated", "planned", "target", "agreed", "required", "scheduled")
_DONE = (
    "paid",
    "delivered",
    "returned",
    "completed",
    "closed",
    "finished",
    "resolved",
    "arrived",
    "received",
    "shipped",
    "actual",
    "end",
    "ended",
)
_WORDS: dict[str, Comparison] = {
    "after": ">", "later than": ">", "past": ">", "before": "<", "earlier than": "<", "prior to": "<", "ahead of": "<", "by": "<=",
    "on or before": "<=", "no later than": "<=",
}  # fmt: skip


def against_date(p: Parse, at: int) -> int | None:
    """ "DEED after DATE", where both are dates of rows."""
    chunk = p.chunk(at)
    op = _WORDS.get(chunk.text.lower()) if chunk is not None and chunk.kind != "date" else None
    if op is None or chunk is None or (chunk.text.lower() == "by" and not _is_due(p, at + 1)):
        return None
    behind = p.chunk(p.past(at + 1))
    if behind is None or behind.kind in ("number", "date", "unit") or p.is_cue(at - 1, "count"):
        return None
    other, end = date_at(p, at + 1)
    deed, start = _deed(p, at, other.table if other is not None else None)
    if other is None or deed is None or deed == other or not p.schema.to_one(deed.table, other.table):
        return None
    return add_condition(p, Compare(op, *_alike(p, deed, other)), start, end)


def deed_against_date(p: Parse, at: int) -> int | None:
    """The same from the deed on, before it is taken for a stored value."""
    chunk, following = p.chunk(at), p.chunk(at + 1)
    if chunk is None or following is None or chunk.kind not in ("value", "name", "verb"):
        return None
    if following.text.lower() not in _WORDS:
        return _done_late(p, at) if chunk.kind == "value" else None
    return against_date(p, at + 1)


def _done_late(p: Parse, at: int) -> int | None:
    """ "invoices paid late": what was done, not a status that is called so."""
    due = dated_by(p.schema, _DUE, tables_near(p, at))
    done = dated_by(p.schema, (p.chunks[at].text.lower(),), (due.table,)) if due is not None else None
    end = late(p, at + 1) if done is not None else None
    if end is not None:
        p.take(at, at + 1)
    return end


def _is_due(p: Parse, at: int) -> bool:
    chunk = p.chunk(p.past(at))
    return chunk is not None and chunk.text.lower().split()[0] in _DUE


def _deed(p: Parse, at: int, table: TableName | None) -> tuple[Col | None, int]:
    """The deed said just before, else what is done to such rows."""
    for place in range(at - 1, max(-1, at - 4), -1):
        chunk = p.chunks[place]
        if chunk.kind in ("mark", "number", "date"):
            break
        if chunk.kind in ("name", "verb", "value", "word"):
            column = p.column(place, p.dated) if chunk.kind == "name" and p.table(place) is None else None
            if column is None or not p.is_dated(column):
                column, _ = deed_date_at(p, place)
            if column is None and table is not None and p.table(place) is None:
                column = dated_by(p.schema, _DONE, (table,))
            fits = column is not None and (table is None or column.table.key == table.key or p.schema.to_one(column.table, table))
            return (column, place) if fits else (None, at)
    return None, at


def _alike(p: Parse, one: Col, other: Col) -> tuple[Expr, Expr]:
    """A moment held against a day counts as its day."""
    moments = [_is_moment(p, column) for column in (one, other)]
    if moments[0] == moments[1]:
        return one, other
    return (Trunc("day", one), other) if moments[0] else (one, Trunc("day", other))


def _is_moment(p: Parse, column: Col) -> bool:
    kind = p.schema.of(column).kind
    return kind == "timestamp" or (
        kind not in ("date",) and name_words(column.column)[-1:] in (("at",), ("timestamp",), ("time",), ("datetime",))
    )


def late(p: Parse, at: int) -> int | None:
    """ "paid late", "late deliveries", "on time", "overdue": what was done held against when it was due."""
    chunk = p.chunk(at)
    text = chunk.text.lower() if chunk is not None and chunk.kind in ("word", "stop", "verb", "cue") else ""
    following = p.chunk(at + 1)
    on_time = text == "on" and following is not None and following.text.lower() in ("time", "schedule")
    if text not in ("late", "overdue", "early") and not on_time:
        return None
    due = dated_by(p.schema, _DUE, tables_near(p, at))
    done = dated_by(p.schema, _DONE, (due.table,)) if due is not None else None
    if due is None or done is None or done == due:
        return None
    end = at + 2 if on_time else at + 1
    zone = p.zone
    end = add_condition(p, _held(p, text, done, due, on_time=on_time), at, end)
    p.zone = zone
    return end


def _held(p: Parse, text: str, done: Col, due: Col, *, on_time: bool) -> Pred:
    if text == "overdue":
        return All_((Compare("<", due, Today()), Null(done)))
    return Compare("<=" if on_time else "<" if text == "early" else ">", *_alike(p, done, due))
