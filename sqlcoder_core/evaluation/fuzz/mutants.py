"""A gold query's tree in, nearly the same queries out: one change each, of the kinds that people and models get wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.shape import Shape

Change = Callable[[exp.Expr, Shape], Iterator[exp.Expr | None]]
"""(node of a copy, shape) in; replacements of the node out, None to remove it. Kinds are named by what was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`kind` names the change, `sql` is the changed query."""

    kind: str
    sql: str


def mutants_of(tree: exp.Expr, shape: Shape, dialect: str, *, most: int = 4) -> tuple[Mutant, ...]:
    """At most `most` mutants of each kind, texts that equal the gold or an earlier mutant left out."""
    seen = {tree.sql(dialect=dialect)}
    found: list[Mutant] = []
    for kind, change in KINDS.items():
        fresh = 0
        for text in _changed(tree, change, shape, dialect):
            if fresh == most:
                break
            if text not in seen:
                seen.add(text)
                found.append(Mutant(kind=kind, sql=text))
                fresh += 1
    return tuple(found)


def _changed(tree: exp.Expr, change: Change, shape: Shape, dialect: str) -> Iterator[str]:
    """The query's text with one node changed, for each node and each change of it."""
    for position, node in enumerate(tree.walk()):
        for variant, _ in enumerate(change(node, shape)):
            copy = tree.copy()
            place = next(one for at, one in enumerate(copy.walk()) if at == position)
            replacement = next(one for at, one in enumerate(change(place, shape)) if at == variant)
            root = _put(copy, place, replacement)
            yield root.sql(dialect=dialect)


def _put(root: exp.Expr, place: exp.Expr, replacement: exp.Expr | None) -> exp.Expr:
    if replacement is place:  # changed in place
        return root
    if place is root and replacement is not None:
        return replacement
    if replacement is None:
        place.pop()
    else:
        place.replace(replacement)
    return root


# ---------------------------------------------------------------------- conditions


def _drop_condition(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.And):
        yield node.this.copy()
        yield node.expression.copy()
    if isinstance(node, exp.Where):
        yield None


def _and_to_or(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.And) and not isinstance(node.parent, exp.Join):
        yield exp.Or(this=node.this.copy(), expression=node.expression.copy())
    if isinstance(node, exp.Or):
        yield exp.And(this=node.this.copy(), expression=node.expression.copy())


_FLIPS: dict[type[exp.Expr], tuple[type[exp.Expr], ...]] = {
    exp.LT: (exp.LTE, exp.GT),
    exp.LTE: (exp.LT, exp.GTE),
    exp.GT: (exp.GTE, exp.LT),
    exp.GTE: (exp.GT, exp.LTE),
    exp.EQ: (exp.NEQ,),
    exp.NEQ: (exp.EQ,),
}


