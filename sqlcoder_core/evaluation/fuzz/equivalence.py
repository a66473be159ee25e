"""A gold and its mutant in, whether they can be seen to mean the same: by their text, by keys, by what the measure looks at."""

from __future__ import annotations

from enum import Enum

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from sqlcoder_core.evaluation.fuzz.mutants import Mutant
from sqlcoder_core.evaluation.fuzz.shape import Shape


class Same(Enum):
    """What two queries have in common on every database: nothing that is seen, the set of their rows, or the rows themselves."""

    NO = "no"
    SET = "set"
    ROWS = "rows"


def same(gold: exp.Expr, mutant: Mutant, shape: Shape, dialect: str) -> Same:
    """Seen without running; NO only says that nothing was seen."""
    try:
        tree = parse_one(mutant.sql, dialect=dialect)
    except SqlglotError:
        return Same.NO
    if _plain(tree, dialect) == _plain(gold, dialect):
        return Same.ROWS
    return Same.SET if _plain(tree, dialect, duplicates=False) == _plain(gold, dialect, duplicates=False) else Same.NO


def _plain(tree: exp.Expr, dialect: str, *, duplicates: bool = True) -> str:
    """Text with what makes no difference taken out; without `duplicates` also DISTINCT and UNION ALL of the outermost query."""
    copy = tree.copy()
    for order in list(copy.find_all(exp.Order)):
        if order.parent is not copy and isinstance(order.parent, exp.Select) and order.parent.args.get("limit") is None:
            order.pop()
    if not duplicates:
        _without_duplicates(copy)
    return copy.sql(dialect=dialect, normalize=True).lower()


def _without_duplicates(tree: exp.Expr) -> None:
    """Duplicates matter to LIMIT, so under one they stay."""
    if tree.args.get("limit") is not None:
        return
    if isinstance(tree, exp.Select):
        tree.set("distinct", None)
    elif isinstance(tree, exp.Union):
        tree.set("distinct", True)
        _without_duplicates(tree.this)
        _without_duplicates(tree.expression)
