"""Rows that are money: "expenses by category", "sales last month", "refunds as a percentage of revenue" are of what they add up to."""

from __future__ import annotations

from sqlcoder_builtin.clauses.measured import MONEY_TABLES
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Raw
from sqlcoder_core.api import TableName, singular, table_words

_DEEDS = frozenset("billed invoiced collected spent paid earned sold refunded charged".split())
"""What is done with money: "billed last month"."""


def added(p: Parse, table: TableName) -> Agg | Raw | None:
    """The sum of the amounts of a table whose rows were named as money; None where they are counted, or have no amount."""
    said = {
        singular(word) for at, named in p.tables_said if named.key == table.key and at >= 0 for word in p.chunks[at].text.lower().split()
    }
    if not (said or set(table_words(table.name))) & (MONEY_TABLES | _DEEDS):
        return None
    amount = amount_column(p, table)
    return Agg("sum", table, amount) if amount is not None else None
