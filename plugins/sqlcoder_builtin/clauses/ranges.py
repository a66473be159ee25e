"""Ranges of a number column, and the units behind numbers."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Col, Compare, Comparison, Lit, Not

_UNITS = frozenset(
    """
    dollar dollars usd euro euros eur year years old percent % units unit kg km miles mile meters metres meter minutes
    minute hours hour seconds second pounds pound stars star points point days day feet cm lbs people square
    """.split()
)
"""Units said behind a number; the column says the same."""


def past_unit(p: Parse, at: int) -> int:
    while (chunk := p.chunk(at)) is not None and chunk.text.lower() in _UNITS and not (chunk.kind == "name" and chunk.names[0].score > 0.9):
        at += 1
    return at


def between(p: Parse, column: Col | None, start: int, at: int, negated: bool) -> int | None:
    low = constant(p, at)
    if low is None or column is None:
        return None
    high_at = p.past(past_unit(p, low.end))
    if not p.is_cue(high_at, "and") and not (p.chunk(high_at) and p.chunks[high_at].text.lower() in ("to", "-")):
        return None
    high = constant(p, p.past(high_at + 1))
    if high is None:
        return None
    both = All_((Compare(">=", column, Lit(low.value)), Compare("<=", column, Lit(high.value))))
    return add_condition(p, Not(both) if negated else both, start, past_unit(p, high.end))


def open_ended(p: Parse, end: int, op: Comparison) -> tuple[Comparison, int]:
    """ "5 or more", "10 or less"."""
    if p.is_cue(end, "or") and (chunk := p.chunk(end + 1)) is not None:
        if chunk.text.lower() in ("more", "above", "greater", "higher", "over", "later", "older", "larger"):
            return ">=", end + 2
        if chunk.text.lower() in ("less", "below", "fewer", "lower", "under", "earlier", "younger", "smaller"):
            return "<=", end + 2
    return op, past_unit(p, end)
