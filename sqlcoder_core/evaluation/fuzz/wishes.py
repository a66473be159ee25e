"""A gold query in, the rows that it wants to see out: which tables, which cells equal, which conditions, how many times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from sqlglot import exp

from sqlcoder_core.evaluation.fuzz.frames import Atom, Block, Both, Frame, Reader, Var, meaning, projections, var
from sqlcoder_core.evaluation.fuzz.golds import inner_queries, joined_columns, parts_of
from sqlcoder_core.evaluation.fuzz.shape import Shape


class Side(IntEnum):
    """Which rows of a choice: MEANT has what the query returns, OTHER and THIRD what tells its parts from each other."""

    MEANT = 0
    OTHER = 1
    THIRD = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on cells, in the SELECT where it stands."""

    node: exp.Expr
    frame: Frame


@dataclass(frozen=True, slots=True)
class Repeat:
    """A condition on a group: its rows are those of `atoms`, what its GROUP BY names stays the same."""

    node: exp.Expr
    atoms: tuple[Atom, ...]
    group: tuple[Var, ...]


@dataclass(slots=True)
class Wish:
    """Rows that together satisfy a query.

    `shown` are the cells of its output, `limit` is its LIMIT, 1 without one, `choices` says whether another side differs.
    """

    side: Side
    atoms: list[Atom] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    equal: list[tuple[Var, Var]] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    shown: list[Var] = field(default_factory=list)
    limit: int = 1
    choices: bool = False


def wishes_of(tree: exp.Expr, shape: Shape) -> list[Wish]:
    """The rows that the query returns first, then those that its set operations and negated subqueries must tell from them."""
    found = []
    for side in Side:
        reader = Reader(shape)
        block = reader.block(tree)
        wish = Wish(side, limit=_limit(tree))
        if block is not None:
            _Collector(reader, wish).block(block)
            wish.shown = [cell for one in projections(block) if (cell := var(*one)) is not None]
        if wish.atoms and (side is Side.MEANT or wish.choices):
            found.append(wish)
    return found


def _limit(tree: exp.Expr) -> int:
    limit = tree.args.get("limit")
    count = limit.expression if isinstance(limit, exp.Limit) else None
    return int(count.this) if isinstance(count, exp.Literal) and count.is_int else 1


