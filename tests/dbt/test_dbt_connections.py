"""Outputs of profiles.yml to connections: settings by the connectors' own names, secrets apart, exact reports of what is left out."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from sqlcoder_core.api import Secret
from sqlcoder_dbt.connections import connection
from sqlcoder_dbt.profiles import Profile


def mapped(tmp_path: Path, cwd: Path | None = None, **output: object):
    profile = Profile(name="shop", target="dev", path=tmp_path / "profiles.yml", output=output)
    return connection(profile, tmp_path, cwd or tmp_path)


def test_duckdb_path_counts_from_the_project(tmp_path) -> None:
    spec, notes = mapped(tmp_path, type="duckdb", path="shop.duckdb", schema="main", threads=4)
    assert spec.engine == "duckdb"
    assert dict(spec.settings) == {"path": str(tmp_path / "shop.duckdb"), "default_schema": "main"}
    assert (spec.name, spec.origin, notes) == ("dev", f"{tmp_path / 'profiles.yml'} shop.dev", ())


def test_duckdb_path_counts_from_where_we_are_when_the_file_is_there(tmp_path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (below / "shop.duckdb").touch()
    assert mapped(tmp_path, below, type="duckdb", path="shop.duckdb")[0].settings["path"] == str(below / "shop.duckdb")
    (tmp_path / "shop.duckdb").touch()
    assert mapped(tmp_path, below, type="duckdb", path="shop.duckdb")[0].settings["path"] == str(tmp_path / "shop.duckdb")


def test_duckdb_attachments_and_extensions_are_carried_over(tmp_path) -> None:
    attach = [
        {"path": "other.duckdb", "alias": "o"},
        "third.duckdb",
        {"path": "x.db", "type": "sqlite"},
        {"path": "s3://b/c.duckdb", "alias": "c"},
    ]
    extensions = ["httpfs", {"name": "spatial", "repo": "core"}]
    spec, notes = mapped(tmp_path, type="duckdb", path="a.duckdb", attach=attach, extensions=extensions, secrets=[{"type": "s3"}])
    assert spec.settings["attach"] == [{"path": str(tmp_path / "other.duckdb"), "alias": "o"}, {"path": str(tmp_path / "third.duckdb")}]
    assert spec.settings["extensions"] == ["httpfs", "spatial"]
    assert len(notes) == 3
    assert "x.db (sqlite) is left out" in notes[0]
    assert "the attached database c (duckdb) is left out" in notes[1]
    assert "`secrets` are not carried over" in notes[2]


@pytest.mark.parametrize(
    ("path", "note"),
    [(":memory:", "the database is in memory"), (None, "the database is in memory"), ("md:shop", "md: databases are not supported")],
)
def test_duckdb_without_a_file_is_no_connection_and_says_why(tmp_path, path, note) -> None:
    spec, notes = mapped(tmp_path, type="duckdb", path=path)
    assert spec is None
    assert note in notes[0]


def test_postgres_settings_are_the_connectors_own(tmp_path) -> None:
    output = {"host": "db.example", "port": "5433", "user": "ada", "pass": "hunter2", "dbname": "shop", "schema": "marts", "role": "reader"}
    spec, notes = mapped(
        tmp_path, type="postgres", **output, search_path='marts, "Raw"', sslmode="require", sslrootcert="ca.pem", threads=4
    )
    assert (spec.engine, notes) == ("postgres", ())
    assert spec.settings["password"].reveal() == "hunter2"
    assert {key: value for key, value in spec.settings.items() if key != "password"} == {
        "host": "db.example",
        "port": 5433,
        "user": "ada",
        "dbname": "shop",
        "default_schema": "marts",
        "search_path": ["marts", "Raw"],
        "role": "reader",
        "sslmode": "require",
        "sslrootcert": str(tmp_path / "ca.pem"),
    }


@pytest.mark.parametrize(
    ("module", "settings", "output"),
    [
        (
            "sqlcoder_duckdb",
            "DuckDBSettings",
            {"type": "duckdb", "path": "a.duckdb", "schema": "s", "attach": [{"path": "b.db", "alias": "b"}]},
        ),
        ("sqlcoder_duckdb", "DuckDBSettings", {"type": "duckdb", "path": "a.duckdb", "extensions": ["json"], "external_root": "out"}),
        ("sqlcoder_sqlite", "SQLiteSettings", {"type": "sqlite", "schemas_and_paths": {"main": "a.db"}}),
        (
            "sqlcoder_postgres",
            "PostgresSettings",
            {"type": "postgres", "host": "h", "port": 1, "user": "u", "password": "p", "connect_timeout": 5},
        ),
    ],
)
def test_connectors_take_what_is_mapped(tmp_path, module, settings, output) -> None:
    """The mapping and the connectors are separate plugins: only their settings' names tie them together."""
    spec, _ = mapped(tmp_path, **output)
    made = getattr(import_module(f"{module}.connector"), settings)(**spec.settings)
    assert made.model_fields_set == set(spec.settings)


