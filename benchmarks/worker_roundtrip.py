"""A warm question through the query worker beside the same statement on duckdb in this process, on one core and alternating.

The worker attaches the file, asks for the plan, runs, streams and detaches; the plain way opens the file for each question as well:
keeping it open would lock it against `dbt run`.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_duckdb.connector import DuckDBConnector

ROUNDS, PER_ROUND = 15, 20
QUERY = "SELECT city, sum(total) AS revenue FROM orders GROUP BY city ORDER BY revenue DESC LIMIT 5"


def _file(folder: str) -> str:
    path = str(Path(folder, "shop.duckdb"))
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE orders AS SELECT range AS id, 'city ' || range % 50 AS city, range / 7 AS total FROM range(10000)")
    return path


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(PER_ROUND):
        work()
    return (time.perf_counter() - start) / PER_ROUND * 1e3


def main() -> None:
    """Print medians over the rounds and the ratios, pair by pair."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        path = _file(folder)
        query = check(QUERY, "duckdb", None)
        with QueryWorker(DuckDBConnector(DuckDBConnector.Settings(path=path)), limits=Limits()) as worker:

            def opened() -> None:
                with duckdb.connect(path, read_only=True) as connection:
                    connection.execute(QUERY).fetchall()

            start = time.perf_counter()
            worker.run(query)
            cold = (time.perf_counter() - start) * 1e3
            opened()
            ways: dict[str, Callable[[], object]] = {"worker": lambda: worker.run(query), "duckdb, opened for each": opened}
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, work in ways.items():
                    times[name].append(_milliseconds(work))
        ratios = [one / other for one, other in zip(*times.values(), strict=True)]
        print(f"one core, {ROUNDS} rounds of {PER_ROUND}, DuckDB {duckdb.__version__}, first question of a cold worker {cold:.0f} ms")
        for name, found in times.items():
            print(f"{name}: {statistics.median(found):.2f} ms a question (median of rounds)")
        print(f"worker / duckdb opened for each question: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
