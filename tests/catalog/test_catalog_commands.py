"""`sqlcoder catalog show`, `lint` and `search` on a small project of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

GLOSSARY = """\
terms:
  revenue: sum(orders.total)
columns:
  orders.total: {description: In euro}
verified:
  - question: How many orders?
    sql: select count(*) from orders
"""
CONFIG = """\
connections:
  shop: {use: duckdb, path: shop.duckdb}
sources:
  - introspect
  - glossary
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total DOUBLE)")
        connection.execute("INSERT INTO customers VALUES (1, 'New York'), (2, 'Paris')")
        connection.execute("INSERT INTO orders VALUES (1, 1, 2.5), (2, 2, 3.5)")
        connection.execute("COMMENT ON TABLE customers IS 'People who buy'")
    (tmp_path / "glossary.yml").write_text(GLOSSARY)
    (tmp_path / "sqlcoder.yaml").write_text(CONFIG)
    return tmp_path


def run(folder: Path, *words: str, command: str = "catalog") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SQLCODER_CACHE_DIR": str(folder / "cache"), "NO_COLOR": "1"}
    line = [sys.executable, "-m", "sqlcoder_core", command, *words]
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_show_lists_the_tables(shop: Path) -> None:
    done = run(shop, "show")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0] == ["table", "kind", "columns", "rows", "from", "description"]
    assert [row[0] for row in rows[1:]] == ["main.customers", "main.orders"]
    assert rows[1][-1] == "People who buy"


def test_show_prints_each_fact_of_a_table_with_its_origin(shop: Path) -> None:
    lines = {tuple(line.split("\t")) for line in run(shop, "show", "orders").stdout.splitlines()}
    assert ("total", "type", "DOUBLE", "introspect") in lines
    assert ("total", "description", "In euro", "glossary.yml:4") in lines
    assert ("total", "range", "2.5 to 3.5", "sampled") in lines
    assert ("", "term", "revenue: sum(orders.total)", "glossary.yml:2") in lines
    assert any(line[1] == "join" and "inferred" in line[2] for line in lines if len(line) == 4)


def test_show_as_json_holds_the_same(shop: Path) -> None:
    table = json.loads(run(shop, "show", "orders", "--format", "json").stdout)
    assert table["name"] == "main.orders"
    assert [column["name"] for column in table["columns"]] == ["id", "customer_id", "total"]
    assert table["joins"][0]["inferred"] is True


def test_an_unknown_table_names_the_nearest(shop: Path) -> None:
    done = run(shop, "show", "ordrs")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "sqlcoder: there is no table ordrs; did you mean orders?\n"


def test_lint_finds_nothing_but_gaps_in_a_sound_catalog(shop: Path) -> None:
    done = run(shop, "lint")
    assert done.returncode == 0
    assert done.stdout == "note     main.orders has no description; write one in the project's YAML or in the glossary\n"
    assert "2 tables: 0 errors, 0 warnings, 1 notes" in done.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("terms:\n  revenue: sum(orders.totl)\n", "glossary.yml:2: term 'revenue': main.orders has no column totl; did you mean total?"),
        ("columns:\n  orders.totl: money\n", "glossary.yml:2: main.orders has no column totl; did you mean total?"),
        ("joins:\n  - orders.customer_id = clients.id\n", "glossary.yml:2: there is no table clients"),
        ("verified:\n  - question: how many?\n    sql: select gone from orders\n", "glossary.yml:2: verified question 'how many?'"),
        ("term:\n  a: b\n", "glossary.yml:1: unknown section 'term'; did you mean terms?"),
    ],
)
def test_lint_names_file_and_line_of_what_no_longer_holds(shop: Path, text: str, line: str) -> None:
    (shop / "glossary.yml").write_text(text)
    done = run(shop, "lint")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith(f"error    {line}")


def test_ask_warns_of_what_no_longer_holds_and_answers_without_it(shop: Path) -> None:
    (shop / "glossary.yml").write_text("terms:\n  revenue: sum(orders.totl)\n")
    done = run(shop, "how many orders are there?", command="ask")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["2"])
    assert "warning: glossary.yml:2: term 'revenue': main.orders has no column totl; did you mean total?" in done.stderr


def test_strict_lint_fails_on_warnings(shop: Path) -> None:
    text = "columns:\n  customers.city: {values: [Paris]}\n"
    (shop / "glossary.yml").write_text(text)
    assert run(shop, "lint").returncode == 0
    done = run(shop, "lint", "--strict")
    assert done.returncode == 1
    assert "main.customers.city holds 'New York', which its list of values does not have" in done.stdout


def test_search_shows_what_words_are_taken_for(shop: Path) -> None:
    found = run(shop, "search", "customers", "in", "New", "York").stdout
    assert "New York\tvalue\tmain.customers.city = 'New York'" in found
    assert "customers\ttable\tmain.customers" in found


def test_refresh_sees_a_change_that_left_no_trace(shop: Path) -> None:
    run(shop, "show")
    (index,) = (shop / "cache").rglob("catalog-*.sqlite")
    before = index.stat().st_mtime_ns
    run(shop, "show")
    assert index.stat().st_mtime_ns == before
    run(shop, "show", "--refresh")
    (index,) = (shop / "cache").rglob("catalog-*.sqlite")
    assert index.stat().st_mtime_ns != before
