"""Generic tests in, what they promise about each relation out: keys, not-null columns, enumerations, references."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlcoder_core.api import Scalar
from sqlcoder_dbt.artifacts import Node
from sqlcoder_dbt.references import References

_PLAIN = re.compile(r"[^\W\d][\w$]*")
_QUOTED = re.compile(r'"[^"]+"|`[^`]+`|\[[^\]]+\]')


@dataclass(slots=True, kw_only=True)
class Enumeration:
    """The values a column may have; `complete` says that the test allows no others in any row."""

    values: tuple[Scalar, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Columns of `uid` that refer to columns of one of `targets` (as `text` names it, where no identifier was found)."""

    uid: str
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    target_columns: tuple[str, ...]
    origin: str
    text: str = ""
    certainty: float = 1.0


@dataclass(slots=True, kw_only=True)
class Promises:
    """What is promised of one relation, column names in lower case."""

    unique: list[tuple[str, ...]] = field(default_factory=list)
    not_null: set[str] = field(default_factory=set)
    enumerations: dict[str, Enumeration] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Declared:
    """Promises by identifier, and every pointer between relations."""

    promises: dict[str, Promises] = field(default_factory=lambda: defaultdict(Promises))
    pointers: list[Pointer] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Test:
    """One generic test, unpacked. `partial` is a test of some rows only, `soft` one that merely warns."""

    uid: str
    arguments: dict[str, Any]
    column: str | None
    partial: bool
    soft: bool
    near: list[str]
    references: References


def declared(tests: Iterable[Node], references: References) -> Declared:
    """Everything that the tests promise. A test with `where:` proves nothing about the other rows, one that only warns may not hold."""
    found = Declared()
    for node in tests:
        metadata = node.test_metadata
        reader = _READERS.get(metadata.name or "") if metadata is not None else None
        test = _unpacked(node, references) if reader is not None else None
        if reader is not None and test is not None:
            reader(test, found)
    return found


def plain_column(text: object) -> str | None:
    """A column's name without quotes; None for an expression."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if _QUOTED.fullmatch(text):
        return text[1:-1]
    return text if _PLAIN.fullmatch(text) else None


def plain_columns(value: object) -> tuple[str, ...] | None:
    """Column names of a list, or of text with commas; None when one is an expression or there are none."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not parts:
        return None
    names = [plain_column(part) for part in parts]
    return None if None in names else tuple(name for name in names if name is not None)


def _unpacked(node: Node, references: References) -> _Test | None:
    arguments = dict(node.test_metadata.kwargs or {}) if node.test_metadata is not None else {}
    for nested in ("arguments", "config"):
        inner = arguments.pop(nested, None)
        arguments |= inner if isinstance(inner, dict) else {}
    near = (node.depends_on.nodes if node.depends_on is not None else None) or []
    uid = node.attached_node or next(iter(references.find(str(arguments.get("model", "")), near)), None)
    if uid is None:
        return None
    config = node.config
    partial = bool((config and config.where) or arguments.get("where") or arguments.get("row_condition"))
    soft = config is not None and (config.severity or "").lower() == "warn"
    column = plain_column(node.column_name or arguments.get("column_name"))
    return _Test(uid=uid, arguments=arguments, column=column, partial=partial, soft=soft, near=near, references=references)


def _unique(test: _Test, found: Declared) -> None:
    if test.column and not test.partial and not test.soft:
        found.promises[test.uid].unique.append((test.column.lower(),))


def _not_null(test: _Test, found: Declared) -> None:
    if test.column and not test.partial and not test.soft:
        found.promises[test.uid].not_null.add(test.column.lower())


def _unique_together(test: _Test, found: Declared) -> None:
    given = test.arguments
    columns = plain_columns(given.get("combination_of_columns") or given.get("column_list") or given.get("column_names") or test.column)
    if columns and not test.partial and not test.soft:
        found.promises[test.uid].unique.append(tuple(column.lower() for column in columns))


