"""Artifacts as Python values in, facts out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import Context, Fact, Metric, Table
from sqlcoder_dbt.settings import DbtSettings
from sqlcoder_dbt.source import DbtSource

PROJECTS = Path(__file__).parent / "projects"


def source_of(project: Path, **settings: Any) -> DbtSource:
    """The source for a project's folder, with an environment that holds nothing of the machine's."""
    context = Context(project_dir=project, config_dir=project, cache_dir=project / "cache", environment={"HOME": str(project / "home")})
    return DbtSource(DbtSettings(**settings), context)


class Facts:
    """Facts with the look-ups that tests need."""

    def __init__(self, facts: list[Fact]) -> None:
        self.all = facts

    def of(self, kind: type[Any]) -> list[Any]:
        return [fact for fact in self.all if isinstance(fact, kind)]

    def table(self, name: str) -> Table:
        return next(table for table in self.of(Table) if table.name.name == name)

    def tables(self) -> set[str]:
        """Names of the tables that are offered."""
        return {table.name.name for table in self.of(Table) if not table.hidden}

    def metric(self, name: str) -> Metric:
        return next(metric for metric in self.of(Metric) if metric.name == name)


@pytest.fixture(scope="session")
def kitchen() -> Facts:
    """Facts of the kitchen-sink project, from real artifacts of dbt 1.11 and dbt-duckdb."""
    return Facts(list(source_of(PROJECTS / "kitchen").facts(None)))


@pytest.fixture
def open_source() -> Callable[..., DbtSource]:
    return source_of


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Writes a project: `project(manifest={...}, catalog={...})`."""

    def write(**artifacts: dict[str, Any]) -> Path:
        if not (tmp_path / "dbt_project.yml").exists():
            (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
        (tmp_path / "target").mkdir(exist_ok=True)
        for name, content in artifacts.items():
            (tmp_path / "target" / f"{name}.json").write_text(json.dumps(content))
        return tmp_path

    return write


@pytest.fixture
def facts_of(project: Callable[..., Path]) -> Callable[..., Facts]:
    """Facts of a manifest given as nodes by identifier; keyword arguments are other parts of it, `catalog` and `settings`."""

    def read(
        nodes: dict[str, Any],
        *,
        catalog: dict[str, Any] | None = None,
        semantic_manifest: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        **parts: Any,
    ) -> Facts:
        head = {"project_name": "shop", "adapter_type": "duckdb", "generated_at": "2026-01-02T00:00:00Z", **(metadata or {})}
        artifacts: dict[str, Any] = {"manifest": {"metadata": head, "nodes": nodes, **parts}}
        artifacts |= {"catalog": catalog} if catalog is not None else {}
        artifacts |= {"semantic_manifest": semantic_manifest} if semantic_manifest is not None else {}
        return Facts(list(source_of(project(**artifacts), **(settings or {})).facts(None)))

    return read


@pytest.fixture
def model() -> Callable[..., dict[str, Any]]:
    """A model's entry with what every manifest has."""

    def make(name: str, **fields: Any) -> dict[str, Any]:
        return {
            "name": name,
            "resource_type": "model",
            "package_name": "shop",
            "database": "db",
            "schema": "main",
            "alias": name,
            "relation_name": f'"db"."main"."{name}"',
            "config": {"materialized": "table"},
            **fields,
        }

    return make


@pytest.fixture
def generic_test() -> Callable[..., dict[str, Any]]:
    """A generic test's entry on a model (`on`), as dbt 1.11 writes it."""

    def make(kind: str, on: str, column: str | None = None, *, config: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
        reference = {"model": "{{ get_where_subquery(ref('" + on + "')) }}"}
        arguments = {**reference, **({"column_name": column} if column else {}), **kwargs}
        return {
            "name": f"{kind}_{on}",
            "resource_type": "test",
            "attached_node": f"model.shop.{on}",
            "column_name": column,
            "config": {"materialized": "test", "severity": "ERROR", **(config or {})},
            "test_metadata": {"name": kind, "namespace": None, "kwargs": arguments},
            "depends_on": {"nodes": [f"model.shop.{on}"]},
        }

    return make
