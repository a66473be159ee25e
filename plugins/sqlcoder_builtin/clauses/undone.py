"""Words that deny another one: "unpaid bills", "uninsured patients", "inactive routes", "unassigned tickets"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import deed_date
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by, deed_nouns
from sqlcoder_builtin.tree import Col, Compare, Lit, Null, Pred, Truth
from sqlcoder_core.api import Match, TableName, name_words, rematch, stem

_PREFIXES = ("un", "in", "non", "not ", "non-")
_PLAIN = frozenset(
    {"under", "until", "unit", "union", "unique", "university", "into", "inside", "invoice", "income", "industry", "none", "unless"}
)


def denied_at(p: Parse, at: int, table: TableName) -> Pred | None:
    """What such a word says of rows of a table, without taking it: "have no unpaid bills"."""
    chunk = p.chunk(at)
    word = chunk.text.lower() if chunk is not None and chunk.kind in ("word", "verb") else ""
    prefix = next((prefix for prefix in _PREFIXES if word.startswith(prefix) and len(word) > len(prefix) + 3), None)
    return _denied(p, word[len(prefix) :].lstrip("-"), table) if prefix is not None and word not in _PLAIN else None


def undone(p: Parse, at: int) -> int | None:
    """The date of the deed, the thing or the flag is missing; a value that says the word without the prefix is another."""
    chunk = p.chunk(at)
    word = chunk.text.lower() if chunk is not None and chunk.kind in ("word", "verb") else ""
    prefix = next((prefix for prefix in _PREFIXES if word.startswith(prefix) and len(word) > len(prefix) + 3), None)
    table = _about(p, at)
    if prefix is None or word in _PLAIN or table is None:
        return None
    pred = _denied(p, word[len(prefix) :].lstrip("-"), table)
    if pred is None:
        return None
    zone = p.zone
    end = add_condition(p, pred, at, at + 1)
    if p.table(at + 1) is not None:
        p.zone = zone
    return end


def _about(p: Parse, at: int) -> TableName | None:
    """The table behind, that of a number behind ("unpaid amount"), else the one spoken of."""
    place = p.past(at + 1)
    behind = p.table(place)
    column = p.column(place, p.measures) if behind is None else None
    if column is not None and p.is_measure(column):
        return column.table
    return behind or p.frame.subject or next((table for place, table in reversed(p.tables_said) if place < at), p.subject())


def _denied(p: Parse, said: str, table: TableName) -> Pred | None:
    done = deed_date(p, said, table) or dated_by(p.schema, deed_nouns().get(stem(said), ()), (table,))
    if done is not None:
        return Null(done)
    matches = [match for match in rematch(said, p.schema.linked).matches if match.table is not None and match.table.key == table.key]
    held = max((match for match in matches if match.kind == "value" and match.score >= 0.85), key=lambda match: match.score, default=None)
    if held is not None and held.column is not None and held.value is not None:
        return Compare("!=", Col(table, held.column), Lit(held.value))
    column = _column(p, matches, said, table)
    if column is None:
        return None
    found = p.schema.of(column)
    return Truth(column, False) if is_flag(found.kind, found.values) or _is_flag_name(column) else Null(column)


def _is_flag_name(column: Col) -> bool:
    return name_words(column.column)[:1] in (("is",), ("has",))


def _column(p: Parse, matches: list[Match], said: str, table: TableName) -> Col | None:
    """A column that is called like the word, by any of its words' stems: insurance_provider for "insured"."""
    named = max((match for match in matches if match.kind == "column"), key=lambda match: match.score, default=None)
    if named is not None and named.column is not None and named.score >= 0.5:
        return Col(table, named.column)
    key = stem(said)
    close = [
        column.name
        for column in p.schema.table(table).columns
        if any(stem(word)[:5] == key[:5] and len(key) >= 5 for word in name_words(column.name)) and column.name not in p.schema.key(table)
    ]
    return Col(table, close[0]) if len(close) == 1 else None
