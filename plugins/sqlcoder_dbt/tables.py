"""One node of the manifest, what catalog.json and the tests say of it in; a Table out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from sqlcoder_core.api import Column, Origins, Table, TableName, kind_of
from sqlcoder_dbt.artifacts import CatalogColumn, CatalogTable, ColumnNode, Node, NodeConfig, Words
from sqlcoder_dbt.declared import Enumeration, Promises
from sqlcoder_dbt.keys import Constraints, Keys, keys, not_null_columns
from sqlcoder_dbt.meta import Notes as MetaNotes
from sqlcoder_dbt.meta import merged_meta, notes
from sqlcoder_dbt.rank import access, rank
from sqlcoder_dbt.relations import reference
from sqlcoder_dbt.semantics import Notes

MANIFEST, CATALOG = "dbt manifest.json", "dbt catalog.json"
_ROW_COUNTS = ("row_count", "num_rows", "rows", "row count")
_UNDOCUMENTED = ColumnNode()
NO_NOTES = Notes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that the artifacts know about one relation.

    `twin` is the same relation described a second time (a seed that is a source too), `catalog_is_newer` says that
    catalog.json was made after the manifest, so that a column it lacks does not exist.
    """

    uid: str
    node: Node
    name: TableName
    promises: Promises
    constraints: Constraints
    entry: CatalogTable | None = None
    twin: Node | None = None
    primary_entities: Sequence[str] = ()
    unique_entities: Sequence[str] = ()
    meaning: Notes = NO_NOTES
    dimensions: Mapping[str, Notes] = field(default_factory=dict)
    project: str | None = None
    exposed: bool = False
    catalog_is_newer: bool = False

    @property
    def kind(self) -> str:
        """The resource type, which the identifier starts with."""
        return self.uid.split(".", 1)[0]


def table(known: Known) -> Table:
    """The relation as a fact."""
    node, config = known.node, known.node.config or NodeConfig()
    columns = tuple(_columns(known))
    found = _keys(known, columns)
    said = notes(node.meta, config.meta)
    description, described_by = _described(known, said)
    return Table(
        name=known.name,
        kind=_table_kind(known),
        description=description,
        columns=columns,
        synonyms=_synonyms(known, said),
        tags=_tags(node.tags, config.tags),
        primary_key=found.primary,
        unique_keys=found.unique,
        row_count=_row_count(known.entry),
        access=access(node),
        group=config.group or node.group,
        deprecated=(node.deprecation_date or "")[:10] or None,  # dbt writes a time, Fusion a date
        hidden=said.hidden,
        ref=reference(known.uid, node, known.project),
        uid=known.uid,
        rank=said.rank if said.rank is not None else rank(node, known.kind, project=known.project, exposed=known.exposed),
        origins=_table_origins(described_by, found),
    )


def _keys(known: Known, columns: Sequence[Column]) -> Keys:
    return keys(
        known.node,
        known.promises,
        known.constraints,
        primary_entities=known.primary_entities,
        unique_entities=known.unique_entities,
        columns=[column.name for column in columns],
    )


def _described(known: Known, said: MetaNotes) -> tuple[str | None, str]:
    """The description and its origin: ours, the project's, that of the semantic layer, the database's own comment."""
    twin = _description(known.twin) if known.twin is not None else None
    if text := said.description or _description(known.node) or twin or known.meaning.description:
        return text, MANIFEST
    comment = known.entry.metadata.comment if known.entry is not None else None
    return (comment, CATALOG) if comment else (None, "")


def _synonyms(known: Known, said: MetaNotes) -> tuple[str, ...]:
    """What it is called beside its name; a model's own name where the relation has another one."""
    name = known.node.name
    renamed = [name] if name and name.lower() != known.name.name.lower() else []
    return tuple(dict.fromkeys((*said.synonyms, *known.meaning.synonyms, *renamed)))


def _columns(known: Known) -> list[Column]:
    """Real columns in the database's order where catalog.json lists them, else the documented ones in theirs."""
    documented = {(column.name or key).lower(): (column.name or key, column) for key, column in (known.node.columns or {}).items()}
    if known.twin is not None:
        for key, column in (known.twin.columns or {}).items():
            documented.setdefault((column.name or key).lower(), (column.name or key, column))
    maker = _ColumnMaker(known)
    listed = sorted(((known.entry.columns if known.entry is not None else None) or {}).items(), key=_position)
    made = []
    for key, real in listed:
        name = real.name or key
        made.append(maker.column(name, documented.pop(name.lower(), ("", _UNDOCUMENTED))[1], real))
    if not (listed and known.catalog_is_newer):
        made += [maker.column(name, column, None) for name, column in documented.values()]
    return made


