"""What is hidden is not named: by no finding, and by no repair."""

from __future__ import annotations

from sqlcoder_core.linking.catalog_index import IndexedCatalog
from sqlcoder_core.linking.index_build import SourceFacts, build_index
from sqlcoder_core.sql.mending import mended
from sqlcoder_core.sql.soundness import findings_in
from sqlcoder_core.values.catalog import Column, Fact, Relationship, Table, TableName
from sqlcoder_core.values.problem import Problem


def catalog() -> IndexedCatalog:
    people, pay, visits = (TableName(name=name) for name in ("people", "pay", "visits"))
    number = Column(name="id", kind="integer")
    facts: list[Fact] = [
        Table(
            name=people,
            columns=(number, Column(name="salary_code", kind="text", hidden=True)),
            primary_key=("id",),
        ),
        Table(name=pay, columns=(number, Column(name="grade", kind="text")), hidden=True, primary_key=("id",)),
        Table(name=visits, columns=(number, Column(name="code", kind="text")), primary_key=("id",)),
        Relationship(left=people, left_columns=("id",), right=pay, right_columns=("id",)),
        Relationship(left=visits, left_columns=("code",), right=people, right_columns=("salary_code",)),
    ]
    return build_index(None, [SourceFacts(name="cases", facts=facts)])


def repairs(sql: str, code: str) -> list[str]:
    return [one.sql for one in mended(sql, "duckdb", catalog(), [Problem(code=code, message="")])]


def test_a_hidden_column_is_nobodys_nearest() -> None:
    assert repairs("SELECT salary_cod FROM people", "column-unknown") == []


def test_a_hidden_table_is_not_joined() -> None:
    assert repairs("SELECT grade FROM people", "column-unknown") == []


def test_a_join_by_a_hidden_column_is_not_hinted_at() -> None:
    found = findings_in("SELECT v.id FROM visits v, people p", "duckdb", catalog())
    assert [problem.code for problem in found] == ["join-cartesian"]
    assert "salary_code" not in f"{found[0].message} {found[0].hint}"
    assert repairs("SELECT v.id FROM visits v, people p", "join-cartesian") == []