class _Collector:
    def __init__(self, reader: Reader, wish: Wish) -> None:
        self._reader = reader
        self._wish = wish

    def block(self, block: Block) -> None:
        if not isinstance(block, Both):
            self._frame(block.frame)
            return
        self._wish.choices = True
        for one in self._sides(block):
            self.block(one)

    def _sides(self, block: Both) -> list[Block]:
        """Of an intersection both with equal outputs, of a difference the left one; then what shows each side by itself."""
        left, right = block.left, block.right
        together = {exp.Intersect: Side.MEANT, exp.Except: Side.OTHER, exp.Union: Side.THIRD}.get(block.kind)
        if self._wish.side is together:
            for one, other in zip(projections(left), projections(right), strict=False):
                self._tie(var(*one), var(*other))
            return [left, right]
        if block.kind is exp.Intersect:
            return [left] if self._wish.side is Side.OTHER else [right]
        return [left] if self._wish.side is Side.MEANT else [right]

    def _frame(self, frame: Frame) -> None:
        for source in frame.sources.values():
            if isinstance(source, Atom):
                self._wish.atoms.append(source)
            else:
                self.block(source)
        for join in frame.joined:
            for pair in joined_columns(join, frame):
                self._tie(*pair)
        for node in _conditions(frame):
            self._condition(node, frame)
        having = frame.select.args.get("having")
        for node in conjuncts(having.this) if having is not None else ():
            self._on_group(node, frame)
        self._rest(frame)

    def _rest(self, frame: Frame) -> None:
        """Subqueries in the output and in ORDER BY want rows too."""
        for part in parts_of(frame):
            if not isinstance(part, exp.Where | exp.Having) and not isinstance(part.parent, exp.Join):
                for query in inner_queries(part):
                    self._inner(query, frame)

    def _condition(self, node: exp.Expr, frame: Frame) -> None:
        queries = list(inner_queries(node))
        if queries:
            self._with_queries(node, queries, frame)
            return
        left, right = (var(side, frame) for side in (node.this, node.expression)) if isinstance(node, exp.EQ) else (None, None)
        if left is not None and right is not None:
            self._tie(left, right)
            return
        grouped = _on_inner_group(node, frame)
        if grouped is not None:
            self._on_group(*grouped)
        else:
            self._wish.conditions.append(Condition(node, frame))

    def _with_queries(self, node: exp.Expr, queries: list[exp.Query], frame: Frame) -> None:
        if isinstance(node, exp.Not):
            self._wish.choices = True
            if self._wish.side is Side.MEANT:
                return
            node = node.this
        for query in queries:
            block = self._inner(query, frame)
            if block is None:
                continue
            output = projections(block)
            outer = _compared_with(node, query)
            if outer is not None and len(output) == 1:
                self._tie(var(outer, frame), var(*output[0]))
            self._counted(node, query, block)

    def _inner(self, query: exp.Query, frame: Frame) -> Block | None:
        block = self._reader.block(query, frame, frame.ctes)
        if block is not None:
            self.block(block)
        return block

    def _counted(self, node: exp.Expr, query: exp.Query, block: Block) -> None:
        """`(SELECT count(*) ...) > 3`: a condition on the rows of the subquery."""
        if isinstance(block, Both) or not isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE | exp.EQ):
            return
        output = projections(block)
        if len(output) == 1 and isinstance(output[0][0].unalias(), exp.Count):
            copy = node.copy()
            inner = next((one for one in copy.find_all(exp.Subquery) if isinstance(one.this, exp.Query)), None)
            if inner is not None:
                inner.replace(output[0][0].unalias().copy())
                self._on_group(copy, block.frame)

    def _on_group(self, node: exp.Expr, frame: Frame) -> None:
        for query in inner_queries(node):
            self._inner(query, frame)
        if node.find(exp.Count):
            group = frame.select.args.get("group")
            cells = [var(one, frame) for one in (group.expressions if group is not None else ())]
            self._wish.repeats.append(Repeat(node, tuple(frame.atoms()), tuple(cell for cell in cells if cell is not None)))
        else:
            self._wish.conditions.append(Condition(_row_by_row(node), frame))

    def _tie(self, left: Var | None, right: Var | None) -> None:
        if left is not None and right is not None and left != right:
            self._wish.equal.append((left, right))


def _conditions(frame: Frame) -> Iterator[exp.Expr]:
    for join in frame.joined:
        if join.args.get("on") is not None:
            yield from conjuncts(join.args["on"])
    where = frame.select.args.get("where")
    if where is not None:
        yield from conjuncts(where.this)


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that all must hold."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    else:
        yield node


def _compared_with(node: exp.Expr, query: exp.Query) -> exp.Expr | None:
    """What must equal the output of the subquery."""
    found: exp.Expr | None = None
    if isinstance(node, exp.In):
        found = node.this
    elif isinstance(node, exp.EQ) and not query.args.get("limit"):
        found = node.expression if any(one is query for one in node.this.walk()) else node.this
    return found


def _on_inner_group(node: exp.Expr, frame: Frame) -> tuple[exp.Expr, Frame] | None:
    """A condition on an aggregate that a derived table puts out, as a condition on the groups of that table."""
    for column in node.find_all(exp.Column):
        found = meaning(column, frame)
        if isinstance(found, tuple) and found[0].find(exp.AggFunc):
            copy = node.copy()
            for place in list(copy.find_all(exp.Column)):
                if place.sql() == column.sql():
                    place.replace(found[0].unalias().copy())
            return copy, found[1]
    return None


def _row_by_row(node: exp.Expr) -> exp.Expr:
    """What holds for every row holds for the average, the smallest and the largest, and mostly for the sum."""
    rows: exp.Expr = node.transform(lambda one: one.this if isinstance(one, exp.Sum | exp.Avg | exp.Min | exp.Max) else one)
    return rows
