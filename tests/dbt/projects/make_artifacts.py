"""Make the trimmed artifacts of the kitchen-sink project anew, with dbt's own executable.

SQLCODER_TEST_DBT=/path/to/dbt python tests/dbt/projects/make_artifacts.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE / "kitchen"
_HEAVY = frozenset(
    {"macros", "docs", "parent_map", "child_map", "selectors", "saved_queries", "unit_tests", "functions", "group_map", "disabled"}
)
_LONG = frozenset({"raw_code", "compiled_code", "checksum", "created_at", "build_path", "compiled_path", "unrendered_config", "extra_ctes"})


def main() -> None:
    """Copy the project, build it (DuckDB wants real keys behind the foreign keys of `contracted`), trim what dbt wrote."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "kitchen"
        shutil.copytree(PROJECT, work, ignore=shutil.ignore_patterns("target"))
        for command in (["deps"], ["seed"], ["run", "--exclude", "contracted"], ["snapshot"], ["docs", "generate"]):
            subprocess.run(
                [os.environ["SQLCODER_TEST_DBT"], *command], cwd=work, env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "0"}, check=True
            )
        for name in ("manifest.json", "catalog.json", "semantic_manifest.json"):
            trimmed = trim(json.loads((work / "target" / name).read_text()))
            (PROJECT / "target").mkdir(exist_ok=True)
            (PROJECT / "target" / name).write_text(json.dumps(trimmed, indent=1, sort_keys=name != "manifest.json") + "\n")


def trim(value: Any, depth: int = 0) -> Any:
    """Without what is long and not read: code, macros, maps, file places."""
    if isinstance(value, list):
        return [trim(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    dropped = _HEAVY if depth == 0 else _LONG
    return {key: trim(each, depth + 1) for key, each in value.items() if key not in dropped and not (depth and each in ([], {}, None))}


if __name__ == "__main__":
    main()
