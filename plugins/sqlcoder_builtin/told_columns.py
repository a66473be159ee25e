"""Columns that are told by what happens on them, or the other way round: "cancellation date", "the end of the trial"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.spans_of_time import dated_by, deed_nouns
from sqlcoder_core.api import Match, TableName, name_words, stem, table_words

_SCORE = 0.95
_STRONG = 0.9
"""A column that is called so with the words as they stand needs no telling."""
_WEAK = 0.5
_HEADS = frozenset({"date", "dates"})
_LENGTHS = frozenset({"length", "lengths", "duration", "durations"})
_ENDINGS = frozenset({"at", "on", "date"})
_KINDS = ("value", "word", "verb", "name")


def told(chunks: Sequence[Chunk], schema: Schema) -> list[Chunk]:
    """The same chunks, those that tell one column together taken as its name."""
    kept: list[Chunk] = []
    at = 0
    while at < len(chunks):
        end, found = _column(chunks, at, schema)
        if (rated := _rated(chunks, at)) is not None:
            kept.append(rated)
            end = at + 2
        elif (owned := _of_owner(chunks, at, schema)) is not None:
            kept += owned
            end = at + len(owned)
        elif _given(chunks, at):
            kept.append(replace(chunks[at], kind="word"))
        elif found:
            phrase = " ".join(chunk.text for chunk in chunks[at:end])
            kept.append(Chunk("name", chunks[at].start, chunks[end - 1].end, phrase, names=tuple(_matches(chunks[at], phrase, found))))
        else:
            kept.append(chunks[at])
        at = end
    return kept


def _given(chunks: Sequence[Chunk], at: int) -> bool:
    """ "insured patients": a participle before a table is no name of a column that is only a little like it."""
    chunk, following = chunks[at], chunks[at + 1] if at + 1 < len(chunks) else None
    weak = (
        chunk.kind == "name"
        and bool(chunk.names)
        and chunk.text.lower().endswith("ed")
        and chunk.names[0].score < _WEAK
        and not chunk.capital
    )
    return weak and following is not None and following.kind == "name" and following.score("table") >= _STRONG


def _matches(first: Chunk, phrase: str, found: Sequence[tuple[TableName, str]]) -> Iterator[Match]:
    for table, column in found:
        yield Match(
            start=first.start, end=first.end, phrase=phrase, kind="column", score=_SCORE, table=table, column=column, how="table and name"
        )


def _column(chunks: Sequence[Chunk], at: int, schema: Schema) -> tuple[int, list[tuple[TableName, str]]]:
    """Where such words end, and the columns that they tell, one of a table at most; `at` + 1 and none where they tell nothing."""
    first, second = chunks[at], chunks[at + 1] if at + 1 < len(chunks) else None
    if second is None or first.kind not in _KINDS or " " in first.text:
        return at + 1, []
    if second.text.lower() in _HEADS:
        return (at + 2, found) if (found := _of_deed(first.text, schema)) else (at + 1, [])
    if second.text.lower() in _LENGTHS and first.score("table") >= _STRONG:
        return (at + 2, found) if (found := _of_length(first, schema)) else (at + 1, [])
    thing = at + 2
    while second.text.lower() == "of" and thing < len(chunks) and chunks[thing].text.lower() in ("the", "a", "an", "their", "its"):
        thing += 1
    if second.text.lower() != "of" or thing >= len(chunks) or chunks[thing].kind not in _KINDS:
        return at + 1, []
    if not _plain(chunks[thing]):
        return at + 1, []
    found = _of_words({stem(first.text.lower()), stem(chunks[thing].text.lower())}, schema)
    return (thing + 1, found) if found else (at + 1, [])


_RATES = frozenset({"rate", "percent", "percentage", "pct", "ratio", "share", "per cent", "%"})
_IDLE = frozenset({"status", "value", "flag", "level"})


def _rated(chunks: Sequence[Chunk], at: int) -> Chunk | None:
    """ "oppose percentage" for a rate of opposition, "active status" for what is called active: two words for one column."""
    first, second = chunks[at], chunks[at + 1] if at + 1 < len(chunks) else None
    if second is None or first.kind != "name" or first.score("table") >= _STRONG:
        return None
    said = second.text.lower()
    columns = [match for match in first.names if match.kind == "column" and match.score >= _WEAK and match.column]
    if said in _RATES:
        columns = [match for match in columns if name_words(match.column or "")[-1:] and name_words(match.column or "")[-1] in _RATES]
    elif said not in _IDLE or second.kind != "word" or first.score("column") < _STRONG or not _compared(chunks, at + 2):
        return None
    if not columns or len({(match.table, match.column) for match in columns}) > 3:
        return None
    names = tuple(replace(match, score=max(match.score, _SCORE), end=second.end) for match in columns)
    return replace(first, end=second.end, text=f"{first.text} {second.text}", names=names)


def _compared(chunks: Sequence[Chunk], at: int) -> bool:
    return at < len(chunks) and chunks[at].is_cue("eq", "ne")


def _of_owner(chunks: Sequence[Chunk], at: int, schema: Schema) -> list[Chunk] | None:
    """ "description of the claim status": the one column of just these words, and its rows, told by the words before its last."""
    thing = at + 2
    while thing < len(chunks) and chunks[thing].text.lower() in ("the", "a", "an"):
        thing += 1
    if thing >= len(chunks) or chunks[at + 1].text.lower() != "of" or chunks[at].kind not in _KINDS or " " in chunks[at].text:
        return None
    first, last = chunks[at], chunks[thing]
    found = _whose_last(first, last, schema) if " " in last.text and last.kind in _KINDS and last.score("table") < _STRONG else []
    if len(found) != 1:
        return None
    shown = replace(first, kind="name", names=tuple(_matches(first, first.text, found)))
    rows = Match(start=last.start, end=last.end, phrase=last.text, kind="table", score=_SCORE, table=found[0][0], how="table and name")
    named = [entry for entry in _whose_last(replace(first, text="name"), last, schema) if entry[0] == found[0][0]]
    names = tuple(_matches(last, last.text, named)) or (rows,)
    return [shown, *chunks[at + 1 : thing], replace(last, kind="name", names=names)]


def _whose_last(first: Chunk, thing: Chunk, schema: Schema) -> list[tuple[TableName, str]]:
    """Columns of just the thing's words and the first one behind them."""
    words = [stem(word) for word in (*thing.text.lower().split(), first.text.lower())]
    return [
        (table.name, column.name)
        for table in schema.tables.values()
        for column in table.columns
        if len(column.name) > len(thing.text) and [stem(word) for word in name_words(column.name)] == words
    ]


