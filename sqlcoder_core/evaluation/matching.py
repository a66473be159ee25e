"""The gold's rows and ours in, whether they match: *exact* and *subset* as in the sql-eval project, *strict* by rules of our own.

The source of `exact` and `subset` are the rules of `compare_df`, `subset_df` and `normalize_table` in `eval/eval.py` of
https://github.com/defog-ai/sql-eval; each rule stands beside the function that holds it. Beyond that project, since there pandas and
PostgreSQL's driver decide and here neither is: null equals null, a date equals its midnight, a boolean is 0 or 1, two columns of one
name are two columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlcoder_core.evaluation.cells import Cell, Line, by_rank, comparable, is_close, precise
from sqlcoder_core.evaluation.columns import same_columns
from sqlcoder_core.evaluation.records import Rows

Lines: TypeAlias = list[Line]

SUBSET_TOLERANCE = 1e-5
"""Relative; pandas' `assert_series_equal`, which sql-eval compares columns with, has it by default, and 1e-8 beside it near zero."""


def exact(gold: Rows, ours: Rows, *, ordered: bool) -> bool:
    """sql-eval's *exact*: the same table.

    Equal cell by cell as they came, or after normalisation of both: duplicate rows dropped, columns sorted by name, rows sorted
    unless `ordered`. Columns are then compared by place, so their names matter only for sorting. Numbers are floats and equal to
    the last bit.
    """
    one, other = _lines(gold), _lines(ours)
    if len(gold.columns) != len(ours.columns):
        return False
    return one == other or _normalised(gold.columns, one, ordered) == _normalised(ours.columns, other, ordered)


def subset(gold: Rows, ours: Rows, *, ordered: bool) -> bool:
    """sql-eval's *subset*: the gold's columns are among ours; ours may have any others.

    False for a gold without rows. Each column of the gold, in order, takes the first unused one of ours that holds as many and, both
    sorted, the same values (numbers to 1e-5 relative). What was taken goes by the gold's names, both tables are normalised as for
    `exact`, and must be equal, numbers again to 1e-5. Because rows are counted before duplicates are dropped, ours must repeat rows
    as often as the gold; because the first fitting column is taken, two columns of equal values may be taken the wrong way round.
    """
    taken = _taken(gold, ours)
    if taken is None:
        return False
    chosen = [tuple(line[place] for place in taken) for line in _lines(ours)]
    one, other = _normalised(gold.columns, _lines(gold), ordered), _normalised(gold.columns, chosen, ordered)
    return _all_close(one, other, SUBSET_TOLERANCE)


def strict(gold: Rows, ours: Rows, *, ordered: bool) -> bool:
    """Our own measure: as many columns, in any order and under any names, and the same rows, each as often; in order where `ordered`.

    Whole numbers are equal to the last digit, others to 1e-6 relative and near zero to 1e-12: each cell is held against its partner,
    never against a neighbour's neighbour. Two results without rows match when they have as many columns.
    """
    if len(gold.columns) != len(ours.columns) or len(gold.rows) != len(ours.rows):
        return False
    one, other = ([tuple(map(precise, row)) for row in table.rows] for table in (gold, ours))
    return same_columns(one, other, ordered)


def _lines(rows: Rows) -> Lines:
    return [tuple(map(comparable, row)) for row in rows.rows]


def _normalised(columns: Sequence[str], lines: Lines, ordered: bool) -> Lines:
    order = sorted(range(len(columns)), key=lambda place: columns[place])
    distinct = dict.fromkeys(tuple(line[place] for place in order) for line in lines)
    return list(distinct) if ordered else sorted(distinct, key=_rank)


def _taken(gold: Rows, ours: Rows) -> tuple[int, ...] | None:
    """For each column of the gold the place of the one of ours that it takes; None where one finds none."""
    if not gold.rows or len(gold.rows) != len(ours.rows) or len(gold.columns) > len(ours.columns):
        return None
    unused = [(place, _sorted_column(ours, place)) for place in range(len(ours.columns))]
    taken = []
    for place in range(len(gold.columns)):
        wanted = _sorted_column(gold, place)
        found = next((index for index, (_, values) in enumerate(unused) if _close_columns(wanted, values)), None)
        if found is None:
            return None
        taken.append(unused.pop(found)[0])
    return tuple(taken)


def _sorted_column(rows: Rows, place: int) -> list[Cell]:
    return sorted((comparable(row[place]) for row in rows.rows), key=by_rank)


def _close_columns(one: list[Cell], other: list[Cell]) -> bool:
    return all(is_close(left, right, SUBSET_TOLERANCE) for left, right in zip(one, other, strict=True))


def _all_close(one: Lines, other: Lines, tolerance: float) -> bool:
    if len(one) != len(other):
        return False
    return all(
        is_close(left, right, tolerance) for line, fellow in zip(one, other, strict=True) for left, right in zip(line, fellow, strict=True)
    )


def _rank(line: Line) -> tuple[tuple[int, Cell], ...]:
    return tuple(map(by_rank, line))
