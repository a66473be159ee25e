"""The index on disk: its tables, how it is opened and how it takes its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from sqlcoder_core.errors import FileError

FORMAT = "3"
"""Raised with every change of the tables below or of how facts are packed: an older file is then built anew."""

_DAY = 24 * 3600.0

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tables (
    id INTEGER PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, schema TEXT, database TEXT,
    low_name TEXT NOT NULL, low_schema TEXT, low_database TEXT, rank REAL NOT NULL, hidden INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE VIRTUAL TABLE table_words USING fts5 (
    name, columns, about, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE table_letters USING fts5 (name, columns, content = '', tokenize = 'trigram');
CREATE TABLE relationships (left_key TEXT NOT NULL, right_key TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE looks (name TEXT PRIMARY KEY, columns TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (kind TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE value_terms (id INTEGER PRIMARY KEY, normal TEXT NOT NULL, backwards TEXT NOT NULL);
CREATE TABLE value_places (term INTEGER NOT NULL, place INTEGER NOT NULL, column_name TEXT NOT NULL, value TEXT NOT NULL);
CREATE VIRTUAL TABLE value_words USING fts5 (normal, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
"""

_INDEXES = """
CREATE INDEX IF NOT EXISTS tables_by_name ON tables (low_name);
CREATE INDEX IF NOT EXISTS tables_by_place ON tables (place);
CREATE INDEX IF NOT EXISTS relationships_by_left ON relationships (left_key);
CREATE INDEX IF NOT EXISTS relationships_by_right ON relationships (right_key);
CREATE INDEX IF NOT EXISTS facts_by_kind ON facts (kind);
CREATE UNIQUE INDEX IF NOT EXISTS value_terms_by_text ON value_terms (normal);
CREATE INDEX IF NOT EXISTS value_terms_backwards ON value_terms (backwards);
CREATE INDEX IF NOT EXISTS value_places_by_term ON value_places (term);
CREATE INDEX IF NOT EXISTS value_places_by_table ON value_places (place);
"""


def create(path: Path | None) -> sqlite3.Connection:
    """An empty index to be filled: at `path` (readable by its owner only) or in memory."""
    if path is not None:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
    # A half-written file is thrown away, so it needs no journal and no waiting for the disk.
    try:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}")
    except sqlite3.OperationalError as error:
        connection.close()
        if "fts5" not in str(error):
            raise
        message = f"the SQLite {sqlite3.sqlite_version} of this Python has no full-text search (FTS5)"
        raise FileError(message, hint="use a Python from python.org, your distribution, conda or uv") from error
    connection.execute("BEGIN")
    return connection


def create_from(old: Path, path: Path) -> sqlite3.Connection:
    """A copy of a finished index at `path`, to be changed and finished again; it counts as unfinished until then."""
    with old.open("rb") as source, open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; DELETE FROM meta")
    connection.execute("BEGIN")
    return connection


def finish(connection: sqlite3.Connection, meta: dict[str, str]) -> None:
    """Sort what was written and set down `meta`; `format` comes last, so that an unfinished file is never taken for a good one."""
    for statement in _INDEXES.split(";"):
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [*meta.items(), ("format", FORMAT)])
    connection.execute("COMMIT")


def open_existing(path: Path) -> sqlite3.Connection | None:
    """The index at `path` for reading; None when there is none, or it is damaged or of another format."""
    if not path.is_file():
        return None
    if not _is_whole(path):
        return None
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    try:
        found = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    except sqlite3.DatabaseError:
        found = None
    if found and found[0] == FORMAT:
        return connection
    connection.close()
    return None


def _is_whole(path: Path) -> bool:
    """True when the file is as long as its header says (bytes 16-17 page size, 28-31 pages; sqlite.org/fileformat.html)."""
    with path.open("rb") as file:
        header = file.read(32)
    if len(header) < 32 or not header.startswith(b"SQLite format 3\0"):
        return False
    page = int.from_bytes(header[16:18], "big")
    return path.stat().st_size == (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What `finish` was given, with later changes by `write_meta`."""
    return dict(connection.execute("SELECT name, value FROM meta"))


def write_meta(path: Path, changes: dict[str, str]) -> None:
    """Change some of the meta of a finished file; a file that cannot be written is left as it is, it will be looked at again next time."""
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(path, timeout=1)
        with connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(changes.items()))
        connection.close()


def is_writable(path: Path) -> bool:
    """True when the folder of that file is there, or can be made, and files can be written in it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path.parent, os.W_OK | os.X_OK)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` that takes its place when the body succeeds. Raises FileError when it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{token_hex(4)}.tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except (OSError, sqlite3.OperationalError) as error:
        raise FileError(f"cannot write the catalog index {path}: {error}", hint="free some space, or set XDG_CACHE_HOME") from error
    finally:
        temporary.unlink(missing_ok=True)


def forget_old(folder: Path, now: float) -> None:
    """Indexes that nobody has used for a month go, and what killed builds have left behind."""
    with suppress(OSError):
        for pattern, kept in (("catalog-*.sqlite*", 30 * _DAY), (".catalog-*.tmp*", _DAY)):
            for file in folder.glob(pattern):
                state = file.stat()
                if now - max(state.st_atime, state.st_mtime) > kept:
                    file.unlink(missing_ok=True)
