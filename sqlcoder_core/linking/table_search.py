"""Words to tables: full-text search word by word, synonyms for less, and the tables that hits refer to or are referred to by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlcoder_core.linking.lexicon import names_said_as
from sqlcoder_core.linking.words import name_words, split_name, stem
from sqlcoder_core.values.catalog import TableName

Rows: TypeAlias = Callable[..., list[tuple[Any, ...]]]
Scores: TypeAlias = dict[int, float]
"""Place of the table in the order of the sources -> score, higher is better."""

_SYNONYM = 0.3
_GLUED = 0.65
_LETTERS = 4
"""Letters that a word must have to be looked for within glued names."""
_NEIGHBOUR = 0.8
_SEEDS = 12
_PER_WORD = 300
_CHUNK = 400

# Names count more than columns, and descriptions least: they speak of much that the table does not hold.
_HITS = """
SELECT tables.place, (0.001 - bm25(table_words, 10.0, 2.0, 0.2)) * tables.rank AS score
FROM table_words JOIN tables ON tables.id = table_words.rowid WHERE table_words MATCH ? ORDER BY score DESC, tables.place LIMIT ?
"""

_WITHIN = """
SELECT tables.place, -bm25(table_letters, 10.0, 2.0) * tables.rank AS score
FROM table_letters JOIN tables ON tables.id = table_letters.rowid WHERE table_letters MATCH ? ORDER BY score DESC, tables.place LIMIT ?
"""


def search_tables(rows: Rows, words: Sequence[str], limit: int) -> list[TableName]:
    """Tables that fit the words, best first, at most `limit`; `rows` runs a query on the index.

    Each word scores a table once, by its best form (BM25); a word that may only stand for the table's words scores less. What a
    hit is joined with comes after it: a question names two things and seldom the table between them, nor the one that has the value.
    The weights are those with the best recall on development schemas (`benchmarks/linker_recall.py`).
    """
    scores: Scores = defaultdict(float)
    for best in _by_word(rows, dict.fromkeys(word.lower() for word in words)):
        for table, score in best.items():
            scores[table] += score
    names = _with_neighbours(rows, scores)
    order = sorted(scores, key=lambda table: (-scores[table], table))[:limit]
    return [names[table] for table in order]


def _by_word(rows: Rows, words: Iterable[str]) -> Iterator[Scores]:
    said = tuple(words)
    for word in said:
        others = names_said_as(word)
        ways = (
            (1.0, _HITS, (word, *(split_name(word) if word.isascii() else ()), *name_words(word))),
            (_SYNONYM, _HITS, others),
            (_GLUED, _WITHIN, (stem(word),)),
            (_GLUED * _SYNONYM, _WITHIN, tuple(map(stem, others))),
        )
        best: Scores = {}
        for weight, search, forms in ways:
            for table, score in _hits(rows, search, forms):
                best[table] = max(best.get(table, 0.0), weight * score)
        yield best


def _hits(rows: Rows, search: str, forms: Iterable[str]) -> Iterable[tuple[int, float]]:
    least = _LETTERS if search is _WITHIN else 1
    pieces = dict.fromkeys(form.replace('"', " ").replace("\0", " ").strip() for form in forms)
    query = " OR ".join(f'"{piece}"' for piece in pieces if len(piece) >= least)
    return rows(search, query, _PER_WORD) if query else ()


def _with_neighbours(rows: Rows, scores: Scores) -> Mapping[int, TableName]:
    """Adds what the best hits are joined with to `scores`; gives the names of all tables in it."""
    seeds = sorted(scores, key=lambda table: (-scores[table], table))[:_SEEDS]
    names = _names(rows, "place", scores)
    by_key = {names[table].key: scores[table] for table in seeds}
    lifted: dict[str, float] = {}
    for left, right in _joined(rows, by_key):
        for here, there in ((left, right), (right, left)):
            if here in by_key:
                lifted[there] = max(lifted.get(there, 0.0), _NEIGHBOUR * by_key[here])
    neighbours = _names(rows, "low_name", {key.rpartition(".")[2] for key in lifted})
    for table, name in neighbours.items():
        if name.key in lifted:
            scores[table] = max(scores.get(table, 0.0), lifted[name.key])
    return {**neighbours, **names}


def _joined(rows: Rows, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for part in _chunks(keys):
        marks = ", ".join("?" * len(part))
        query = f"SELECT left_key, right_key FROM relationships WHERE left_key IN ({marks}) OR right_key IN ({marks})"
        yield from rows(query, *part, *part)


def _names(rows: Rows, column: str, wanted: Iterable[Any]) -> dict[int, TableName]:
    found = {}
    for part in _chunks(wanted):
        marks = ", ".join("?" * len(part))
        for row in rows(f"SELECT place, database, schema, name FROM tables WHERE NOT hidden AND {column} IN ({marks})", *part):
            found[row[0]] = TableName(database=row[1], schema=row[2], name=row[3])
    return found


def _chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    everything = sorted(keys)
    return (everything[start : start + _CHUNK] for start in range(0, len(everything), _CHUNK))
