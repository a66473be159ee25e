"""What of a reading speaks for it or against it, as numbers: words left over, guesses, joins, shapes that do not fit the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_builtin.asked_traits import asked
from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.left_traits import leftovers
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.query_walk import nodes, tables_in
from sqlcoder_builtin.schema import Step
from sqlcoder_builtin.shape_traits import shaped
from sqlcoder_builtin.tree import Agg, Col, Compare, Figure, Has, Like, Lit, Not, Null, OneOf, Query, Scalarq

Traits = dict[str, float]

_TIE, _NEAR = 0.05, 0.12
"""Second readings of a column that are this close behind the first."""


def traits(p: Parse, query: Query, notes: Sequence[str], steps: Sequence[Step]) -> Traits:
    """All of them by name; those that are 0 are left out."""
    found: Traits = {"always": 1.0, "doubts": min(p.frame.doubts, 1.5), "notes": float(len(notes)), "refused": float(len(p.refused))}
    for group in (
        leftovers(p, query),
        _verbs(p, query),
        _names(p),
        _joins(steps),
        _rivals(p, query),
        _tables(p, query),
        _shape(p, query),
        _literals(p, query),
        asked(p, query),
        shaped(p, query),
    ):
        for name, amount in group:
            found[name] = found.get(name, 0.0) + amount
    return {name: amount for name, amount in found.items() if amount}


def _verbs(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Verbs that say nothing here, unless a table of the query is that of such deeds."""
    used = tables_in(query)
    for at, chunk in enumerate(p.chunks):
        if chunk.kind == "verb" and not chunk.used:
            table = acted_table(p, at)
            yield "verb left", float(table is None or table.key not in used)


def _names(p: Parse) -> Iterator[tuple[str, float]]:
    scores = [chunk.names[0].score for chunk in p.chunks if chunk.kind == "name" and chunk.used and chunk.names]
    if scores:
        yield "weakest name", 1.0 - min(scores)
        yield "names' doubt", 1.0 - sum(scores) / len(scores)
        yield "very weak names", float(sum(score < 0.65 for score in scores))
        yield "weak names", float(sum(0.65 <= score < 0.85 for score in scores))
    yield "mentioned", float(max(0, len(p.frame.mentioned) - 1))


def _joins(steps: Sequence[Step]) -> Iterator[tuple[str, float]]:
    yield "joins to many", float(sum(step.many for step in steps))
    yield "joins to one", float(sum(not step.many for step in steps))
    yield "guessed joins", float(sum(step.cost > 1.3 for step in steps))
    yield "many joins", float(len(steps) > 3)


def _rivals(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Second meanings close behind the columns that the query uses."""
    used = {(node.table.key, node.column) for node in nodes(query) if isinstance(node, Col)}
    margins = [margin for (_, table, column), margin in p.rivals.items() if (table, column) in used]
    yield "near rivals", float(sum(margin < _NEAR for margin in margins))
    yield "ties", float(sum(margin < _TIE for margin in margins))


def _tables(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Tables that were named and are not in the query, and those that are in it and were not named."""
    said, used = {table.key for _, table in p.tables_said}, tables_in(query)
    yield "named tables unused", float(len(said - used))
    yield "tables not named", float(len(used - said))
    yield "several tables shown", float(len(tables_of(output.expr for output in p.frame.outputs)) > 1 and not p.frame.groups)


def _shape(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """What the query does against what the words ask."""
    inside = list(nodes(query))
    chunks = p.chunks
    negated = any(
        isinstance(node, Not) or getattr(node, "negated", False) or (isinstance(node, Compare) and node.op == "!=") for node in inside
    )
    said_not = any(chunk.is_cue("never", "ne", "without") for chunk in chunks)
    yield "not said, not done", float(said_not and not negated and query.combine is None)
    yield "not done, not said", float(negated and not said_not and not any(isinstance(node, Null) for node in inside))
    yield "negated", float(negated)
    ranks = any(
        chunk.is_cue("high", "low", "common", "rare", "best", "worst")
        or chunk.kind == "superlative"
        or (chunk.is_cue("last") and not chunk.used)
        for chunk in chunks
    )
    ranked = query.limit is not None or query.per_group is not None
    extreme = any(isinstance(node, Agg) and node.function in ("min", "max") for node in inside)
    yield "rank said, not done", float(ranks and not ranked and not extreme)
    yield "rank done, not said", float(ranked and not ranks and p.frame.limit is None)
    groups = any(chunk.is_cue("per") for chunk in chunks)
    figured = any(isinstance(node, Figure) for node in inside)
    yield "each said, not done", float(groups and not (query.group or query.keep or figured) and query.per_group is None and not _framed(p))
    yield "and or", float(sum(chunk.is_cue("or", "both", "but") for chunk in chunks))
    yield "nested", float(any(isinstance(node, Scalarq) for node in inside))
    yield "set operation", float(query.combine is not None)
    yield "per group", float(query.per_group is not None)
    yield "having", float(bool(query.having))
    yield "related rows", float(sum(isinstance(node, Has) - isinstance(node, Figure) for node in inside))
    yield "whole rows", float(not query.select)
    yield "conditions", float(len(query.where))
    yield "no conditions", float(not query.where and not query.having)
    yield "shown", float(max(0, len(query.select) - 2))
    aggregates = [is_aggregate(item.expr) for item in query.select]
    yield "mixed", float(any(aggregates) and not all(aggregates) and not p.frame.groups)
    yield "words", max(0, len(chunks) - 10) / 10
    yield "nothing shown", float(not p.frame.outputs)
    yield "frame of its own", float(_framed(p))


def _framed(p: Parse) -> bool:
    """Shares, ratios, differences, growth and the like, which have shapes of their own."""
    frame = p.frame
    marked = max(frame.versus_at, frame.difference_at, frame.ratio_at, frame.share_at) >= 0
    return marked or frame.growth is not None or frame.running


def _literals(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Texts that are compared: stored in their column, not among what is known of it, or nothing known; and by whose name."""
    texts = list(_texts(query))
    yield "texts compared", float(len(texts))
    for column, value in texts:
        stored = [str(one).casefold() for one in p.schema.of(column).values]
        yield ("text unknown" if not stored else "text stored" if value.casefold() in stored else "text not stored"), 1.0
        yield "text in lower case", float(not stored and value.islower())
        yield "text is a name", float(column.column in p.schema.display(column.table))


def _texts(query: Query) -> Iterator[tuple[Col, str]]:
    for node in nodes(query):
        if isinstance(node, OneOf) and isinstance(node.left, Col):
            yield from ((node.left, value) for value in node.values if isinstance(value, str))
        elif isinstance(node, Compare) and isinstance(node.left, Col) and isinstance(node.right, Lit) and isinstance(node.right.value, str):
            yield node.left, node.right.value
        elif isinstance(node, Like) and isinstance(node.left, Col) and "%" not in node.pattern:
            yield node.left, node.pattern
