"""A SELECT with what it reads from, so that every column finds its owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.catalog import Column, Table


@dataclass(eq=False, slots=True)
class Source:
    """One thing that a SELECT reads from: a `table` of the catalog, the `block` of a subquery or CTE, or neither where it is not plain."""

    name: str
    node: exp.Expr
    table: Table | None = None
    block: Block | None = None
    join: exp.Join | None = None

    def has(self, column: str) -> bool | None:
        """Whether it has a column of that name; None where that is not known."""
        if self.table is not None:
            return self.table.column(column) is not None if self.table.columns else None
        if self.block is not None:
            return self.block.output(column) is not None if self.block.outputs is not None else None
        return None


@dataclass(frozen=True, slots=True)
class Owned:
    """A column with the source that has it, and what the catalog knows of it where it comes straight from a table."""

    source: Source
    name: str
    fact: Column | None = None
    table: Table | None = None


@dataclass(eq=False, slots=True)
class Block:
    """One SELECT. `outer` is the block around it, whose columns it may name; `outputs` are its projections by name, None with a star."""

    select: exp.Select
    outer: Block | None = None
    sources: list[Source] = field(default_factory=list)
    outputs: dict[str, exp.Expr] | None = None
    nodes: dict[type[exp.Expr], list[exp.Expr]] | None = None
    """Nodes of the SELECT itself by their class, kept from the first walk on."""
    owners: dict[tuple[str, str], Owned | None] = field(default_factory=dict)
    """What was found of columns, by prefix and name."""
    keys: list[exp.Expr] | None = None
    """What `group_keys` has made of GROUP BY, kept from the first time on; only to be trusted with `keyed`."""
    keyed: bool = False

    def output(self, name: str) -> exp.Expr | None:
        """The projection of that name, without its alias."""
        return (self.outputs or {}).get(fold(name))

    def aliases(self) -> set[str]:
        """Names that the SELECT itself gives to its projections."""
        return {fold(each.alias) for each in self.select.expressions if isinstance(each, exp.Alias)}

    def owner(self, column: exp.Column) -> Owned | None:
        """The source that the column belongs to, here or further out; None where it is unknown or ambiguous."""
        key = (column.table, column.name)
        if key not in self.owners:
            self.owners[key] = self._owner(column)
        return self.owners[key]

    def _owner(self, column: exp.Column) -> Owned | None:
        block: Block | None = self
        while block is not None:
            found = block.sources_of(column)
            if found:
                return _owned(found[0], column.name) if len(found) == 1 or block.is_shared(column.name) else None
            if not column.table and any(source.has(column.name) is None for source in block.sources):
                return None
            block = block.outer
        return None

    def sources_of(self, column: exp.Column) -> list[Source]:
        """The sources of this block alone that the column may belong to."""
        if column.table:
            wanted = fold(column.table)
            return [source for source in self.sources if source.name == wanted]
        known = [source for source in self.sources if source.has(column.name)]
        return known if known or len(self.sources) != 1 or self.sources[0].has(column.name) is False else list(self.sources)

    def is_shared(self, name: str) -> bool:
        """Whether a join makes one column of that name out of both sides'."""
        joins = [source.join for source in self.sources if source.join is not None]
        using = {fold(each.name) for join in joins for each in join.args.get("using") or ()}
        return fold(name) in using or any(join.args.get("method") == "NATURAL" for join in joins)

    def own(self, *kinds: type[exp.Expr], under: exp.Expr | None = None) -> Iterator[exp.Expr]:
        """Nodes of these kinds in this SELECT itself, not in the queries inside it; only below `under` where given."""
        if under is not None:
            return (node for node in self._walk(under) if isinstance(node, kinds))
        if self.nodes is None:
            self.nodes = {}
            for node in self._walk(self.select):
                self.nodes.setdefault(type(node), []).append(node)
        return (node for kind, nodes in self.nodes.items() if issubclass(kind, kinds) for node in nodes)

    def _walk(self, top: exp.Expr) -> Iterator[exp.Expr]:
        stack = [top]
        while stack:
            node = stack.pop()
            yield node
            if not isinstance(node, exp.Query) or node is self.select:
                stack += reversed(parts_of(node))

    def clause(self, *names: str) -> Iterator[exp.Expr]:
        """The parts of the SELECT by sqlglot's names (`where`, `having`, `group`, `order`, `expressions`)."""
        for name in names:
            value = self.select.args.get(name)
            if isinstance(value, list):
                yield from value
            elif isinstance(value, exp.Expr):
                yield value


def parts_of(node: exp.Expr) -> list[exp.Expr]:
    """The nodes right below, in the order of the parser's arguments."""
    parts: list[exp.Expr] = []
    for value in node.args.values():
        if isinstance(value, exp.Expr):
            parts.append(value)
        elif isinstance(value, list):
            parts += [part for part in value if isinstance(part, exp.Expr)]
    return parts


def _owned(source: Source, name: str) -> Owned:
    """Follows a bare column through subqueries and CTEs to the table that it stands in."""
    if source.table is not None:
        return Owned(source, name, source.table.column(name), source.table)
    inner = source.block.output(name) if source.block else None
    if isinstance(inner, exp.Column) and source.block:
        origin = source.block.owner(inner)
        if origin:
            return Owned(source, name, origin.fact, origin.table)
    return Owned(source, name)
