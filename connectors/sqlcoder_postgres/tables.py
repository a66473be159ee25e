"""What PostgreSQL's catalogue says in, tables and relationships out: what the role may read, nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from sqlcoder_core.api import Column, Relationship, Table, TableName, kind_of

_RELATIONS = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'), c.reltuples::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY 2, 3"""
_COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
       CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'e' THEN 'text' END,
       NOT a.attnotnull, col_description(a.attrelid, a.attnum),
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY(%s) AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum"""
_CONSTRAINTS = """
SELECT conrelid, contype::text, conkey, confrelid, confkey FROM pg_constraint
WHERE conrelid = ANY(%s) AND contype IN ('p', 'u', 'f') ORDER BY conrelid, conname"""
_ORIGIN = "postgres constraint"
_KINDS: dict[str, Literal["table", "view", "other"]] = {"r": "table", "p": "table", "f": "table", "v": "view", "m": "view"}

Fetch = Callable[..., Sequence[Sequence[Any]]]


def describe_tables(fetch: Fetch) -> Iterator[Table | Relationship]:
    """All relations that this role may read, then foreign keys between them."""
    relations = fetch(_RELATIONS)
    oids = [row[0] for row in relations]
    columns: defaultdict[int, dict[int, Column]] = defaultdict(dict)
    for oid, number, *rest in fetch(_COLUMNS, (oids,)):
        columns[oid][number] = _column(*rest)
    constraints = fetch(_CONSTRAINTS, (oids,))
    names = {oid: TableName(name=name, schema=schema) for oid, schema, name, *_ in relations}
    for oid, _, _, kind, comment, rows in relations:
        yield Table(
            name=names[oid],
            kind=_KINDS[kind],
            description=comment,
            columns=tuple(columns[oid].values()),
            primary_key=next(_keys(constraints, oid, "p", columns[oid]), ()),
            unique_keys=tuple(_keys(constraints, oid, "u", columns[oid])),
            row_count=rows if rows >= 0 and kind in "rpm" else None,
        )
    yield from _relationships(constraints, names, columns)


def _column(name: str, type_text: str, base: str | None, *rest: Any) -> Column:
    nullable, comment, labels = rest
    return Column(
        name=name,
        type=type_text,
        kind=kind_of(base or type_text),
        nullable=nullable,
        description=comment,
        values=tuple(labels or ()),
        values_complete=labels is not None,
    )


def _keys(constraints: Sequence[Sequence[Any]], oid: int, wanted: str, columns: dict[int, Column]) -> Iterator[tuple[str, ...]]:
    for relation, kind, numbers, *_ in constraints:
        if relation == oid and kind == wanted and all(number in columns for number in numbers):
            yield tuple(columns[number].name for number in numbers)


def _relationships(
    constraints: Sequence[Sequence[Any]], names: dict[int, TableName], columns: dict[int, dict[int, Column]]
) -> Iterator[Relationship]:
    for oid, kind, numbers, to, to_numbers in constraints:
        if kind != "f" or to not in names:
            continue
        if set(numbers) <= columns[oid].keys() and set(to_numbers) <= columns[to].keys():
            yield Relationship(
                left=names[oid],
                left_columns=tuple(columns[oid][number].name for number in numbers),
                right=names[to],
                right_columns=tuple(columns[to][number].name for number in to_numbers),
                origin=_ORIGIN,
            )
