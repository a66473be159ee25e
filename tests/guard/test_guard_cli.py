"""`sqlcoder guard check` as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from safety_corpus import allowed, attacks

CATALOG = {"shop.orders": ["id", "total"], "shop.customers": None}


def guard(*arguments: str, stdin: str | bytes = "", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    data = stdin if isinstance(stdin, bytes) else stdin.encode("utf-8")
    command = [sys.executable, "-m", "sqlcoder_core", "guard", "check", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=False, cwd=cwd)


def lines(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


@pytest.fixture
def catalog_file(tmp_path: Path) -> str:
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(CATALOG), "utf-8")
    return str(path)


def test_a_passing_text_exits_with_0_and_says_that_nothing_was_held_against_a_catalog() -> None:
    run = guard("-", "--dialect", "duckdb", stdin="SELECT 1")
    assert (run.returncode, run.stderr) == (0, b"")
    assert lines(run) == [{"id": "-", "verdict": "pass", "code": None, "message": None, "span": None, "catalog": "unchecked"}]


def test_a_refused_file_exits_with_1_and_says_where(tmp_path: Path, catalog_file: str) -> None:
    query = tmp_path / "q.sql"
    query.write_text("SELECT totl\nFROM shop.orders\n", "utf-8")
    run = guard(str(query), "--dialect", "postgres", "--catalog", catalog_file)
    [line] = lines(run)
    assert run.returncode == 1
    assert (line["id"], line["verdict"], line["code"], line["catalog"]) == (str(query), "refused", "column-unknown", "checked")
    assert "total" in line["message"]
    assert line["span"] == [7, 11]


def test_lines_are_judged_each_in_its_dialect(catalog_file: str) -> None:
    rows = [
        {"id": 1, "sql": "SELECT `id` FROM shop.orders", "dialect": "mysql"},
        {"id": "two", "sql": "SELECT `id` FROM shop.orders", "dialect": "duckdb"},
        {"sql": "SELECT id FROM shop.orders"},
        {"id": "none", "sql": None, "dialect": "duckdb"},
    ]
    run = guard("-", "--jsonl", "--dialect", "sqlite", "--catalog", catalog_file, stdin="\n\n".join(map(json.dumps, rows)))
    assert run.returncode == 1
    found = [(line["id"], line["verdict"], line["code"]) for line in lines(run)]
    assert found == [(1, "pass", None), ("two", "refused", "text-quote"), ("-:5", "pass", None), ("none", "refused", "text-empty")]


def test_the_corpus_as_lines_gives_one_verdict_each(tmp_path: Path) -> None:
    cases = attacks("postgres", "refuse")
    catalog = tmp_path / "catalog.yml"
    catalog.write_text("\n".join(f"{name}: null" for name in allowed("postgres")), "utf-8")
    rows = "\n".join(json.dumps({"id": case.id, "sql": case.sql, "dialect": case.dialect}) for case in cases)
    run = guard("-", "--jsonl", "--catalog", str(catalog), stdin=rows)
    assert [line["id"] for line in lines(run)] == [case.id for case in cases]
    assert {line["verdict"] for line in lines(run)} == {"refused"}


def test_bytes_that_are_no_utf8_are_refused_as_text() -> None:
    [line] = lines(guard("-", "--dialect", "duckdb", stdin=b"SELECT '\xff'"))
    assert line["code"] == "text-character"
    assert line["span"] == [8, 9]


@pytest.mark.parametrize(
    ("line", "says"),
    [("{", "-:2: this line is not JSON"), ("[1]", '-:2: this line has no text under "sql"'), ('{"sql": 1}', "-:2:")],
)
def test_a_bad_line_is_named_by_its_number(line: str, says: str) -> None:
    run = guard("-", "--jsonl", "--dialect", "duckdb", stdin='{"sql": "SELECT 1"}\n' + line)
    assert run.returncode == 2
    assert len(lines(run)) == 1
    assert says in run.stderr.decode()


@pytest.mark.parametrize("content", ["- a", "shop.orders: 5", "shop.orders: [1]", "{", "5: null"])
def test_a_catalog_that_is_no_mapping_is_an_error_of_the_user(tmp_path: Path, content: str) -> None:
    path = tmp_path / "catalog.yml"
    path.write_text(content, "utf-8")
    run = guard("-", "--dialect", "duckdb", "--catalog", str(path), stdin="SELECT 1")
    assert run.returncode == 2
    assert "catalog.yml" in run.stderr.decode()
    assert b"Traceback" not in run.stderr


def test_a_missing_file_is_said_by_name() -> None:
    run = guard("no-such.sql", "--dialect", "duckdb")
    assert run.returncode == 4
    assert b"no-such.sql" in run.stderr
