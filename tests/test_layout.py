"""The house is as DESIGN says: floors, entry points, package list, sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCES = sorted(path for folder in ("sqlcoder_core", "plugins", "connectors") for path in (ROOT / folder).rglob("*.py"))
FORBIDDEN_NAMES = {"utils.py", "base.py", "manager.py", "common.py", "helpers.py", "misc.py"}


def test_imports_keep_to_the_floors() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_source_folder_is_in_the_wheel() -> None:
    folders = {
        f"{root}/{path.name}" for root in ("plugins", "connectors") for path in (ROOT / root).iterdir() if (path / "__init__.py").exists()
    }
    assert folders | {"sqlcoder_core"} == set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_an_entry_points_word_is_the_name_of_its_package() -> None:
    for word, target in PROJECT["project"]["entry-points"]["sqlcoder.plugins"].items():
        package, _, module = target.partition(".")
        assert package == f"sqlcoder_{word}" or module == word, (word, target)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_named_after_what_it_does_says_so_in_one_line_and_is_short(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert path.name not in FORBIDDEN_NAMES
    assert ast.get_docstring(tree), "no module docstring"
    assert text.count("\n") <= 400, "over 400 lines: split it"


def test_no_function_is_longer_than_a_page() -> None:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 50:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not found


def test_no_package_of_ours_is_named_like_a_dbt_plugin() -> None:
    # dbt imports every installed package named dbt_* as its plugin, at every run.
    assert not [path for path in SOURCES if any(part.startswith("dbt_") for part in path.relative_to(ROOT).parts[:-1])]
