"""Schemas, and queries on them that are right or wrong, for the tests of constrained decoding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.generation import ShownTable

SHOP = {
    "customers": "id name email country segment created_at",
    "orders": "id customer_id status total ordered_at shipped_at",
    "order_items": "id order_id product_id quantity unit_price",
    "products": "id name category price",
    "employees": "id name manager_id salary hired_on department",
}
WAREHOUSE = {
    "mart.fct_sales": "sale_id date_key store_id amount units",
    "mart.dim_store": "store_id city region opened",
    "mart.dim_date": "date_key year month quarter",
    "staging.raw_events": "event_id user_id kind payload ts",
}
ODD = {
    "Order Details": "Order ID|Unit Price|Qty|order|Größe",
    "select": "from|where|user",
    "täglich": "größe|datum",
}
SCHEMAS: dict[str, tuple[ShownTable, ...]] = {}
for _word, _tables in (("shop", SHOP), ("warehouse", WAREHOUSE), ("odd", ODD)):
    SCHEMAS[_word] = tuple(
        ShownTable(
            name=TableName(name=_name.split(".")[-1], schema=_name.split(".")[0] if "." in _name else None),
            columns=tuple(_columns.split("|") if "|" in _columns else _columns.split()),
        )
        for _name, _columns in _tables.items()
    )


def cases(file: str) -> list[dict[str, Any]]:
    """The lines of a file beside this one."""
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]