def test_sqlite_opens_its_main_file(tmp_path) -> None:
    paths = {"main": "shop.db", "other": "other.db"}
    spec, notes = mapped(tmp_path, type="sqlite", schemas_and_paths=paths, schema="main", database="database")
    assert (spec.engine, dict(spec.settings)) == ("sqlite", {"path": str(tmp_path / "shop.db")})
    assert "other are not opened" in notes[0]


def test_unknown_adapter_asks_for_a_url(tmp_path) -> None:
    spec, notes = mapped(tmp_path, type="dremio", host="h")
    assert spec is None
    assert "the adapter dremio is not known here: give the database with --database URL" in notes[0]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ({"type": "redshift", "method": "iam"}, "`method: iam`"),
        ({"type": "snowflake", "account": "a", "private_key_path": "k.p8"}, "signing in with `private_key_path`"),
        ({"type": "snowflake", "account": "a", "authenticator": "externalbrowser"}, "`authenticator: externalbrowser`"),
        ({"type": "bigquery", "method": "oauth-secrets"}, "`method: oauth-secrets`"),
        ({"type": "bigquery", "method": "oauth", "impersonate_service_account": "x@y"}, "signing in with `impersonate_service_account`"),
        ({"type": "databricks", "auth_type": "oauth"}, "`auth_type: oauth`"),
        ({"type": "trino", "method": "kerberos"}, "`method: kerberos`"),
        ({"type": "sqlserver", "authentication": "ActiveDirectoryPassword"}, "`authentication: ActiveDirectoryPassword`"),
        ({"type": "sqlserver", "windows_login": True}, "signing in with `windows_login`"),
        ({"type": "athena", "aws_profile_name": "me"}, "signing in with `aws_profile_name`"),
    ],
)
def test_ways_to_sign_in_that_a_url_cannot_say_are_named(tmp_path, output, message) -> None:
    spec, notes = mapped(tmp_path, **output)
    assert spec is None
    assert message in notes[0]
    assert "is not supported" in notes[0]


def test_no_password_in_any_url_or_note(tmp_path) -> None:
    outputs = [
        {
            "type": kind,
            "host": "h",
            "server": "h",
            "account": "a",
            "user": "u",
            "username": "u",
            "password": "hunter2",
            "token": "hunter2",
            "schema": "s",
        }
        for kind in ("postgres", "redshift", "snowflake", "databricks", "trino", "clickhouse", "mysql", "sqlserver")
    ]
    for output in outputs:
        if output["type"] == "snowflake":
            output.pop("token")
        spec, notes = mapped(tmp_path, **output)
        assert "hunter2" not in repr(spec)
        assert "hunter2" not in repr(notes)
        secrets = {key: value.reveal() for key, value in spec.settings.items() if isinstance(value, Secret)}
        assert secrets.pop("password") == "hunter2"
        assert "hunter2" not in secrets.get("url", "")


_LOGIN = {"user": "ada l", "password": "hunter2", "schema": "marts"}


