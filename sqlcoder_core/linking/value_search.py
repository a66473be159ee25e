"""Stored values that a text may mean: the same, another form of it, the same stem, a part of it, a slip of the pen.

Scores: 1.0 the same text; 0.95 but for case or accents, 0.9 a known short form, 0.88 the same words in another inflection,
up to 0.85 a slip of the pen, 0.5 to 0.8 some of the value's words ("Acme" for "Acme Corp").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from sqlcoder_core.linking.value_text import is_everyday, normalise, other_forms
from sqlcoder_core.values.catalog import TableName, ValueHit

Rows: TypeAlias = Callable[..., list[tuple[Any, ...]]]
Found: TypeAlias = dict[str, dict[int, float]]
"""Normalised text -> term -> score."""

_CHUNK = 400
_MOST_PARTIAL = 8
_SLIP = 87.0


def values_like(rows: Rows, texts: Sequence[str], limit: int) -> tuple[tuple[str, tuple[ValueHit, ...]], ...]:
    """For each text with hits, the text and its hits, best first; `rows` runs a query on the index."""
    normal_of = {text: normalise(text) for text in dict.fromkeys(texts) if not is_everyday(text)}
    wanted = [normal for normal in dict.fromkeys(normal_of.values()) if normal]
    if not wanted or not rows("SELECT 1 FROM value_terms LIMIT 1"):
        return ()
    found: Found = {normal: {} for normal in wanted}
    _same(rows, found)
    for normal in wanted:
        if not found[normal]:
            found[normal] = _inflected_or_part(rows, normal)
        if not any(score > 0.85 for score in found[normal].values()):
            found[normal].update(_slips(rows, normal))
    places = _places(rows, {term for scores in found.values() for term in scores})
    pairs = ((text, _hits(text, found[normal], places, limit)) for text, normal in normal_of.items() if normal)
    return tuple((text, hits) for text, hits in pairs if hits)


def _same(rows: Rows, found: Found) -> None:
    """The text itself, and its other forms ("ny" for "new york")."""
    asked: dict[str, list[tuple[str, float]]] = {}
    for normal in found:
        asked.setdefault(normal, []).append((normal, 0.95))
        for form in other_forms(normal):
            asked.setdefault(form, []).append((normal, 0.9))
    for term, stored in _in_chunks(rows, "SELECT id, normal FROM value_terms WHERE normal IN ({})", asked):
        for normal, score in asked[stored]:
            found[normal][term] = max(score, found[normal].get(term, 0.0))


def _inflected_or_part(rows: Rows, normal: str) -> dict[int, float]:
    """Values with the same stems, or that hold the text as whole words or begin with it."""
    if len(normal) < 3 or normal.isdigit():
        return {}
    query = f'"{normal}"*' if len(normal) > 3 else f'"{normal}"'
    hits = rows(
        "SELECT value_terms.id, value_terms.normal FROM value_words"
        " JOIN value_terms ON value_terms.id = value_words.rowid WHERE value_words MATCH ?"
        " ORDER BY length(value_terms.normal), value_terms.normal LIMIT ?",
        query,
        _MOST_PARTIAL + 1,
    )
    scored = {term: _part_score(normal, stored) for term, stored in hits}
    if len(hits) > _MOST_PARTIAL:
        # A word that stands in many values ("street") picks none of them.
        return {term: score for term, score in scored.items() if score > 0.85}
    return {term: score for term, score in scored.items() if score}


def _part_score(normal: str, stored: str) -> float:
    from sqlcoder_core.linking.words import stem

    words, held = normal.split(), stored.split()
    if len(words) == len(held) and all(stem(one) == stem(other) for one, other in zip(words, held, strict=True)):
        return 0.88
    share = len(normal) / len(stored)
    whole_words = f" {normal} " in f" {stored} "
    return 0.5 + 0.3 * share if whole_words or share >= 0.5 else 0.0


def _slips(rows: Rows, normal: str) -> dict[int, float]:
    """Values within about one slip: it leaves the first or the second half of the text as it was, and halves are quick to look up."""
    from rapidfuzz import fuzz

    if len(normal) < 5 or normal.replace(" ", "").isdigit():
        return {}
    half = max(2, (len(normal) - 1) // 2)
    near: dict[int, float] = {}
    for column, text in (("normal", normal), ("backwards", normal[::-1])):
        start = text[:half]
        candidates = rows(
            f"SELECT id, normal FROM value_terms WHERE {column} >= ? AND {column} < ? AND length(normal) BETWEEN ? AND ? LIMIT 2000",
            start,
            start + "\U0010ffff",
            len(normal) - 2,
            len(normal) + 2,
        )
        for term, stored in candidates:
            score = fuzz.ratio(normal, stored, score_cutoff=_SLIP)
            if score:
                near[term] = round(score / 100 * 0.88, 3)
    return near


def _places(rows: Rows, terms: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    places: dict[int, list[tuple[Any, ...]]] = {}
    query = (
        "SELECT term, value, column_name, database, schema, name FROM value_places"
        " JOIN tables ON tables.id = value_places.place WHERE term IN ({}) ORDER BY tables.rank DESC, tables.place, value_places.rowid"
    )
    for row in _in_chunks(rows, query, terms):
        places.setdefault(row[0], []).append(row[1:])
    return places


def _hits(text: str, scores: dict[int, float], places: dict[int, list[tuple[Any, ...]]], limit: int) -> tuple[ValueHit, ...]:
    hits = [
        ValueHit(
            table=TableName(database=database, schema=schema, name=name),
            column=column,
            value=value,
            score=1.0 if value == text else scores[term],
        )
        for term in scores
        for value, column, database, schema, name in places.get(term, ())
    ]
    return tuple(sorted(hits, key=lambda hit: -hit.score)[:limit])


def _in_chunks(rows: Rows, query: str, keys: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    asked = list(keys)
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        yield from rows(query.format(", ".join("?" * len(part))), *part)
