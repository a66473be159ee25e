"""Outputs of warehouse adapters in, SQLAlchemy URLs out; what a URL cannot say is reported, word for word.

The URL holds no password: that travels beside it, as a Secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from sqlcoder_core.api import Secret
from sqlcoder_dbt.profiles import Profile

Settings = Mapping[str, object] | None
Made = tuple[Settings, tuple[str, ...]]


class _Unsupported(Exception):
    """This way of signing in has no place in a URL."""


def _warehouse(make: Callable[[Profile], dict[str, object]]) -> Callable[[Profile], Made]:
    def made(profile: Profile) -> Made:
        try:
            return make(profile), ()
        except _Unsupported as error:
            return None, (f"{error} is not supported: give a URL with --database, or a password",)

    return made


def _url(
    driver: str,
    profile: Profile,
    *,
    user: str = "",
    host: str = "",
    port: str = "",
    path: str = "",
    query: Mapping[str, object] | None = None,
) -> str:
    """`driver://user@host:port/path?query` with the settings of these names, each left out when it is not there."""

    def said(key: str) -> str:
        return str(profile.output.get(key) or "") if key else ""

    login = f"{quote(said(user), safe='')}@" if said(user) else ""
    place = said(host) + (f":{said(port)}" if said(port) else "")
    more = {key: value for key, value in (query or {}).items() if value not in (None, "", False)}
    parts = "/".join(quote(said(key), safe="") for key in path.split("/") if said(key))
    return f"{driver}://{login}{place}/{parts}" + (f"?{urlencode(more)}" if more else "")


def _settings(url: str, dialect: str, profile: Profile, password: Secret | None, *, schema: str = "schema") -> dict[str, object]:
    """The connector takes any URL for a secret; this one has none in it, so it may be shown."""
    shown = Secret(url, reference=url)
    return {"url": shown, "dialect": dialect, "password": password, "default_schema": profile.output.get(schema)}


def _refuse(profile: Profile, *keys: str) -> None:
    found = next((key for key in keys if profile.output.get(key)), None)
    if found is not None:
        raise _Unsupported(f"signing in with `{found}`")


def _method(profile: Profile, key: str, *allowed: str) -> str:
    method = str(profile.output.get(key) or "").lower()
    if method and method not in allowed:
        raise _Unsupported(f"`{key}: {profile.output[key]}`")
    return method


def _redshift(profile: Profile) -> dict[str, object]:
    _method(profile, "method", "database")
    name = "dbname" if profile.output.get("dbname") else "database"
    query = {"sslmode": profile.output.get("sslmode")}
    url = _url("redshift+redshift_connector", profile, user="user", host="host", port="port", path=name, query=query)
    return _settings(url, "redshift", profile, profile.secret("password", "pass"))


def _snowflake(profile: Profile) -> dict[str, object]:
    _method(profile, "authenticator", "snowflake", "username_password_mfa")
    _refuse(profile, "private_key", "private_key_path", "oauth_client_id", "token")
    query = {key: profile.output.get(key) for key in ("warehouse", "role", "authenticator")}
    url = _url("snowflake", profile, user="user", host="account", path="database/schema", query=query)
    return _settings(url, "snowflake", profile, profile.secret("password"))


def _bigquery(profile: Profile) -> dict[str, object]:
    output = profile.output
    method = _method(profile, "method", "oauth", "service-account")
    _refuse(profile, "impersonate_service_account")
    project = "project" if output.get("project") else "database"
    dataset = "dataset" if output.get("dataset") else "schema"
    key = os.path.abspath(os.path.expanduser(str(output["keyfile"]))) if method == "service-account" and output.get("keyfile") else None
    url = _url("bigquery", profile, host=project, path=dataset, query={"credentials_path": key, "location": output.get("location")})
    more = {"files": [key] if key else None, "maximum_bytes_billed": output.get("maximum_bytes_billed")}
    return {**_settings(url, "bigquery", profile, None, schema=dataset), **more}


def _databricks(profile: Profile) -> dict[str, object]:
    _method(profile, "auth_type", "token")
    _refuse(profile, "client_id", "azure_client_id")
    query = {key: profile.output.get(key) for key in ("http_path", "catalog", "schema")}
    host = _url("databricks", profile, host="host", query=query).replace("://", "://token@", 1)
    return _settings(host, "databricks", profile, profile.secret("token"))


def _trino(profile: Profile) -> dict[str, object]:
    _method(profile, "method", "none", "ldap")
    catalog = "database" if profile.output.get("database") else "catalog"
    url = _url("trino", profile, user="user", host="host", port="port", path=f"{catalog}/schema")
    return _settings(url, "trino", profile, profile.secret("password"))


def _clickhouse(profile: Profile) -> dict[str, object]:
    """The HTTP port, whatever the profile's driver: 8123, or 8443 with TLS."""
    output = profile.output
    native = str(output.get("driver") or "") == "native" or str(output.get("port")) in ("9000", "9440")
    port = ("8443" if output.get("secure") else "8123") if native or not output.get("port") else str(output["port"])
    query = {"protocol": "https" if output.get("secure") else None}
    url = _url("clickhousedb", profile, user="user", host="host", path="schema", query=query)
    host = str(output.get("host") or "localhost")
    return _settings(url.replace(f"{host}/", f"{host}:{port}/", 1), "clickhouse", profile, profile.secret("password"))


def _mysql(profile: Profile) -> dict[str, object]:
    user = "username" if profile.output.get("username") else "user"
    host = "server" if profile.output.get("server") else "host"
    url = _url("mysql+pymysql", profile, user=user, host=host, port="port", path="schema")
    return _settings(url, "mysql", profile, profile.secret("password", "pass"))


def _sqlserver(profile: Profile) -> dict[str, object]:
    output = profile.output
    _method(profile, "authentication", "sql")
    _refuse(profile, "windows_login", "trusted_connection", "client_id")
    host = "host" if output.get("host") else "server"
    query = {
        "driver": output.get("driver"),
        "Encrypt": "no" if output.get("encrypt") is False else None,
        "TrustServerCertificate": "yes" if output.get("trust_cert") else None,
    }
    user = next((key for key in ("user", "username", "UID") if output.get(key)), "user")
    url = _url("mssql+pyodbc", profile, user=user, host=host, port="port", path="database", query=query)
    return _settings(url, "tsql", profile, profile.secret("password", "pass", "PWD"))


def _athena(profile: Profile) -> dict[str, object]:
    _refuse(profile, "aws_profile_name", "aws_access_key_id")
    region = profile.output.get("region_name")
    query = {"s3_staging_dir": profile.output.get("s3_staging_dir"), "work_group": profile.output.get("work_group")}
    url = _url("awsathena+rest", profile, path="schema", query=query).replace("://", f"://athena.{region}.amazonaws.com:443", 1)
    return _settings(url, "athena", profile, None)


WAREHOUSES: dict[str, Callable[[Profile], Made]] = {
    "athena": _warehouse(_athena),
    "bigquery": _warehouse(_bigquery),
    "clickhouse": _warehouse(_clickhouse),
    "databricks": _warehouse(_databricks),
    "mariadb": _warehouse(_mysql),
    "mysql": _warehouse(_mysql),
    "redshift": _warehouse(_redshift),
    "snowflake": _warehouse(_snowflake),
    "sqlserver": _warehouse(_sqlserver),
    "synapse": _warehouse(_sqlserver),
    "trino": _warehouse(_trino),
}
