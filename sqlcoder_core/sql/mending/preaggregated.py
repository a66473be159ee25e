"""Fan-outs and chasms: what multiplies rows is added up by its join key first, in a subquery of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.fanned_out import columns_of, conditions_of_join
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.blocks import Block, Source
from sqlcoder_core.sql.soundness.equalities import conditions
from sqlcoder_core.sql.soundness.fan_out import multiplied_by
from sqlcoder_core.sql.soundness.multiplicity import is_aggregate
from sqlcoder_core.sql.soundness.reading import Reading, read
from sqlcoder_core.sql.tree import dialect_of

_AGAIN: Final[dict[type[exp.Expr], type[exp.AggFunc]]] = {exp.Sum: exp.Sum, exp.Count: exp.Sum, exp.Min: exp.Min, exp.Max: exp.Max}
"""How values that are aggregated already are aggregated further."""

_MOST_AGGREGATES: Final = 40


def preaggregated(case: Case) -> Iterator[Mended]:
    """`sum(i.quantity), sum(p.amount)` over two many-sides -> each joined as sums by its key; only where that is all they are used for."""
    # A reading of its own, for the tree is changed.
    reading = read(case.text, case.dialect, case.catalog) if case.has("fan-out", "fan-out-chasm") else None
    if reading is None:
        return
    for block in reading.blocks:
        multipliers = _multipliers(block, reading)
        parts = [_Part(block, source) for source in multipliers]
        if parts and all(part.is_plain for part in parts) and not any(isinstance(node.this, exp.Star) for node in block.own(exp.Count)):
            for number, part in enumerate(parts):
                part.put_in(number)
            names = ", ".join(source.node.name for source in multipliers)
            yield Mended(sql=dialect_of(case.dialect).generate(reading.tree), note=f"{names}: added up by key before the join")
            return


def _multipliers(block: Block, reading: Reading) -> list[Source]:
    """What multiplies the rows under an aggregate of this block; nothing where there are more of them than a person writes."""
    found: list[Source] = []
    nodes = list(block.own(exp.Sum, exp.Avg, exp.Count))
    for node in nodes if len(nodes) <= _MOST_AGGREGATES else ():
        multiplied = multiplied_by(node, block, reading) if is_aggregate(node) and not isinstance(node.this, exp.Star) else None
        if multiplied and multiplied[1].by in block.sources and multiplied[1].by not in found:
            found.append(multiplied[1].by)
    return found


class _Part:
    """One source on its way into a subquery."""

    def __init__(self, block: Block, source: Source) -> None:
        self.block = block
        self.source = source
        self.columns = columns_of(source, block)
        self.aggregates = [node for node in block.own(exp.AggFunc) if is_aggregate(node) and any(self._is_mine(c) for c in _columns(node))]
        self.filters = [each for each in self._where() if any(self._is_mine(column) for column in _columns(each))]
        join = source.join
        self.keys = [column for each in (conditions_of_join(join) if join else []) for column in _columns(each) if self._is_mine(column)]

    @property
    def is_plain(self) -> bool:
        """Whether the source is a table whose columns stand in its join, in filters of its own and in sums only."""
        join = self.source.join
        if join is None or join.args.get("using") or not isinstance(self.source.node, exp.Table) or not self.keys:
            return False
        if join.args.get("side") and self.filters:
            return False
        if not all(isinstance(each, exp.EQ) for each in conditions_of_join(join)):
            return False
        if any(type(node) not in _AGAIN or isinstance(node.this, exp.Distinct) for node in self.aggregates):
            return False
        placed = [column for part in (*self.aggregates, *self.filters) for column in _columns(part)]
        own = all(any(column is mine for mine in self.columns) for column in placed)
        places = [*placed, *self.keys]
        return own and all(any(column is place for place in places) for column in self.columns)

    def put_in(self, number: int) -> None:
        """Changes the tree."""
        alias = self.source.node.alias_or_name
        keys = list({column.name: column for column in self.keys}.values())
        inner = exp.select(*(exp.column(key.name, table=alias) for key in keys)).from_(self.source.node.copy())
        for place, node in enumerate(self.aggregates):
            name = f"part_{number}_{place}"
            inner = inner.select(exp.alias_(node.copy(), name))
            again: exp.Expr = _AGAIN[type(node)](this=exp.column(name, table=alias))
            node.replace(exp.func("coalesce", again, exp.Literal.number(0)) if isinstance(node, exp.Count) else again)
        if self.filters:
            inner = inner.where(*(each.copy() for each in self.filters))
            kept = [each for each in self._where() if not any(each is mine for mine in self.filters)]
            self.block.select.set("where", exp.Where(this=exp.and_(*kept, copy=False)) if kept else None)
        inner = inner.group_by(*(exp.column(key.name, table=alias) for key in keys))
        self.source.node.replace(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(alias))))

    def _where(self) -> list[exp.Expr]:
        where = self.block.select.args.get("where")
        inside = {id(node) for node in where.walk()} if where is not None else set()
        return [each for each in conditions(self.block) if id(each) in inside]

    def _is_mine(self, column: exp.Column) -> bool:
        return any(column is mine for mine in self.columns)


def _columns(node: exp.Expr) -> list[exp.Column]:
    return list(node.find_all(exp.Column))
