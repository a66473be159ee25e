"""What is shipped of the shop is what its scripts make of it today."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

ARTIFACTS = ("manifest.json", "catalog.json", "semantic_manifest.json")


@pytest.fixture(scope="module")
def rebuilt(shop: Path, dbt_executable: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the artifacts and the database as dbt builds them now."""
    folder = tmp_path_factory.mktemp("rebuilt")
    command = [sys.executable, str(shop / "scripts" / "build.py"), "--dbt", dbt_executable, "--into", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_seeds_are_what_their_script_writes(shop: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(shop / "scripts" / "make_seeds.py"), str(tmp_path)], check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (shop / "seeds").glob("*.csv")}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_artifacts_hold_no_trace_of_a_machine(shop: Path, name: str) -> None:
    text = (shop / "target" / name).read_text()
    assert '"/' not in text.replace('"//', "")
    assert "user_id" not in text
    assert len(text) < 1_500_000


def test_the_artifacts_are_what_dbt_writes(rebuilt: Path, shop: Path) -> None:
    ours, theirs = (_facts(folder / "target") for folder in (shop, rebuilt))
    assert ours == theirs, "run examples/shop/scripts/build.py"


def test_the_same_dbt_gives_the_same_bytes(rebuilt: Path, shop: Path) -> None:
    versions = [json.loads((folder / "target" / "manifest.json").read_text())["metadata"]["dbt_version"] for folder in (shop, rebuilt)]
    same = [name for name in ARTIFACTS if (shop / "target" / name).read_bytes() == (rebuilt / "target" / name).read_bytes()]
    assert versions[0] != versions[1] or same == list(ARTIFACTS), "run examples/shop/scripts/build.py"


def test_the_tables_are_what_dbt_builds(rebuilt: Path, shop: Path) -> None:
    with duckdb.connect() as connection:
        for name, folder in (("ours", shop), ("theirs", rebuilt)):
            connection.execute(f"attach '{folder / 'shop.duckdb'}' as {name} (read_only)")
        tables = [_tables(connection, name) for name in ("ours", "theirs")]
        assert tables[0] == tables[1]
        for table in tables[0]:
            left, right = (f"select * from {name}.{table}" for name in ("ours", "theirs"))
            assert connection.execute(f"({left} except all {right}) union all ({right} except all {left})").fetchall() == [], table


def test_the_file_is_written_for_the_oldest_duckdb_that_is_supported(shop: Path) -> None:
    # The storage version stands at byte 12 of the file, eight bytes; 64 is what DuckDB 0.10 to 1.1 write, and all later ones read.
    assert int.from_bytes((shop / "shop.duckdb").read_bytes()[12:20], "little") == 64


def _facts(target: Path) -> dict[str, Any]:
    manifest, catalog, semantic = (json.loads((target / name).read_text()) for name in ARTIFACTS)
    nodes = {name: (node.get("relation_name"), node["description"], node["columns"]) for name, node in manifest["nodes"].items()}
    columns = {name: {column: facts["type"] for column, facts in node["columns"].items()} for name, node in catalog["nodes"].items()}
    return {
        "nodes": nodes,
        "columns": columns,
        "exposures": {name: exposure["depends_on"]["nodes"] for name, exposure in manifest["exposures"].items()},
        "metrics": [metric["name"] for metric in semantic["metrics"]],
        "semantic_models": [model["name"] for model in semantic["semantic_models"]],
    }


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = $1 union all "
        "select schema_name || '.' || view_name from duckdb_views() where database_name = $1 and not internal order by all",
        [database],
    )
    return [name for (name,) in found.fetchall()]
