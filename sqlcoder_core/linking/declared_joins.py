"""Joins that sources declare, held against the tables: each once, in the right direction, names as in the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlcoder_core.linking.places import Entry, Places, unknown_column
from sqlcoder_core.values.catalog import Clash, Relationship, TableName

if TYPE_CHECKING:
    from sqlcoder_core.contracts.source import Authority


@dataclass(frozen=True, slots=True)
class Declared:
    """A join as a source gave it, and what that source's word means."""

    join: Relationship
    authority: Authority


def declared_joins(given: Iterable[Declared], places: Places, clashes: list[Clash]) -> list[Relationship]:
    """The joins between tables that may be queried, declared before inferred; what is wrong or odd goes to the clashes."""
    kept: dict[object, Relationship] = {}
    for one in sorted(given, key=lambda one: one.join.inferred):
        join = _held(one, places, clashes)
        if join is None:
            continue
        first = kept.setdefault(_identity(join), join)
        if first.cardinality != join.cardinality:
            clashes.append(_cardinality_clash(first, join))
    clashes.extend(_rivals(kept.values()))
    return list(kept.values())


def _held(given: Declared, places: Places, clashes: list[Clash]) -> Relationship | None:
    """The join with its names as in the index; None when a table or column of it cannot be queried."""
    join = given.join
    left = _side(given, join.left, join.left_columns, places, clashes)
    right = _side(given, join.right, join.right_columns, places, clashes)
    if left is None or right is None:
        return None
    if given.authority == "annotates" and join.cardinality == "many_to_one" and _is_key(*left) and not _is_key(*right):
        # People write either side first; the key tells which is the one-side.
        left, right = right, left
    return replace(join, left=left[0].name, left_columns=left[1], right=right[0].name, right_columns=right[1])


def _side(
    given: Declared, name: TableName, columns: tuple[str, ...], places: Places, clashes: list[Clash]
) -> tuple[Entry, tuple[str, ...]] | None:
    written_by_hand = given.authority == "annotates"
    origin = given.join.origin or None
    meant = places.meant(name)
    if len(meant) != 1:
        if written_by_hand:
            clashes.append(places.unknown_table(name, origin))
        return None
    entry = places.entries[meant[0]]
    known = entry.spellings
    missing = [column for column in columns if known and column.lower() not in known]
    for column in missing:
        clash = unknown_column(entry.name, column, known.values(), origin)
        clashes.append(clash if written_by_hand else replace(clash, severity="warning", kind="join"))
    if missing or entry.hidden:
        return None
    return entry, tuple(known.get(column.lower(), column) for column in columns)


def _is_key(entry: Entry, columns: tuple[str, ...]) -> bool:
    return entry.shape is not None and len(columns) == 1 and columns[0].lower() in entry.shape.keys


def _identity(join: Relationship) -> object:
    pairs = tuple(sorted((one.lower(), other.lower()) for one, other in zip(join.left_columns, join.right_columns, strict=False)))
    return (join.left.database, join.left.key, join.right.database, join.right.key, pairs)


def _cardinality_clash(first: Relationship, second: Relationship) -> Clash:
    subject = f"{first.left}.{', '.join(first.left_columns)} = {first.right}.{', '.join(first.right_columns)}"
    message = f"{subject} is {first.cardinality} in one source and {second.cardinality} in another"
    return Clash(kind="join", subject=subject, message=message, place=first.origin or None, hint="the first one counts")


def _rivals(joins: Iterable[Relationship]) -> Iterator[Clash]:
    """One column that refers to two tables is common (a staging table and its mart) and worth knowing."""
    targets: dict[object, list[Relationship]] = defaultdict(list)
    for join in joins:
        targets[(join.left.key, *map(str.lower, join.left_columns))].append(join)
    for rivals in targets.values():
        if len(rivals) > 1:
            subject = f"{rivals[0].left}.{', '.join(rivals[0].left_columns)}"
            others = ", ".join(f"{join.right} ({join.origin})" if join.origin else str(join.right) for join in rivals)
            yield Clash(kind="join", subject=subject, message=f"{subject} refers to {others}", severity="note")
