"""A manifest's node in, the name of its relation out."""

from __future__ import annotations

import re
from typing import overload

from sqlcoder_core.api import TableName
from sqlcoder_dbt.artifacts import CatalogMetadata, Node

_PART = r'(?:"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|[^\s"`\[\]().\'/]+)'
_RELATION = re.compile(rf"{_PART}(?:\.{_PART}){{0,3}}")
_PIECE = re.compile(_PART)
NEVER_BUILT = frozenset({"ephemeral"})


def table_name(node: Node, spelled: CatalogMetadata | None = None) -> TableName | None:
    """The relation as the engine spells it; None where there is none (ephemeral) or where it is a file or a function call.

    `relation_name` says how many parts the adapter uses; the parts' spelling is that of catalog.json where it is the same
    but for case (Snowflake's names are upper case there).
    """
    if node.config is not None and node.config.materialized in NEVER_BUILT:
        return None
    name = node.identifier or node.alias or node.name
    if not name or (node.relation_name and not _RELATION.fullmatch(node.relation_name.strip())):
        return None
    parts = len(_PIECE.findall(node.relation_name)) if node.relation_name else 3
    schema, database = (node.schema or None) if parts > 1 else None, (node.database or None) if parts > 2 else None
    spelled = spelled or CatalogMetadata()
    return TableName(name=_as_in(spelled.name, name), schema=_as_in(spelled.schema, schema), database=_as_in(spelled.database, database))


def parsed_name(relation: str) -> TableName | None:
    """`"db"."schema"."name"` as a name; None when the text is no relation."""
    text = relation.strip()
    if not _RELATION.fullmatch(text):
        return None
    parts = [piece.strip('"`[]').replace('""', '"') for piece in _PIECE.findall(text)]
    return TableName(name=parts[-1], schema=parts[-2] if len(parts) > 1 else None, database=parts[-3] if len(parts) > 2 else None)


@overload
def _as_in(spelled: str | None, given: str) -> str: ...
@overload
def _as_in(spelled: str | None, given: None) -> None: ...
@overload
def _as_in(spelled: str | None, given: str | None) -> str | None: ...
def _as_in(spelled: str | None, given: str | None) -> str | None:
    return spelled if spelled and given and spelled.lower() == given.lower() else given


def reference(uid: str, node: Node, project: str | None) -> str:
    """How the project names it in SQL: `ref('orders')`, `ref('pkg', 'orders')`, `ref('orders', v=1)`, `source('raw', 'orders')`."""
    if uid.startswith("source."):
        return f"source('{node.source_name}', '{node.name}')"
    package = f"'{node.package_name}', " if node.package_name and project and node.package_name != project else ""
    version = f", v={node.version}" if node.version is not None and str(node.version) != str(node.latest_version) else ""
    return f"ref({package}'{node.name}'{version})"
