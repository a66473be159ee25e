"""A tree and the tables it names in, nothing out: refuses a column that none of them has, or several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.lexer import CleanText
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.sql.tree import dialect_of, span_of
from sqlcoder_core.values.catalog import Table

Found = Sequence[tuple[exp.Table, Table]]


class Written(NamedTuple):
    """A column as the query writes it; the node itself changes while it is checked."""

    node: exp.Expr
    name: str
    table: str
    place: type[exp.Expr] = exp.Column


_ERROR: Final = re.compile(r"(?:Unknown column: |Column '|Ambiguous column '|Cannot automatically join: )(?P<name>.+?)(?:'|\.|$)")
_LARGE: Final = 10_000
_OPEN_ENDED: Final = (exp.Unnest, exp.Lateral, exp.TableFromRows)


def check_columns(tree: exp.Expr, clean: CleanText, dialect: str, found: Found) -> None:
    """Hold every column against the relations named, with a schema of those alone. Changes the tree. Raises Refused.

    Where sqlglot cannot tell (a relation without known columns, a pivot), the engine is left to judge.
    """
    if not any(table.columns for _, table in found) or tree.find(exp.Pivot) or _is_too_large(tree, found):
        return
    known = {fold(column.name) for _, table in found for column in table.columns}
    defined = set(_defined(tree))
    if dialect == "sqlite":
        _read_strings(tree, known | defined)
    columns = list(_columns(tree))
    _check_composites(tree, clean, found)
    in_having = [column for column in columns if column.place is exp.Having and not column.table]
    complete = bool(in_having) and all(table.columns for _, table in found) and not _is_open_ended(tree)
    try:
        _qualify(tree, dialect, found)
    except OptimizeError as error:
        _report(str(error), columns, clean, found, defined)
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError):
        # The name check is a courtesy: relations and hidden columns are checked, the engine judges the rest.
        return
    # sqlglot does not look up names in HAVING, where an alias may stand as well.
    for column in in_having:
        if complete and fold(column.name) not in known | defined:
            raise _unknown(column, clean, f'no relation here has a column "{short(column.name)}"', [table for _, table in found])


def _is_too_large(tree: exp.Expr, found: Found) -> bool:
    """Whether sqlglot would take long: it climbs from every column to the root, and writes out stars and aliases."""
    stars = columns = deepest = 0
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        stars += isinstance(node, exp.Star)
        columns += isinstance(node, exp.Column)
        deepest = max(deepest, depth)
        stack += [(child, depth + 1) for child in node.iter_expressions()]
    if columns > _LARGE // 10 or columns * deepest > 10 * _LARGE or stars * sum(len(table.columns) for _, table in found) > _LARGE:
        return True
    return any(_written_out(select) > _LARGE for select in tree.find_all(exp.Select))


def _written_out(select: exp.Select) -> int:
    """Nodes of the projections once each alias in them is replaced by what it stands for; counting stops when it is many."""
    sizes: dict[str, int] = {}
    total = 0
    for projection in select.expressions:
        size = sum(sizes.get(fold(node.name), 1) if isinstance(node, exp.Column) else 1 for node in projection.walk())
        sizes[fold(projection.alias)] = size
        total += size
        if total > _LARGE:
            break
    return total


def _columns(tree: exp.Expr) -> Iterator[Written]:
    """All columns, those in HAVING and USING marked as such."""
    in_having = {id(node) for having in tree.find_all(exp.Having) for node in having.find_all(exp.Column)}
    for node in tree.find_all(exp.Column):
        yield Written(node, node.name, node.table, exp.Having if id(node) in in_having else exp.Column)
    for join in tree.find_all(exp.Join):
        yield from (Written(name, name.name, "", exp.Join) for name in join.args.get("using") or () if isinstance(name, exp.Identifier))


def _check_composites(tree: exp.Expr, clean: CleanText, found: Found) -> None:
    """PostgreSQL takes `(row).name` for a call name(row) when the row has no such column; so it must have one."""
    for dot in tree.find_all(exp.Dot):
        row = dot.this.this if isinstance(dot.this, exp.Paren) else None
        if isinstance(row, exp.Column) and not row.table and isinstance(dot.expression, exp.Identifier):
            column = Written(dot, dot.expression.name, row.name)
            without = [table for table in _named(column, found) if table.columns and not table.column(column.name)]
            if without:
                raise _unknown(column, clean, f'"{short(str(without[0].name))}" has no column "{short(column.name)}"', without)


def _named(column: Written, found: Found) -> list[Table]:
    """The relations that go by the name in front of the column, in any scope of the query."""
    return [table for node, table in found if column.table and fold(node.alias_or_name) == fold(column.table)]


def _is_open_ended(tree: exp.Expr) -> bool:
    """Whether a function in FROM brings columns whose names only the engine knows."""
    return tree.find(*_OPEN_ENDED) is not None or any(isinstance(table.this, exp.Func) for table in tree.find_all(exp.Table))


def _qualify(tree: exp.Expr, dialect: str, found: Found) -> None:
    mapping: dict[str, object] = {}
    for number, (node, table) in enumerate(found):
        name = f"_t{number}"
        _rename(node, name, dialect)
        if table.columns:
            mapping[name] = {spelling: "TEXT" for column in table.columns if not column.hidden for spelling in _spellings(column.name)}
    reader = dialect_of(dialect)
    schema = MappingSchema(mapping, dialect=reader, normalize=False)
    complete = all(table.columns for _, table in found)
    qualify(tree, dialect=reader, schema=schema, quote_identifiers=False, validate_qualify_columns=complete)


def _rename(node: exp.Table, name: str, dialect: str) -> None:
    """Give the relation a name of one part, and its old name as alias, so that one flat mapping serves all schemas."""
    if not node.alias:
        alias = node.args.get("alias") or exp.TableAlias()
        alias.set("this", node.this.copy())
        node.set("alias", alias)
    node.set("this", exp.to_identifier(name, quoted=True))
    node.set("db", None)
    node.set("catalog", None)


def _spellings(name: str) -> Iterable[str]:
    return dict.fromkeys((name, name.lower(), name.upper()))


def _defined(tree: exp.Expr) -> Iterator[str]:
    """Names that the query itself gives: aliases of columns and relations, columns of CTEs, fields."""
    for node in tree.find_all(exp.Alias, exp.TableAlias, exp.PropertyEQ, exp.Lambda, exp.Unnest):
        if isinstance(node, exp.TableAlias):
            yield from (fold(part.name) for part in (node.this, *(node.args.get("columns") or ())) if part)
        elif isinstance(node, exp.Lambda):
            yield from (fold(part.name) for part in node.expressions)
        else:
            yield fold(node.alias or node.name)


def _read_strings(tree: exp.Expr, known: set[str]) -> None:
    """SQLite takes a double-quoted name that is no column for a string."""
    for node in list(tree.find_all(exp.Column)):
        if not node.table and isinstance(node.this, exp.Identifier) and node.this.args.get("quoted") and fold(node.name) not in known:
            node.replace(exp.Literal.string(node.name))


def _report(message: str, columns: Sequence[Written], clean: CleanText, found: Found, defined: set[str]) -> None:
    """Turn sqlglot's complaint into a refusal, unless the query itself gives the name in a way that sqlglot does not follow."""
    match = _ERROR.match(message)
    name = fold(match["name"]) if match else ""
    suspects = [column for column in columns if match and fold(column.name) == name]
    tables = [table for _, table in found]
    for column in sorted(suspects, key=lambda each: not each.table):
        named = _named(column, found)
        without = [table for table in named if table.columns and not table.column(name)]
        if without:
            raise _unknown(column, clean, f'"{short(str(without[0].name))}" has no column "{short(column.name)}"', without)
        if column.table and not named and "Unknown" in message and column.place is not exp.Join:
            raise _unknown(column, clean, f'"{short(column.table)}" has no column "{short(column.name)}"', [])
        if column.table and not named and fold(column.table) not in defined:
            raise _unknown(column, clean, f'no relation here is called "{short(column.table)}"', [])
        if not column.table and column.place is exp.Join:
            raise _unknown(column, clean, f'"{short(column.name)}" is not a column of both sides of the join', tables)
        if not column.table and name not in defined:
            owners = [node for node, table in found if table.column(name) and _select(node) is _select(column.node)]
            if len(owners) > 1:
                raise _ambiguous(column, clean, owners)
            raise _unknown(column, clean, f'no relation in reach has a column "{short(column.name)}"', tables)


def _select(node: exp.Expr) -> exp.Expr | None:
    return node.find_ancestor(exp.Select)


def _unknown(column: Written, clean: CleanText, message: str, tables: Iterable[Table]) -> Refused:
    from rapidfuzz import process

    names = list(dict.fromkeys(each.name for table in tables for each in table.columns if not each.hidden))
    near = [match[0] for match in process.extract(column.name, names, limit=3, score_cutoff=1)]
    hint = f"nearest: {', '.join(near)}" if near else "use the alias that stands in FROM"
    return refused("column-unknown", message, span_of(column.node, clean), hint)


def _ambiguous(column: Written, clean: CleanText, owners: Sequence[exp.Table]) -> Refused:
    choices = " or ".join(f"{short(node.alias_or_name)}.{short(column.name)}" for node in owners[:3])
    message = f'several relations have a column "{short(column.name)}"'
    return refused("column-ambiguous", message, span_of(column.node, clean), f"write {choices}")
