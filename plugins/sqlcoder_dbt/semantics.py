"""Semantic models in; keys, pointers and column notes of the relations they describe out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlcoder_dbt.declared import Pointer, plain_column
from sqlcoder_dbt.meta import notes
from sqlcoder_dbt.references import References
from sqlcoder_dbt.semantic_artifacts import Entity, SemanticModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a dimension adds to its column, or a semantic model to its table."""

    synonyms: tuple[str, ...] = ()
    description: str | None = None


@dataclass(slots=True, kw_only=True)
class Semantics:
    """Semantic models by name with the identifier of their relation, and what they say of relations (by identifier)."""

    models: dict[str, tuple[str, SemanticModel]] = field(default_factory=dict)
    primary: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unique: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, Notes] = field(default_factory=dict)
    columns: dict[str, dict[str, Notes]] = field(default_factory=lambda: defaultdict(dict))
    pointers: list[Pointer] = field(default_factory=list)


def semantics(models: Iterable[SemanticModel], references: References) -> Semantics:
    """Everything but the metrics."""
    found = Semantics()
    for model in models:
        uid = _relation_of(model, references)
        if uid is None or not model.name:
            continue
        found.models[model.name] = (uid, model)
        said = notes(None, model.config.meta if model.config is not None else None)
        names = [model.label] if model.label else []
        found.tables[uid] = Notes(synonyms=tuple(dict.fromkeys((*said.synonyms, *names))), description=model.description or None)
        _keys(found, uid, model)
        _column_notes(found, uid, model)
    found.pointers.extend(_pointers(list(found.models.values())))
    return found


def _relation_of(model: SemanticModel, references: References) -> str | None:
    if model.depends_on is not None and model.depends_on.nodes:
        return model.depends_on.nodes[0]
    alias = model.node_relation.alias if model.node_relation is not None else None
    return next(iter(references.find(f"ref('{alias}')")), None)


def _keys(found: Semantics, uid: str, model: SemanticModel) -> None:
    for entity in model.entities or ():
        column = plain_column(entity.expr or entity.name)
        if column and entity.type == "primary":
            found.primary[uid].append(column)
        elif column and entity.type == "unique":
            found.unique[uid].append(column)


def _column_notes(found: Semantics, uid: str, model: SemanticModel) -> None:
    for dimension in model.dimensions or ():
        column = plain_column(dimension.expr or dimension.name)
        if column is None:
            continue
        said = notes(None, dimension.config.meta if dimension.config is not None else None)
        other_name = dimension.name if dimension.name.lower() != column.lower() else None
        names = [each for each in (dimension.label, other_name) if each]
        found.columns[uid][column.lower()] = Notes(
            synonyms=tuple(dict.fromkeys((*said.synonyms, *names))), description=said.description or dimension.description or None
        )


def _pointers(placed: list[tuple[str, SemanticModel]]) -> Iterator[Pointer]:
    """A foreign entity points at the relations where it is primary or unique; so does a unique one, one to one."""
    ends: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for uid, model in placed:
        for entity in model.entities or ():
            column = plain_column(entity.expr or entity.name)
            if column and entity.type in ("primary", "unique"):
                ends[entity.name].append((uid, column, entity.type))
    for uid, model in placed:
        for entity in model.entities or ():
            column = plain_column(entity.expr or entity.name)
            if column:
                yield from _from_entity(uid, entity, column, ends[entity.name])


def _from_entity(uid: str, entity: Entity, column: str, ends: list[tuple[str, str, str]]) -> Iterator[Pointer]:
    for target, target_column, kind in ends:
        if target == uid or entity.type == "natural":
            continue
        if entity.type == "foreign" or (kind == "primary" and (entity.type == "unique" or uid < target)):
            origin = f"dbt entity {entity.name}"
            yield Pointer(uid=uid, columns=(column,), targets=(target,), target_columns=(target_column,), origin=origin)
