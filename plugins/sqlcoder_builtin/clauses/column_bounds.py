"""Columns compared with columns: "salary above the job's maximum", "scrapped more than 5 percent of the quantity planned"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Arith, Col, Compare, Expr, Lit
from sqlcoder_core.api import TableName, name_words, stem

_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "twice": 2, "double": 2, "triple": 3, "thrice": 3}
_MOST_JOINS = 3


def column_with_column(p: Parse, at: int, rhs_at: int, cue: str) -> int | None:
    """A number or date of rows against another of rows that meet, or against a part or a multiple of it."""
    if cue not in ("gt", "ge", "lt", "le"):
        return None
    factor, place = _factor(p, rhs_at)
    found = _other(p, place)
    certain = factor is not None or (found is not None and p.chunks[found[1] - 1].score("column") >= 0.9)
    left = p.column(at, None, found[0].table if found is not None and certain else p.frame.subject, 0.4 if certain else 0.6)
    if left is None or found is None or left == found[0] or not _alike(p, left, found[0]):
        return None
    right, end = found
    if p.schema.distance(left.table, right.table) > _MOST_JOINS:
        return None
    bound: Expr = right if factor is None else Arith("*", Lit(factor), right)
    return add_condition(p, Compare(OPS[cue], left, bound), at, end)


def bare_column_bound(p: Parse, at: int) -> int | None:
    """ "offers above the asking price": the one number of the rows asked about that shares a word with the column said."""
    chunk, subject = p.chunk(at), p.frame.subject
    if chunk is None or subject is None or not chunk.is_cue("gt", "ge", "lt", "le"):
        return None
    place = p.past(at + 1, "the", "its", "their", "than", "to")
    factor, place = _factor(p, place)
    found = _other(p, place)
    before = p.chunk(at - 1)
    if (
        found is None
        or p.chunks[found[1] - 1].score("column") < 0.85
        or not p.is_measure(found[0])
        or (before is not None and before.is_cue("sort"))
    ):
        return None
    words = {stem(word) for word in name_words(found[0].column)}
    own = [
        Col(subject, column.name)
        for column in p.schema.table(subject).columns
        if p.measures(subject, column)
        and Col(subject, column.name) != found[0]
        and words & {stem(word) for word in name_words(column.name)}
    ]
    if len(own) != 1 or p.schema.distance(subject, found[0].table) > _MOST_JOINS or not p.schema.to_one(subject, found[0].table):
        return None
    bound: Expr = found[0] if factor is None else Arith("*", Lit(factor), found[0])
    return add_condition(p, Compare(OPS[chunk.word], own[0], bound), at, found[1])


def _factor(p: Parse, at: int) -> tuple[int | float | None, int]:
    """5 percent of, half, twice, three times: what the column behind is multiplied by, and where it stands."""
    chunk, behind = p.chunk(at), p.chunk(at + 1)
    if chunk is None:
        return None, at
    place, value = at + 1, _PARTS.get(chunk.text.lower())
    if value is None and chunk.number is not None:
        percent = chunk.number.percent or (behind is not None and behind.text.lower() in ("percent", "%"))
        times = behind is not None and behind.text.lower() == "times"
        value = round(chunk.number.value / 100, 6) if percent else chunk.number.value if times else None
        place = at + 1 + (not chunk.number.percent)
        if percent and value is not None and (side := p.chunk(place)) is not None and side.is_cue("gt", "lt"):
            # "more than 10 percent above the list price".
            return round(1 + value if side.word == "gt" else 1 - value, 6), p.past(place + 1)
    if value is None:
        return None, at
    return value, p.past(place, "of", "the", "its", "their", "as", "much", "a", "an", "that")


def _other(p: Parse, at: int) -> tuple[Col, int] | None:
    """The column there, or behind the table that it belongs to: "the job's maximum salary"."""
    chunk = p.chunk(at)
    owner = p.table(at)
    if owner is not None and (behind := p.chunk(at + 1)) is not None and behind.kind == "name" and p.table(at + 1) is None:
        return _of(p, at + 1, owner)
    if chunk is None or owner is not None or chunk.score("column") < 0.6:
        return None
    column = p.column(at, None, p.frame.subject)
    return (column, at + 1) if column is not None else None


def _of(p: Parse, at: int, owner: TableName) -> tuple[Col, int] | None:
    column = p.column(at, None, owner, 0.5)
    return (column, at + 1) if column is not None and column.table.key == owner.key else None


def _alike(p: Parse, left: Col, right: Col) -> bool:
    """Two numbers or two dates, neither a key."""
    numbers = p.is_number(left) and p.is_number(right)
    return (numbers or (p.is_dated(left) and p.is_dated(right))) and not (
        p.schema.is_key(left.table, left.column) or p.schema.is_key(right.table, right.column)
    )
