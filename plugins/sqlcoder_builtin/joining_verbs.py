"""Verbs between two tables that are joined anyway: "machines that stand in each plant", "jobs that attracted applicants"."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.parse import Parse
from sqlcoder_core.api import TableName, bases, is_verb

PICKS_ROWS = frozenset(
    """
    abandon accept activate approve ban block break cancel change churn close complete confirm correct cure decline decrease default delay
    delete deny die differ disable discontinue dispute double drop end escalate exceed expire fail finish flag freeze halve ignore increase
    lapse lose match miss open outgrow overrun pause pend postpone quit reactivate rebook refund refuse reject remove renew repeat replace
    reschedule reset resign resolve retire return revoke share shrink skip solve stop succeed surpass suspend terminate unsubscribe upgrade
    vary void waive withdraw worsen
    """.split()
)
"""Verbs that say in which state a row must be, or how it compares: without them other rows are meant."""
_NEGATIONS = frozenset("not never no none without neither nor n't nobody nothing only".split())


def picks_rows(word: str) -> bool:
    """True for a form of a verb without which other rows are meant."""
    return bool(PICKS_ROWS & set(bases(word)))


def joins_tables(p: Parse, at: int) -> bool:
    """True for a verb with a table before it and another behind it in its sentence, which have a way to each other; nothing negates it."""
    chunk = p.chunks[at]
    word = chunk.text.lower()
    if chunk.kind != "word" or chunk.capital or not is_verb(word) or picks_rows(word) or _negated(p, at):
        return False
    before, behind = next(_tables(p, at, -1), None), next(_tables(p, at, 1), None)
    return before is not None and behind is not None and before.key != behind.key and p.schema.path(before, behind) is not None


def _tables(p: Parse, at: int, step: int) -> Iterator[TableName]:
    """Tables named on one side of a place, the nearest first, up to the end of the sentence."""
    at += step
    while (chunk := p.chunk(at)) is not None and chunk.kind != "mark":
        if (table := p.table(at)) is not None:
            yield table
        at += step


def _negated(p: Parse, at: int) -> bool:
    return any(_NEGATIONS & set(chunk.text.lower().split()) for chunk in p.chunks[max(0, at - 3) : at])
