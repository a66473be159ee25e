"""Which table a glossary term's SQL text is about."""

from __future__ import annotations

import re

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import RawPred
from sqlcoder_core.api import TableName


def other_tables(p: Parse, sql: str, table: TableName) -> tuple[TableName, ...]:
    """Further linked tables whose columns stand in the text outside of its subqueries."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        columns = [column for column in parse_one(sql).find_all(exp.Column) if column.find_ancestor(exp.Select) is None]
    except SqlglotError:
        return ()
    names = dict.fromkeys(column.table.lower() for column in columns if column.table)
    found = (other.name for other in p.schema.tables.values() if other.name.name.lower() in names and other.name.key != table.key)
    return tuple(found)


def raw_filter(p: Parse, sql: str, table: TableName, *, negated: bool = False) -> RawPred:
    """A term's condition, with all the tables that it needs joined."""
    return RawPred(sql, table, negated, other_tables(p, sql, table))


def term_table(p: Parse, sql: str) -> TableName | None:
    """The first linked table that an expression's `table.column` names."""
    for name in re.findall(r"\b(\w+)\.\w+", sql):
        for table in p.schema.tables.values():
            if table.name.name.lower() == name.lower():
                return table.name
    return None
