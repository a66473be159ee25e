"""A catalog that is a list: the mapping of `guard check --catalog`, and of tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.values.catalog import (
    Clash,
    Column,
    Exposure,
    Instruction,
    Metric,
    Relationship,
    Table,
    TableName,
    Term,
    ValueHit,
    VerifiedQuestion,
)


class ListedCatalog:
    """Relations by `name`, `schema.name` or `database.schema.name`, each with its columns, or None for all columns."""

    def __init__(self, listed: Mapping[str, Sequence[str] | None], default_schema: str | None = None) -> None:
        self.default_schema = default_schema
        self.content_hash = hashlib.sha256(repr(sorted(listed.items(), key=lambda item: item[0])).encode()).hexdigest()
        self._listed = {_table_name(text): columns for text, columns in listed.items()}
        self._by_name: dict[str, list[TableName]] = {}
        for name in self._listed:
            self._by_name.setdefault(name.name.lower(), []).append(name)

    def __len__(self) -> int:
        return len(self._listed)

    def names(self) -> Iterator[TableName]:
        return iter(self._listed)

    def table(self, name: TableName | str) -> Table | None:
        wanted = name if isinstance(name, TableName) else _table_name(name)
        found = (wanted,) if wanted in self._listed else self.find(wanted.name, wanted.schema, wanted.database)
        if len(found) != 1:
            return None
        return Table(name=found[0], columns=tuple(Column(name=column) for column in self._listed[found[0]] or ()))

    def find(self, name: str, schema: str | None = None, database: str | None = None) -> tuple[TableName, ...]:
        found = self._by_name.get(name.lower(), [])
        wanted = {part: text.lower() for part, text in (("schema", schema), ("database", database)) if text is not None}
        return tuple(each for each in found if all((getattr(each, part) or "").lower() == text for part, text in wanted.items()))

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        from rapidfuzz import process

        return tuple(match[0] for match in process.extract(name, map(str, self._listed), limit=limit, score_cutoff=50))

    def search(self, words: Sequence[str], limit: int = 20) -> tuple[TableName, ...]:
        return tuple(name for name in self._listed if any(word.lower() in str(name).lower() for word in words))[:limit]

    # ------------------------------------------------------------------ a list knows nothing more

    def relationships(self, tables: Sequence[TableName] | None = None) -> tuple[Relationship, ...]:
        return ()

    def metrics(self) -> tuple[Metric, ...]:
        return ()

    def terms(self) -> tuple[Term, ...]:
        return ()

    def verified(self) -> tuple[VerifiedQuestion, ...]:
        return ()

    def instructions(self) -> tuple[Instruction, ...]:
        return ()

    def exposures(self) -> tuple[Exposure, ...]:
        return ()

    def clashes(self) -> tuple[Clash, ...]:
        return ()

    def values_like(self, texts: Sequence[str], limit: int = 20) -> tuple[tuple[str, tuple[ValueHit, ...]], ...]:
        return ()


def listed_catalog(content: bytes, place: str) -> ListedCatalog:
    """Read a catalog file, YAML or JSON. Raises ConfigError with its place when it is not a mapping of relations to columns."""
    import yaml

    hint = 'write {"shop.orders": ["id", "total"], "customers": null}; null means all columns'
    try:
        # JSON is YAML too, but a hundred times slower to read as such.
        listed = _json(content) or yaml.load(content, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError("not YAML or JSON", place=f"{place}:{mark.line + 1}" if mark else place, hint=hint) from None
    if not isinstance(listed, dict):
        raise ConfigError("not a mapping of relations to columns", place=place, hint=hint)
    for name, columns in listed.items():
        if not isinstance(name, str) or not (
            columns is None or (isinstance(columns, list) and all(isinstance(each, str) for each in columns))
        ):
            raise ConfigError(f'"{name}" does not name a relation with a list of columns', place=place, hint=hint)
    return ListedCatalog(listed)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _table_name(text: str) -> TableName:
    parts: list[Any] = text.rsplit(".", 2)
    return TableName(name=parts[-1], schema=parts[-2] if len(parts) > 1 else None, database=parts[0] if len(parts) > 2 else None)
