"""Build the shop with dbt and write what is shipped of it: three small artifacts and the DuckDB file.

    python scripts/build.py [--dbt PATH] [--into FOLDER]

Needs dbt-core<1.12 with dbt-duckdb. The build runs in a copy, so that the checkout stays clean; what is written holds no
path, user or time of the machine that wrote it, and the same project gives the same artifacts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
ARTIFACTS = ("manifest.json", "catalog.json", "semantic_manifest.json")
WRITTEN_AT = "2026-07-01T00:00:00Z"
# The oldest storage that duckdb 1.4 to 2.x read and write; a file of 2.0's own does not open in 1.4.
STORAGE_VERSION = "v1.0.0"
KNOWN_SCHEMAS = ("raw", "staging", "main")


def main() -> None:
    """Build in a copy and bring the results back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dbt", default=shutil.which("dbt"), help="the dbt executable (default: on PATH)")
    parser.add_argument("--into", type=Path, default=PROJECT, help="where to write (default: the project itself)")
    given = parser.parse_args()
    if not given.dbt:
        sys.exit("no dbt on PATH; install dbt-core<1.12 with dbt-duckdb, or name it with --dbt")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "shop"
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb", "__pycache__"))
        for command in (["build"], ["docs", "generate"]):
            run_dbt(given.dbt, copy, command)
        write_artifacts(copy / "target", given.into / "target")
        write_database(copy / "shop.duckdb", given.into / "shop.duckdb")


def run_dbt(dbt: str, project: Path, command: list[str]) -> None:
    """One dbt command in the project; its output is shown when it fails."""
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    done = subprocess.run([dbt, *command], cwd=project, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"dbt {' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def write_artifacts(source: Path, folder: Path) -> None:
    """The artifacts without traces of the machine, under one invocation id that follows from their content."""
    contents = {name: cleaned(json.loads((source / name).read_text())) for name in ARTIFACTS}
    contents["manifest.json"]["macros"] = {
        name: macro for name, macro in contents["manifest.json"]["macros"].items() if macro["package_name"] == "shop"
    }
    invocation = str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(contents)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        if "metadata" in content:
            content["metadata"] |= {"generated_at": WRITTEN_AT, "invocation_id": invocation}
        (folder / name).write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def cleaned(content: dict[str, Any]) -> dict[str, Any]:
    """The same artifact with times, ids and absolute paths taken out, wherever they stand."""
    if "metadata" in content:
        volatile = ("invocation_started_at", "run_started_at", "user_id", "send_anonymous_usage_stats")
        content["metadata"] = {key: value for key, value in content["metadata"].items() if key not in volatile} | {"env": {}}
        content["metadata"] |= {"generated_at": "", "invocation_id": ""}
    for nodes in (part for part in content.values() if isinstance(part, dict)):
        for node in (node for node in nodes.values() if isinstance(node, dict)):
            node |= {key: value for key, value in (("created_at", 0.0), ("root_path", None)) if key in node}
    return content


def write_database(source: Path, target: Path) -> None:
    """The database in old storage, tables in the order of their first column."""
    target.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{source}' as built (read_only)")
        connection.execute(f"attach '{target}' as shop (storage_version '{STORAGE_VERSION}')")
        for schema in KNOWN_SCHEMAS:
            connection.execute(f"create schema if not exists shop.{schema}")
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'built' order by all"
        ).fetchall():
            connection.execute(f"create table shop.{schema}.{table} as from built.{schema}.{table} order by 1")
        connection.execute("use shop")
        for (statement,) in connection.execute(
            "select sql from duckdb_views() where database_name = 'built' and not internal order by all"
        ).fetchall():
            connection.execute(statement)


if __name__ == "__main__":
    main()
