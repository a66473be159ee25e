"""What doctor says of a PostgreSQL role: nothing of a reader, everything of a superuser."""

from __future__ import annotations

import pytest

from sqlcoder_core.values.problem import Problem
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_postgres.connector import PostgresConnector

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def database(postgres_server):
    postgres_server.run_sql("postgres", "CREATE DATABASE rights")
    postgres_server.run_sql(
        "rights",
        """
        CREATE SCHEMA shop; CREATE TABLE shop.orders(id int);
        CREATE ROLE r_reader LOGIN; CREATE ROLE r_writer LOGIN CREATEDB; CREATE ROLE r_files LOGIN;
        GRANT USAGE ON SCHEMA shop TO r_reader, r_writer, r_files; GRANT SELECT ON shop.orders TO r_reader, r_writer, r_files;
        GRANT INSERT ON shop.orders TO r_writer; GRANT CREATE ON SCHEMA shop TO r_writer; GRANT pg_read_server_files TO r_files;
        REVOKE ALL ON SCHEMA public FROM PUBLIC; REVOKE TEMP ON DATABASE rights FROM PUBLIC;
        """,
    )
    yield postgres_server
    postgres_server.run_sql("postgres", "DROP DATABASE rights WITH (FORCE)")
    postgres_server.run_sql("postgres", "DROP ROLE r_reader; DROP ROLE r_writer; DROP ROLE r_files")


def findings(server, user: str) -> dict[str, Problem]:
    settings = PostgresConnector.Settings(host=server.host, port=server.port, user=user, dbname="rights")
    with QueryWorker(PostgresConnector(settings)) as worker:
        return {finding.code: finding for finding in worker.findings()}


def test_a_reader_is_clean(database) -> None:
    assert not [finding for finding in findings(database, "r_reader").values() if finding.severity != "note"]


def test_a_superuser_is_an_error_with_a_remedy(database) -> None:
    found = findings(database, "postgres")
    assert (found["superuser"].severity, found["superuser"].found_by) == ("error", "postgres")
    assert "GRANT SELECT" in str(found["superuser"].hint)


def test_rights_to_write_are_listed(database) -> None:
    found = findings(database, "r_writer")
    assert "shop.orders" in found["writable"].message
    assert "shop" in found["creatable"].message
    assert "create databases" in found["role_attribute"].message
    assert {found[code].severity for code in ("writable", "creatable", "role_attribute")} == {"warning"}


def test_a_role_that_reads_the_servers_files_is_an_error(database) -> None:
    found = findings(database, "r_files")["role_membership"]
    assert found.severity == "error"
    assert "pg_read_server_files" in found.message
    assert found.hint == "REVOKE pg_read_server_files FROM r_files"
