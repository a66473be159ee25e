"""Words that no clause took, by kind: some say nothing that the query does not do, others change what is meant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.joining_verbs import picks_rows
from sqlcoder_builtin.leftovers import left_over
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.query_walk import nodes
from sqlcoder_builtin.tree import Col, Query
from sqlcoder_core.api import TableName, bases, family, is_adverb, is_known, is_person, is_verb, measured_by, name_words, same, singular

_HEADS = frozenset("type kind code name date number status value size level amount score year information detail category total".split())
"""Nouns that say again what kind of thing a column is: "affiliation type" for a column called affiliation."""
_CUES = ("count", "sum", "avg", "high", "low", "never", "ne", "without", "sort")


def leftovers(p: Parse, query: Query) -> Iterator[tuple[str, float]]:
    """Words that no clause took; worse where the words that are stored are known."""
    places = [at for at, chunk in enumerate(p.chunks) if not chunk.used and left_over(p, at)]
    if not places:
        return
    known = any(column.values for table in p.schema.tables.values() for column in table.columns)
    used = _words_used(query)
    named = {word for table in p.schema.tables.values() for column in table.columns for word in name_words(column.name)}
    for at in places:
        chunk = p.chunks[at]
        yield "left", 1.0
        yield "left, contents known", float(known)
        yield _kind_left(p, at, chunk), 1.0
        yield "left, much like a name", float(_misspelt(p, chunk))
        yield "left, nothing shown", float(not p.frame.outputs)
        yield from _standing(p, at)
        if chunk.kind in ("word", "name", "verb", "comparative", "superlative") and not chunk.capital:
            for name in _by_dictionary(chunk.text.lower().split()[-1], used, named):
                yield name, 1.0


def _words_used(query: Query) -> frozenset[str]:
    """The words of the names that the query uses."""
    inside = list(nodes(query))
    names = [node.name for node in inside if isinstance(node, TableName)] + [node.column for node in inside if isinstance(node, Col)]
    return frozenset(word for name in names for word in name_words(name))


def _standing(p: Parse, at: int) -> Iterator[tuple[str, float]]:
    """Where the word stands, and whether it is said elsewhere, where a clause took it."""
    chunk, before, behind = p.chunks[at], p.chunk(at - 1), p.chunk(at + 1)
    yield "left opening", float(all(other.kind == "stop" or other is chunk for other in p.chunks[: at + 1]))
    yield "left behind a name", float(before is not None and before.kind == "name" and before.used)
    yield "left before a name", float(behind is not None and behind.kind == "name" and behind.used)
    words = {singular(word) for word in chunk.text.lower().split()}
    others = (other for other in p.chunks if other.used and other is not chunk and other.kind in ("name", "unit", "value"))
    yield "left said again", float(any(words & {singular(word) for word in other.text.lower().split()} for other in others))


def _by_dictionary(word: str, used: frozenset[str], named: set[str]) -> Iterator[str]:
    """What WordNet knows of the word."""
    if is_verb(word):
        yield "left as verb that picks rows" if picks_rows(word) else "left as verb"
    elif is_adverb(word):
        yield "left as adverb"
    elif measured_by(word) is not None:
        yield "left as measure"
    elif not is_known(word):
        yield "left as no word"
    elif any(map(is_person, bases(word))):
        yield "left as person"
    else:
        yield "left as noun or adjective"
    kin = {word, *bases(word), *family(word), *same(word)}
    if kin & used:
        yield "left kin of what is used"
    elif kin & named:
        yield "left kin of what is not used"


def _misspelt(p: Parse, chunk: Chunk) -> bool:
    """A word much like a name of the schema: it is that name that is asked about, and the reading does without it."""
    from rapidfuzz import fuzz, process

    if chunk.kind != "word" or len(chunk.text) < 4:
        return False
    names = [word for table in p.schema.tables.values() for column in table.columns for word in name_words(column.name)]
    return process.extractOne(chunk.text.lower(), names, scorer=fuzz.ratio, score_cutoff=80) is not None


def _kind_left(p: Parse, at: int, chunk: Chunk) -> str:
    text = chunk.text.lower()
    if chunk.kind in ("quoted", "number", "date", "value", "unit", "superlative", "comparative"):
        return f"left {chunk.kind}"
    if chunk.kind == "cue":
        return f"left {chunk.word}" if chunk.word in _CUES else "left cue"
    if chunk.capital:
        return "left capital"
    before = p.chunk(at - 1)
    if singular(text.split()[-1]) in _HEADS and before is not None and before.kind == "name" and before.used:
        return "left head"
    if chunk.kind == "name":
        strong = "strong" if chunk.names and chunk.names[0].score >= 0.85 else "weak"
        return f"left {strong} {chunk.names[0].kind if chunk.names else 'name'}"
    if text.endswith(("ed", "ing")):
        return "left verb form"
    if before is not None and (before.is_cue("that") or before.text.lower().endswith(("which", "that", "who"))):
        return "left verb form"
    return "left plural" if singular(text) != text else "left word"
