"""What starts quickly is proved by the modules it loads, not by a clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "pydantic",
    "yaml",
    "sqlglot",
    "duckdb",
    "sqlalchemy",
    "torch",
    "transformers",
    "rich",
    "msgspec",
    "prompt_toolkit",
    "jinja2",
    "rapidfuzz",
)
PROGRAM = f"""\
import sys
from sqlcoder_core.cli import main
sys.argv = ["sqlcoder", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    code = ended.code
print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)
"""


def loaded_by(folder: Path, *arguments: str) -> tuple[str, str]:
    (folder / ".git").mkdir(exist_ok=True)
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["--help"], "Commands:"),
        (["--version"], "sqlcoder 0."),
        (["ask", "--help"], "Answer a question"),
        (["config", "--help"], "schema"),
        (["plugins", "list"], "sqlcoder_duckdb/hooks.py"),
        (["plugins", "list", "--format", "json"], '"name": "duckdb"'),
    ],
    ids=" ".join,
)
def test_it_loads_nothing_heavy(tmp_path: Path, arguments: list[str], printed: str) -> None:
    stdout, told = loaded_by(tmp_path, *arguments)
    assert printed in stdout
    assert told == "[] 0"


def test_a_plugin_list_beside_a_configuration_reads_it_and_still_imports_no_plugin(tmp_path: Path) -> None:
    (tmp_path / "sqlcoder.yaml").write_text("connections: {a: {use: duckdb, path: x}}\n", encoding="utf-8")
    stdout, told = loaded_by(tmp_path, "plugins", "list")
    rows = {line.split()[0]: line.split()[2] for line in stdout.splitlines()}
    assert (rows["duckdb"], rows["sqlite"], rows["builtin"], rows["introspect"]) == ("yes", "no", "yes", "default")
    assert told == "['pydantic', 'yaml'] 0"
