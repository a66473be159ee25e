"""A query's text and the catalog in, its blocks out: each SELECT with what it reads from, so that every column finds its owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.sql.tree import dialect_of
from sqlcoder_core.values.catalog import Catalog, Column, Table

if TYPE_CHECKING:
    from sqlcoder_core.sql.soundness.multiplicity import Multiplicity

Known: TypeAlias = Mapping[str, "Block | None"]
"""Names of CTEs in reach -> their block; None where it is no plain SELECT."""

STUMBLES: Final = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError)
"""What parser, generator and walks raise on trees that they do not expect."""


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
    nodes: tuple[exp.Expr, ...] | None = None
    """Nodes of the SELECT itself, kept from the first walk on."""

    def output(self, name: str) -> exp.Expr | None:
        """The projection of that name, without its alias."""
        return (self.outputs or {}).get(fold(name))

    def aliases(self) -> set[str]:
        """Names that the SELECT itself gives to its projections."""
        return {fold(each.alias) for each in self.select.expressions if isinstance(each, exp.Alias)}

    def owner(self, column: exp.Column) -> Owned | None:
        """The source that the column belongs to, here or further out; None where it is unknown or ambiguous."""
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
        if under is None and self.nodes is None:
            self.nodes = tuple(self._walk(self.select))
        nodes = self._walk(under) if under is not None else self.nodes or ()
        return (node for node in nodes if isinstance(node, kinds))

    def _walk(self, top: exp.Expr) -> Iterator[exp.Expr]:
        stack = [top]
        while stack:
            node = stack.pop()
            yield node
            if not isinstance(node, exp.Query) or node is self.select:
                stack += reversed(list(node.iter_expressions()))

    def clause(self, *names: str) -> Iterator[exp.Expr]:
        """The parts of the SELECT by sqlglot's names (`where`, `having`, `group`, `order`, `expressions`)."""
        for name in names:
            value = self.select.args.get(name)
            if isinstance(value, list):
                yield from value
            elif isinstance(value, exp.Expr):
                yield value


@dataclass(frozen=True)
class Reading:
    """A query taken apart. `blocks` stand in the order of the tree, the outermost first."""

    text: str
    dialect: str
    tree: exp.Expr
    catalog: Catalog
    blocks: tuple[Block, ...]

    @cached_property
    def multiplicity(self) -> Multiplicity:
        """What is known of the keys of what the query reads from."""
        from sqlcoder_core.sql.soundness.multiplicity import Multiplicity

        tables = {source.table.name.key: source.table for block in self.blocks for source in block.sources if source.table}
        return Multiplicity(self.catalog, list(tables.values()))


def read(text: str, dialect: str, catalog: Catalog) -> Reading | None:
    """The query taken apart; None where the parser stumbles, of which the guard speaks. `text` is without comments."""
    try:
        reader = dialect_of(dialect)
        trees = reader.parser(error_level=ErrorLevel.IMMEDIATE).parse(reader.tokenize(text), text)
        if len(trees) != 1 or not isinstance(trees[0], exp.Expr):
            return None
        return Reading(text, dialect, trees[0], catalog, tuple(_Builder(dialect, catalog).blocks(trees[0])))
    except STUMBLES:
        # Slips of the parser on odd input: findings are a courtesy, the guard has judged the text.
        return None


