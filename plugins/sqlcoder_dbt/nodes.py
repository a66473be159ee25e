"""The entries of a manifest in, those that are offered out, decoded one at a time; what is odd is noted as a clash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from sqlcoder_core.api import Clash, TableName
from sqlcoder_dbt.artifacts import CatalogFile, CatalogTable, Manifest, Node, SemanticManifest
from sqlcoder_dbt.relations import NEVER_BUILT, reference, table_name
from sqlcoder_dbt.semantic_artifacts import MetricNode, SemanticModel

_Struct = TypeVar("_Struct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifacts:
    """The files of one target folder, as read. `project` is the root project's name."""

    manifest: Manifest
    catalog: CatalogFile | None = None
    semantic: SemanticManifest | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which nodes are offered: all versions or the latest, all packages or these."""

    all_versions: bool = False
    packages: frozenset[str] | None = None

    def offers(self, node: Node) -> bool:
        """False for old and coming versions, and for packages that were not asked for."""
        latest = node.version is None or node.latest_version is None or str(node.version) == str(node.latest_version)
        return (self.packages is None or node.package_name in self.packages) and (latest or self.all_versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A relation that can be queried; `entry` is what catalog.json says of it. One that is not `wanted` exists all the same."""

    uid: str
    node: Node
    name: TableName
    entry: CatalogTable | None = None
    wanted: bool = True

    @property
    def place(self) -> str:
        """The same text for the same relation, whatever it is called in the manifest."""
        return f"{self.name.database or ''}.{self.name.key}".lower()


@dataclass(slots=True, kw_only=True)
class Nodes:
    """Decodes entries. Meanwhile `clashes` grows; `missing` and `other_schemas` count what catalog.json lacks or has elsewhere."""

    artifacts: Artifacts
    choice: Choice
    clashes: list[Clash] = field(default_factory=list)
    missing: int = 0
    other_schemas: dict[tuple[str, str], int] = field(default_factory=dict)

    def decoded(
        self, entries: Mapping[str, msgspec.Raw] | None, kind: type[_Struct], prefixes: tuple[str, ...] = ("",)
    ) -> Iterator[tuple[str, _Struct]]:
        """Entries whose identifier starts so, sorted, since dbt's own order is another one at every run.

        One that cannot be read is a clash and is left out.
        """
        entries, decoder = entries or {}, msgspec.json.Decoder(kind)
        for uid in sorted(uid for uid in entries if uid.startswith(prefixes)):
            try:
                yield uid, decoder.decode(entries[uid])
            except msgspec.ValidationError as error:
                message = f"{uid} of the manifest has a shape that is not known, and is left out: {error}"
                clash = Clash(kind="unreadable", subject=uid, message=message, hint="please report it with the dbt version")
                self.clashes.append(clash)

    def offered(self, entries: Mapping[str, msgspec.Raw] | None, prefixes: tuple[str, ...]) -> Iterator[Offered]:
        """Relations that exist, those that were not asked for among them."""
        catalog = self.artifacts.catalog
        listed = {**(catalog.nodes or {}), **(catalog.sources or {})} if catalog is not None else {}
        reader = msgspec.json.Decoder(CatalogTable)
        for uid, node in self.decoded(entries, Node, prefixes):
            config = node.config
            if config is not None and (config.enabled is False or config.materialized in NEVER_BUILT):
                continue
            entry = reader.decode(listed[uid]) if uid in listed else None
            self._compare(node, entry)
            name = table_name(node, entry.metadata if entry is not None else None)
            if name is not None:
                yield Offered(uid=uid, node=node, name=name, entry=entry, wanted=self.choice.offers(node))
            else:
                shown = reference(uid, node, self.artifacts.project)
                message = f"{shown} is no table with a name ({node.relation_name}), and is left out"
                self.clashes.append(Clash(kind="no_table", subject=uid, message=message, severity="note", hint="query a model built on it"))

    def _compare(self, node: Node, entry: CatalogTable | None) -> None:
        if entry is None:
            self.missing += node.resource_type != "source"
        elif node.schema and entry.metadata.schema and node.schema.lower() != entry.metadata.schema.lower():
            pair = (node.schema, entry.metadata.schema)
            self.other_schemas[pair] = self.other_schemas.get(pair, 0) + 1

    def semantic_models(self) -> Iterator[SemanticModel]:
        """Of the manifest, or of semantic_manifest.json where the manifest has none."""
        entries, semantic = self.artifacts.manifest.semantic_models, self.artifacts.semantic
        if not entries and semantic is not None:
            entries = {f"semantic_model.{number}": raw for number, raw in enumerate(semantic.semantic_models or ())}
        return (model for _, model in self.decoded(entries, SemanticModel))

    def metrics(self) -> Iterator[MetricNode]:
        """Like `semantic_models`."""
        entries, semantic = self.artifacts.manifest.metrics, self.artifacts.semantic
        if not entries and semantic is not None:
            entries = {f"metric.{number}": raw for number, raw in enumerate(semantic.metrics or ())}
        return (metric for _, metric in self.decoded(entries, MetricNode))
