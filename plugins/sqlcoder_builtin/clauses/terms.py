"""Which table a glossary term's SQL text is about."""

from __future__ import annotations

import re

from sqlcoder_builtin.parse import Parse
from sqlcoder_core.api import TableName


def term_table(p: Parse, sql: str) -> TableName | None:
    """The first linked table that an expression's `table.column` names."""
    for name in re.findall(r"\b(\w+)\.\w+", sql):
        for table in p.schema.tables.values():
            if table.name.name.lower() == name.lower():
                return table.name
    return None
