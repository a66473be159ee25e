"""The finished plugin of the tutorial, installed as a distribution of its own: found, loaded, and passing its own tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PLUGIN = Path(__file__).parents[2] / "examples" / "custom_plugin"
CONFIG = """
connections:
  shop: {use: duckdb, path: shop.duckdb}
sources:
  - introspect
  - {use: dictionary, path: dictionary.csv}
extensions:
  - no_star
sinks:
  html: {title: Monday}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages into which a copy of the plugin was installed by pip."""
    copy, packages = tmp_path_factory.mktemp("plugin") / "source", tmp_path_factory.mktemp("packages")
    shutil.copytree(PLUGIN, copy, ignore=shutil.ignore_patterns("__pycache__", "dist", "*.egg-info"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target"]
    run([*pip, str(packages), str(copy)], copy)
    return packages


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a database, a data dictionary and a sqlcoder.yaml that names the three words."""
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("create table orders as select i as order_id, i * 10 as total from range(1, 4) as numbers(i)")
    (tmp_path / "dictionary.csv").write_text("table,column,description,synonyms\norders,total,What was paid,amount\n")
    (tmp_path / "sqlcoder.yaml").write_text(CONFIG)
    return tmp_path


def run(command: list[str], folder: Path, packages: Path | None = None) -> str:
    """Run to the end and return what it printed; a failure fails the test with all of its output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "SQLCODER_", "PYTEST_"))}
    environment |= {"PYTHONPATH": str(packages or ""), "XDG_CACHE_HOME": str(folder / ".cache"), "XDG_CONFIG_HOME": str(folder / ".config")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests_pass_against_the_installed_package(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(PLUGIN / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    printed = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"], tmp_path, installed)
    assert " passed" in printed
    assert "skipped" not in printed


def test_its_words_are_listed_with_the_distribution_that_brings_them(installed: Path, tmp_path: Path) -> None:
    listed = run([sys.executable, "-m", "sqlcoder_core", "plugins", "list"], tmp_path, installed)
    ours = [line for line in listed.splitlines() if "sqlcoder-house-rules" in line]
    assert {line.split()[0] for line in ours} == {"dictionary", "no_star", "old_names", "html", "phrasebook", "terse"}


def test_its_facts_carry_the_line_they_stand_at(installed: Path, project: Path) -> None:
    shown = run([sys.executable, "-m", "sqlcoder_core", "catalog", "show", "orders"], project, installed)
    assert "What was paid" in shown
    assert "dictionary.csv:2" in shown


def test_an_answer_passes_its_check_and_goes_to_its_sink(installed: Path, project: Path) -> None:
    asked = [
        sys.executable,
        "-m",
        "sqlcoder_core",
        "ask",
        "what is the sum of the amount of all orders",
        "--format",
        "json",
        "--sink",
        "html:page.html",
    ]
    answer = json.loads(run(asked, project, installed))
    assert answer["rows"] == [[60]]
    assert "<title>Monday</title>" in (project / "page.html").read_text()
    assert "<td>60</td>" in (project / "page.html").read_text()


def test_its_model_answers_with_its_prompter_and_is_checked_like_any(installed: Path, project: Path) -> None:
    book = (
        "from pathlib import Path; from sqlcoder_house_rules.phrasebook_engine import write_phrases; "
        "write_phrases(Path('book'), {'how much': 'SELECT sum(total) AS paid FROM orders', 'drop it': 'DROP TABLE orders'})"
    )
    run([sys.executable, "-c", book], project, installed)
    (project / "sqlcoder.yaml").write_text(CONFIG + "runtime: {use: phrasebook, model: ./book, prompt: {use: terse, title: facts}}\n")
    asked = [sys.executable, "-m", "sqlcoder_core", "ask", "--format", "json"]
    answer = json.loads(run([*asked, "How much"], project, installed))
    assert answer["rows"] == [[60]]
    with pytest.raises(AssertionError, match="DROP is not a query"):
        run([*asked, "drop it", "--set", "runtime.constrain=false"], project, installed)


def test_its_repair_saves_a_statement_with_an_old_name(installed: Path, project: Path) -> None:
    book = (
        "from pathlib import Path; from sqlcoder_house_rules.phrasebook_engine import write_phrases; "
        "write_phrases(Path('book'), {'how much': 'SELECT sum(ord_value) AS paid FROM orders'})"
    )
    run([sys.executable, "-c", book], project, installed)
    runtime = "runtime: {use: phrasebook, model: ./book, prompt: terse, constrain: false}\n"
    extensions = "  - no_star\n  - {use: old_names, names: {ord_value: total}}\n"
    (project / "sqlcoder.yaml").write_text(CONFIG.replace("  - no_star\n", extensions) + runtime)
    answer = json.loads(run([sys.executable, "-m", "sqlcoder_core", "ask", "--format", "json", "How much"], project, installed))
    assert answer["rows"] == [[60]]
    assert answer["problems"][0]["code"] == "repaired"
    assert "ord_value is called total today" in answer["problems"][0]["message"]


def test_it_imports_nothing_of_sqlcoder_but_what_is_promised() -> None:
    for module in (PLUGIN / "sqlcoder_house_rules").glob("*.py"):
        lines = [line for line in module.read_text().splitlines() if "sqlcoder_core" in line]
        assert all(line.startswith("from sqlcoder_core.api import ") for line in lines), module
