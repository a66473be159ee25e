"""A query in, how hard it is to write out: easy, medium, hard or extra, as Spider names its four classes.

The rules are our own, in the spirit of Spider's: they count on sqlglot's tree where Spider counts on its own form of a query, so a few
queries fall into a neighbouring class.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError


def hardness(sql: str, dialect: str) -> str:
    """By the sum of three counts over the outermost query and what is nested in it; empty for what cannot be read.

    clauses: one each for WHERE, GROUP BY, ORDER BY, LIMIT, and for every join, OR and LIKE of the outermost query; breadth: one each for
    a second selected column, a second aggregate, a second condition, a second group key; nesting: one for every further SELECT
    (subquery, or side of a UNION, INTERSECT or EXCEPT). easy: at most one clause and nothing else. medium: no nesting, at most two
    clauses with at most one of breadth, or one clause with at most two. extra: two nested, or one beside more than one clause or any
    breadth, or four clauses. hard: the rest.
    """
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except SqlglotError:
        return ""
    selects = list(tree.find_all(exp.Select))
    if not selects:
        return ""
    outer = tree if isinstance(tree, exp.Select) else selects[0]
    return _class(_clauses(outer), _breadth(outer), len(selects) - 1)


def _class(clauses: int, breadth: int, nesting: int) -> str:
    if not nesting and clauses <= 1 and not breadth:
        return "easy"
    if not nesting and ((clauses <= 2 and breadth <= 1) or (clauses <= 1 and breadth <= 2)):
        return "medium"
    if nesting > 1 or clauses > 3 or (nesting and (clauses > 1 or breadth)):
        return "extra"
    return "hard"


def _clauses(select: exp.Select) -> int:
    present = sum(select.args.get(name) is not None for name in ("where", "group", "order", "limit"))
    own = [node for node in select.find_all(exp.Join, exp.Or, exp.Like) if node.find_ancestor(exp.Select) is select]
    return present + len(own)


def _breadth(select: exp.Select) -> int:
    where, group = select.args.get("where"), select.args.get("group")
    aggregates = [node for node in select.find_all(exp.AggFunc) if node.find_ancestor(exp.Select) is select]
    conditions = len(list(where.this.flatten())) if where is not None and isinstance(where.this, exp.And | exp.Or) else 1
    keys = len(group.expressions) if group is not None else 0
    return sum(count > 1 for count in (len(select.expressions), len(aggregates), conditions, keys))
