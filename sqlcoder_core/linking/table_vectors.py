"""Vectors of the tables of a catalog, kept on disk: made once for each text, found again by the catalog's hash."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from math import isfinite
from operator import mul
from pathlib import Path
from typing import TypeAlias

from sqlcoder_core.errors import ModelError
from sqlcoder_core.linking.words import split_name
from sqlcoder_core.values.catalog import Catalog, Table, TableName

Embed: TypeAlias = Callable[[Sequence[str]], Sequence[Sequence[float]]]

_KEPT_CATALOGS = 8
_LONGEST = 2_000
"""Characters of a table's text: models read some 500 tokens."""
_RESCORED = 400
"""Tables whose vectors are compared exactly, chosen by how many signs of their numbers agree with the question's."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (text TEXT PRIMARY KEY, vector BLOB NOT NULL, signs BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS catalogs (hash TEXT PRIMARY KEY, made REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (catalog TEXT NOT NULL, place INTEGER NOT NULL, database TEXT, schema TEXT, name TEXT NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (catalog, place)) WITHOUT ROWID;
"""
_OF_CATALOG = "SELECT database, schema, name, vector, signs FROM places JOIN vectors USING (text) WHERE catalog = ? ORDER BY place"


class TableVectors:
    """The tables of one catalog by meaning. `embed` makes vectors, `file` keeps them (None: this object does)."""

    def __init__(self, catalog: Catalog, embed: Embed, file: Path | None, together: int = 64) -> None:
        with closing(_opened(file)) as connection:
            if connection.execute("SELECT 1 FROM catalogs WHERE hash = ?", (catalog.content_hash,)).fetchone() is None:
                _embed_missing(connection, catalog, embed, together)
            rows = connection.execute(_OF_CATALOG, (catalog.content_hash,)).fetchall()
        self._names = [TableName(database=database, schema=schema, name=name) for database, schema, name, _, _ in rows]
        self._vectors = [row[3] for row in rows]
        self._signs = [int.from_bytes(row[4]) for row in rows]

    def nearest(self, vector: Sequence[float], limit: int) -> tuple[TableName, ...]:
        """The tables whose texts are nearest to a vector by the cosine, nearest first. Raises ModelError for one of another length.

        In large catalogs only the tables whose signs agree most are compared exactly (binary quantisation with rescoring).
        """
        wanted = _of_length_one(vector)
        if self._vectors and len(wanted) != len(self._vectors[0]) // 4:
            message = f"the embedder gave a vector of {len(wanted)} numbers for the question, of {len(self._vectors[0]) // 4} for tables"
            raise ModelError(message, hint="another model answers under the same name; name it by its version in `linking:`")
        signs = int.from_bytes(_signs(wanted))
        apart = [(signs ^ one).bit_count() for one in self._signs]
        chosen = sorted(range(len(apart)), key=apart.__getitem__)[: max(_RESCORED, limit)]
        scores = {at: sum(map(mul, wanted, _unpacked(self._vectors[at]))) for at in chosen}
        return tuple(self._names[at] for at in sorted(scores, key=lambda at: (-scores[at], at))[:limit])


def text_of(table: Table) -> str:
    """What is embedded of a table: its name, description and columns with theirs, in words; nothing of what it holds."""
    shown = [column for column in table.columns if not column.hidden]
    head = f"{_worded(table.name.name)}. {table.description or ''}".strip()
    columns = ", ".join(_worded(column.name) for column in shown)
    about = " ".join(column.description for column in shown if column.description)
    return f"{head} Columns: {columns}. {about}".strip()[:_LONGEST]


def _worded(name: str) -> str:
    return " ".join(split_name(name)) or name


