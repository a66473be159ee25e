"""A large manifest is read within bounds, once; the unchanged path opens none of the artifacts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import json, re, sys
from pathlib import Path
from sqlcoder_core.api import Context
from sqlcoder_core.steps.gather import gather
from sqlcoder_dbt.settings import DbtSettings
from sqlcoder_dbt.source import DbtSource

def peak_mib():
    # getrusage would count what the process that started this one held when it forked; the kernel's own mark starts at exec.
    status = Path("/proc/self/status")
    return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024 if status.exists() else 0.0

opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
folder, cache = Path(sys.argv[1]), Path(sys.argv[2])
source = DbtSource(DbtSettings(), Context(project_dir=folder, config_dir=folder, cache_dir=cache))
catalog = gather([source], None, cache)
names = [str(name) for name in catalog.search(["customers", "revenue"], 5)]
print(json.dumps({
    "tables": len(catalog), "columns": len(catalog.table(next(catalog.names())).columns), "hash": catalog.content_hash, "found": names,
    "artifacts": sorted({Path(path).name for path in opened if path.endswith("manifest.json")}),
    "peak_mib": peak_mib(),
}))
"""


def gathered(folder: Path, cache: Path) -> dict[str, object]:
    """The catalog of the project, gathered in a process of its own."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(folder), str(cache)], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("models", "columns", "tests", "most_mib"), [(200, 10, 400, 350), pytest.param(5000, 40, 15000, 350, marks=pytest.mark.long)]
)
def test_cold_stays_within_memory_and_unchanged_opens_no_artifact(
    tmp_path: Path, models: int, columns: int, tests: int, most_mib: int
) -> None:
    project, cache = tmp_path / "large", tmp_path / "cache"
    cache.mkdir()
    sizes = ["--models", str(models), "--columns", str(columns), "--tests", str(tests)]
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "make_large_manifest.py"), str(project / "target"), *sizes], check=True)
    (project / "dbt_project.yml").write_text("name: large\n")

    cold, unchanged = gathered(project, cache), gathered(project, cache)
    assert (cold["tables"], cold["columns"]) == (models, columns)
    assert "manifest.json" in cold["artifacts"]
    assert cold["peak_mib"] < most_mib, cold
    assert unchanged["artifacts"] == []
    assert [unchanged[key] for key in ("tables", "hash", "found")] == [cold[key] for key in ("tables", "hash", "found")]

    manifest = project / "target" / "manifest.json"
    manifest.write_text(
        manifest.read_text().replace('"description": "', '"description": "now ', 1).replace('"invocation_id": "', '"invocation_id": "f')
    )
    changed = gathered(project, cache)
    assert changed["artifacts"] == ["manifest.json"]
    assert changed["hash"] != cold["hash"]
