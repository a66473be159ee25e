"""Check the gold SQL of the suites against their databases: python benchmarks/analyst_questions/check_gold.py [--errors] [SUITE.yml ...]

Without suites, all beside this file, rounds included, the frozen ones without remarks; `build.py` comes first.

An error, and exit code 1: a gold that does not run or returns nothing, an id or a question used twice, a question with neither gold
nor `answerable: false`. A remark, to be read by a person, left out with --errors: a condition of the first gold that can be dropped
without changing the rows (the question then cannot tell a wrong answer from a right one); and of any gold a LIMIT or a place in a
window that cuts through a tie, rows whose order is a tie.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from databases import HERE, ask
from sqlglot import exp

from sqlcoder_core.evaluation.gold import expanded

Entry = dict[str, Any]


def main() -> int:
    """Print every finding with its suite and id; the number of errors decides the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--errors", action="store_true", help="leave the remarks out")
    parser.add_argument("suites", nargs="*", type=Path, metavar="SUITE.yml")
    wanted = parser.parse_args()
    files = wanted.suites or [*sorted((HERE / "suites").glob("*/*.yml")), *sorted((HERE / "rounds").glob("*/*/questions.yml"))]
    suites = [(file, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    errors = list(_twice(suites))
    for file, suite in suites:
        quiet = wanted.errors or (not wanted.suites and file.parent.name == "frozen")
        errors += _checked(file, suite, quiet=quiet)
    print("\n".join(f"ERROR: {said}" for said in errors))
    return 1 if errors else 0


def _checked(file: Path, suite: Entry, *, quiet: bool) -> list[str]:
    """The errors of one suite; its remarks and its figures are printed."""
    kinds = Counter(entry["category"] for entry in suite["questions"])
    print(f"{file.parent.name}/{file.name}: {len(suite['questions'])} questions, {dict(kinds)}")
    errors = []
    for entry in suite["questions"]:
        place, database = f"{file.parent.name}/{file.name} {entry['id']}", file.parent / suite["database"]
        errors += [f"{place}: {said}" for said in wrong(entry, database)]
        for said in () if quiet else weak(entry, database, suite["dialect"]):
            print(f"remark: {place}: {said}")
    return errors


def wrong(entry: Entry, database: Path) -> Iterator[str]:
    """What makes a question unfit."""
    golds = golds_of(entry)
    if bool(golds) == (entry.get("answerable") is False):
        yield "needs sql, or answerable: false, and not both"
    for gold in golds:
        for sql in expanded(gold):
            try:
                if not ask(database, sql)[1]:
                    yield f"no rows: {sql}"
            except Exception as error:  # noqa: BLE001 - two drivers, each with its own classes; all mean that the gold is no SQL of this database
                yield f"{error}: {sql}"


def weak(entry: Entry, database: Path, dialect: str) -> Iterator[str]:
    """What a person should look at: conditions of the first gold, ties in any."""
    trees = [sqlglot.parse_one(list(expanded(gold))[-1], dialect=dialect) for gold in golds_of(entry)]
    for tree in trees[:1]:
        rows = _sorted(_rows(database, tree.sql(dialect=dialect)))
        for condition, without in weakened(tree):
            if _sorted(_rows(database, without.sql(dialect=dialect))) == rows:
                yield f"makes no difference: {condition}"
    yield from dict.fromkeys(said for tree in trees for said in (*_ties(tree, database, dialect), *window_ties(tree, database, dialect)))


def weakened(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """The query without one condition of a WHERE or HAVING, for each of them."""
    for kind in (exp.Where, exp.Having):
        for index, clause in enumerate(tree.find_all(kind)):
            conditions = list(clause.this.flatten()) if isinstance(clause.this, exp.And) else [clause.this]
            for number, condition in enumerate(conditions):
                copy = tree.copy()
                other = list(copy.find_all(kind))[index]
                kept = [one.copy() for position, one in enumerate(conditions) if position != number]
                other.set("this", exp.and_(*kept)) if kept else other.pop()
                yield condition.sql(), copy


def _ties(tree: exp.Expr, database: Path, dialect: str) -> Iterator[str]:
    order, limit = tree.args.get("order"), tree.args.get("limit")
    if not isinstance(order, exp.Order) or not isinstance(tree, exp.Select):
        return
    copy = tree.copy()
    copy.set("limit", None)
    keys = [_resolved(key.this, tree) for key in order.expressions]
    copy.set("expressions", [*copy.expressions, *(exp.alias_(key.copy(), f"key_{n}") for n, key in enumerate(keys))])
    values = [tuple(row[-len(keys) :]) for row in _rows(database, copy.sql(dialect=dialect))]
    count = int(limit.expression.this) if limit else len(values)
    if len(values) > count and values[count - 1] == values[count]:
        yield f"LIMIT {count} cuts through a tie: {values[count]}"
    if len(set(values[:count])) < len(values[:count]):
        yield "the order has ties"


def window_ties(tree: exp.Expr, database: Path, dialect: str) -> Iterator[str]:
    """Whether a filter on a window's place meets a tie: ROW_NUMBER then takes one of several rows by chance, RANK takes them all."""
    counts = [len(_rows(database, _placed(tree, place).sql(dialect=dialect))) for place in (exp.RowNumber, exp.Rank)]
    if counts[0] != counts[1]:
        yield f"a window's place cuts through a tie: {counts[0]} rows by ROW_NUMBER, {counts[1]} by RANK"


def _placed(tree: exp.Expr, place: type[exp.Expr]) -> exp.Expr:
    """The query with every place in a window counted in one way."""
    copy = tree.copy()
    for window in list(copy.find_all(exp.Window)):
        if isinstance(window.this, exp.RowNumber | exp.Rank | exp.DenseRank):
            window.set("this", place())
    return copy


def _resolved(key: exp.Expr, tree: exp.Select) -> exp.Expr:
    """The expression that an ordinal or an alias stands for."""
    if isinstance(key, exp.Literal) and key.is_int:
        return tree.selects[int(key.this) - 1].unalias()
    named = {one.alias: one.unalias() for one in tree.selects if isinstance(one, exp.Alias)}
    return named.get(key.name, key) if isinstance(key, exp.Column) and not key.table else key


def golds_of(entry: Entry) -> list[str]:
    """The acceptable queries as written."""
    sql = entry.get("sql", [])
    return [sql] if isinstance(sql, str) else list(sql)


def _rows(database: Path, sql: str) -> Sequence[Sequence[Any]]:
    try:
        return ask(database, sql)[1]
    except Exception:  # noqa: BLE001 - as in `wrong`; a query that stopped being SQL when it was weakened tells nothing
        return []


def _sorted(rows: Sequence[Sequence[Any]]) -> list[str]:
    return sorted(repr(tuple(row)) for row in rows)


def _twice(suites: Sequence[tuple[Path, Any]]) -> Iterator[str]:
    for key in ("id", "question"):
        often = Counter(entry[key].casefold() for _, suite in suites for entry in suite["questions"])
        yield from (f"{key} used {count} times: {value}" for value, count in often.items() if count > 1)


if __name__ == "__main__":
    sys.exit(main())
