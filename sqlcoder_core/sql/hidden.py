"""Relations with hidden columns: whatever names one, or shows all columns at once, is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from sqlglot import exp

from sqlcoder_core.sql.lexer import CleanText
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.sql.tree import span_of
from sqlcoder_core.values.catalog import Table

Found = Sequence[tuple[exp.Table, Table]]


def check_hidden(tree: exp.Expr, clean: CleanText, found: Found) -> None:
    """Raise Refused for a hidden column by name, by star, by whole row, by position, by renaming, by pivot or by natural join.

    Strict on purpose: the text is executed as it stands, so in doubt the name counts as the hidden one.
    """
    guarded = [(node, hidden) for node, table in found if (hidden := frozenset(fold(c.name) for c in table.columns if c.hidden))]
    if not guarded:
        return
    names = frozenset[str]().union(*(hidden for _, hidden in guarded))
    plain = {fold(node.alias_or_name) for node, _ in found} - {fold(node.alias_or_name) for node, _ in guarded}
    _check_names(tree, clean, names, plain)
    _check_rows(tree, clean, frozenset(fold(node.alias_or_name) for node, _ in guarded))
    for node, _ in guarded:
        _check_shape(node, clean)


def _check_names(tree: exp.Expr, clean: CleanText, names: frozenset[str], plain: set[str]) -> None:
    for node in tree.find_all(exp.Identifier):
        if fold(node.name) not in names or (isinstance(node.parent, exp.Alias) and node.arg_key == "alias"):
            continue
        column = node.parent
        if not (isinstance(column, exp.Column) and column.table and fold(column.table) in plain):
            raise refused("column-hidden", f'the column "{short(node.name)}" is hidden', span_of(node, clean), "ask for other columns")


def _check_rows(tree: exp.Expr, clean: CleanText, rows: frozenset[str]) -> None:
    for node in tree.find_all(exp.Column, exp.Columns, exp.PositionalColumn):
        if not isinstance(node, exp.Column):
            _refuse_all(node, clean)
        if fold(node.table if isinstance(node.this, exp.Star) else "" if node.table else node.name) in rows:
            _refuse_all(node, clean)


def _check_shape(table: exp.Table, clean: CleanText) -> None:
    select = table.find_ancestor(exp.Select)
    alias = table.args.get("alias")
    renamed = table.args.get("pivots") or isinstance(table.parent, exp.Pivot) or (alias and alias.args.get("columns"))
    starred = select is None or any(isinstance(part, exp.Star) for part in select.expressions)
    if renamed or starred or (select and any(join.method == "NATURAL" for join in select.find_all(exp.Join))):
        _refuse_all(table, clean)


def _refuse_all(node: exp.Expr, clean: CleanText) -> NoReturn:
    raise refused("column-hidden", "all columns are asked for, and some are hidden", span_of(node, clean), "name the columns that you need")
