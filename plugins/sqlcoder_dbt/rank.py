"""How likely people ask for a relation: 1.0 is ordinary, marts stand above staging, packages and sources below."""

from __future__ import annotations

from sqlcoder_dbt.artifacts import Node

_MARTS = frozenset({"mart", "marts", "reporting", "reports", "presentation", "gold", "analytics"})
_STAGING = frozenset({"staging", "stg", "base", "bronze", "raw"})
_BETWEEN = frozenset({"intermediate", "int", "silver", "snapshots"})
_PREFIXES = (("fct_", 1.2), ("dim_", 1.2), ("mart_", 1.2), ("rpt_", 1.2), ("stg_", 0.7), ("base_", 0.6), ("int_", 0.6))
_TYPES = {"source": 0.5, "seed": 0.8, "snapshot": 0.7}


def rank(node: Node, kind: str, *, project: str | None, exposed: bool) -> float:
    """The prior, from layer, resource type, package, access, deprecation, documentation and exposures."""
    value = _TYPES.get(kind) or _layer(node)
    value *= 1.3 if exposed else 1.0
    value *= 0.5 if kind != "source" and project and node.package_name not in (None, project) else 1.0
    value *= 0.8 if access(node) == "private" else 1.0
    value *= 0.5 if node.deprecation_date else 1.0
    value *= 0.5 if _undocumented(node) else 1.0
    value *= 0.1 if node.time_spine else 1.0
    return round(value, 3)


def access(node: Node) -> str | None:
    """Public, protected or private; under `config:` it is said by Fusion too, which ignores it at the top."""
    return (node.config.access if node.config is not None else None) or node.access


def _layer(node: Node) -> float:
    name = (node.name or "").lower()
    folders = {part.lower() for part in (node.fqn or ())[1:-1]}
    if folders & _MARTS:
        return 1.2
    if folders & _STAGING:
        return 0.7
    if folders & _BETWEEN:
        return 0.6
    return next((value for prefix, value in _PREFIXES if name.startswith(prefix)), 1.0)


def _undocumented(node: Node) -> bool:
    """`docs: {show: false}`: its authors do not show it."""
    docs = node.docs or (node.config.docs if node.config is not None else None)
    return docs is not None and docs.show is False