def _plain(chunk: Chunk) -> bool:
    """One word that is no table's name."""
    return chunk.kind in ("value", "word", "name") and " " not in chunk.text and chunk.score("table") < _STRONG


def _of_deed(word: str, schema: Schema) -> list[tuple[TableName, str]]:
    phrases = (word.lower(), *deed_nouns().get(stem(word.lower()), ()))
    found = (dated_by(schema, phrases, (table.name,)) for table in schema.tables.values())
    return [(column.table, column.column) for column in found if column is not None]


def _of_length(first: Chunk, schema: Schema) -> list[tuple[TableName, str]]:
    """How long each row of a table is: the one number that is called a duration or a length."""
    match = first.best("table")
    if match is None or match.table is None or match.table.key not in schema.tables:
        return []
    numbers = [column.name for column in schema.table(match.table).columns if schema.is_measure(match.table, column)]
    found = [name for name in numbers if _LENGTHS & set(name_words(name))]
    return [(match.table, found[0])] if len(found) == 1 else []


def _of_words(stems: set[str], schema: Schema) -> list[tuple[TableName, str]]:
    """Columns of just these two words, in any order; whose table is called by neither."""
    if len(stems) != 2:
        return []
    return [
        (table.name, column.name)
        for table in schema.tables.values()
        for column in table.columns
        if {stem(word) for word in name_words(column.name) if word not in _ENDINGS} == stems
        and not stems & {stem(word) for word in table_words(table.name.name)}
    ]
