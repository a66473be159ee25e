"""PostgreSQL: how a server is named, configured and confined."""

from __future__ import annotations

import getpass
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, model_validator

from sqlcoder_core.api import Connector, LocalPath, Sandbox, Secret, SecretText, Settings, UsageError

_SCHEMES = ("postgres://", "postgresql://")
_FROM_QUERY = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
_USUAL_PORT = 5432

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class PostgresSettings(Settings):
    """A PostgreSQL server, connected to for each question, in a read-only transaction that is rolled back."""

    url: SecretText | None = Field(default=None, description="postgresql://user@host:port/dbname; what stands beside it wins.")
    host: str | None = Field(default=None, description="Server name or address, or the folder of its socket; the local socket by default.")
    port: int = Field(default=_USUAL_PORT, ge=1, le=65535, description="The server's port.")
    user: str | None = Field(default=None, description="Role to log in with; your own name by default.")
    password: SecretText | None = Field(
        default=None, description="Write ${NAME} to read it from the environment; ~/.pgpass is read without."
    )
    dbname: str | None = Field(default=None, description="The database; the user's name by default.")
    sslmode: SslMode | None = Field(default=None, description="How the connection is encrypted; `prefer` by default.")
    sslrootcert: LocalPath | None = Field(default=None, description="File of the authority that signed the server's certificate.")
    sslcert: LocalPath | None = Field(default=None, description="Client certificate.")
    sslkey: LocalPath | None = Field(default=None, description="Key of the client certificate.")
    default_schema: str = Field(default="public", description="The schema that unqualified names mean.")
    search_path: tuple[str, ...] = Field(default=(), description="More schemas in which unqualified names are looked for.")
    role: str | None = Field(default=None, description="Role to take on after login (SET ROLE).")
    connect_timeout: float = Field(default=10.0, gt=0, description="Seconds to wait for the server.")

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, values: object) -> object:
        """A URL becomes the single settings; `schema` and a search path in one text are understood as dbt writes them."""
        if not isinstance(values, dict):
            return values
        given = dict(values)
        if url := given.pop("url", None):
            given = {**settings_of_url(url.reveal() if isinstance(url, Secret) else str(url)), **given}
        if "schema" in given:
            given.setdefault("default_schema", given.pop("schema"))
        if isinstance(path := given.get("search_path"), str):
            given["search_path"] = tuple(name.strip().strip('"') for name in path.split(",") if name.strip())
        return given


class PostgresConnector(Connector):
    """A PostgreSQL database."""

    name = "postgres"
    Settings = PostgresSettings
    engine = "sqlcoder_postgres.engine:PostgresEngine"
    settings: PostgresSettings

    def __init__(self, settings: PostgresSettings) -> None:
        super().__init__(settings)
        self.settings = settings.model_copy(update={"user": settings.user or os.environ.get("PGUSER") or getpass.getuser()})

    @classmethod
    def claims(cls, url: str) -> bool:
        """`postgres://` and `postgresql://`."""
        return url.startswith(_SCHEMES)

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """The parts of the URL; what it leaves out comes from the PG* variables, as psql would have it."""
        found = settings_of_url(url)
        for name, variable in (("host", "PGHOST"), ("port", "PGPORT"), ("dbname", "PGDATABASE"), ("sslmode", "PGSSLMODE")):
            if os.environ.get(variable):
                found.setdefault(name, os.environ[variable])
        if os.environ.get("PGPASSWORD"):
            found.setdefault("password", Secret(os.environ["PGPASSWORD"], reference="${PGPASSWORD}"))
        return found

    def dialect(self) -> str:
        """`postgres`."""
        return "postgres"

    def default_schema(self) -> str | None:
        """`public` unless the settings say otherwise."""
        return self.settings.default_schema

    def default_database(self) -> str | None:
        """The database that is connected to: a session sees no other."""
        return self.settings.dbname or self.settings.user

    def sandbox(self) -> Sandbox:
        """The server's port, certificates, and libpq's own password file."""
        home = Path.home()
        files = [os.environ.get("PGPASSFILE"), home / ".pgpass", home / ".postgresql"]
        files += [self.settings.sslrootcert, self.settings.sslcert, self.settings.sslkey]
        ports = () if self._by_socket() else (self.settings.port,)
        return Sandbox(read=tuple(os.path.abspath(file) for file in files if file), tcp_ports=ports, imports=("psycopg",))

    def missing(self) -> str | None:
        """The driver is an extra."""
        return None if find_spec("psycopg") else "pip install 'sqlcoder-core[postgres]'"

    def _by_socket(self) -> bool:
        return not self.settings.host or self.settings.host.startswith("/")


def settings_of_url(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/dbname?sslmode=require`, each part optional. Raises UsageError for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"this is no PostgreSQL URL: {error}", hint="write postgresql://user@host:5432/dbname") from None
    found: dict[str, object | None] = {
        "host": unquote(parts.hostname) if parts.hostname else None,
        "port": port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "dbname": unquote(parts.path.lstrip("/")) or None,
    }
    for name, (value, *_) in parse_qs(parts.query).items():
        if name not in _FROM_QUERY:
            raise UsageError(f"a PostgreSQL URL has no parameter {name!r} here", hint=f"known are {', '.join(_FROM_QUERY)}")
        found[name] = value
    return {name: value for name, value in found.items() if value is not None}
