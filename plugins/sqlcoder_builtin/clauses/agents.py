"""Who did it: "channels owned by CCTV", "books published by Faber", where a column holds the owner or the publisher."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.clauses.equalities import equal
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words

_IRREGULAR = {
    "written": ("writer", "author"), "made": ("maker",), "built": ("builder",), "taught": ("teacher", "instructor"), "won": ("winner",),
    "led": ("leader",), "sung": ("singer",), "sold": ("seller",), "run": ("runner",), "ridden": ("rider",), "driven": ("driver",),
    "flown": ("pilot",), "designed": ("designer", "architect"), "organised": ("organiser",), "managed": ("manager",),
}  # fmt: skip
"""Participles (and what whoever did so is called) whose doer is not the verb and "er"."""


def agent(p: Parse, at: int) -> int | None:
    """A participle, "by" and a name: the nearest column of text that is called like the doer."""
    chunk, joint = p.chunk(at), p.chunk(at + 1)
    if chunk is None or joint is None or joint.text.lower() != "by" or chunk.kind not in ("verb", "word", "name") or " " in chunk.text:
        return None
    found = constant(p, at + 2)
    if found is None or found.number:
        return None
    column = _doer(p, chunk.text.lower(), at)
    if column is None:
        return None
    before = p.before(at)
    negated = before is not None and before.is_cue("ne", "never", "without")
    if negated and before is not None:
        before.used = True
    p.take(at, at + 2)
    return equal(p, column, at, found, negated)


def _doer(p: Parse, verb: str, at: int) -> Col | None:
    called = set(doers(verb))
    near = p.near_table(at) or p.subject()
    tables = sorted(p.schema.tables.values(), key=lambda table: p.schema.distance(near, table.name) if near else 0)
    return next((found for table in tables if _close(p, near, table.name) and (found := _called(p, table.name, called))), None)


def _close(p: Parse, near: TableName | None, table: TableName) -> bool:
    return near is None or near.key == table.key or (p.schema.distance(near, table) == 1 and p.schema.to_one(near, table))


def _called(p: Parse, table: TableName, wanted: set[str]) -> Col | None:
    for column in p.schema.table(table).columns:
        words = name_words(column.name)
        if wanted & set(words) and words[-1:] not in (("id",), ("key",)) and p.texts(table, column):
            return Col(table, column.name)
    return None


def doers(verb: str) -> Iterator[str]:
    yield from _IRREGULAR.get(verb, ())
    if verb.endswith("ed"):
        for base in (verb[:-2], verb[:-1], verb[:-3] if verb[-3:-2] == verb[-4:-3] else verb[:-2]):
            yield from (f"{base}er", f"{base}or", f"{base}r")
