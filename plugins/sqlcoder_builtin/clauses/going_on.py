"""What still is: "products still offered", "current staff": the date on which it ends is not there yet."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by, whole_span
from sqlcoder_builtin.tree import All_, Any_, Col, Compare, Null, Pred, Today
from sqlcoder_core.api import TableName, name_words

_STILL = frozenset({"still", "currently", "current", "present", "existing"})
_OF_AGE = frozenset({"age", "ages", "aged", "old", "older", "oldest", "young", "younger", "youngest"})
_PAST = frozenset("left sold made went began did was were had new sent got paid came gone due".split())
_ENDS = (
    "discontinued", "left", "leave", "termination", "terminated", "resigned", "retired", "exit", "deactivated", "churned", "closed",
    "ended", "end", "cancelled", "canceled", "expired", "removed", "deleted", "until", "died", "death", "exit", "exited",
)  # fmt: skip


def ongoing(p: Parse, at: int) -> int | None:
    """The end of such a row is missing; the word says nothing where its table knows no end."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in _STILL or chunk.kind == "name":
        return None
    zone, table = p.zone, _table(p, at)
    ended = _end_of(p, table, chunk.text.lower()) if table is not None else None
    p.take(at, at + 1)
    if ended is None or any(condition.pred == Null(ended) for condition in p.frame.conditions):
        return at + 1
    left_out = next((place for place in range(at - 1, max(-1, at - 6), -1) if _leaves_out(p, place)), None)
    if left_out is not None:
        p.take(left_out, left_out + 1)
    pred = Null(ended, True) if left_out is not None else _not_over(ended)
    end = add_condition(p, pred, at, _past_state(p, at + 1))
    p.zone = zone
    return end


def _not_over(ended: Col) -> Pred:
    """No end is known; where ends are planned ahead, it may also lie ahead."""
    return Any_((Null(ended), Compare(">=", ended, Today()))) if _is_planned(ended) else Null(ended)


def _is_planned(ended: Col) -> bool:
    """ "closes_on", "expiry_date", "valid_to", "end_date": written down before it happens; not "closed_at", "left_on"."""
    return bool(_PLANNED & set(name_words(ended.column)))


_PLANNED = frozenset({"expiry", "expire", "expiration", "until", "to", "close", "end", "deadline"})


def _leaves_out(p: Parse, at: int) -> bool:
    """ "skip loans that are still out", "excluding those still open": what is wanted is over."""
    text = p.chunks[at].text.lower()
    return text in _LEFT_OUT or (
        text == "not" and p.chunk(at + 1) is not None and p.chunks[at + 1].text.lower() in ("counting", "including")
    )


_LEFT_OUT = frozenset("excluding except skip skipping ignore ignoring omit omitting exclude without drop disregard".split())


def _end_of(p: Parse, table: TableName, said: str) -> Col | None:
    """The date on which a row of the table ends; for what is "still" so also the second date of any pair."""
    ended = dated_by(p.schema, _ENDS, (table,))
    pair = whole_span(p.schema, table) if ended is None and said == "still" else None
    return pair[1] if pair is not None else ended


_STATES = tuple(
    tuple(said.split())
    for said in (
        "on their way", "on its way", "on the way", "under way", "underway", "in progress", "in use", "in force", "in place", "in transit",
        "going on", "ongoing", "running", "out", "open", "away", "around", "with us", "here", "there", "on", "in", "active", "valid",
        "alive", "parked", "outstanding", "missing", "pending", "to come", "in the building", "in stock",
    )
)  # fmt: skip


def _past_state(p: Parse, at: int) -> int:
    """ "still parked", "still alive": the state that goes on, unless it is a thing, a value or a column itself."""
    chunk, behind = p.chunk(at), p.chunk(at + 1)
    for state in _STATES:
        if p.phrase(at, at + len(state)).lower().split() == list(state):
            return at + len(state)
    plain = chunk is not None and chunk.kind in ("word", "verb") and p.table(at) is None
    ends = behind is None or behind.kind in ("mark", "date") or behind.word == "," or behind.is_cue("and", "per", "by", "that")
    return at + 1 if plain and ends else at


def _table(p: Parse, at: int) -> TableName | None:
    """The table named just behind, else the one spoken of."""
    behind = next((table for place, table in p.tables_said if at < place <= at + 2), None)
    return behind or p.frame.subject or next((table for place, table in reversed(p.tables_said) if place < at), None) or p.subject()


def now(p: Parse, at: int) -> int | None:
    """ "still offered today", "their age today": when it is asked, not a date that something has."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "date" or chunk.text.lower() not in ("today", "as of today", "now"):
        return None
    words = {word for other in p.chunks for word in other.text.lower().split()}
    table = _table(p, at)
    if not words & (_STILL | _OF_AGE):
        ended = dated_by(p.schema, _ENDS, (table,)) if table is not None else None
        if ended is None or any(word in _PAST or (word.endswith("ed") and len(word) > 3) for word in words):
            return None
        # "who report to her today": of those who are still there.
        p.frame.doubts += 0.05
        pair = whole_span(p.schema, table) if table is not None else None
        begun = (Compare("<=", pair[0], Today()),) if pair is not None and pair[1] == ended and _is_planned(ended) else ()
        return add_condition(p, All_((*begun, _not_over(ended))) if begun else _not_over(ended), at, at + 1)
    p.take(at, at + 1)
    return at + 1
