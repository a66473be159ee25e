"""Write a dbt manifest of a given size, with the weight that real ones have (SQL text, configs, maps, documentation).

    python benchmarks/make_large_manifest.py target-folder [--models 5000] [--columns 40] [--tests 15000] [--catalog]

The defaults give about 137 MB. The contents are the same for the same numbers.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

_HEAD = {
    "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
    "dbt_version": "1.11.16",
    "generated_at": "2026-01-05T08:00:00.000000Z",
    "invocation_id": "5f0c7a52-0000-4000-8000-000000000001",
    "project_name": "large",
    "adapter_type": "duckdb",
}
_SHARED_CONFIG: dict[str, Any] = {
    "enabled": True,
    "alias": None,
    "schema": None,
    "database": None,
    "group": None,
    "packages": [],
    "full_refresh": None,
    "tags": ["nightly"],
    "meta": {"owner": "data-platform"},
    "persist_docs": {},
    "post-hook": [],
    "pre-hook": [],
    "quoting": {},
    "column_types": {},
    "unique_key": None,
    "on_schema_change": "ignore",
    "on_configuration_change": "apply",
    "grants": {},
    "docs": {"show": True, "node_color": None},
    "contract": {"enforced": False, "alias_types": True},
    "event_time": None,
}
_MODEL_CONFIG = {
    **_SHARED_CONFIG,
    "materialized": "table",
    "incremental_strategy": None,
    "batch_size": None,
    "lookback": 1,
    "begin": None,
    "concurrent_batches": None,
    "access": "protected",
    "freshness": None,
}
_TEST_CONFIG = {
    **_SHARED_CONFIG,
    "materialized": "test",
    "severity": "ERROR",
    "store_failures": None,
    "store_failures_as": None,
    "where": None,
    "limit": None,
    "fail_calc": "count(*)",
    "warn_if": "!= 0",
    "error_if": "!= 0",
    "schema": "dbt_test__audit",
    "tags": [],
    "meta": {},
}
_NODE: dict[str, Any] = {
    "database": "large",
    "package_name": "large",
    "tags": [],
    "description": "",
    "columns": {},
    "meta": {},
    "group": None,
    "docs": {"show": True, "node_color": None},
    "patch_path": "large://models/models.yml",
    "build_path": None,
    "unrendered_config": {},
    "created_at": 1767600000.0,
    "relation_name": None,
    "doc_blocks": [],
    "language": "sql",
    "sources": [],
    "metrics": [],
    "functions": [],
    "compiled_path": None,
    "compiled": True,
    "extra_ctes_injected": True,
    "extra_ctes": [],
    "contract": {"enforced": False, "alias_types": True, "checksum": None},
}
_ONLY_MODELS: dict[str, Any] = {
    "access": "protected",
    "constraints": [],
    "version": None,
    "latest_version": None,
    "deprecation_date": None,
    "primary_key": [],
    "time_spine": None,
}
_WORDS = ("customer", "order", "invoice", "payment", "product", "supplier", "shipment", "region", "employee", "ticket")
_FACETS = ("amount", "status", "created_at", "name", "count", "city", "price", "category", "is_active", "quantity")
_TYPES = ("DECIMAL(18,2)", "VARCHAR", "TIMESTAMP", "VARCHAR", "BIGINT", "VARCHAR", "DOUBLE", "VARCHAR", "BOOLEAN", "INTEGER")


def model_name(number: int) -> str:
    """`fct_order_00001` and the like; every third model is staging."""
    layer = ("stg", "dim", "fct")[number % 3]
    return f"{layer}_{_WORDS[number % len(_WORDS)]}_{number:05d}"


def column_name(number: int) -> str:
    """The first column is the key, every fifth a reference, the rest facets."""
    if number == 0:
        return "id"
    if number % 5 == 0:
        return f"{_WORDS[number % len(_WORDS)]}_{number}_id"
    return f"{_FACETS[number % len(_FACETS)]}_{number}"


def column(number: int) -> dict[str, Any]:
    """A documented column as dbt 1.11 writes it."""
    name = column_name(number)
    return {
        "name": name,
        "description": f"The {name.replace('_', ' ')} as the source system reports it.",
        "meta": {"owner": "data-platform", "pii": False},
        "data_type": None,
        "constraints": [],
        "quote": None,
        "config": {"meta": {"owner": "data-platform", "pii": False}, "tags": ["core"]},
        "tags": ["core"],
        "doc_blocks": [],
    }


def model(number: int, columns: int) -> dict[str, Any]:
    """A model with its SQL twice (raw and compiled)."""
    name, parent = model_name(number), model_name(number // 2)
    folder = "staging" if number % 3 == 0 else "marts"
    selected = ",\n".join(f"    source.{column_name(each)} as {column_name(each)}" for each in range(columns))
    sql = f"select\n{selected}\nfrom {{{{ ref('{parent}') }}}} as source\n"
    return {
        **_NODE,
        **_names(name, "model", f"model.large.{name}", folder),
        "config": {**_MODEL_CONFIG, "schema": folder},
        "tags": ["nightly"],
        "meta": {"owner": "data-platform"},
        "description": f"One row per {_WORDS[number % len(_WORDS)]}, number {number} of the generated project.",
        "columns": {each["name"]: each for each in map(column, range(columns))},
        "relation_name": f'"large"."{folder}"."{name}"',
        "raw_code": sql,
        "compiled_code": sql * 2,
        "compiled_path": f"target/compiled/large/models/{folder}/{name}.sql",
        "refs": [{"name": parent, "package": None, "version": None}],
        "depends_on": {"macros": [], "nodes": [f"model.large.{parent}"]},
        **_ONLY_MODELS,
    }


def generic_test(number: int, models: int, columns: int) -> dict[str, Any]:
    """`unique`, `not_null`, or a `relationships` test, spread over the models."""
    target = model_name(number % models)
    kind = ("unique", "not_null", "relationships")[(number // models) % 3]
    of = "id" if kind != "relationships" else column_name(5 if columns > 5 else 0)
    name = f"{kind}_{target}_{of}_{number}"
    kwargs = {"column_name": of, "model": f"{{{{ get_where_subquery(ref('{target}')) }}}}"}
    if kind == "relationships":
        kwargs |= {"to": f"ref('{model_name((number * 7 + 1) % models)}')", "field": "id"}
    return {
        "test_metadata": {"name": kind, "kwargs": kwargs, "namespace": None},
        **_NODE,
        **_names(name, "test", f"test.large.{name}.{number:010x}", "marts_dbt_test__audit"),
        "config": _TEST_CONFIG,
        "raw_code": f"{{{{ test_{kind}(**_dbt_generic_test_kwargs) }}}}",
        "compiled_code": f"select {of} from {target} where {of} is null\n" * 4,
        "refs": [{"name": target, "package": None, "version": None}],
        "depends_on": {"macros": [f"macro.dbt.test_{kind}"], "nodes": [f"model.large.{target}"]},
        "column_name": of,
        "file_key_name": f"models.{target}",
        "attached_node": f"model.large.{target}",
    }


def _names(name: str, kind: str, uid: str, schema: str) -> dict[str, Any]:
    place = {"path": f"{schema}/{name}.sql", "original_file_path": f"models/{schema}/{name}.sql", "fqn": ["large", schema, name]}
    checksum = {"name": "sha256", "checksum": f"{crc32(uid.encode()):064x}"}
    return {"schema": schema, "name": name, "alias": name, "resource_type": kind, "unique_id": uid, "checksum": checksum, **place}


def manifest_text(models: int, columns: int, tests: int) -> Iterator[str]:
    """The manifest in pieces, so that making it takes no memory."""
    yield '{"metadata": ' + json.dumps(_HEAD) + ', "nodes": {'
    for number in range(models):
        node = model(number, columns)
        yield (", " if number else "") + json.dumps(node["unique_id"]) + ": " + json.dumps(node)
    for number in range(tests):
        node = generic_test(number, models, columns)
        yield ", " + json.dumps(node["unique_id"]) + ": " + json.dumps(node)
    parents = {f"model.large.{model_name(number)}": [f"model.large.{model_name(number // 2)}"] for number in range(models)}
    yield '}, "sources": {}, "macros": {}, "docs": {}, "exposures": {}, "metrics": {}, "groups": {}, "selectors": {}, "disabled": {}, '
    yield '"parent_map": ' + json.dumps(parents) + ', "semantic_models": {}, "saved_queries": {}, "unit_tests": {}, "functions": {}}'


def catalog_text(models: int, columns: int) -> Iterator[str]:
    """catalog.json for the same models."""
    yield '{"metadata": ' + json.dumps({**_HEAD, "generated_at": "2026-01-05T08:01:00.000000Z"}) + ', "nodes": {'
    for number in range(models):
        name, folder = model_name(number), "staging" if number % 3 == 0 else "marts"
        listed = {
            column_name(each): {"type": _TYPES[each % 10], "index": each + 1, "name": column_name(each), "comment": None}
            for each in range(columns)
        }
        node = {"metadata": {"type": "BASE TABLE", "schema": folder, "name": name, "database": "large", "comment": None, "owner": None}}
        yield (", " if number else "") + json.dumps(f"model.large.{name}") + ": " + json.dumps({**node, "columns": listed, "stats": {}})
    yield '}, "sources": {}, "errors": null}'


def write(folder: Path, *, models: int = 5000, columns: int = 40, tests: int = 15000, catalog: bool = False) -> Path:
    """Write `manifest.json` (and `catalog.json`) into `folder`; the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    with path.open("w") as file:
        file.writelines(manifest_text(models, columns, tests))
    if catalog:
        with (folder / "catalog.json").open("w") as file:
            file.writelines(catalog_text(models, columns))
    return path


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=5000)
    parser.add_argument("--columns", type=int, default=40)
    parser.add_argument("--tests", type=int, default=15000)
    parser.add_argument("--catalog", action="store_true", help="write catalog.json too")
    given = parser.parse_args()
    path = write(given.folder, models=given.models, columns=given.columns, tests=given.tests, catalog=given.catalog)
    print(f"{path} {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
