"""What an order is said to be by, where it is something that is shown or grouped by: "in order of year", "descending order of size"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_builtin.clauses.known_figures import called
from sqlcoder_builtin.clauses.list_words import MORE, POINTING
from sqlcoder_builtin.concepts import concept_column
from sqlcoder_builtin.cue_words import UNIT_WORDS
from sqlcoder_builtin.degrees import dimension
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Expr
from sqlcoder_core.api import name_words, singular


@dataclass(frozen=True, slots=True)
class Key:
    """A key that ends before `end`: an expression, or the time that is grouped by."""

    end: int
    expr: Expr | None = None
    by_time: bool = False


def said_key(p: Parse, at: int) -> Key | None:
    """The key that one chunk names; None where it names nothing that is shown."""
    chunk = p.chunk(at)
    if (place := _by_place(p, at)) is not None:
        return place
    if chunk is None or chunk.kind not in ("unit", "word", "name", "verb"):
        return None
    if chunk.kind == "unit" and any(group.unit == UNIT_WORDS.get(chunk.word) for group in p.frame.groups):
        return Key(at + 1, by_time=True)
    words = [singular(word) for word in chunk.text.lower().split()]
    shown = _shown(p, words)
    if shown is not None:
        return Key(at + 1, shown)
    figure = called(p, [word for word in words if word not in POINTING and word not in MORE])
    if figure is not None and p.column(at, floor=0.97) is None:
        return Key(at + 1, figure)
    return _measure(p, at) if chunk.kind == "word" else None


def _by_place(p: Parse, at: int) -> Key | None:
    """ "the last column", "the first column"."""
    behind = p.chunk(at + 1)
    if not p.is_cue(at, "first", "last") or behind is None or behind.text.lower() not in ("column", "field") or not p.frame.outputs:
        return None
    return Key(at + 2, p.frame.outputs[0 if p.chunks[at].word == "first" else -1].expr)


def _shown(p: Parse, words: list[str]) -> Col | None:
    """The column shown whose own words these are."""
    shown = [output.expr for output in p.frame.outputs if isinstance(output.expr, Col)]
    found = [column for column in shown if set(words) <= set(name_words(column.column))]
    return found[0] if len(found) == 1 else None


def _measure(p: Parse, at: int) -> Key | None:
    """ "size", "age": what they were ranked by, else the column that holds it."""
    ranked = [sort.expr for sort in p.frame.sorts if sort.superlative and sort.expr is not None]
    concepts, subject = dimension(p.chunks[at].text.lower()), p.subject()
    if not concepts:
        return None
    if len(ranked) == 1:
        return Key(at + 1, ranked[0])
    column = concept_column(p.schema, concepts, subject, p.numbers) if subject is not None else None
    return Key(at + 1, column) if column is not None else None
