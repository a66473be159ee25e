"""Two sources' facts on one table made one: the first source wins, the second fills gaps, what differs is a Clash.

One exception: what only the database can know (which columns exist, in which order, how they are spelled, of what type)
is taken from a source that reads it live, whatever its place in the order; SQL runs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from sqlcoder_core.values.catalog import Clash, Column, Origins, Table, TableName
from sqlcoder_core.values.result import ColumnProfile

Live: TypeAlias = Literal["first", "second", "neither"]

_GAPS_OF_COLUMN = ("description", "nullable", "minimum", "maximum", "distinct_count", "null_fraction")
_GAPS_OF_TABLE = ("description", "row_count", "access", "group", "deprecated", "ref", "uid")
_SHARED = frozenset({"synonyms", "tags", "unique_keys", "values"})
_WITH_ORIGIN = _SHARED | {*_GAPS_OF_COLUMN, *_GAPS_OF_TABLE, "type", "primary_key", "hidden"}
_ANY = "*"


def merge_tables(first: Table, second: Table, live: Live = "neither") -> tuple[Table, tuple[Clash, ...]]:
    """The table that both describe, and what they disagree on. `live` says which of the two was read from the database."""
    clashes: list[Clash] = []
    taken = _gaps(first, second, _GAPS_OF_TABLE) | _additions(first, second, ("synonyms", "tags", "unique_keys"))
    if second.primary_key and not first.primary_key:
        taken["primary_key"] = second.primary_key
    _compare_keys(first, second, clashes)
    merged = replace(
        first,
        **taken,
        name=_name(first, second, live),
        kind=second.kind if live == "second" else first.kind,
        rank=first.rank if first.rank != 1.0 else second.rank,
        columns=tuple(_columns(first, second, live, clashes)),
        hidden=first.hidden or second.hidden,
        origins=_origins(first, second, taken, _default_origin(second)),
    )
    return merged, tuple(clashes)


def merge_columns(first: Column, second: Column, live: Live, *, origin: str | None, subject: str, clashes: list[Clash]) -> Column:
    """One column from two sources.

    `origin` is where the second's facts come from that do not say it themselves, `subject` the column's name in a Clash.
    """
    taken = _gaps(first, second, _GAPS_OF_COLUMN) | _additions(first, second, ("synonyms", "tags"))
    if second.type is not None and (first.type is None or live == "second"):
        taken["type"] = second.type
    if second.kind != "other" and (first.kind == "other" or live == "second"):
        taken["kind"] = second.kind
    if first.kind != second.kind and first.type and second.type and "other" not in (first.kind, second.kind):
        clashes.append(_type_clash(first, second, subject))
    if second.values:
        taken |= _values(first, second, subject, clashes)
    if second.hidden and not first.hidden:
        taken["hidden"] = True
    return replace(first, **taken, name=second.name if live == "second" else first.name, origins=_origins(first, second, taken, origin))


def with_profile(column: Column, profile: ColumnProfile, subject: str, clashes: list[Clash], origin: str) -> Column:
    """The column with what a look at its contents has shown."""
    seen = Column(
        name=column.name,
        values=profile.values,
        values_complete=profile.values_complete,
        minimum=profile.minimum,
        maximum=profile.maximum,
        distinct_count=profile.distinct_count,
        null_fraction=profile.null_fraction,
    )
    return merge_columns(column, seen, "neither", origin=origin, subject=subject, clashes=clashes)


def origin_of(fact: str, own: Origins, table: Origins = ()) -> str | None:
    """Where a fact comes from: its own entry, else the "*" entry of the column or table that stands for all not listed."""
    for origins in (own, table):
        for name in (fact, _ANY) if origins is own else (_ANY,):
            found = [origin for listed, origin in origins if listed == name]
            if found:
                return ", ".join(dict.fromkeys(found))
    return None


def _columns(first: Table, second: Table, live: Live, clashes: list[Clash]) -> Iterator[Column]:
    """All columns, or where one side is live those that it has, in its order."""
    mine = {column.name.lower(): column for column in first.columns}
    others = {column.name.lower(): column for column in second.columns}
    origin, engine = _default_origin(second), {"first": mine, "second": others, "neither": {}}[live]
    for key in engine or {**mine, **others}:
        if key not in others:
            yield mine[key]
        elif key not in mine:
            yield _owned(others[key], origin)
        else:
            subject = f"{first.name}.{mine[key].name}"
            yield merge_columns(mine[key], others[key], live, origin=origin, subject=subject, clashes=clashes)
    if engine:
        described = others if live == "first" else mine
        clashes.extend(_missing(first, [column for key, column in described.items() if key not in engine]))


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


def _owned(column: Column, origin: str | None) -> Column:
    """A column that moves into another source's table takes along where its facts come from."""
    if origin is None or any(name == _ANY for name, _ in column.origins):
        return column
    return replace(column, origins=(*column.origins, (_ANY, origin)))


def _values(first: Column, second: Column, subject: str, clashes: list[Clash]) -> dict[str, Any]:
    """A declared enumeration stands unless the data hold something else: then all values, and a Clash."""
    extra = [value for value in second.values if value not in first.values]
    if not extra:
        return {"values_complete": first.values_complete or second.values_complete}
    if first.values_complete:
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
    return {"values": (*first.values, *extra), "values_complete": second.values_complete}


def _compare_keys(first: Table, second: Table, clashes: list[Clash]) -> None:
    one, other = first.primary_key, second.primary_key
    if one and other and {name.lower() for name in one} != {name.lower() for name in other}:
        message = f"the primary key of {first.name} is ({', '.join(one)}) in one source and ({', '.join(other)}) in another"
        clashes.append(Clash(kind="primary key", subject=str(first.name), message=message, place=origin_of("primary_key", first.origins)))


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


def _gaps(first: Any, second: Any, names: Iterable[str]) -> dict[str, Any]:
    """The second's facts where the first has none."""
    return {name: value for name in names if getattr(first, name) is None and (value := getattr(second, name)) is not None}


def _additions(first: Any, second: Any, names: Iterable[str]) -> dict[str, Any]:
    """Lists to which the second adds something, with what it adds."""
    both = ((name, getattr(first, name), getattr(second, name)) for name in names)
    return {name: tuple(dict.fromkeys((*mine, *others))) for name, mine, others in both if others and not set(others) <= set(mine)}


def _origins(first: Any, second: Any, taken: Mapping[str, Any], default: str | None) -> Origins:
    """The first source's origins, and the second's for what was taken from it; lists and values come from both."""
    if not taken:
        return first.origins  # type: ignore[no-any-return]
    stated = dict(second.origins)
    default = stated.get(_ANY, default)
    added = [(name, stated.get(name, default)) for name in taken if name in _WITH_ORIGIN]
    replaced = {name for name in taken if name not in _SHARED}
    kept = [(name, origin) for name, origin in first.origins if name not in replaced]
    return tuple(dict.fromkeys([*kept, *((name, origin) for name, origin in added if origin)]))


def _default_origin(table: Table) -> str | None:
    return next((origin for name, origin in table.origins if name == _ANY), None)


def _first(one: Any, other: Any) -> Any:
    return one if one is not None else other
