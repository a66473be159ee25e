"""Columns by what they are about ("price", "age", "city") rather than by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Arith, Col, Expr
from sqlcoder_core.api import Column, TableName, name_words, table_words

Want = Callable[[TableName, Column], bool]

_MONEY = (
    "revenue", "sale amount", "total amount", "net amount", "gross amount", "total revenue", "amount", "order total", "total",
    "total price", "line total", "line amount", "extended price",
    "net total", "grand total", "amount paid", "payment amount", "total sale", "invoice total", "subtotal", "sale", "turnover",
    "net revenue", "gross revenue", "order amount", "total value",
    "order value", "total cost", "invoice amount", "bill amount", "purchase amount", "spend",
)  # fmt: skip
_QUANTITY = ("quantity", "order quantity", "unit", "quantity sold", "unit sold", "amount", "count")
_PRICE = ("unit price", "price", "sale price", "price each", "selling price", "price per unit", "list price", "unit cost")


def concept_column(schema: Schema, words: Sequence[str], table: TableName, want: Want | None = None) -> Col | None:
    """The table's column about the first concept that has one; then tables that each row meets at most once."""
    here = own_column(schema, words, table, want)
    if here is not None:
        return here
    neighbours = sorted(
        (other for other in schema.tables.values() if other.name.key != table.key and schema.to_one(table, other.name)),
        key=lambda other: schema.distance(table, other.name),
    )
    return next((found for other in neighbours if (found := own_column(schema, words, other.name, want)) is not None), None)


def own_column(schema: Schema, words: Sequence[str], table: TableName, want: Want | None) -> Col | None:
    """The table's own column about the first concept that has one: called so, else with the concept among its words."""
    columns = [column for column in schema.table(table).columns if not column.hidden and (want is None or want(table, column))]
    for concept in words:
        wanted = tuple(concept.replace("_", " ").split())
        for column in columns:
            if _core(column, table) == wanted:
                return Col(table, column.name)
    for concept in words:
        wanted = tuple(concept.replace("_", " ").split())
        for column in columns:
            own = name_words(column.name)
            if any(own[at : at + len(wanted)] == wanted for at in range(len(own))) and own[-1:] not in (("id",), ("key",)):
                return Col(table, column.name)
    return None


def _core(column: Column, table: TableName) -> tuple[str, ...]:
    own, owner = name_words(column.name), table_words(table.name)
    for prefix in (owner, owner[-1:]):
        if len(own) > len(prefix) and own[: len(prefix)] == prefix:
            return own[len(prefix) :]
    return own


def money_measures(schema: Schema, near: TableName | None) -> list[tuple[TableName, Expr]]:
    """What "revenue" or "spent" can mean, nearest to `near` first: an amount column, or quantity times price."""
    found: list[tuple[float, int, TableName, Expr]] = []
    for index, table in enumerate(schema.tables.values()):
        distance = schema.distance(near, table.name) if near else 0
        if distance > 6:
            continue
        amount = _exact(schema, _MONEY, table.name)
        derived = None if amount else quantity_times_price(schema, table.name)
        expr = amount or derived
        if expr is not None and not _is_budget(table.name):
            cost = distance + (0.0 if amount else 0.4) - 0.5 * table.rank - _transactional(schema, table.name)
            found.append((cost, index, table.name, expr))
    return [(table, expr) for _, _, table, expr in sorted(found, key=lambda entry: entry[:2])]


def _is_budget(table: TableName) -> bool:
    return bool({"budget", "forecast", "target", "salary", "payroll", "expense"} & set(table_words(table.name)))


def _transactional(schema: Schema, table: TableName) -> float:
    """Tables that look like sales: named so, dated, and pointing to others."""
    words = set(table_words(table.name))
    named = (
        1.5
        if words & {"order", "sale", "invoice", "transaction", "purchase"}
        else 0.4
        if words & {"payment", "booking", "item", "line"}
        else 0.0
    )
    return named + 0.3 * bool(schema.dates(table)) + 0.2 * any(not step.many for step in schema._steps[table.key])


def _exact(schema: Schema, names: Sequence[str], table: TableName) -> Col | None:
    measures = {
        _core(column, table): column for column in schema.table(table).columns if not column.hidden and schema.is_measure(table, column)
    }
    whole = {name_words(column.name): column for column in measures.values()}
    for name in names:
        column = whole.get(tuple(name.split())) or measures.get(tuple(name.split()))
        if column is not None:
            return Col(table, column.name)
    return None


def quantity_times_price(schema: Schema, table: TableName) -> Expr | None:
    """quantity * price, the price on the row itself or on what the row points to; less a discount kept as a fraction."""
    quantity = _exact(schema, _QUANTITY, table)
    if quantity is None or quantity.column.lower() in ("amount",):
        return None
    price = _exact(schema, _PRICE, table)
    if price is None:
        price = next(
            (
                found
                for other in schema.tables.values()
                if other.name.key != table.key
                and schema.to_one(table, other.name)
                and schema.distance(table, other.name) == 1
                and (found := _exact(schema, _PRICE, other.name))
            ),
            None,
        )
    return Arith("*", quantity, price) if price is not None else None
