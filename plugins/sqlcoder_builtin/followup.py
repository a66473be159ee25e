"""A question that leans on the one before it ("and by city?", "only for 2024", "what about Chicago?"), both read as one."""

from __future__ import annotations

from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Condition, Frame
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Compare, Like, OneOf
from sqlcoder_core.api import Ask, rematch

_LEANING = (
    "and", "only", "just", "what about", "how about", "now", "but", "same", "also", "by", "per", "for", "in", "sort", "sorted",
    "order by", "excluding", "without", "instead", "break",
    "split", "then", "group", "limit", "top", "since", "before", "after", "during", "last", "this", "ok", "okay", "or", "those",
    "of those", "of these", "them", "with", "not",
)  # fmt: skip
_ADDING = ("also", "and also", "additionally", "then also")


def read_together(ask: Ask, schema: Schema) -> Parse | None:
    """The frame of the questions before, changed by this one; None when this one stands alone.

    A thread goes back to the last question that stood alone; each one after it changes the frame in turn.
    """
    question = ask.linked.question
    if not question.previous or not leans(question.text):
        return None
    thread = question.previous.splitlines()
    start = next((place for place in reversed(range(len(thread))) if not leans(thread[place])), 0)
    before = Parse(chunks_of(rematch(thread[start], ask.linked), ask.clock), schema, ask.clock)
    recognise(before)
    for text in thread[start + 1 :]:
        _change(before, Parse(chunks_of(rematch(text, ask.linked), ask.clock), schema, ask.clock), text)
    _change(before, Parse(chunks_of(ask.linked, ask.clock), schema, ask.clock), question.text)
    return before


def _change(before: Parse, now: Parse, text: str) -> None:
    now.frame.subject = before.frame.subject
    now.tables_said = [*((-1, table) for _, table in before.tables_said), *now.tables_said]
    now.zone = "where"
    recognise(now)
    _merge(before, now, adding=text.lower().startswith(_ADDING))
    before.chunks = [*before.chunks, *now.chunks]


def leans(text: str) -> bool:
    """True for fragments: they begin like one, or are too short to be a question of their own."""
    low = text.lower().strip()
    return any(low.startswith(f"{word} ") or low == word for word in _LEANING) or len(low.split()) <= 2


def _merge(before: Parse, now: Parse, *, adding: bool) -> None:
    old, new = before.frame, now.frame
    if new.groups:
        old.groups = [*old.groups, *new.groups] if adding else new.groups
    for condition in new.conditions:
        _put(old, condition)
    if new.dates:
        old.dates = new.dates
    if any(sort.expr is not None for sort in new.sorts) or (new.sorts and not old.sorts):
        old.sorts = new.sorts
    if new.limit is not None:
        old.limit, old.top = new.limit, new.top
    measures = [output for output in new.outputs if is_aggregate(output.expr)]
    if measures:
        old.outputs = [output for output in old.outputs if not is_aggregate(output.expr)] + measures
    else:
        old.outputs += [output for output in new.outputs if output.expr not in [other.expr for other in old.outputs]]
    shift = 1 + max((reading[0] for reading in old.readings), default=0)
    old.readings += [(shift + at, phrase, meaning) for at, phrase, meaning in new.readings]
    old.doubts += new.doubts + 0.05
    old.share = new.share or old.share
    old.growth = new.growth or old.growth


def _put(frame: Frame, condition: Condition) -> None:
    """A new value for a column takes the old one's place."""
    column = getattr(condition.pred, "left", None)
    simple = isinstance(condition.pred, (Compare, OneOf, Like))
    frame.conditions = [
        other for other in frame.conditions if not (simple and isinstance(other.pred, (Compare, OneOf, Like)) and other.pred.left == column)
    ]
    frame.conditions.append(condition)
