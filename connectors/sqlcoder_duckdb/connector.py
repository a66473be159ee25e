"""DuckDB files: how they are named, configured and confined."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Literal

from pydantic import Field

from sqlcoder_core.api import Connector, LocalPath, Sandbox, Settings, UsageError

_SCHEME = "duckdb:///"
_MAGIC, _MAGIC_OFFSET = b"DUCK", 8


class Attachment(Settings):
    """One more database file beside the main one."""

    path: LocalPath = Field(description="The file.")
    alias: str | None = Field(default=None, description="Its name in SQL; the file's own name without ending by default.")
    type: Literal["duckdb"] = Field(
        default="duckdb", description="Kind of file; others need extensions, which a read-only worker does not load."
    )


class DuckDBSettings(Settings):
    """A DuckDB file, opened read-only for each question and closed again."""

    path: LocalPath = Field(description="The database file.")
    attach: tuple[Attachment, ...] = Field(default=(), description="More DuckDB files to attach, read-only.")
    allowed_directories: tuple[LocalPath, ...] = Field(
        default=(), description="Folders whose CSV, JSON and Parquet files the database's own views may read."
    )
    default_schema: str = Field(default="main", description="The schema that unqualified names mean.")
    extensions: tuple[str, ...] = Field(
        default=(), description="Extensions that the project uses; not loaded, `doctor` says which are missing."
    )
    threads: int | None = Field(default=None, ge=1, description="Threads of one query; all cores by default.")


class DuckDBConnector(Connector):
    """A DuckDB database file."""

    name = "duckdb"
    Settings = DuckDBSettings
    engine = "sqlcoder_duckdb.engine:DuckDBEngine"
    settings: DuckDBSettings

    @classmethod
    def claims(cls, url: str) -> bool:
        """`duckdb:///file`, `md:` (to say why not), or an existing file with DuckDB's magic bytes."""
        return url.startswith(("duckdb:", "md:", "motherduck:")) or _is_duckdb_file(Path(url))

    @classmethod
    def from_url(cls, url: str) -> dict[str, object]:
        """The file of a URL or path; raises UsageError for MotherDuck and for databases in memory."""
        if url.startswith(("md:", "motherduck:", "duckdb:///md:", "duckdb:md:")):
            raise UsageError(
                "MotherDuck needs an extension and a token, which a read-only worker does not load", hint="use a local DuckDB file"
            )
        path = url.removeprefix(_SCHEME) if url.startswith("duckdb:") else url
        if path.startswith("duckdb:") or path in ("", ":memory:"):
            raise UsageError(
                "a DuckDB URL names a file", hint="write duckdb:///shop.duckdb, or duckdb:////data/shop.duckdb for an absolute path"
            )
        return {"path": path}

    def dialect(self) -> str:
        """`duckdb`."""
        return "duckdb"

    def default_schema(self) -> str | None:
        """`main` unless the settings say otherwise."""
        return self.settings.default_schema

    def default_database(self) -> str | None:
        """DuckDB names a database after its file."""
        return PurePath(self.settings.path).stem

    def sandbox(self) -> Sandbox:
        """The files, their write-ahead logs where there are any, and the allowed folders; nothing to write, no network."""
        files = [path for main in self._files() for path in (main, *_logs_of(main))]
        return Sandbox(read=(*files, *map(os.path.abspath, self.settings.allowed_directories)), imports=("duckdb", "pytz"))

    def fingerprint(self) -> str | None:
        """Size and time of every file, and of what was not written back into them yet."""
        stats = [(path, stat.st_mtime_ns, stat.st_size) for path, stat in map(_stat, self.sandbox().read) if stat is not None]
        return repr(stats)

    def missing(self) -> str | None:
        """None: the driver comes with SQLCoder."""
        return None if find_spec("duckdb") else "pip install duckdb"

    def _files(self) -> tuple[str, ...]:
        return tuple(os.path.realpath(path) for path in (self.settings.path, *(one.path for one in self.settings.attach)))


def _is_duckdb_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_MAGIC_OFFSET + len(_MAGIC))
    except (OSError, ValueError):
        return False
    return head[_MAGIC_OFFSET:] == _MAGIC


def _logs_of(path: str) -> list[str]:
    folder, name = os.path.split(path)
    try:
        return sorted(os.path.join(folder, entry) for entry in os.listdir(folder) if entry.startswith(f"{name}.wal"))
    except OSError:
        return []


def _stat(path: str) -> tuple[str, os.stat_result | None]:
    try:
        return path, os.stat(path)
    except OSError:
        return path, None
