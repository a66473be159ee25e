"""The attack and legit corpora as cases, and the databases they run on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CANARY = "TOPSECRET-SALARY"
"""Stored in secret.salaries (SQLite: salaries); whoever sees it in a result has leaked."""
COLUMNS = {
    "customers": ("id", "name", "email", "country", "created_at"),
    "products": ("id", "name", "category", "price", "tags", "attrs"),
    "orders": ("id", "customer_id", "ordered_at", "status", "total"),
    "order_items": ("order_id", "product_id", "qty", "price"),
    "events": ("id", "customer_id", "ts", "kind", "payload"),
    "v_ok": ("country", "n"),
}
"""What a query may read, in schema `shop`; SQLite has no schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One statement. `expected` is `refuse` (the guard must), `limit` (the caps must), `either` or `allow`."""

    id: str
    dialect: str
    category: str
    sql: str
    expected: str
    why: str = ""
    static_only: bool = False

    def text(self, directory: Path) -> str:
        """The statement with `{dir}` standing for a scratch folder."""
        return self.sql.replace("{dir}", str(directory))


def attacks(dialect: str | None = None, expected: str | None = None) -> list[Case]:
    """The hostile half."""
    return _read("attacks.jsonl", dialect, expected)


def legit(dialect: str | None = None) -> list[Case]:
    """Queries that must pass."""
    return _read("legit.jsonl", dialect, None)


def allowed(dialect: str) -> dict[str, tuple[str, ...]]:
    """Relation -> columns, as a catalog file says it."""
    return {name if dialect == "sqlite" else f"shop.{name}": columns for name, columns in COLUMNS.items()}


def script(engine: str) -> str:
    """SQL that fills an empty database of that engine (PostgreSQL: as superuser; it also makes the roles)."""
    return (HERE / f"fixture_{engine}.sql").read_text("utf-8")


def _read(name: str, dialect: str | None, expected: str | None) -> list[Case]:
    cases = map(_case, (HERE / name).read_text("utf-8").splitlines())
    return [case for case in cases if dialect in (None, case.dialect) and expected in (None, case.expected)]


def _case(line: str) -> Case:
    row = json.loads(line)
    return Case(
        id=row["id"],
        dialect=row["dialect"],
        category=row.get("category") or row["tag"],
        sql=row["sql"] if row["sql"] is not None else _built(**row["build"]),
        expected=row["expected"],
        why=row.get("why", ""),
        static_only=row.get("static_only", False),
    )


def _built(*, prefix: str, unit: str, count: int, mid: str, unit2: str, suffix: str) -> str:
    return prefix + unit * count + mid + unit2 * count + suffix
