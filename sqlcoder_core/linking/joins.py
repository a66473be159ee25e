"""Joins that nobody declared, inferred from names, types and keys; conservative, each with its certainty.

A column refers to a table's key when its words are the key's (`customer_id` to `customers.id` or `dim_customer.customer_id`, `cust_id`,
`CustomerID`, `fk_customer`), or end in them (`billing_customer_id`). Words that stand in every table (`id`, `name`, a date)
join nothing. Every look-up is in a dictionary, so the work grows with the number of columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlcoder_core.linking.words import LAYER_PREFIXES, name_words, split_name, table_words
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Scalar, Table, TableName

Words: TypeAlias = tuple[str, ...]

_KEY_ENDINGS = frozenset({"id", "key", "sk", "fk", "pk", "ref", "code", "number", "uuid", "guid", "oid"})
_NATURAL_KEYS = frozenset(
    {"sku", "isbn", "ean", "upc", "gtin", "asin", "vin", "barcode", "slug", "iata", "icao", "ticker", "symbol", "username"}
)
"""Words that are a key all by themselves."""
_POINTERS = frozenset({"fk", "ref", "sk"})
_BARE = frozenset({"id", "pk", "key", "sk", "uuid", "guid", "code", "number"})
"""Names of a key that say nothing of what it is the key of."""
_SAME_AS_ID = ("pk", "uuid", "guid")
_ANY_KEY = "*"
_GENERIC = _BARE | {"name", "type", "status", "date", "row", "year", "month", "day"}
_KINDS = frozenset({"integer", "number", "text", "other"})
_EXACT, _BY_BARE_NAME = 0.9, 0.65
_ASSUMED_KEY, _ROLE, _TIE = -0.15, -0.1, -0.2
_MOST_RIVALS = 3
_MOST_POSSIBLE = 400
"""More tables than this with one and the same key name: no telling which is meant, and no time to look at all of them."""


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column that may be one side of a join."""

    name: str
    words: Words
    kind: ColumnKind
    low: str | None
    high: str | None
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class TableShape:
    """What is kept of a table for inference: its words, its layer (`stg`, `dim`), its keys of one column, columns
    that look like keys.

    `all_words` are those of the name but for the layer: `dim_customer_details` has customer, detail, and is about customer.
    """

    name: TableName
    words: Words
    all_words: Words
    layer: str
    keys: Words
    key_known: bool
    columns: tuple[KeyColumn, ...]
    rank: float


@dataclass(frozen=True, slots=True)
class _Target:
    shape: TableShape
    column: KeyColumn
    own_words: bool
    """The key is named after what the table is about."""
    whole_name: bool
    """The key is named after the table's whole name, so it is not the key of another that the table extends."""


def shape_of(table: Table) -> TableShape:
    """The shape of a table; cheap, since it is made for every table of a catalog."""
    words, every = table_words(table.name.name), name_words(table.name.name)
    first = split_name(table.name.name)[:1]
    layer = first[0] if first and first[0] in LAYER_PREFIXES else ""
    declared = [columns[0].lower() for columns in (table.primary_key, *table.unique_keys) if len(columns) == 1]
    keys = declared or _likely_keys(table, words)
    columns = tuple(_key_column(column) for column in table.columns if _may_join(column, keys))
    known = bool(declared) or _is_counted(table, keys)
    return TableShape(table.name, words, every[1:] if layer else every, layer, tuple(dict.fromkeys(keys)), known, columns, table.rank)


def _may_join(column: Column, keys: Sequence[str]) -> bool:
    if column.hidden or column.kind not in _KINDS:
        return False
    # A whole number may point at a table by its bare name: `orders.customer`.
    return column.kind == "integer" or column.name.lower() in keys or _looks_like_key(column.name)


def _key_column(column: Column) -> KeyColumn:
    values = column.values if column.values_complete else ()
    return KeyColumn(column.name, name_words(column.name), column.kind, column.minimum, column.maximum, values)


