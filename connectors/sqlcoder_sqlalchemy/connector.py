"""Every other engine: how it is named, configured and confined, by its SQLAlchemy URL."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, model_validator

from sqlcoder_core.api import Connector, LocalPath, Sandbox, SecretText, Settings, UsageError
from sqlcoder_sqlalchemy.backends import BACKENDS, DRIVERS, Backend

_URL = re.compile(r"(?P<backend>[A-Za-z][A-Za-z0-9_]*)(\+(?P<driver>\w+))?://")
_NOT_DATABASES = ("http", "https", "file", "ftp", "s3", "gs", "gcs", "az")


class SQLAlchemySettings(Settings):
    """A database that SQLAlchemy can reach, connected to for each question."""

    url: SecretText = Field(description="SQLAlchemy URL: mysql+pymysql://user@host/database.")
    password: SecretText | None = Field(default=None, description="Write ${NAME} to read it from the environment.")
    dialect: str | None = Field(default=None, description="sqlglot's name of the SQL dialect; from the URL by default.")
    default_schema: str | None = Field(default=None, description="The schema that unqualified names mean; the URL's database for MySQL.")
    schemas: tuple[str, ...] = Field(default=(), description="Schemas to describe; the default schema by default.")
    files: tuple[LocalPath, ...] = Field(default=(), description="Files that the driver must read: keys, certificates, credentials.")
    maximum_bytes_billed: int = Field(
        default=20 * 1024**3, gt=0, description="BigQuery refuses a query that would read more bytes than this, before it costs anything."
    )

    @model_validator(mode="before")
    @classmethod
    def _schema(cls, values: object) -> object:
        """`schema` is understood as dbt writes it."""
        if not isinstance(values, dict) or "schema" not in values:
            return values
        given = dict(values)
        schema = given.pop("schema")
        return {"default_schema": schema, **given} if schema else given


class SQLAlchemyConnector(Connector):
    """Any database with a SQLAlchemy dialect: MySQL, MariaDB, SQL Server, Snowflake, BigQuery, Trino and others."""

    name = "sqlalchemy"
    Settings = SQLAlchemySettings
    engine = "sqlcoder_sqlalchemy.engine:SQLAlchemyEngine"
    settings: SQLAlchemySettings

    def __init__(self, settings: SQLAlchemySettings) -> None:
        super().__init__(settings)
        self._url = _split(settings.url.reveal())
        self._backend = _backend_of(self._url)
        if self._backend is None and settings.dialect is None:
            known = ", ".join(sorted(BACKENDS))
            raise UsageError(f"there is no engine {self._url.scheme!r}", hint=f"known: {known}; else set `dialect`")
        self.billed = self._backend is not None and self._backend.billed

    @classmethod
    def claims(cls, url: str) -> bool:
        """Any URL whose scheme is not that of a file or a web address."""
        match = _URL.match(url)
        return match is not None and match["backend"].lower() not in _NOT_DATABASES

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """The URL itself, with the driver that comes with SQLCoder's extras where it names none."""
        match = _URL.match(url)
        if match is None:
            raise UsageError(f"{url.partition(':')[0]!r} is no database URL", hint="write mysql://user@host/database")
        backend = BACKENDS.get(match["backend"].lower())
        return {"url": url if match["driver"] or backend is None else f"{backend.url}://{url[match.end() :]}"}

    def dialect(self) -> str:
        """From the settings, else the URL; the backend's own word where it is not known."""
        return self.settings.dialect or (self._backend.dialect if self._backend else self._url.scheme.partition("+")[0])

    def default_schema(self) -> str | None:
        """From the settings, else what the engine is known to mean."""
        known = {"mysql": unquote(self._url.path.strip("/")) or None, "postgres": "public", "tsql": "dbo"}
        return self.settings.default_schema or known.get(self.dialect())

    def sandbox(self) -> Sandbox:
        """The server's port; the open network for cloud engines, whose addresses are not known beforehand."""
        files = tuple(os.path.abspath(file) for file in self.settings.files)
        if self._url.scheme.startswith("sqlite"):
            return Sandbox(read=(*files, os.path.abspath(sqlite_path(self._url))), imports=self._modules())
        usual = self._backend.port if self._backend else None
        port = self._url.port or usual
        return Sandbox(read=files, tcp_ports=(port,) if port and usual else (), network=not (port and usual), imports=self._modules())

    def missing(self) -> str | None:
        """Driver or dialect that is not installed."""
        for module in self._modules():
            if not _installed(module):
                return f"pip install {self._backend.install if self._backend and module == self._backend.module else module}"
        return None

    def _modules(self) -> tuple[str, ...]:
        driver = self._url.scheme.partition("+")[2]
        if driver in DRIVERS:
            return (DRIVERS[driver],)
        return (self._backend.module,) if self._backend else ()


def sqlite_path(url: SplitResult) -> str:
    """`sqlite:///relative`, `sqlite:////absolute`."""
    return unquote(url.path.removeprefix("/"))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"this is no database URL: {error}", hint="write mysql://user@host:3306/database") from None
    return parts


def _backend_of(url: SplitResult) -> Backend | None:
    return BACKENDS.get(url.scheme.partition("+")[0].lower())


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
