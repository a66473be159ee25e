"""Questions and their SQL over the shop's marts, for the model that the tests train: every pair is made here, none is real."""

from __future__ import annotations

import random
from dataclasses import dataclass

_TABLES = {
    "orders": ("order_id", ("status", "channel"), ("order_total",), "ordered_at"),
    "customers": ("customer_id", ("segment", "country", "city"), ("order_count", "lifetime_revenue"), "signed_up_on"),
    "products": ("product_id", ("category",), ("list_price", "unit_cost"), "launched_on"),
    "order_lines": ("order_line_id", ("product_id",), ("quantity", "revenue", "line_total"), "ordered_at"),
    "suppliers": ("supplier_id", ("country", "city"), ("lead_time_days",), "supplier_id"),
    "shipments": ("shipment_id", ("carrier",), (), "shipped_at"),
    "returns": ("return_id", ("reason",), ("refund_amount",), "returned_on"),
    "sales_people": ("sales_person_id", ("region",), (), "hired_on"),
}
_AGGREGATES = {"total": "SUM", "average": "AVG", "highest": "MAX", "lowest": "MIN"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the SQL that the toy is to learn for it."""

    question: str
    sql: str


def pairs() -> list[Pair]:
    """All pairs, shuffled the same way each time."""
    found = [pair for table in _TABLES for pair in _about(table)]
    random.Random(7).shuffle(found)
    return found


def prompt_of(question: str) -> str:
    """What the toy reads; `toy_prompt.jinja` is the same for the prompter `template`."""
    return f"question: {question}\nsql: "


def _about(table: str) -> list[Pair]:
    key, groups, numbers, day = _TABLES[table]
    words = table.replace("_", " ")
    found = [
        Pair(f"how many {words} are there", f"SELECT COUNT(*) FROM {table}"),
        Pair(f"number of {words}", f"SELECT COUNT(*) FROM {table}"),
        Pair(f"list all {words}", f"SELECT * FROM {table}"),
        Pair(f"show the latest {words}", f"SELECT * FROM {table} ORDER BY {day} DESC LIMIT 10"),
        Pair(f"first {words}", f"SELECT * FROM {table} ORDER BY {day} LIMIT 10"),
        Pair(f"{words} by key", f"SELECT {key} FROM {table} ORDER BY {key}"),
    ]
    for group in groups:
        name = group.replace("_", " ")
        found.append(Pair(f"{words} per {name}", f"SELECT {group}, COUNT(*) FROM {table} GROUP BY {group}"))
        found.append(Pair(f"which {name} do {words} have", f"SELECT DISTINCT {group} FROM {table}"))
        for number in numbers:
            found += [
                Pair(
                    f"{word} {number.replace('_', ' ')} of {words} per {name}",
                    f"SELECT {group}, {call}({number}) FROM {table} GROUP BY {group}",
                )
                for word, call in _AGGREGATES.items()
            ]
    for number in numbers:
        name = number.replace("_", " ")
        found += [Pair(f"{word} {name} of {words}", f"SELECT {call}({number}) FROM {table}") for word, call in _AGGREGATES.items()]
        found += [
            Pair(f"{words} with {name} above {bound}", f"SELECT {key} FROM {table} WHERE {number} > {bound}")
            for bound in (5, 10, 20, 50, 100)
        ]
    return found
