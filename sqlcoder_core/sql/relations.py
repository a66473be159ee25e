"""A tree in, the relations it reads out: CTE names resolved in their scopes, as the engine does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlglot import exp

from sqlcoder_core.sql.spelling import fold, written_key

_RECURSIVE_WITHOUT_THE_WORD: Final = frozenset({"sqlite", "tsql", "snowflake", "oracle"})


class _Visit(NamedTuple):
    node: exp.Expr
    known: frozenset[str]
    """CTE names that an unqualified name may mean here."""
    rows: frozenset[str]
    """BigQuery: aliases whose array columns may stand in FROM (`FROM t, t.items`)."""
    itself: str | None = None
    """The name of the recursive CTE whose body this is."""


def relations(tree: exp.Expr, dialect: str) -> Iterator[exp.Table]:
    """Every Table node that is neither a CTE in scope nor a function.

    Where a name could be either, it counts as a relation, so that it must stand in the catalog: a CTE's name inside its own
    body is the real table, but for the recursive term of a UNION.
    """
    stack = [_Visit(tree, frozenset(), frozenset())]
    while stack:
        visit = stack.pop()
        node = visit.node
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) and not _is_local(node, visit, dialect):
            yield node
        stack.extend(_children(visit, dialect))


def _is_local(table: exp.Table, visit: _Visit, dialect: str) -> bool:
    if not table.args.get("db"):
        return written_key(table.this, dialect) in visit.known
    return fold(table.parts[0].name) in visit.rows


def _children(visit: _Visit, dialect: str) -> Iterator[_Visit]:
    node, known, rows, itself = visit
    if with_ := node.args.get("with_"):
        for cte in with_.expressions:
            name = written_key(cte.args["alias"].this, dialect)
            recursive = with_.args.get("recursive") or dialect in _RECURSIVE_WITHOUT_THE_WORD
            yield _Visit(cte.this, known, rows, name if recursive else None)
            known |= {name}
    in_order = dialect == "bigquery" and isinstance(node, exp.Select)
    if in_order:
        yield from _from_left_to_right(node, known, rows)
        rows |= _aliases(_sources(node))
    for key, value in node.args.items():
        if key == "with_" or (in_order and key in ("from_", "joins")):
            continue
        inner, own = known, None
        if itself and isinstance(node, exp.Union) and key == "expression":
            inner = known | {itself}
        elif itself and dialect == "sqlite" and isinstance(node, exp.Union) and key == "this":
            own = itself
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, exp.Expr):
                yield _Visit(part, inner, rows, own)


def _from_left_to_right(select: exp.Expr, known: frozenset[str], rows: frozenset[str]) -> Iterator[_Visit]:
    """In FROM, only what stands further left can lend its array columns."""
    for source in _sources(select):
        yield _Visit(source, known, rows)
        rows |= _aliases([source])


def _sources(select: exp.Expr) -> list[exp.Expr]:
    return [source for source in (select.args.get("from_"), *(select.args.get("joins") or ())) if source]


def _aliases(sources: list[exp.Expr]) -> frozenset[str]:
    return frozenset(fold(source.this.alias_or_name) for source in sources)