def _looks_like_key(name: str) -> bool:
    words = name_words(name)
    return bool(words) and (words[-1] in _KEY_ENDINGS or words[-1] in _NATURAL_KEYS or words[0] in ("fk", "id"))


def _likely_keys(table: Table, words: Words) -> list[str]:
    """Where no key is declared, the column that is named as if it were one and does not repeat; none beside a key of several columns."""
    if table.primary_key:
        return []
    named = [column for column in table.columns if _named_like_key(column, words) and not _repeats(column, table)]
    if not named and table.columns and _short_key(table.columns[0], words) and not _repeats(table.columns[0], table):
        named = [table.columns[0]]
    named.sort(key=lambda column: not _is_counted(table, [column.name.lower()]))
    return [column.name.lower() for column in named[:1]]


def _is_counted(table: Table, keys: Sequence[str]) -> bool:
    """True when the contents have shown that every row has its own value."""
    counts = {column.name.lower(): column.distinct_count for column in table.columns}
    return bool(table.row_count and keys and all(counts.get(key) == table.row_count for key in keys))


def _named_like_key(column: Column, words: Words) -> bool:
    own = name_words(column.name)
    return own in (("id",), ("pk",), ("key",)) or (bool(own) and own[:-1] == words and own[-1] in _BARE)


def _short_key(column: Column, words: Words) -> bool:
    """`res_id` first in reservation, `line_id` in phone_lines, `hid` in hotel: named after the table in short."""
    own = name_words(column.name)
    if len(own) == 1:
        return bool(words) and own[0] == f"{words[-1][:1]}id"
    return bool(own) and own[-1] in _BARE and any(len(own[0]) > 1 and word.startswith(own[0]) for word in words)


def _repeats(column: Column, table: Table) -> bool:
    return bool(column.distinct_count is not None and table.row_count and column.distinct_count < 0.95 * table.row_count)


def infer_joins(shapes: Sequence[TableShape], declared: Sequence[Relationship]) -> list[Relationship]:
    """Many-to-one joins for columns that have none, in the order of the tables."""
    taken = {(join.left.key, column.lower()) for join in declared for column in join.left_columns}
    targets = _targets(shapes)
    found: list[Relationship] = []
    for shape in shapes:
        for column in shape.columns:
            if (shape.name.key, column.name.lower()) not in taken:
                found.extend(_joins_of(shape, column, targets))
    return found


def _targets(shapes: Iterable[TableShape]) -> Mapping[Words, list[_Target]]:
    """Keys by the words that a column elsewhere would have to refer to them."""
    targets: dict[Words, list[_Target]] = defaultdict(list)
    for shape in shapes:
        for column in shape.columns:
            if column.name.lower() in shape.keys:
                for words, target in _ways_to_name(shape, column):
                    targets[words].append(target)
    return targets


def _ways_to_name(shape: TableShape, key: KeyColumn) -> Iterator[tuple[Words, _Target]]:
    bare = len(key.words) == 1 and key.words[0] in _BARE
    words = (*shape.words, *key.words) if bare else key.words
    target = _Target(shape, key, own_words=words[:-1] == shape.words, whole_name=words[:-1] == shape.all_words)
    short = len(words) == 1 and words[0] == f"{shape.words[-1][:1]}id" if shape.words else False
    if len(words) > 1 or short or (words and shape.key_known and words[0] not in _GENERIC):
        yield (*words[:-1], "id" if words[-1] in _SAME_AS_ID else words[-1]), target
    if shape.words and target.own_words and words[-1] in ("id", *_SAME_AS_ID):
        # `fk_customer`, `customer_ref`, `customer`: the column names the table, and the kind of key is left open.
        yield (*shape.words, _ANY_KEY), target