@pytest.mark.parametrize(
    ("output", "url", "dialect"),
    [
        (
            {"type": "redshift", "host": "c.redshift.amazonaws.com", "port": 5439, "dbname": "dw", **_LOGIN, "sslmode": "prefer"},
            "redshift+redshift_connector://ada%20l@c.redshift.amazonaws.com:5439/dw?sslmode=prefer",
            "redshift",
        ),
        (
            {"type": "snowflake", "account": "org-acc", "database": "DW", "warehouse": "WH", "role": "READER", **_LOGIN},
            "snowflake://ada%20l@org-acc/DW/marts?warehouse=WH&role=READER",
            "snowflake",
        ),
        (
            {"type": "bigquery", "method": "oauth", "project": "acme", "dataset": "marts", "location": "EU", "threads": 1},
            "bigquery://acme/marts?location=EU",
            "bigquery",
        ),
        (
            {"type": "bigquery", "method": "service-account", "keyfile": "/keys/a.json", "database": "acme", "schema": "marts"},
            "bigquery://acme/marts?credentials_path=%2Fkeys%2Fa.json",
            "bigquery",
        ),
        (
            {
                "type": "databricks",
                "host": "x.cloud.databricks.com",
                "http_path": "/sql/1.0/w",
                "catalog": "main",
                "schema": "marts",
                "token": "t",
            },
            "databricks://token@x.cloud.databricks.com/?http_path=%2Fsql%2F1.0%2Fw&catalog=main&schema=marts",
            "databricks",
        ),
        (
            {"type": "trino", "method": "ldap", "host": "t.example", "port": 443, "database": "hive", **_LOGIN},
            "trino://ada%20l@t.example:443/hive/marts",
            "trino",
        ),
        (
            {"type": "clickhouse", "host": "ch.example", "port": 9000, "driver": "native", **_LOGIN},
            "clickhousedb://ada%20l@ch.example:8123/marts",
            "clickhouse",
        ),
        (
            {"type": "clickhouse", "host": "ch.example", "port": 8443, "secure": True, **_LOGIN},
            "clickhousedb://ada%20l@ch.example:8443/marts?protocol=https",
            "clickhouse",
        ),
        (
            {"type": "mysql", "server": "my.example", "port": 3306, "username": "ada", "password": "p", "schema": "shop"},
            "mysql+pymysql://ada@my.example:3306/shop",
            "mysql",
        ),
        (
            {
                "type": "sqlserver",
                "server": "ms.example",
                "port": 1433,
                "database": "dw",
                "driver": "ODBC Driver 18",
                "trust_cert": True,
                **_LOGIN,
            },
            "mssql+pyodbc://ada%20l@ms.example:1433/dw?driver=ODBC+Driver+18&TrustServerCertificate=yes",
            "tsql",
        ),
        (
            {"type": "athena", "region_name": "eu-west-1", "s3_staging_dir": "s3://b/p/", "schema": "marts", "work_group": "w"},
            "awsathena+rest://athena.eu-west-1.amazonaws.com:443/marts?s3_staging_dir=s3%3A%2F%2Fb%2Fp%2F&work_group=w",
            "athena",
        ),
    ],
)
def test_warehouses_become_sqlalchemy_urls(tmp_path, output, url, dialect) -> None:
    from sqlcoder_sqlalchemy.connector import SQLAlchemyConnector, SQLAlchemySettings

    spec, notes = mapped(tmp_path, **output)
    assert (spec.engine, spec.settings["url"].reveal(), notes) == ("sqlalchemy", url, ())
    settings = SQLAlchemySettings(**spec.settings)
    connector = SQLAlchemyConnector(settings)
    assert (connector.dialect(), connector.default_schema()) == (dialect, output.get("schema") or output.get("dataset"))


def test_bigquery_carries_its_key_file_and_its_bound(tmp_path) -> None:
    output = {
        "type": "bigquery",
        "method": "service-account",
        "keyfile": "/keys/a.json",
        "project": "acme",
        "dataset": "d",
        "maximum_bytes_billed": 9,
    }
    spec, _ = mapped(tmp_path, **output)
    assert (spec.settings["files"], spec.settings["maximum_bytes_billed"]) == (["/keys/a.json"], 9)
