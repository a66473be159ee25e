"""By how often: "has won the most times", "bought the most", "which city has the most records"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.commonest import only_counter
from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Has
from sqlcoder_core.api import TableName

_TIMES = frozenset({"times", "time", "number of times", "amount of times", "occurrences", "often", "frequently"})
_ROWS = frozenset({"records", "entries", "rows", "instances", "occurrences"})
_SUPERLATIVES = frozenset({"most", "least", "fewest", "greatest", "highest", "largest"})


def times_most(p: Parse, at: int) -> int | None:
    """The first by the number of rows: of the deed before, of the related rows spoken of, else of the column's own table."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("high", "low") or chunk.text.lower() not in _SUPERLATIVES:
        return None
    if any(sort.superlative for sort in p.frame.sorts):
        return None
    end, rows = _said(p, at)
    if end is None:
        return None
    counted = _own_rows(p) if rows else _deed(p, at, bare=end == at + 1)
    if counted is None:
        return None
    expr = Agg("count", counted)
    p.frame.sorts.append(Sort(chunk.word == "high", p.phrase(at, end), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, end), f"{'most' if chunk.word == 'high' else 'fewest'} {describe(expr)} first")
    p.frame.doubts += 0.05
    p.take(at, end)
    return end


def _said(p: Parse, at: int) -> tuple[int | None, bool]:
    """Where the phrase ends and whether rows are spoken of; None for any other use of "most"."""
    place = p.past(at + 1, "the", "of")
    following = p.chunk(place)
    if following is not None and following.is_cue("count") and following.text.lower() in ("number of", "the number of"):
        place += 1
        following = p.chunk(place)
    if following is not None and following.text.lower() in _TIMES:
        return place + 1, False
    if following is not None and following.text.lower() in _ROWS and p.table(place) is None:
        return place + 1, True
    bare = p.chunks[at].text.lower() in ("most", "least") and (following is None or following.kind == "mark")
    return (at + 1 if bare else None), False


def _own_rows(p: Parse) -> TableName | None:
    shown = [output.expr for output in p.frame.outputs]
    if shown and isinstance(shown[0], Col):
        return shown[0].table
    return None


def _deed(p: Parse, at: int, *, bare: bool) -> TableName | None:
    """The table of the verb before, of related rows that must exist, else the only one that refers to the subject's."""
    subject, before = p.subject(), p.before(at)
    if subject is None or before is None or any(is_aggregate(output.expr) for output in p.frame.outputs):
        return None
    place = p.chunks.index(before)
    named = p.table(place) or acted_table(p, place)
    if named is not None and named.key != subject.key and p.schema.path(subject, named) and not p.schema.to_one(subject, named):
        return named
    related = [
        condition.pred for condition in p.frame.conditions if isinstance(condition.pred, Has) and condition.pred.of.key == subject.key
    ]
    if related and not related[-1].negated:
        return related[-1].table
    if bare and before.kind != "verb" and not before.text.lower().endswith("ed"):
        return None
    return only_counter(p, subject, at)