def _embed_missing(connection: sqlite3.Connection, catalog: Catalog, embed: Embed, together: int) -> None:
    """Texts without a vector, some at a time, each batch kept at once: an interrupt loses one."""
    texts = dict(_texts(catalog))
    keys = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    known = {text for (text,) in connection.execute("SELECT text FROM vectors")}
    missing = {keys[name]: text for name, text in texts.items() if keys[name] not in known}
    waiting = list(missing.items())
    for start in range(0, len(waiting), max(1, together)):
        batch = waiting[start : start + max(1, together)]
        vectors = _made(embed, [text for _, text in batch])
        rows = [(key, _packed(one), _signs(one)) for (key, _), one in zip(batch, vectors, strict=True)]
        connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
        connection.commit()
    places = [(catalog.content_hash, at, n.database, n.schema, n.name, keys[n]) for at, n in enumerate(texts)]
    connection.execute("DELETE FROM places WHERE catalog = ?", (catalog.content_hash,))
    connection.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?, ?)", places)
    connection.execute("INSERT OR REPLACE INTO catalogs VALUES (?, ?)", (catalog.content_hash, time.time()))
    _forget_old(connection)
    connection.commit()


def _texts(catalog: Catalog) -> Iterator[tuple[TableName, str]]:
    for name in catalog.names():
        table = catalog.table(name)
        if table is not None:
            yield name, text_of(table)


def _made(embed: Embed, texts: list[str]) -> list[array[float]]:
    vectors = [_of_length_one(vector) for vector in embed(texts)]
    if len(vectors) != len(texts) or len({len(one) for one in vectors}) > 1:
        message = f"the embedder gave {len(vectors)} vectors for {len(texts)} texts, of {sorted({len(one) for one in vectors})} numbers"
        raise ModelError(message, hint="it must give one vector a text, all of one length")
    return vectors


def _of_length_one(vector: Sequence[float]) -> array[float]:
    length = sum(map(mul, vector, vector)) ** 0.5
    if not length or not isfinite(length):
        raise ModelError("the embedder gave a vector without direction", hint="it may be no embedding model, or not loaded right")
    return array("f", [number / length for number in vector])


def _forget_old(connection: sqlite3.Connection) -> None:
    connection.execute(f"DELETE FROM catalogs WHERE hash NOT IN (SELECT hash FROM catalogs ORDER BY made DESC LIMIT {_KEPT_CATALOGS})")
    connection.execute("DELETE FROM places WHERE catalog NOT IN (SELECT hash FROM catalogs)")
    connection.execute("DELETE FROM vectors WHERE text NOT IN (SELECT text FROM places)")


def _opened(file: Path | None) -> sqlite3.Connection:
    """The file, readable by its owner only; a damaged one is made anew; memory where there is none or none can be written."""
    if file is not None:
        try:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            return _with_tables(file)
        except sqlite3.DatabaseError as error:
            # Its subclasses (locked, full, read-only) say nothing against what another process keeps there.
            if type(error) is sqlite3.DatabaseError:
                file.unlink(missing_ok=True)
                return _opened(file)
        except OSError:
            pass
    return _with_tables(":memory:")


def _with_tables(place: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, timeout=30)
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _signs(vector: Iterable[float]) -> bytes:
    """A bit a number, set where it is above 0."""
    bits = "".join("1" if number > 0 else "0" for number in vector)
    return int(bits, 2).to_bytes((len(bits) + 7) // 8)


def _packed(vector: array[float]) -> bytes:
    """float32, little-endian."""
    if sys.byteorder == "big":
        vector = array("f", vector)
        vector.byteswap()
    return vector.tobytes()


def _unpacked(content: bytes) -> array[float]:
    vector = array("f")
    vector.frombytes(content)
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def fused(rankings: Iterable[Sequence[TableName]], limit: int) -> tuple[TableName, ...]:
    """Several rankings as one, by the sum of 1 / (60 + rank) (reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009)."""
    scores: dict[TableName, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            scores[name] = scores.get(name, 0.0) + 1 / (60 + rank)
    return tuple(sorted(scores, key=lambda name: -scores[name])[:limit])
