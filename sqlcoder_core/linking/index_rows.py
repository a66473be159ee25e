"""Tables as they are to be, into an index that holds some of them already: only what has changed is searched for words and values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import count

from sqlcoder_core.linking.packing import unpack
from sqlcoder_core.linking.table_words import glued_words, indexed_words
from sqlcoder_core.linking.value_text import normalise
from sqlcoder_core.values.catalog import Column, Table

_SAME = """
SELECT tables.id, coming.place FROM coming JOIN tables ON tables.low_name = coming.low_name AND tables.low_schema IS coming.low_schema
AND tables.low_database IS coming.low_database AND tables.hidden = coming.hidden AND tables.rank = coming.rank AND tables.body = coming.body
"""
_WORDS = ("table_words", "name, columns, about", indexed_words), ("table_letters", "name, columns", glued_words)


def write_rows(connection: sqlite3.Connection) -> None:
    """Make `tables` and all that is searched equal to the temporary table `coming`, which goes."""
    same = dict(connection.execute(_SAME).fetchall())
    gone = [number for (number,) in connection.execute("SELECT id FROM tables").fetchall() if number not in same]
    kept = set(same.values())
    fresh = [place for (place,) in connection.execute("SELECT place FROM coming ORDER BY place").fetchall() if place not in kept]
    _remove(connection, gone)
    connection.executemany("UPDATE tables SET place = ? WHERE id = ?", [(place, number) for number, place in same.items()])
    _add(connection, fresh)
    connection.execute("DROP TABLE coming")


def _remove(connection: sqlite3.Connection, gone: Iterable[int]) -> None:
    for number in gone:
        body, hidden = connection.execute("SELECT body, hidden FROM tables WHERE id = ?", (number,)).fetchone()
        connection.execute("DELETE FROM tables WHERE id = ?", (number,))
        if not hidden:
            table = unpack(body)
            for index, columns, words in _WORDS:
                texts = words(table)
                marks = ", ".join("?" * len(texts))
                # A contentless index forgets a row only when it is told what the row said (sqlite.org/fts5.html, 4.4.2).
                connection.execute(f"INSERT INTO {index} ({index}, rowid, {columns}) VALUES ('delete', ?, {marks})", (number, *texts))
            _remove_values(connection, number)


def _remove_values(connection: sqlite3.Connection, number: int) -> None:
    terms = {term for (term,) in connection.execute("SELECT term FROM value_places WHERE place = ?", (number,)).fetchall()}
    connection.execute("DELETE FROM value_places WHERE place = ?", (number,))
    for term in sorted(terms):
        if connection.execute("SELECT 1 FROM value_places WHERE term = ? LIMIT 1", (term,)).fetchone() is None:
            (normal,) = connection.execute("SELECT normal FROM value_terms WHERE id = ?", (term,)).fetchone()
            connection.execute("INSERT INTO value_words (value_words, rowid, normal) VALUES ('delete', ?, ?)", (term, normal))
            connection.execute("DELETE FROM value_terms WHERE id = ?", (term,))


def _add(connection: sqlite3.Connection, fresh: Iterable[int]) -> None:
    numbers = _following(connection, "tables")
    terms = _Terms(connection)
    for place in fresh:
        number = next(numbers)
        connection.execute("INSERT INTO tables SELECT ?, * FROM coming WHERE place = ?", (number, place))
        body, hidden = connection.execute("SELECT body, hidden FROM coming WHERE place = ?", (place,)).fetchone()
        if hidden:
            continue
        table = unpack(body)
        for index, columns, words in _WORDS:
            texts = words(table)
            marks = ", ".join("?" * len(texts))
            connection.execute(f"INSERT INTO {index} (rowid, {columns}) VALUES (?, {marks})", (number, *texts))
        terms.add(number, table)
    terms.write()


class _Terms:
    """Stored text by its normal form: what a question's words are looked up in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, int] = {normal: number for number, normal in connection.execute("SELECT id, normal FROM value_terms")}
        self._old = len(self._known)
        self._numbers = _following(connection, "value_terms")

    def add(self, number: int, table: Table) -> None:
        """The values of one table."""
        rows: list[tuple[int, int, str, str]] = []
        for column in table.columns:
            for normal, value in _texts(column):
                if normal not in self._known:
                    self._known[normal] = next(self._numbers)
                rows.append((self._known[normal], number, column.name, value))
        self._connection.executemany("INSERT INTO value_places VALUES (?, ?, ?, ?)", rows)

    def write(self) -> None:
        """The normal forms that are new."""
        new = [(number, normal, normal[::-1]) for normal, number in list(self._known.items())[self._old :]]
        self._connection.executemany("INSERT INTO value_terms VALUES (?, ?, ?)", new)
        self._connection.executemany("INSERT INTO value_words (rowid, normal) VALUES (?, ?)", [row[:2] for row in new])


def _texts(column: Column) -> list[tuple[str, str]]:
    if column.hidden:
        return []
    return [(normal, value) for value in column.values if isinstance(value, str) and (normal := normalise(value))]


def _following(connection: sqlite3.Connection, table: str) -> Iterator[int]:
    """Row numbers that are free, counting up."""
    return count(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] + 1)