def _primary_key(test: _Test, found: Declared) -> None:
    _unique_together(test, found)
    if not test.partial and not test.soft:
        columns = plain_columns(test.arguments.get("column_names") or test.column) or ()
        found.promises[test.uid].not_null.update(column.lower() for column in columns)


def _relationships(test: _Test, found: Declared) -> None:
    given, to = test.arguments, test.arguments.get("to")
    target = plain_column(given.get("field"))
    if not test.column or not target or not isinstance(to, str):
        return
    partial = test.partial or given.get("from_condition") or given.get("to_condition")
    _point(test, found, (test.column,), to, (target,), certainty=0.9 if partial or test.soft else 1.0)


def _foreign_key(test: _Test, found: Declared) -> None:
    given = test.arguments
    left = plain_columns(given.get("fk_column_names") or given.get("fk_column_name") or test.column)
    right = plain_columns(given.get("pk_column_names") or given.get("pk_column_name"))
    to = given.get("pk_table_name")
    if left and right and isinstance(to, str):
        _point(test, found, left, to, right, certainty=1.0)


def _point(test: _Test, found: Declared, columns: tuple[str, ...], to: str, target: tuple[str, ...], *, certainty: float) -> None:
    targets = test.references.find(to, [uid for uid in test.near if uid != test.uid] or test.near)
    origin = "dbt relationships test"
    pointer = Pointer(uid=test.uid, columns=columns, targets=targets, target_columns=target, origin=origin, text=to, certainty=certainty)
    found.pointers.append(pointer)


def _accepted(test: _Test, found: Declared) -> None:
    values = _literals(test)
    if test.column and values:
        enumeration = Enumeration(values=values, complete=not test.partial and not test.soft)
        _keep_better(found.promises[test.uid].enumerations, test.column.lower(), enumeration)


def _contained(test: _Test, found: Declared) -> None:
    values = _literals(test)
    if test.column and values:
        _keep_better(found.promises[test.uid].enumerations, test.column.lower(), Enumeration(values=values, complete=False))


def _keep_better(enumerations: dict[str, Enumeration], column: str, new: Enumeration) -> None:
    old = enumerations.get(column)
    if old is None or (new.complete and not old.complete):
        enumerations[column] = new
    elif not old.complete and not new.complete:
        old.values = tuple(dict.fromkeys((*old.values, *new.values)))


def _literals(test: _Test) -> tuple[Scalar, ...]:
    """The listed values; nothing where one is still Jinja, since the arguments of a test are not rendered."""
    given = test.arguments
    values = next((given[key] for key in ("values", "value_set") if key in given), None)
    if not isinstance(values, list) or any(isinstance(value, str) and ("{{" in value or "{%" in value) for value in values):
        return ()
    quoted = given.get("quote", given.get("quote_values", True)) is not False
    return tuple(dict.fromkeys(value if quoted else _number(value) for value in values if isinstance(value, str | int | float)))


def _number(value: Scalar) -> Scalar:
    """With `quote: false` the text goes into SQL as it is, so '1' is the number 1."""
    if not isinstance(value, str):
        return value
    for convert in (int, float):
        try:
            return convert(value)
        except ValueError:
            continue
    return value


_READERS: dict[str, Callable[[_Test, Declared], None]] = {
    "unique": _unique,
    "not_null": _not_null,
    "relationships": _relationships,
    "accepted_values": _accepted,
    # dbt_utils
    "unique_combination_of_columns": _unique_together,
    "relationships_where": _relationships,
    # dbt_expectations
    "expect_column_values_to_be_unique": _unique,
    "expect_column_values_to_not_be_null": _not_null,
    "expect_compound_columns_to_be_unique": _unique_together,
    "expect_column_values_to_be_in_set": _accepted,
    "expect_column_distinct_values_to_be_in_set": _accepted,
    "expect_column_distinct_values_to_equal_set": _accepted,
    "expect_column_distinct_values_to_contain_set": _contained,
    # dbt_constraints
    "primary_key": _primary_key,
    "unique_key": _unique_together,
    "foreign_key": _foreign_key,
}
