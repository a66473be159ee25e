"""Two sources' facts on one table made one: the first source wins, the second fills gaps, what differs is a Clash.

One exception: what only the database can know (which columns exist, in which order, how they are spelled, of what type)
is taken from a source that reads it live, whatever its place in the order; SQL runs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from sqlcoder_core.values.catalog import Clash, Column, Origins, Scalar, Table, TableName
from sqlcoder_core.values.result import ColumnProfile

Live: TypeAlias = Literal["first", "second", "neither"]

_GAPS_OF_COLUMN = ("description", "nullable", "minimum", "maximum", "distinct_count", "null_fraction")
_GAPS_OF_TABLE = ("description", "row_count", "access", "group", "deprecated", "ref", "uid")
_ANY = "*"


def merge_tables(first: Table, second: Table, live: Live = "neither") -> tuple[Table, tuple[Clash, ...]]:
    """The table that both describe, and what they disagree on. `live` says which of the two was read from the database."""
    clashes: list[Clash] = []
    engine = {"first": first, "second": second, "neither": first}[live]
    gaps = {name: _first(getattr(first, name), getattr(second, name)) for name in _GAPS_OF_TABLE}
    merged = replace(
        first,
        **gaps,
        name=_name(first, second, live),
        kind=engine.kind,
        columns=tuple(_columns(first, second, live, clashes)),
        synonyms=_united(first.synonyms, second.synonyms),
        tags=_united(first.tags, second.tags),
        primary_key=_primary_key(first, second, clashes),
        unique_keys=_united(first.unique_keys, second.unique_keys),
        hidden=first.hidden or second.hidden,
        origins=_origins(first, second, _filled(first, second, _GAPS_OF_TABLE)),
    )
    return merged, tuple(clashes)


def merge_columns(first: Column, second: Column, live: Live, subject: str, clashes: list[Clash]) -> Column:
    """One column from two sources; `subject` is its name in a Clash."""
    gaps = {name: _first(getattr(first, name), getattr(second, name)) for name in _GAPS_OF_COLUMN}
    typed = second if first.type is None or (live == "second" and second.type is not None) else first
    if first.type and second.type and "other" not in (first.kind, second.kind) and first.kind != second.kind:
        clashes.append(_type_clash(first, second, subject))
    filled = _filled(first, second, _GAPS_OF_COLUMN)
    if typed is second and second.type:
        filled.append("type")
    values, complete = _values(first, second, subject, clashes)
    return replace(
        first,
        **gaps,
        name=second.name if live == "second" else first.name,
        type=typed.type,
        kind=typed.kind if typed.kind != "other" else _first_kind(first, second),
        synonyms=_united(first.synonyms, second.synonyms),
        tags=_united(first.tags, second.tags),
        values=values,
        values_complete=complete,
        hidden=first.hidden or second.hidden,
        origins=_origins(
            first, second, [*_filled(first, second, _GAPS_OF_COLUMN), *(("type",) if typed is second and second.type else ())]
        ),
    )


def with_profile(column: Column, profile: ColumnProfile, subject: str, clashes: list[Clash], origin: str) -> Column:
    """The column with what a look at its contents has shown."""
    seen = Column(
        name=column.name,
        values=tuple(value for value in profile.values if _storable(value)),
        values_complete=profile.values_complete,
        minimum=profile.minimum,
        maximum=profile.maximum,
        distinct_count=profile.distinct_count,
        null_fraction=profile.null_fraction,
    )
    facts = ("values", "minimum", "maximum", "distinct_count", "null_fraction")
    seen = replace(seen, origins=tuple((name, origin) for name in facts if getattr(seen, name) not in (None, ())))
    return merge_columns(column, seen, "neither", subject, clashes)


def origin_of(fact: str, own: Origins, table: Origins = ()) -> str | None:
    """Where a fact comes from: its own entry, else the "*" entry of the column or table that stands for all not listed."""
    for origins in (own, table):
        for name in (fact, _ANY) if origins is own else (_ANY,):
            found = [origin for listed, origin in origins if listed == name]
            if found:
                return ", ".join(dict.fromkeys(found))
    return None


def _columns(first: Table, second: Table, live: Live, clashes: list[Clash]) -> Iterator[Column]:
    others = {column.name.lower(): column for column in second.columns}
    mine = {column.name.lower(): column for column in first.columns}
    both = {
        key: merge_columns(column, _owned(others[key], second), live, f"{first.name}.{column.name}", clashes)
        for key, column in mine.items()
        if key in others
    }
    engine = {"first": first, "second": second, "neither": None}[live]
    order = engine.columns if engine and engine.columns else (*first.columns, *second.columns)
    seen: set[str] = set()
    for column in order:
        key = column.name.lower()
        if key not in seen:
            seen.add(key)
            yield both.get(key) or (_owned(column, second) if key in others else column)
    other = {"first": second, "second": first, "neither": None}[live]
    if other is not None and engine is not None and engine.columns:
        clashes.extend(_missing(first, [column for column in other.columns if column.name.lower() not in seen]))


def _missing(table: Table, columns: Iterable[Column]) -> Iterator[Clash]:
    """Columns that are described and not in the database. `address.city` describes a part of a column, no column."""
    for column in columns:
        if "." not in column.name:
            yield Clash(
                kind="missing column",
                subject=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is described and not in the database",
                place=origin_of("description", column.origins, table.origins),
                hint="build the model again, or take the column out of its description",
            )


def _owned(column: Column, table: Table) -> Column:
    """A column that moves into another source's table takes along where its facts come from."""
    default = [origin for name, origin in table.origins if name == _ANY]
    if not default or any(name == _ANY for name, _ in column.origins):
        return column
    return replace(column, origins=(*column.origins, (_ANY, default[0])))


