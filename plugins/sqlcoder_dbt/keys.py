"""Which columns identify a row: derived from what is declared, never taken from the manifest's own `primary_key`.

Strongest first: a primary key constraint, a primary entity of the semantic layer, unique and not null, unique, the
`unique_key` of an incremental model. Of equals the shorter key wins, then the one that is named like a key, then the one
whose columns come first. All other unique sets of columns stay as unique keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlcoder_dbt.artifacts import Constraint, Node
from sqlcoder_dbt.declared import Promises, plain_columns

ORIGINS = ("dbt constraint", "dbt primary entity", "dbt tests unique, not_null", "dbt test unique", "dbt unique_key")
_KEEPS_DUPLICATES = ("append", "insert_overwrite", "microbatch")
_CONSTRAINT, _ENTITY, _UNIQUE_NOT_NULL, _UNIQUE, _INCREMENTAL = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The key that identifies a row, where that is known from, and all other unique sets of columns."""

    primary: tuple[str, ...] = ()
    origin: str = ""
    unique: tuple[tuple[str, ...], ...] = ()


Constraints: TypeAlias = Mapping[str, Sequence[tuple[tuple[str, ...], Constraint]]]
"""A node's constraints by type, each with its columns."""


def keys(
    node: Node,
    promises: Promises,
    constraints: Constraints,
    *,
    primary_entities: Sequence[str] = (),
    unique_entities: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> Keys:
    """Keys of one relation, spelled as its `columns` are; `promises` are those of its tests."""
    not_null = promises.not_null | set(not_null_columns(constraints))
    claims = [(_CONSTRAINT, key) for key, _ in constraints.get("primary_key", ())]
    claims += [(_ENTITY, (name,)) for name in primary_entities]
    unique = (key for key, _ in constraints.get("unique", ()))
    for key in [*promises.unique, *unique, *((name,) for name in unique_entities)]:
        claims.append((_UNIQUE_NOT_NULL if {each.lower() for each in key} <= not_null else _UNIQUE, key))
    claims += [(_INCREMENTAL, key) for key in _incremental(node)]
    return _ranked(claims, columns, (node.name or "").lower())


def not_null_columns(constraints: Constraints) -> Iterable[str]:
    """Columns that constraints make not null, in lower case."""
    for kind in ("not_null", "primary_key"):
        for key, _ in constraints.get(kind, ()):
            yield from (name.lower() for name in key)


def constraints_of(node: Node) -> Constraints:
    """Constraints of the model and of its columns."""
    found: dict[str, list[tuple[tuple[str, ...], Constraint]]] = {}
    for constraint in node.constraints or ():
        columns = plain_columns(constraint.columns)
        if columns:
            found.setdefault(constraint.type or "", []).append((columns, constraint))
    for name, column in (node.columns or {}).items():
        for constraint in column.constraints or ():
            found.setdefault(constraint.type or "", []).append(((column.name or name,), constraint))
    return found


def _incremental(node: Node) -> Iterable[tuple[str, ...]]:
    """Only an incremental model that merges keeps its `unique_key` unique; a snapshot has one row per version of it."""
    config = node.config
    if config is None or config.materialized != "incremental" or config.incremental_strategy in _KEEPS_DUPLICATES:
        return
    columns = plain_columns(config.unique_key)
    if columns:
        yield columns


def _ranked(claims: list[tuple[int, tuple[str, ...]]], columns: Sequence[str], table: str) -> Keys:
    spelled = {name.lower(): (place, name) for place, name in enumerate(columns)}
    best: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {}
    for rank, key in claims:
        names = frozenset(name.lower() for name in key)
        if names not in best or rank < best[names][0]:
            best[names] = (rank, tuple(spelled.get(name.lower(), (0, name))[1] for name in key))
    if not best:
        return Keys()

    def order(claim: tuple[int, tuple[str, ...]]) -> tuple[int, int, bool, int]:
        rank, key = claim
        return rank, len(key), not _named_like_key(key[0].lower(), table), spelled.get(key[0].lower(), (len(columns), ""))[0]

    (rank, primary), *others = sorted(best.values(), key=order)
    return Keys(primary=primary, origin=ORIGINS[rank], unique=tuple(key for rank, key in others if rank < _INCREMENTAL))


def _named_like_key(column: str, table: str) -> bool:
    stem = column.removesuffix("_id").removesuffix("_key").removesuffix("_sk").removesuffix("_pk")
    return column in ("id", "key", "pk", "sk") or (stem != column and stem in table)
