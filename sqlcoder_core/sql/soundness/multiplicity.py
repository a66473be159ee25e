"""How often a row of one source turns up in a block's result: at most once, or once for each partner that a join finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.equalities import Equalities, Place
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.catalog import Catalog, Relationship, Table

_NO_MORE_ROWS: Final = frozenset({"SEMI", "ANTI"})
_DEEPEST: Final = 6


class Multiplied(NamedTuple):
    """Rows of the roots turn up once for each row of `by`, which is joined to `beside` on `columns` of its own.

    `at_root` says that `beside` is one of the roots, `bridge` that `by` is joined to others too.
    """

    by: Source
    beside: Source
    columns: tuple[str, ...]
    at_root: bool
    bridge: bool


class Multiplicity:
    """Answers for all blocks of one query; joins are looked up once."""

    def __init__(self, catalog: Catalog, tables: Sequence[Table]) -> None:
        self._equalities: dict[int, Equalities] = {}
        self._multiplied: dict[tuple[int, frozenset[int]], Multiplied | None] = {}
        self.relationships = catalog.relationships([table.name for table in tables]) if tables else ()

    def equalities(self, block: Block) -> Equalities:
        """The block's classes of equal columns."""
        if id(block) not in self._equalities:
            self._equalities[id(block)] = Equalities(block)
        return self._equalities[id(block)]

    def multiplied(self, block: Block, roots: set[int]) -> Multiplied | None:
        """What surely multiplies rows of these sources within a group; None where nothing does, or nothing is known of it."""
        key = (id(block), frozenset(roots))
        if key not in self._multiplied:
            self._multiplied[key] = self._find_multiplied(block, roots)
        return self._multiplied[key]

    def _find_multiplied(self, block: Block, roots: set[int]) -> Multiplied | None:
        equal = self.equalities(block)
        fixed = {place for key in group_keys(block) or () if (place := equal.place(key))}
        beside_roots = {end for pair in equal.linked if roots & set(pair) for end in pair}
        far = set(range(len(block.sources))) - beside_roots - roots
        picked = {number for number in far if self._is_picked(equal, number, block.sources[number], fixed)}
        reached = self.reached(block, roots | picked, fixed)
        for number, source in enumerate(block.sources):
            bound = equal.bound(number, reached, fixed) if number not in reached else set()
            if not bound or not self._is_many(source, bound):
                continue
            beside = self._partner(equal, number, bound, reached - picked)
            if beside is not None:
                bridge = len({end for pair in equal.linked if number in pair for end in pair}) > 2
                return Multiplied(source, block.sources[beside], tuple(equal.columns_beside(number, beside)), beside in roots, bridge)
        return None

    def reached(self, block: Block, roots: set[int], fixed: set[Place] | None = None) -> set[int]:
        """The sources of which each row of the roots meets at most one row. `fixed` are columns held to one value."""
        equal, reached = self.equalities(block), set(roots)
        waiting = [number for number in range(len(block.sources)) if number not in reached]
        while waiting:
            found = [number for number in waiting if self._is_one(block, number, equal.bound(number, reached, fixed or set()))]
            if not found:
                break
            reached |= set(found)
            waiting = [number for number in waiting if number not in reached]
        return reached

    def _is_one(self, block: Block, number: int, bound: set[str]) -> bool:
        source = block.sources[number]
        if source.join is not None and (source.join.kind in _NO_MORE_ROWS or source.join.method == "ASOF"):
            return True
        return any(key <= bound for key in self.keys(source))

    def keys(self, source: Source, depth: int = 0) -> Iterator[frozenset[str]]:
        """Sets of columns of which the source has no two rows alike, as far as is known; the empty set says that it has one row."""
        if source.table is not None:
            yield from self.table_keys(source.table)
        elif source.block is not None and depth < _DEEPEST:
            yield from self._block_keys(source.block, depth + 1)

    def table_keys(self, table: Table) -> Iterator[frozenset[str]]:
        """Keys that are declared, tested, or that other tables refer to."""
        for key in (table.primary_key, *table.unique_keys):
            if key:
                yield frozenset(map(fold, key))
        for join in self.relationships:
            if join.right.key == table.name.key and join.cardinality != "many_to_many" and join.certainty >= 1.0:
                yield frozenset(map(fold, join.right_columns))
            if join.left.key == table.name.key and join.cardinality == "one_to_one":
                yield frozenset(map(fold, join.left_columns))
        for column in table.columns:
            if column.distinct_count and table.row_count and column.distinct_count >= table.row_count:
                yield frozenset({fold(column.name)})

    def _block_keys(self, block: Block, depth: int) -> Iterator[frozenset[str]]:
        select, outputs = block.select, block.outputs or {}
        limit = select.args.get("limit")
        if limit is not None and limit.expression is not None and limit.expression.name == "1":
            yield frozenset()
        if is_aggregated(block) and not select.args.get("group"):
            yield frozenset()
        elif (keys := group_keys(block)) is not None:
            shown = [next((name for name, node in outputs.items() if node == key or fold(key.name) == name), None) for key in keys]
            if all(shown):
                yield frozenset(name for name in shown if name)
        elif select.args.get("distinct") and block.outputs is not None:
            yield frozenset(outputs)
        elif not select.args.get("group"):
            yield from self._carried_keys(block, outputs, depth)

    def _carried_keys(self, block: Block, outputs: dict[str, exp.Expr], depth: int) -> Iterator[frozenset[str]]:
        """Keys of a source whose rows the joins do not multiply, under the names that the projections give them."""
        equal = self.equalities(block)
        names: dict[Place, str] = {}
        for name, node in outputs.items():
            place = equal.place(node)
            for same in equal.equal_to(place) if place else ():
                names.setdefault(same, name)
        for number, source in enumerate(block.sources):
            if len(self.reached(block, {number})) < len(block.sources):
                continue
            for key in self.keys(source, depth):
                if block.outputs is None and len(block.sources) == 1:
                    yield key
                elif all((number, column) in names for column in key):
                    yield frozenset(names[number, column] for column in key)

    def _is_many(self, source: Source, bound: set[str]) -> bool:
        """Whether several rows share the bound columns: it has a key that they do not hold, or they refer to another table.

        A table without a known key that refers to several others is taken to hold each pair once.
        """
        if any(True for _ in self.keys(source)):
            return True
        if source.table is None:
            return False
        name = source.table.name.key
        referring = [set(map(fold, join.left_columns)) for join in self.relationships if join.left.key == name]
        pair = set().union(*referring)
        return any(columns & bound for columns in referring) and not (len(referring) > 1 and pair <= bound)

    @staticmethod
    def _is_picked(equal: Equalities, number: int, source: Source, fixed: set[Place]) -> bool:
        """Whether a text is asked for by equality or grouped by, as in `name = 'Oslo'`, which mostly names one row."""
        held = equal.bound(number, set(), fixed) if source.table is not None else set()
        facts = [source.table.column(name) for name in held] if source.table else []
        return any(fact is not None and fact.kind == "text" and not fact.values_complete for fact in facts)

    @staticmethod
    def _partner(equal: Equalities, number: int, bound: set[str], reached: set[int]) -> int | None:
        """A reached source that the bound columns are equal to."""
        partners = {other for name in bound for other, _ in equal.equal_to((number, name)) if other in reached}
        return min(partners) if partners else None

    def between(self, one: Table, other: Table) -> list[Relationship]:
        """Known joins of these two tables, either way."""
        keys = {one.name.key, other.name.key}
        return [join for join in self.relationships if {join.left.key, join.right.key} == keys]


