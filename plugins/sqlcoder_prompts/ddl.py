"""Tables in, `CREATE TABLE` statements out: types, keys, joinable columns, and what is known of each column as a comment.

The form is that of metadata.sql in the repository defog-ai/sqlcoder, which its models were trained with: two spaces, the key beside
its column, descriptions behind `--`, and after all tables a line `-- a.x can be joined with b.y` for each join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.api import Column, ColumnKind, Relationship, ShownTable, Table
from sqlcoder_prompts.content import Content
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.plain import Plain

_TYPES: dict[ColumnKind, str] = {
    "integer": "INTEGER",
    "number": "NUMERIC",
    "text": "TEXT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    "boolean": "BOOLEAN",
    "json": "JSON",
}
"""For columns whose type no source tells."""
_LONGEST_TYPE = 160
"""Characters: types of nested columns may be pages long."""
_MOST_SYNONYMS = 8


def ddl(content: Content, names: Names, plain: Plain) -> str:
    """All tables, then how they join; an empty text for no tables."""
    blocks = ["\n".join(_table(table, names, plain)) for table in content.tables]
    joins = "\n".join(join_lines(content.relationships, names))
    return plain.whole("\n\n".join(filter(None, (*blocks, joins))))


def join_lines(relationships: Sequence[Relationship], names: Names) -> Iterator[str]:
    """One comment for each pair of columns that tables can be joined on, none twice."""
    said: set[tuple[str, ...]] = set()
    for join in relationships:
        for left, right in zip(join.left_columns, join.right_columns, strict=False):
            pair = (f"{names.table(join.left)}.{names.column(left)}", f"{names.table(join.right)}.{names.column(right)}")
            if pair not in said:
                said.update((pair, pair[::-1]))
                yield f"-- {pair[0]} can be joined with {pair[1]}"


def shown(content: Content) -> tuple[ShownTable, ...]:
    """The tables and columns of a content, as a prompt records them."""
    return tuple(ShownTable(name=table.name, columns=tuple(column.name for column in table.columns)) for table in content.tables)


def _table(table: Table, names: Names, plain: Plain) -> Iterator[str]:
    about = _joined(_about_table(table, plain))
    if about:
        yield f"-- {about}"
    yield f"CREATE TABLE {names.table(table.name)} ("
    key = [name for name in table.primary_key if table.column(name)]
    together = f"  PRIMARY KEY ({', '.join(map(names.column, key))})" if len(key) > 1 else ""
    for place, column in enumerate(table.columns):
        last = place == len(table.columns) - 1 and not together
        yield _column(column, names, plain, key == [column.name], last)
    if together:
        yield together
    yield ");"


def _column(column: Column, names: Names, plain: Plain, is_key: bool, last: bool) -> str:
    type_text = plain.brief(column.type or "", _LONGEST_TYPE) or _TYPES.get(column.kind, "")
    words = " ".join(filter(None, (names.column(column.name), type_text, "PRIMARY KEY" if is_key else "")))
    about = _joined(_about_column(column, names, plain))
    return f"  {words}{'' if last else ','}" + (f" -- {about}" if about else "")


def _joined(parts: Iterator[str]) -> str:
    """Parts of a comment; a full stop stays only at its end."""
    *others, last = [*parts] or [""]
    return "; ".join((*(part.rstrip(".") for part in others), last))


def _about_table(table: Table, plain: Plain) -> Iterator[str]:
    if table.description:
        yield plain.brief(table.description)
    if table.synonyms:
        yield f"also called {', '.join(map(plain.line, table.synonyms[:_MOST_SYNONYMS]))}"
    if table.deprecated is not None:
        yield f"deprecated {plain.line(table.deprecated)}".rstrip()


def _about_column(column: Column, names: Names, plain: Plain) -> Iterator[str]:
    if column.description:
        yield plain.brief(column.description)
    if column.synonyms:
        yield f"also called {', '.join(map(plain.line, column.synonyms[:_MOST_SYNONYMS]))}"
    if column.values:
        listed = ", ".join(map(names.literal, column.values))
        yield f"one of {listed}" if column.values_complete else f"for example {listed}"
