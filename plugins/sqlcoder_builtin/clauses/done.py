"""Words that say something has been given or is still owed: "insured patients", "assigned tickets", "outstanding invoices"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import deed_date
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Lit, Null, Pred
from sqlcoder_core.api import TableName, name_words, rematch, stem

_OWED = frozenset({"outstanding", "unsettled"})
_LEAST = 5
"""Letters that the word and the column's name must share: insur for insured and insurance."""
_ALIKE = 0.6
"""A name that fits better than this is read as what it names."""


def given(p: Parse, at: int) -> int | None:
    """A participle before its table, of which one text column keeps by whom or what: that column is known."""
    chunk, table = p.chunk(at), p.table(at + 1)
    said = chunk.text.lower() if chunk is not None else ""
    plain = chunk is not None and (
        chunk.kind in ("word", "verb") or (chunk.kind == "name" and bool(chunk.names) and chunk.names[0].score < _ALIKE)
    )
    if not plain or table is None or not said.endswith("ed") or p.is_cue(at - 1, "never", "ne", "without"):
        return None
    root = stem(said)[:_LEAST]
    fitting = [
        column.name
        for column in p.schema.table(table).columns
        if len(root) == _LEAST
        and any(word.startswith(root) for word in name_words(column.name))
        and not p.schema.is_key(table, column.name)
    ]
    if len(fitting) != 1 or not p.texts(table, p.schema.column(table, fitting[0])):
        return None
    return _placed(p, Null(Col(table, fitting[0]), True), at)


def owed(p: Parse, at: int) -> int | None:
    """What has not been paid: the stored value that says so, else the date of the payment is missing."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "word" or chunk.text.lower() not in _OWED:
        return None
    table = p.table(at + 1) or p.frame.subject
    pred = _unpaid(p, table) if table is not None else None
    return _placed(p, pred, at) if pred is not None else None


def _unpaid(p: Parse, table: TableName) -> Pred | None:
    stored = [match for match in rematch("unpaid", p.schema.linked).matches if match.kind == "value" and match.score >= 0.95]
    for match in stored:
        if match.table is not None and match.table.key == table.key and match.column is not None and match.value is not None:
            return Compare("=", Col(table, match.column), Lit(match.value))
    paid = deed_date(p, "paid", table)
    return Null(paid) if paid is not None else None


def _placed(p: Parse, pred: Pred, at: int) -> int:
    """A condition before the noun, which is still asked for."""
    zone = p.zone
    end = add_condition(p, pred, at, at + 1)
    if p.table(at + 1) is not None:
        p.zone = zone
    return end
