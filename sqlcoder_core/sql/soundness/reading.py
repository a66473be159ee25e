"""A query's text and the catalog in, its blocks out: each SELECT with what it reads from, so that every column finds its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.sql.soundness.blocks import Block, Source, parts_of
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.sql.tree import dialect_of
from sqlcoder_core.values.catalog import Catalog, Table

if TYPE_CHECKING:
    from sqlcoder_core.sql.soundness.multiplicity import Multiplicity

Known: TypeAlias = Mapping[str, "Block | None"]
"""Names of CTEs in reach -> their block; None where it is no plain SELECT."""

STUMBLES: Final = (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError)
"""What parser, generator and walks raise on trees that they do not expect."""


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
                stack += parts_of(part)

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
