"""The parts of dbt's JSON artifacts that matter here, as lenient structs: v4 to v12 and Fusion read the same.

A field that is missing and one that is null mean the same. Unknown fields are skipped without being built. `gc=False`
keeps the garbage collector out of a manifest's hundreds of thousands of small objects.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

Words: TypeAlias = list[str] | str | None


class Lenient(msgspec.Struct, gc=False):
    """Base of all structs here."""


class Metadata(Lenient):
    """Head of every artifact."""

    dbt_schema_version: str | None = None
    dbt_version: str | None = None
    generated_at: str | None = None
    invocation_id: str | None = None
    project_name: str | None = None
    adapter_type: str | None = None


class Meta(Lenient):
    """The keys of `meta` that are read: see `meta.py` for what they mean."""

    sqlcoder: Any = None
    synonyms: Any = None
    label: Any = None


class Constraint(Lenient):
    """A model's or column's constraint; `to` is the text `ref('x')`, or a relation's name once compiled."""

    type: str | None = None
    columns: Words = None
    expression: str | None = None
    to: str | None = None
    to_columns: Words = None


class ColumnConfig(Lenient):
    """`config:` of a column, since 1.10."""

    meta: Meta | None = None
    tags: Words = None


class ColumnNode(Lenient):
    """A documented column; the manifest knows no others."""

    name: str | None = None
    description: str | None = None
    data_type: str | None = None
    meta: Meta | None = None
    tags: Words = None
    config: ColumnConfig | None = None
    constraints: list[Constraint] | None = None


class Contract(Lenient):
    """`contract.enforced` makes the columns' data types trustworthy."""

    enforced: bool | None = None


class Docs(Lenient):
    """`docs.show`."""

    show: bool | None = None


class NodeConfig(Lenient):
    """`config:` of a node."""

    materialized: str | None = None
    enabled: bool | None = None
    meta: Meta | None = None
    tags: Words = None
    group: str | None = None
    access: str | None = None
    unique_key: Any = None
    incremental_strategy: str | None = None
    where: str | None = None
    severity: str | None = None
    contract: Contract | None = None
    docs: Docs | None = None


class DependsOn(Lenient):
    """`depends_on`, of which the order means nothing."""

    nodes: list[str] | None = None


class TestMetadata(Lenient):
    """Which generic test, and what it was given (not rendered)."""

    name: str | None = None
    namespace: str | None = None
    kwargs: dict[str, Any] | None = None


class Node(Lenient):
    """A model, seed, snapshot, source or test."""

    name: str | None = None
    resource_type: str | None = None
    package_name: str | None = None
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    identifier: str | None = None
    source_name: str | None = None
    relation_name: str | None = None
    description: str | None = None
    source_description: str | None = None
    columns: dict[str, ColumnNode] | None = None
    config: NodeConfig | None = None
    meta: Meta | None = None
    tags: Words = None
    fqn: list[str] | None = None
    access: str | None = None
    group: str | None = None
    docs: Docs | None = None
    deprecation_date: str | None = None
    time_spine: Any = None
    version: str | int | float | None = None
    latest_version: str | int | float | None = None
    constraints: list[Constraint] | None = None
    contract: Contract | None = None
    depends_on: DependsOn | None = None
    attached_node: str | None = None
    column_name: str | None = None
    test_metadata: TestMetadata | None = None


class ExposureNode(Lenient):
    """A dashboard or another consumer."""

    name: str | None = None
    label: str | None = None
    type: str | None = None
    description: str | None = None
    url: str | None = None
    maturity: str | None = None
    depends_on: DependsOn | None = None


class Manifest(Lenient):
    """manifest.json, split: each entry stays text until it is needed, so that one at a time is in memory."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    nodes: dict[str, msgspec.Raw] | None = None
    sources: dict[str, msgspec.Raw] | None = None
    exposures: dict[str, msgspec.Raw] | None = None
    metrics: dict[str, msgspec.Raw] | None = None
    semantic_models: dict[str, msgspec.Raw] | None = None


class SemanticManifest(Lenient):
    """semantic_manifest.json, read where the manifest has no semantic layer."""

    semantic_models: list[msgspec.Raw] | None = None
    metrics: list[msgspec.Raw] | None = None


class CatalogColumn(Lenient):
    """A column as the database described it."""

    name: str | None = None
    type: str | None = None
    index: int | None = None
    comment: str | None = None


class CatalogStat(Lenient):
    """One of a relation's figures; which there are depends on the warehouse."""

    value: Any = None


class CatalogMetadata(Lenient):
    """What a relation is and where."""

    type: str | None = None
    database: str | None = None
    schema: str | None = None
    name: str | None = None
    comment: str | None = None


class CatalogTable(Lenient):
    """A relation as the database described it."""

    metadata: CatalogMetadata = msgspec.field(default_factory=CatalogMetadata)
    columns: dict[str, CatalogColumn] | None = None
    stats: dict[str, CatalogStat] | None = None


class CatalogFile(Lenient):
    """catalog.json, which `dbt docs generate` writes."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    nodes: dict[str, msgspec.Raw] | None = None
    sources: dict[str, msgspec.Raw] | None = None
