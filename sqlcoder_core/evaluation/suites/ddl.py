"""CREATE TABLE, ALTER TABLE and COMMENT statements in, tables and their relationships out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.evaluation.suites.statements import Statement, statements
from sqlcoder_core.values.catalog import Column, Relationship, Table, TableName
from sqlcoder_core.values.column_kind import kind_of

# sqlglot logs what it does not look into; what matters of that is said as an error here.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_TABLE = re.compile(r"CREATE\s+((OR\s+REPLACE|TEMP|TEMPORARY|UNLOGGED)\s+)*TABLE\b", re.IGNORECASE)
_DEFAULT_SCHEMAS = ("public", "main", "dbo")


def schema_of(text: str, dialect: str, name: str) -> tuple[tuple[Table, ...], tuple[Relationship, ...]]:
    """All tables of a script with columns, types, keys and comments, and the foreign keys among them.

    Statements of other kinds are left out. Raises ConfigError with file and line for one that cannot be read, and without tables.
    """
    schema = Schema(dialect=dialect)
    for statement in statements(text):
        if statement.first_word in ("CREATE", "ALTER", "COMMENT"):
            _take(schema, statement, name)
    if not schema.tables:
        raise ConfigError("there is no CREATE TABLE in this file", place=name, hint="write one for each table")
    return tuple(schema.tables.values()), tuple(schema.known_relationships())


def _take(schema: Schema, statement: Statement, name: str) -> None:
    """A table has to be read; what is said of one later may be of a kind that only its engine knows."""
    try:
        known = schema.take(statement.text)
        told = "it is of a form that only its engine knows"
    except SqlglotError as error:
        known, told = False, str(error).split("\n")[0].split(". Line")[0].lower()
    if not known and _TABLE.match(statement.text):
        raise ConfigError(f"this statement cannot be read as {schema.dialect}: {told}", place=f"{name}:{statement.line}")


@dataclass(slots=True, kw_only=True)
class Schema:
    """Tables and relationships so far, by the tables' keys."""

    dialect: str
    tables: dict[str, Table] = field(default_factory=dict)
    relationships: list[Relationship] = field(default_factory=list)

    def take(self, text: str) -> bool:
        """Understand one statement; False for one that sqlglot does not look into. Raises SqlglotError."""
        tree = sqlglot.parse_one(text, read=self.dialect)
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            self._create(tree.this)
        elif isinstance(tree, exp.Alter) and tree.args.get("kind") == "TABLE":
            for action in tree.args.get("actions") or ():
                for part in action.find_all(exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint):
                    self._constrain(table_name(tree.this).key, part)
        elif isinstance(tree, exp.Comment):
            self._comment(tree)
        return not isinstance(tree, exp.Command)

    def known_relationships(self) -> Iterator[Relationship]:
        """Those whose two sides are there; where the columns of the one-side are left out, they are its primary key."""
        for one in self.relationships:
            left, right = self.tables.get(one.left.key), self.tables.get(one.right.key)
            if left and right:
                target = one.right_columns or right.primary_key
                if len(target) == len(one.left_columns):
                    yield replace(one, left=left.name, right=right.name, right_columns=target)

    def _create(self, schema: exp.Schema) -> None:
        name = table_name(schema.this)
        columns = [part for part in schema.expressions if isinstance(part, exp.ColumnDef)]
        self.tables[name.key] = Table(name=name, columns=tuple(_column(part, self.dialect) for part in columns))
        for part in schema.expressions:
            if isinstance(part, exp.ColumnDef):
                self._of_column(name.key, part)
            else:
                for inner in part.find_all(exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint):
                    self._constrain(name.key, inner)

    def _of_column(self, table: str, column: exp.ColumnDef) -> None:
        for constraint in column.args.get("constraints") or ():
            kind = constraint.args.get("kind")
            if isinstance(kind, exp.PrimaryKeyColumnConstraint):
                self._change(table, lambda known: replace(known, primary_key=(*known.primary_key, column.name)))
            elif isinstance(kind, exp.UniqueColumnConstraint):
                self._change(table, lambda known: replace(known, unique_keys=(*known.unique_keys, (column.name,))))
            elif isinstance(kind, exp.Reference):
                self._relate(table, (column.name,), kind)

    def _constrain(self, table: str, part: exp.Expr) -> None:
        names = _names(part.this.expressions if isinstance(part.this, exp.Schema) else part.expressions)
        if isinstance(part, exp.PrimaryKey):
            self._change(table, lambda known: replace(known, primary_key=names))
        elif isinstance(part, exp.ForeignKey):
            self._relate(table, names, part.args["reference"])
        elif names:
            self._change(table, lambda known: replace(known, unique_keys=(*known.unique_keys, names)))

    def _relate(self, table: str, columns: tuple[str, ...], reference: exp.Expr) -> None:
        target = reference.this
        right, right_columns = (target.this, _names(target.expressions)) if isinstance(target, exp.Schema) else (target, ())
        if table in self.tables:
            left = self.tables[table].name
            self.relationships.append(
                Relationship(left=left, left_columns=columns, right=table_name(right), right_columns=right_columns, origin="declared")
            )

    def _comment(self, tree: exp.Comment) -> None:
        said = tree.expression.name if tree.expression is not None else ""
        if isinstance(tree.this, exp.Column):
            key = table_name(exp.Table(this=tree.this.args.get("table"), db=tree.this.args.get("db"))).key
            self._change(key, lambda known: described(known, {tree.this.name: said}))
        elif isinstance(tree.this, exp.Table):
            self._change(table_name(tree.this).key, lambda known: replace(known, description=said))

    def _change(self, key: str, change: Callable[[Table], Table]) -> None:
        if key in self.tables:
            self.tables[key] = change(self.tables[key])


def described(table: Table, descriptions: dict[str, str]) -> Table:
    """The table with descriptions of its columns, by name in any case."""
    by_name = {name.lower(): text for name, text in descriptions.items() if text}
    columns = tuple(replace(one, description=by_name.get(one.name.lower(), one.description)) for one in table.columns)
    return replace(table, columns=columns)


def table_name(table: exp.Expr) -> TableName:
    """The name without what is everybody's default schema."""
    schema = table.args.get("db")
    outer = schema.name if schema is not None and schema.name.lower() not in _DEFAULT_SCHEMAS else None
    return TableName(name=table.name, schema=outer or None)


def _column(part: exp.ColumnDef, dialect: str) -> Column:
    constraints = [one.args.get("kind") for one in part.args.get("constraints") or ()]
    text = part.args["kind"].sql(dialect) if part.args.get("kind") is not None else None
    comment = next((one.this.name for one in constraints if isinstance(one, exp.CommentColumnConstraint)), None)
    required = any(isinstance(one, exp.PrimaryKeyColumnConstraint) or _is_not_null(one) for one in constraints)
    return Column(name=part.name, type=text, kind=kind_of(text), nullable=False if required else None, description=comment)


def _is_not_null(constraint: object) -> bool:
    return isinstance(constraint, exp.NotNullColumnConstraint) and not constraint.args.get("allow_null")


def _names(parts: Sequence[exp.Expr]) -> tuple[str, ...]:
    return tuple(part.name for part in parts)