def _joins_of(shape: TableShape, column: KeyColumn, targets: Mapping[Words, list[_Target]]) -> Iterator[Relationship]:
    for words, certainty in _readings(column):
        possible = targets.get(words, ())
        if len(possible) > _MOST_POSSIBLE:
            return
        best = _best(shape, [target for target in possible if _fits(shape, column, target)])
        if len(best) > _MOST_RIVALS:
            return
        for target in best:
            yield _join(shape, column, target, certainty + (_TIE if len(best) > 1 else 0.0))
        if best:
            return


def _readings(column: KeyColumn) -> Iterator[tuple[Words, float]]:
    """The keys that a column's words may mean, surest first: all of them, then without leading words that tell a role."""
    words = column.words
    if len(words) == 1 and len(words[0]) == 3 and words[0].endswith("id"):
        # `hid`: whoever has a key of that name is meant.
        yield words, _EXACT
    if len(words) > 1 and words[0] in ("fk", "id"):
        words = words[1:] if words[-1] in _KEY_ENDINGS else (*words[1:], _ANY_KEY)
    elif words and not _looks_like_key(column.name):
        yield (*words, _ANY_KEY), _BY_BARE_NAME
        return
    if words and words[-1] in _POINTERS:
        yield words, _EXACT
        words = (*words[:-1], _ANY_KEY)
    yield words, _EXACT
    for start in range(1, len(words) - 1):
        yield words[start:], _EXACT + _ROLE


def _fits(shape: TableShape, column: KeyColumn, target: _Target) -> bool:
    own_key = column.name.lower() in shape.keys
    if target.shape is shape:
        # A table that points at itself says in what role: `parent_id`, `manager_employee_id`.
        return not own_key and len(column.words) > len(target.column.words)
    if target.shape.all_words == shape.all_words:
        # A staging table and its mart hold the same things: their keys are the same key, not a reference.
        return False
    if own_key and not target.whole_name:
        return False
    return _same_kind(column, target.column) and _overlaps(column, target.column)


def _same_kind(one: KeyColumn, other: KeyColumn) -> bool:
    if "other" in (one.kind, other.kind):
        return True
    return one.kind == other.kind or {one.kind, other.kind} == {"integer", "number"}


def _overlaps(column: KeyColumn, key: KeyColumn) -> bool:
    """False where the contents show that one cannot refer to the other."""
    if column.values and key.values:
        return any(value in key.values for value in column.values)
    if column.kind == key.kind == "integer" and None not in (column.low, column.high, key.low, key.high):
        try:
            return int(str(column.low)) <= int(str(key.high)) and int(str(column.high)) >= int(str(key.low))
        except ValueError:
            return True
    return True


def _best(shape: TableShape, targets: list[_Target]) -> list[_Target]:
    """Those that fit best: the table that the key is named after, in the same schema and layer, then by rank."""
    if len(targets) < 2:
        return targets

    def grade(target: _Target) -> tuple[bool, bool, bool, bool, float]:
        return (
            target.own_words,
            target.whole_name,
            target.shape.name.schema == shape.name.schema and target.shape.name.database == shape.name.database,
            _layers_meet(shape.layer, target.shape.layer),
            target.shape.rank,
        )

    best = max(map(grade, targets))
    return [target for target in targets if grade(target) == best]


def _layers_meet(left: str, right: str) -> bool:
    """Facts look up dimensions; otherwise like goes with like."""
    marts = {"fct", "fact", "dim", "mart", ""}
    return left == right or (left in marts and right in marts)


def _join(shape: TableShape, column: KeyColumn, target: _Target, certainty: float) -> Relationship:
    if not target.shape.key_known:
        certainty += _ASSUMED_KEY
    if "other" in (column.kind, target.column.kind):
        certainty -= 0.05
    return Relationship(
        left=shape.name,
        left_columns=(column.name,),
        right=target.shape.name,
        right_columns=(target.column.name,),
        cardinality="one_to_one" if column.name.lower() in shape.keys and shape.key_known else "many_to_one",
        inferred=True,
        certainty=round(max(certainty, 0.3), 2),
        origin=f"inferred from names: {column.name} refers to the key of {target.shape.name.name}",
    )
