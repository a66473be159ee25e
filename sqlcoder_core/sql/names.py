"""A tree and a catalog in, the relations read out: every name must mean exactly one thing that may be seen."""

from __future__ import annotations

from sqlglot import exp

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.columns import check_columns
from sqlcoder_core.sql.hidden import check_hidden
from sqlcoder_core.sql.lexer import CleanText
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.relations import relations
from sqlcoder_core.sql.spelling import fold, means, written_key
from sqlcoder_core.sql.tree import span_of
from sqlcoder_core.sql.vocabulary import DUAL, SYSTEM_COLUMNS, SYSTEM_NAMES, SYSTEM_PREFIXES, SYSTEM_SCHEMAS, USUAL_SCHEMA
from sqlcoder_core.values.catalog import Catalog, Table, TableName


def check_names(tree: exp.Expr, clean: CleanText, dialect: str, catalog: Catalog | None) -> tuple[TableName, ...]:
    """The relations the query reads, in the order of the text. Changes the tree. Raises Refused.

    Without a catalog the names are taken as written, and only the engines' own relations are refused.
    """
    nodes = sorted(relations(tree, dialect), key=lambda node: span_of(node, clean))
    nodes = [node for node in nodes if not (dialect in DUAL and len(node.parts) == 1 and fold(node.name) == "dual")]
    if catalog is None:
        names = {id(node): _written(node, clean) for node in nodes}
        _check_system_columns(tree, clean, dialect, {})
    else:
        names = {id(node): _resolved(node, clean, dialect, catalog) for node in nodes}
        tables = {name: _table(name, catalog) for name in names.values()}
        _check_system_columns(tree, clean, dialect, tables)
        found = [(node, tables[names[id(node)]]) for node in nodes]
        check_hidden(tree, clean, found)
        check_columns(tree, clean, dialect, found)
    return tuple(dict.fromkeys(names.values()))


def _written(node: exp.Table, clean: CleanText) -> TableName:
    if _is_system(node):
        raise _system(node, clean)
    if _is_file(node):
        raise _file(node, clean)
    return TableName(name=node.name, schema=node.db or None, database=node.catalog or None)


def _resolved(node: exp.Table, clean: CleanText, dialect: str, catalog: Catalog) -> TableName:
    found = _candidates(node, dialect, catalog)
    if len(found) == 1:
        return found[0]
    span, written = span_of(node, clean), _written_text(node)
    if found:
        raise refused("table-ambiguous", f'"{short(written)}" means {" or ".join(map(str, found[:3]))}', span, "write the schema in front")
    if _is_file(node):
        raise _file(node, clean)
    if _is_system(node):
        raise _system(node, clean)
    hidden = catalog.table(written)
    if hidden is not None and hidden.hidden:
        raise refused(
            "table-hidden", f'the relation "{short(written)}" is hidden', span, "ask about others, or lift the policy that hides it"
        )
    raise refused("table-unknown", f'the catalog has no relation "{short(written)}"', span, _hint(node, dialect, catalog))


def _candidates(node: exp.Table, dialect: str, catalog: Catalog) -> list[TableName]:
    """The catalog's relations that the engine takes this name for."""
    schema, database = node.args.get("db"), node.args.get("catalog")
    if len(node.parts) > 3:
        return []
    name = written_key(node.this, dialect)
    found = catalog.find(name, schema.name if schema else None, database.name if database else None)
    if not found and schema and not database and fold(schema.name) == USUAL_SCHEMA.get(dialect):
        found, schema = tuple(each for each in catalog.find(name) if each.schema is None), None
    return [each for each in found if _fits(each, node, schema, dialect, catalog.default_schema)]


def _fits(found: TableName, node: exp.Table, schema: exp.Identifier | None, dialect: str, default: str | None) -> bool:
    database = node.args.get("catalog")
    if not means(node.this, found.name, dialect) or (database and not (found.database and means(database, found.database, dialect))):
        return False
    if schema is None:
        # What stands in another schema than the default one is not what the engine reads under the bare name.
        return found.schema is None or (default is not None and fold(found.schema) == fold(default))
    return means(schema, found.schema or default or "", dialect)


def _hint(node: exp.Table, dialect: str, catalog: Catalog) -> str:
    """What to write instead: the same relation by its right name, or the nearest ones."""
    same = catalog.find(node.name, node.db or None) or catalog.find(node.name)
    if same and means(node.this, same[0].name, dialect):
        return f"write {' or '.join(map(str, same[:3]))}"
    if same:
        return f'the name is "{same[0].name}", in quotes'
    near = catalog.nearest(_written_text(node))
    return f"nearest: {', '.join(near)}" if near else "see `sqlcoder catalog show`"


def _written_text(node: exp.Table) -> str:
    return ".".join(part.name for part in node.parts)


def _table(name: TableName, catalog: Catalog) -> Table:
    return catalog.table(name) or Table(name=name)


def _is_system(node: exp.Table) -> bool:
    *outer, name = (part.name.lower() for part in node.parts)
    if any(part in SYSTEM_SCHEMAS or part.startswith(("pg_temp", "pg_toast")) for part in outer):
        return True
    return name.startswith(SYSTEM_PREFIXES) or name in SYSTEM_NAMES


def _is_file(node: exp.Table) -> bool:
    return any(mark in part.name for part in node.parts for mark in "/\\:*?") or (len(node.parts) == 1 and "." in node.name)


def _file(node: exp.Table, clean: CleanText) -> Refused:
    return refused(
        "table-source", "a file or a pattern stands where a relation should", span_of(node, clean), "name a table of the catalog"
    )


def _system(node: exp.Table, clean: CleanText) -> Refused:
    hint = "ask about the data; `sqlcoder catalog show` has the tables"
    return refused("table-system", f'"{short(_written_text(node))}" is the engine\'s own catalog', span_of(node, clean), hint)


def _check_system_columns(tree: exp.Expr, clean: CleanText, dialect: str, tables: dict[TableName, Table]) -> None:
    system = SYSTEM_COLUMNS.get(dialect)
    if not system:
        return
    suspects = [node for node in tree.find_all(exp.Column) if fold(node.name) in system]
    if not suspects:
        return
    declared = {fold(column.name) for table in tables.values() for column in table.columns}
    declared |= {fold(alias.alias) for alias in tree.find_all(exp.Alias)}
    declared |= {fold(column.name) for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or ()}
    for node in suspects:
        if fold(node.name) not in declared:
            raise refused("column-system", f'"{node.name}" is the engine\'s own column', span_of(node, clean), "use a column of the table")