def is_aggregated(block: Block) -> bool:
    """Whether the SELECT gives groups instead of rows."""
    if block.select.args.get("group") or block.select.args.get("having"):
        return True
    return any(is_aggregate(node) for part in block.clause("expressions") for node in block.own(exp.AggFunc, under=part))


def is_aggregate(node: exp.Expr) -> bool:
    """An aggregate over groups: no window function, and no scalar MIN or MAX of several arguments, as SQLite has."""
    if not isinstance(node, exp.AggFunc) or (isinstance(node, (exp.Max, exp.Min)) and node.expressions):
        return False
    parent = node.parent
    while isinstance(parent, (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)):
        parent = parent.parent
    return not isinstance(parent, exp.Window)


def group_keys(block: Block) -> list[exp.Expr] | None:
    """What is grouped by, numbers and aliases replaced by what they stand for; None without GROUP BY, or where it is not plain."""
    if not block.keyed:
        block.keys, block.keyed = _group_keys(block), True
    return block.keys


def _group_keys(block: Block) -> list[exp.Expr] | None:
    group = block.select.args.get("group")
    if group is None or any(value for name, value in group.args.items() if name != "expressions"):
        return None
    if any(isinstance(node, (exp.Cube, exp.Rollup, exp.GroupingSets)) for node in group.expressions):
        return None
    keys: list[exp.Expr] = []
    for node in group.expressions:
        if isinstance(node, exp.Literal) and node.is_int and 0 < int(node.name) <= len(block.select.expressions):
            node = block.select.expressions[int(node.name) - 1].unalias()
        elif _names_a_projection(node, block):
            keys.append(block.output(node.name) or node)
        keys.append(node)
    return keys


def _names_a_projection(node: exp.Expr, block: Block) -> bool:
    """A column of that name goes first; where the columns are not known, it may be either."""
    if not isinstance(node, exp.Column) or node.table or fold(node.name) not in block.aliases():
        return False
    return not any(source.has(node.name) for source in block.sources)