def _position(item: tuple[str, CatalogColumn]) -> int:
    return item[1].index or 0


class _ColumnMaker:
    """Makes the columns of one relation; what they have in common is looked up once."""

    def __init__(self, known: Known) -> None:
        node, config = known.node, known.node.config or NodeConfig()
        self._model_meta = merged_meta(node.meta, config.meta)
        self._model_tags = frozenset(_tags(node.tags, config.tags))
        contract = node.contract or config.contract
        self._typed = contract is not None and contract.enforced is True
        self._not_null = known.promises.not_null | set(not_null_columns(known.constraints))
        self._enumerations, self._dimensions = known.promises.enumerations, known.dimensions

    def column(self, name: str, documented: ColumnNode, real: CatalogColumn | None) -> Column:
        """One column. A documented data type counts as the type only under an enforced contract; else it just hints at the kind."""
        key = name.lower()
        config = documented.config
        said = notes(documented.meta, config.meta if config is not None else None, inherited=self._model_meta)
        dimension = self._dimensions.get(key, NO_NOTES)
        values = self._enumerations.get(key)
        description = said.description or documented.description or dimension.description
        comment = real.comment if real is not None and not description else None
        type_text = real.type if real is not None else documented.data_type if self._typed else None
        return Column(
            name=name,
            type=type_text,
            kind=kind_of(type_text or documented.data_type),
            description=description or comment or None,
            nullable=False if key in self._not_null else None,
            synonyms=_joined(said.synonyms, dimension.synonyms),
            tags=_without(_tags(documented.tags, config.tags if config is not None else None), self._model_tags),
            values=values.values if values is not None else (),
            values_complete=values is not None and values.complete,
            hidden=said.hidden,
            origins=_column_origins(bool(description), bool(comment), type_text is not None, real is not None, values is not None),
        )


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second))) if first and second else first or second


def _tags(top: Words, config: Words) -> tuple[str, ...]:
    """Tags of the two places; nearly always they are few and the same ones."""
    if not top and not config:
        return ()
    if top == config or not config:
        return _distinct(tuple(top) if isinstance(top, list) else (top or "",))
    return _joined(_tags(top, None), _tags(config, None))


@lru_cache(maxsize=1024)
def _without(tags: tuple[str, ...], shared: frozenset[str]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if tag not in shared)


@lru_cache(maxsize=1024)
def _distinct(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))


@lru_cache(maxsize=64)
def _column_origins(described: bool, commented: bool, typed: bool, real: bool, enumerated: bool) -> Origins:
    pairs = [("description", MANIFEST)] if described else [("description", CATALOG)] if commented else []
    pairs += [("type", CATALOG if real else "dbt contract")] if typed else []
    pairs += [("values", "dbt test accepted_values")] if enumerated else []
    return tuple(pairs)


def _table_origins(described_by: str, found: Keys) -> Origins:
    keyed = (("primary_key", found.origin),) if found.primary else ()
    described = (("description", described_by),) if described_by else ()
    return (*described, *keyed, ("*", MANIFEST))


def _description(node: Node) -> str | None:
    return node.description or node.source_description or None


def _table_kind(known: Known) -> Literal["table", "view", "other"]:
    said = (known.entry.metadata.type if known.entry is not None else None) or ""
    materialized = (known.node.config.materialized if known.node.config is not None else None) or ""
    return "view" if "view" in (said or materialized).lower() else "table"


def _row_count(entry: CatalogTable | None) -> int | None:
    """Some warehouses count rows in catalog.json; as text in some."""
    for name, stat in ((entry.stats if entry is not None else None) or {}).items():
        if name.lower() in _ROW_COUNTS:
            try:
                return int(float(stat.value))
            except (TypeError, ValueError):
                return None
    return None


def merged(first: Promises, second: Promises) -> Promises:
    """Promises of one relation that was described twice."""
    enumerations: dict[str, Enumeration] = {**second.enumerations, **first.enumerations}
    return Promises(unique=[*first.unique, *second.unique], not_null=first.not_null | second.not_null, enumerations=enumerations)