def _values(first: Column, second: Column, subject: str, clashes: list[Clash]) -> tuple[tuple[Scalar, ...], bool]:
    """A declared enumeration stands unless the data hold something else: then all values, and a Clash."""
    if not first.values or not second.values:
        return first.values or second.values, first.values_complete if first.values else second.values_complete
    extra = [value for value in second.values if value not in first.values]
    if first.values_complete and extra:
        shown = ", ".join(repr(value) for value in extra[:5])
        clashes.append(
            Clash(
                kind="values",
                subject=subject,
                message=f"{subject} holds {shown}{' and others' if len(extra) > 5 else ''}, which its list of values does not have",
                place=origin_of("values", first.origins),
                hint="add them to the list (accepted_values), or mend the data",
            )
        )
    if not extra:
        return first.values, first.values_complete or second.values_complete
    return (*first.values, *extra), second.values_complete


def _primary_key(first: Table, second: Table, clashes: list[Clash]) -> tuple[str, ...]:
    one, other = first.primary_key, second.primary_key
    if one and other and {name.lower() for name in one} != {name.lower() for name in other}:
        message = f"the primary key of {first.name} is ({', '.join(one)}) in one source and ({', '.join(other)}) in another"
        clashes.append(Clash(kind="primary key", subject=str(first.name), message=message, place=origin_of("primary_key", first.origins)))
    return one or other


def _type_clash(first: Column, second: Column, subject: str) -> Clash:
    return Clash(
        kind="type",
        subject=subject,
        message=f"{subject} is {first.type} in one source and {second.type} in another",
        place=origin_of("type", first.origins),
        hint="write the artifacts anew (`dbt docs generate`), or correct the declared type",
    )


def _name(first: Table, second: Table, live: Live) -> TableName:
    """The database's own spelling, parts that it leaves out included: another file may hold the same tables under another name."""
    if live != "neither":
        return first.name if live == "first" else second.name
    one, other = first.name, second.name
    return replace(one, schema=_first(one.schema, other.schema), database=_first(one.database, other.database))


def _filled(first: Any, second: Any, names: Iterable[str]) -> list[str]:
    return [name for name in names if getattr(first, name) is None and getattr(second, name) is not None]


def _origins(first: Any, second: Any, filled: Iterable[str]) -> Origins:
    """The first source's origins, and the second's for the facts that it filled or added to."""
    taken = {*filled, *(name for name in ("synonyms", "tags", "values", "unique_keys") if getattr(second, name, ()))}
    taken.update(name for name, _ in second.origins if name not in {listed for listed, _ in first.origins} and name != _ANY)
    default = next((origin for name, origin in second.origins if name == _ANY), None)
    stated = dict(second.origins)
    added = [(name, stated.get(name, default)) for name in sorted(taken)]
    kept = [(name, origin) for name, origin in first.origins if name not in filled]
    return tuple(dict.fromkeys([*kept, *((name, origin) for name, origin in added if origin)]))


def _first(one: Any, other: Any) -> Any:
    return one if one is not None else other


def _first_kind(first: Column, second: Column) -> Any:
    return first.kind if first.kind != "other" else second.kind


def _united(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _storable(value: Scalar) -> bool:
    """Half a character pair and integers beyond 64 bits cannot be written to the index."""
    if isinstance(value, str):
        return value.isprintable() or all(not "\ud800" <= char <= "\udfff" for char in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63