def _flip_comparison(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if type(node) in _FLIPS and node.find_ancestor(exp.Where, exp.Having, exp.Case, exp.If) is not None:
        for kind in _FLIPS[type(node)]:
            yield kind(this=node.this.copy(), expression=node.expression.copy())


def _change_constant(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if not isinstance(node, exp.Literal) or node.find_ancestor(exp.Where, exp.Having, exp.Case, exp.If) is None:
        return
    if isinstance(node.parent, exp.Func) and not isinstance(node.parent, exp.Case | exp.If | exp.Cast | exp.In | exp.And | exp.Or):
        return
    if not node.is_string:
        number = float(node.this)
        yield exp.Literal.number(int(number) + 1 if number.is_integer() else number + 1)
    elif isinstance(node.parent, exp.Like | exp.ILike):
        text = node.this.strip("%")
        yield from (exp.Literal.string(one) for one in (text, f"%{text}%", f"{text}%", f"%{text}"))
    elif node.this[:4].isdigit() and len(node.this) >= 8:
        yield exp.Literal.string(f"{int(node.this[:4]) + 1}{node.this[4:]}")
    else:
        yield exp.Literal.string(f"{node.this} x")


def _negate(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Not):
        yield node.this.copy()
    elif isinstance(node, exp.In | exp.Like | exp.ILike | exp.Between | exp.Exists | exp.Is) and not isinstance(node.parent, exp.Not):
        yield exp.Not(this=node.copy())


# ---------------------------------------------------------------------- aggregates and grouping

_AGGREGATES = (exp.Sum, exp.Avg, exp.Min, exp.Max)


def _swap_aggregate(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if type(node) in _AGGREGATES:
        yield from (kind(this=node.this.copy()) for kind in _AGGREGATES if kind is not type(node))


def _count_distinct(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if not isinstance(node, exp.Count):
        return
    if isinstance(node.this, exp.Distinct) and len(node.this.expressions) == 1:
        yield exp.Count(this=node.this.expressions[0].copy())
    elif isinstance(node.this, exp.Column) and not node.this.is_star:
        yield exp.Count(this=exp.Distinct(expressions=[node.this.copy()]))


def _count_to_sum(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Column) and not node.this.is_star:
        yield exp.Sum(this=node.this.copy())


def _drop_having(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Having):
        yield None


def _drop_group_key(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Group) and node.expressions:
        if len(node.expressions) == 1:
            yield None
        for at in range(len(node.expressions) if len(node.expressions) > 1 else 0):
            yield exp.Group(expressions=[one.copy() for place, one in enumerate(node.expressions) if place != at])


# ---------------------------------------------------------------------- output, order, limits


def _distinct(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Distinct) and isinstance(node.parent, exp.Select):
        yield None


def _direction(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Ordered):
        yield exp.Ordered(this=node.this.copy(), desc=not node.args.get("desc"))


def _limit(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if isinstance(node, exp.Limit) and isinstance(node.expression, exp.Literal) and node.expression.is_int:
        yield exp.Limit(expression=exp.Literal.number(int(node.expression.this) + 1))
        yield None


def _swap_column(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    """Another column of the same kind, of the tables that the SELECT reads."""
    if not isinstance(node, exp.Column) or node.is_star:
        return
    select = node.find_ancestor(exp.Select)
    if select is None or isinstance(node.parent, exp.Join) or node.find_ancestor(exp.Join) is not None:
        return
    for table in select.find_all(exp.Table):
        if table.find_ancestor(exp.Select) is not select or node.table.lower() not in ("", table.alias_or_name.lower()):
            continue
        found = shape.find(table.name, table.db)
        mine = found.fields.get(node.name.lower()) if found else None
        if found is None or mine is None:
            continue
        others = [one for one in found.fields.values() if one.kind == mine.kind and one is not mine]
        for other in others[:1]:
            yield exp.column(other.name, table=node.table or None, quoted=not other.name.isidentifier())
        return


# ---------------------------------------------------------------------- joins and set operations


def _outer_join(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if not isinstance(node, exp.Join) or not (node.args.get("on") or node.args.get("using")):
        return
    changed = node.copy()
    if node.side:
        changed.set("side", None)
        changed.set("kind", None)
    else:
        changed.set("side", "LEFT")
        changed.set("kind", None)
    yield changed


def _set_operation(node: exp.Expr, shape: Shape) -> Iterator[exp.Expr | None]:
    if not isinstance(node, exp.SetOperation):
        return
    this, other = node.this, node.expression
    if isinstance(node, exp.Union):
        yield exp.Union(this=this.copy(), expression=other.copy(), distinct=not node.args.get("distinct"))
        yield exp.Intersect(this=this.copy(), expression=other.copy(), distinct=True)
    elif isinstance(node, exp.Intersect):
        yield exp.Union(this=this.copy(), expression=other.copy(), distinct=True)
        yield exp.Except(this=this.copy(), expression=other.copy(), distinct=True)
    else:
        yield exp.Except(this=other.copy(), expression=this.copy(), distinct=True)
        yield this.copy()


KINDS: dict[str, Change] = {
    "drop condition": _drop_condition,
    "AND/OR": _and_to_or,
    "comparison": _flip_comparison,
    "constant": _change_constant,
    "negation": _negate,
    "aggregate": _swap_aggregate,
    "count distinct": _count_distinct,
    "count to sum": _count_to_sum,
    "drop HAVING": _drop_having,
    "group key": _drop_group_key,
    "DISTINCT": _distinct,
    "order direction": _direction,
    "LIMIT": _limit,
    "column": _swap_column,
    "outer join": _outer_join,
    "set operation": _set_operation,
}
"""Kinds of mutants in the order of reports."""
