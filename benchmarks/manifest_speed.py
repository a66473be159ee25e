"""A 5,000-model manifest: facts alone, the whole catalog cold, touched, and unchanged; each in a process of its own.

    python benchmarks/make_large_manifest.py /tmp/large/target --catalog
    python benchmarks/manifest_speed.py /tmp/large

`bare` is an interpreter that has imported what the others import, so that its row can be taken off theirs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import alternate, table

STEPS = ("bare", "facts", "cold", "unchanged", "touched")


def source_of(folder: Path) -> Any:
    """The dbt source of that project."""
    from sqlcoder_core.api import Context
    from sqlcoder_dbt.settings import DbtSettings
    from sqlcoder_dbt.source import DbtSource

    return DbtSource(DbtSettings(), Context(project_dir=folder, config_dir=folder, cache_dir=folder))


def step(name: str, folder: Path, cache: Path) -> None:
    """One measured run, in this process."""
    from sqlcoder_core.steps.gather import gather

    source = source_of(folder)
    if name == "facts":
        print(sum(1 for _ in source.facts(None)), "facts")
        return
    if name == "touched":
        os.utime(folder / "target" / "manifest.json")
    if name != "bare":
        start = time.process_time()
        print(len(gather([source], None, cache, refresh=name == "cold")), "tables", f"{time.process_time() - start:.3f} CPU s")


def main() -> None:
    """Without --step: prepare the project and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a dbt project's folder with target/manifest.json")
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.step:
        step(given.step, given.folder, given.cache)
        return
    project = given.folder / "dbt_project.yml"
    if not project.exists():
        project.write_text("name: large\n")
    with tempfile.TemporaryDirectory() as cache:
        own = [sys.executable, __file__, str(given.folder), "--cache", cache, "--step"]
        print(table(alternate({name: [*own, name] for name in STEPS}, rounds=given.rounds), against="bare"))


if __name__ == "__main__":
    main()
