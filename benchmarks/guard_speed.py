"""The guard with its catalog check, per query, at 10 and at 10,000 tables of 20 columns: p50, p95 and the slowest.

    python benchmarks/guard_speed.py

Both catalogs are measured in turns within one run, each query once per round; the first round warms up and does not count.
`listed` is the catalog of `guard check --catalog FILE`, `indexed` the one that questions are answered from.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.listed import ListedCatalog
from sqlcoder_core.values.catalog import Catalog, Column, Table, TableName

ROUNDS = 40
COLUMNS = tuple(f"column_{number}" for number in range(20))
QUERIES = {
    "simple": "SELECT column_1, column_2 FROM shop.table_3 WHERE column_4 = 'x' ORDER BY column_2 DESC LIMIT 10",
    "join": "SELECT a.column_1, sum(b.column_5) AS total FROM shop.table_3 a JOIN shop.table_7 b ON b.column_0 = a.column_0 "
    "WHERE b.column_9 >= DATE '2025-01-01' GROUP BY a.column_1 HAVING sum(b.column_5) > 10 ORDER BY total DESC LIMIT 5",
    "complex": "WITH monthly AS (SELECT date_trunc('month', column_9) AS m, column_1, sum(column_5) AS revenue FROM shop.table_2 "
    "GROUP BY 1, 2), ranked AS (SELECT *, row_number() OVER (PARTITION BY m ORDER BY revenue DESC) AS place FROM monthly) "
    "SELECT r.m, t.column_2, r.revenue, r.revenue / nullif(lag(r.revenue) OVER (ORDER BY r.m), 0) - 1 AS growth "
    "FROM ranked r LEFT JOIN shop.table_5 t ON t.column_0 = r.column_1 WHERE r.place <= 3 AND EXISTS "
    "(SELECT 1 FROM shop.table_8 e WHERE e.column_0 = t.column_0 AND e.column_3 IS NOT NULL) ORDER BY r.m, r.place",
}


def main() -> None:
    """Print a line per catalog, and one per kind of query."""
    catalogs: dict[str, Catalog] = {}
    for count in (10, 10_000):
        catalogs[f"listed, {count} tables"] = _timed(f"listed, {count} tables", lambda count=count: ListedCatalog(_listed(count)))
        catalogs[f"indexed, {count} tables"] = _timed(f"indexed, {count} tables", lambda count=count: memory_catalog(_tables(count)))
    spent: dict[tuple[str, str], list[float]] = {(kind, name): [] for name in catalogs for kind in QUERIES}
    for turn in range(ROUNDS + 1):
        for name, catalog in catalogs.items():
            for kind, sql in QUERIES.items():
                start = time.perf_counter()
                query = check(sql, "duckdb", catalog)
                spent[kind, name] += [(time.perf_counter() - start) * 1000] * bool(turn)
                assert query.catalog_checked
    for name in catalogs:
        print(f"{name}: {_summary([ms for kind in QUERIES for ms in spent[kind, name]])}")
        print("".join(f"  {kind}: {_summary(spent[kind, name])}\n" for kind in QUERIES), end="")


def _listed(count: int) -> dict[str, tuple[str, ...]]:
    return {f"shop.table_{number}": COLUMNS for number in range(count)}


def _tables(count: int) -> list[Table]:
    columns = tuple(Column(name=name) for name in COLUMNS)
    return [Table(name=TableName(schema="shop", name=f"table_{number}"), columns=columns) for number in range(count)]


def _timed(name: str, build: Callable[[], Catalog]) -> Catalog:
    start = time.perf_counter()
    catalog = build()
    print(f"{name}: made in {time.perf_counter() - start:.2f} s")
    return catalog


def _summary(milliseconds: list[float]) -> str:
    p50, p95 = statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[-1]
    return f"p50 {p50:.2f} ms, p95 {p95:.2f} ms, slowest {max(milliseconds):.2f} ms over {len(milliseconds)} checks"


if __name__ == "__main__":
    main()
