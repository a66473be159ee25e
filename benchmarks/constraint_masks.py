"""What constrained decoding costs: making a guide for catalogs of 10, 100 and 1,000 tables, and per token and beam in masks and checks.

python benchmarks/constraint_masks.py --tokenizer FOLDER
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from sqlcoder_core.contracts.model_engine import Tokenizer
from sqlcoder_core.decoding.constrain.sql_guide import SqlGuide, guide_for
from sqlcoder_core.models.tokenizer_file import FileTokenizer
from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.generation import ShownTable

QUERY = (
    "SELECT c.name_{0}, SUM(o.total_{1}) AS revenue FROM customers_{0} AS c "
    "JOIN customers_{1} AS o ON o.customer_id_{1} = c.customer_id_{0} "
    "WHERE c.country_{0} = 'DE' AND o.total_{1} > 10 GROUP BY c.name_{0} ORDER BY revenue DESC LIMIT 5"
)
COLUMNS = ("customer_id", "name", "country", "total", "status", "created_at", "amount", "city", "category", "note")
SIZES = (10, 100, 1_000)


def main() -> None:
    """Print a table: milliseconds to make a guide, microseconds per token, medians over the rounds and the worst of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--dialect", default="duckdb")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    tokenizer = FileTokenizer(given.tokenizer)
    start = time.perf_counter()
    guide_for((), given.dialect, tokenizer)
    print(f"vocabulary of {tokenizer.vocabulary:,} tokens read and grammar compiled, once: {1000 * (time.perf_counter() - start):.0f} ms\n")
    print("| tables | guide, ms | mask, us | 4 masks, us | check and advance, us |\n| --- | --- | --- | --- | --- |")
    for size in SIZES:
        shown = _catalog(size)
        start = time.perf_counter()
        guide = guide_for(shown, given.dialect, tokenizer)
        made = 1000 * (time.perf_counter() - start)
        sql = QUERY.format(3, size // 2)
        rounds = [_per_token(guide, tokenizer, sql) for _ in range(given.rounds)]
        cells = [f"{statistics.median(column):.0f} ({max(column):.0f})" for column in zip(*rounds, strict=True)]
        print(f"| {size:,} | {made:.1f} | {' | '.join(cells)} |")


def _catalog(size: int) -> tuple[ShownTable, ...]:
    return tuple(
        ShownTable(name=TableName(name=f"customers_{number}"), columns=tuple(f"{column}_{number}" for column in COLUMNS))
        for number in range(size)
    )


def _per_token(guide: SqlGuide, tokenizer: Tokenizer, sql: str) -> tuple[float, float, float]:
    """Microseconds of one beam's mask, of four beams' masks together, and of a check and a step."""
    tokens = tokenizer.encode(sql, whole=False)
    # Five answers apart, since a mask that was computed once is not computed again.
    states = [guide.start()] * 5
    spent = [0.0, 0.0, 0.0]
    for token in tokens:
        clocks = [time.perf_counter()]
        mask = guide.masks(states[:1], 400)
        clocks.append(time.perf_counter())
        guide.masks(states[1:], 400)
        clocks.append(time.perf_counter())
        if not mask[0][token] or not guide.accepts(states[0], token):
            raise SystemExit(f"the guide refuses {tokenizer.decode([token])!r} in {sql}")
        states[0] = guide.advance(states[0], token)
        clocks.append(time.perf_counter())
        states[1:] = [guide.advance(state, token) for state in states[1:]]
        spent = [one + 1e6 * (end - begin) for one, begin, end in zip(spent, clocks, clocks[1:], strict=False)]
    return spent[0] / len(tokens), spent[1] / len(tokens), spent[2] / len(tokens)


if __name__ == "__main__":
    main()
