"""The sql-eval form on a PostgreSQL server, where its golds are at home."""

from __future__ import annotations

import pytest

from sqlcoder_core.evaluation.suites import load_suite


def test_golds_run_where_they_are_at_home(bench, postgres_server):
    pytest.importorskip("psycopg")
    bench.load("sql-eval with DDL")
    folder = bench.folder / "sql-eval-with-DDL"
    postgres_server.run_sql("postgres", "CREATE DATABASE library")
    postgres_server.run_sql("library", (folder / "dbs" / "library.sql").read_text())
    postgres_server.run_sql(
        "library", "INSERT INTO authors VALUES (1, 'Ann', 'Sweden'); INSERT INTO books VALUES (1, 'Salt', 1, 320, '2021-01-01')"
    )
    url = f"postgresql://{postgres_server.admin}@{postgres_server.host}:{postgres_server.port}/{{db}}"
    suite = load_suite(f"sql-eval:{folder}", databases=url)
    assert suite.bases[0].database == url.replace("{db}", "library")
    bench.know(suite)
    report = bench.run(suite, workers=2)
    assert [one.outcome for one in report.judged] == ["right"] * 6