class _Builder:
    """One walk over one tree."""

    def __init__(self, dialect: str, catalog: Catalog) -> None:
        self.dialect = dialect
        self.catalog = catalog
        self.found: list[Block] = []
        self.tables: dict[tuple[str, str, str], Table | None] = {}

    def blocks(self, tree: exp.Expr) -> list[Block]:
        self.query(tree, {}, None)
        if self.dialect == "sqlite":
            _read_strings(self.found)
        return self.found

    def query(self, node: exp.Expr, known: Known, outer: Block | None) -> Block | None:
        """The block of a query, None where it is no plain SELECT; all blocks inside are found on the way."""
        known = self.ctes(node, known, outer)
        if isinstance(node, exp.Subquery) and not node.args.get("joins"):
            return self.query(node.this, known, outer)
        if isinstance(node, exp.SetOperation):
            self.query(node.this, known, outer)
            self.query(node.expression, known, outer)
            return None
        if isinstance(node, exp.Select):
            return self.select(node, known, outer)
        self.inside(node, known, outer)
        return None

    def ctes(self, node: exp.Expr, known: Known, outer: Block | None) -> Known:
        with_ = node.args.get("with_")
        if with_ is None:
            return known
        for cte in with_.expressions:
            name = fold(cte.alias)
            itself = {**known, name: None} if with_.args.get("recursive") else known
            block = self.query(cte.this, itself, outer)
            known = {**known, name: block if not cte.args["alias"].args.get("columns") else None}
        return known

    def select(self, select: exp.Select, known: Known, outer: Block | None) -> Block:
        block = Block(select, outer)
        self.found.append(block)
        joins = [join for join in select.args.get("joins") or () if isinstance(join, exp.Join)]
        from_ = select.args.get("from_")
        read_from: list[tuple[exp.Expr, exp.Join | None]] = [(from_.this, None)] if from_ is not None else []
        for node, join in read_from + [(join.this, join) for join in joins]:
            block.sources.append(self.source(node, join, known, block))
            for nested in node.args.get("joins") or ():
                block.sources.append(self.source(nested.this, nested, known, block))
        for lateral in select.args.get("laterals") or ():
            block.sources.append(Source(fold(lateral.alias), lateral))
        for key, value in select.args.items():
            if key not in ("from_", "with_", "laterals"):
                for part in value if isinstance(value, list) else (value,):
                    if isinstance(part, exp.Join):
                        part = part.args.get("on")
                    if isinstance(part, exp.Expr):
                        self.inside(part, known, block)
        block.outputs = self.outputs(block)
        return block

    def inside(self, node: exp.Expr, known: Known, outer: Block | None) -> None:
        """The queries in an expression."""
        stack = [node]
        while stack:
            part = stack.pop()
            if isinstance(part, exp.Query):
                self.query(part, known, outer)
            else:
                stack += part.iter_expressions()

    def source(self, node: exp.Expr, join: exp.Join | None, known: Known, block: Block) -> Source:
        name = fold(node.alias_or_name)
        plain = not node.args.get("pivots") and not (node.args.get("alias") and node.args["alias"].args.get("columns"))
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            if not node.args.get("db") and fold(node.name) in known:
                return Source(name, node, block=known[fold(node.name)] if plain else None, join=join)
            return Source(name, node, table=self.table(node) if plain else None, join=join)
        if isinstance(node, exp.Subquery):
            inner = self.query(node, known, block.outer)
            return Source(name, node, block=inner if plain else None, join=join)
        self.inside(node, known, block)
        return Source(name, node, join=join)

    def table(self, node: exp.Table) -> Table | None:
        key = (node.name, node.db, node.catalog)
        if key not in self.tables:
            found = self.catalog.find(node.name, node.db or None, node.catalog or None) or self.catalog.find(node.name)
            self.tables[key] = self.catalog.table(found[0]) if len(found) == 1 else None
        return self.tables[key]

    def outputs(self, block: Block) -> dict[str, exp.Expr] | None:
        outputs: dict[str, exp.Expr] = {}
        for projection in block.select.expressions:
            if projection.is_star:
                names = _starred(projection, block)
                if names is None:
                    return None
                for source, name in names:
                    outputs.setdefault(fold(name), exp.column(name, table=source.node.alias_or_name))
                continue
            outputs.setdefault(fold(projection.alias_or_name), projection.unalias())
        return outputs


def _starred(projection: exp.Expr, block: Block) -> list[tuple[Source, str]] | None:
    """What a star stands for; None where a source's columns are not known, or some are left out or replaced."""
    star = projection.this if isinstance(projection, exp.Column) else projection
    if not isinstance(star, exp.Star) or any(star.args.values()):
        return None
    prefix = fold(projection.table) if isinstance(projection, exp.Column) else ""
    names: list[tuple[Source, str]] = []
    for source in block.sources:
        if prefix and source.name != prefix:
            continue
        if source.table is not None and source.table.columns:
            names += [(source, column.name) for column in source.table.columns]
        elif source.block is not None and source.block.outputs is not None:
            names += [(source, name) for name in source.block.outputs]
        else:
            return None
    return names


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


def _read_strings(blocks: list[Block]) -> None:
    """SQLite takes a double-quoted name that is no column for a string."""
    for block in blocks:
        aliases = block.aliases()
        for node in tuple(block.own(exp.Column)):
            quoted = isinstance(node, exp.Column) and not node.table and bool(node.this.args.get("quoted"))
            if quoted and fold(node.name) not in aliases and not _has(block, node.name):
                string = exp.Literal.string(node.name)
                string.meta.update(node.this.meta)
                node.replace(string)
                block.nodes = None


def _has(block: Block | None, name: str) -> bool:
    while block is not None:
        if any(source.has(name) is not False for source in block.sources):
            return True
        block = block.outer
    return False
