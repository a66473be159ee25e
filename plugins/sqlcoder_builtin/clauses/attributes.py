"""What rows are like, said by a word or a number beside a noun: "saving accounts", "two beds", "student 1004"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.equalities import typed
from sqlcoder_builtin.clauses.ranges import open_ended
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Like, Lit, Not
from sqlcoder_core.api import TableName, name_words, singular, table_words

_KINDS = frozenset({"type", "kind", "category", "class", "genre", "style"})
"""Last words of columns that say what sort of thing a row is."""


def sort_of_thing(p: Parse, at: int) -> int | None:
    """ "saving accounts", "a king bed", "friendly-type competitions": a word of which nothing is known before a noun that has a type.

    The column is called by the noun and "type" (acc_type, bed_type); the noun is left to be read where it names a table.
    """
    chunk, noun = p.chunk(at), p.chunk(at + 1)
    if chunk is None or chunk.kind != "word" or noun is None or noun.kind != "name" or not chunk.text.replace("-", "").isalpha():
        return None
    column = _type_of(p, at + 1)
    if column is None or p.schema.of(column).values or singular(chunk.text.lower()) != chunk.text.lower():
        return None
    before = p.before(at)
    negated = before is not None and before.is_cue("ne", "never", "without")
    if negated and before is not None:
        before.used = True
    like = Like(column, chunk.text)
    zone = p.zone
    end = add_condition(p, Not(like) if negated else like, at, at + 1 + (p.table(at + 1) is None))
    p.zone = zone if p.table(at + 1) is not None else p.zone
    p.frame.doubts += 0.05
    return end


def _type_of(p: Parse, at: int) -> Col | None:
    """The one column that says of what type the things named there are."""
    table = p.table(at)
    if table is not None:
        own = [column.name for column in p.schema.table(table).columns if _says_type(column.name, table) and p.texts(table, column)]
        return Col(table, own[0]) if len(own) == 1 else None
    found = [
        match for match in p.chunks[at].names if match.kind == "column" and match.score >= 0.6 and match.table is not None and match.column
    ]
    typed_ones = [match for match in found if name_words(match.column or "")[-1:] and name_words(match.column or "")[-1] in _KINDS]
    near = p.near_table(at) or p.subject()
    close = [match for match in typed_ones if match.table is not None and (near is None or match.table.key == near.key)]
    match = close[0] if len(close) == 1 else typed_ones[0] if len(typed_ones) == 1 else None
    if match is None or match.table is None or match.column is None or p.schema.refers(match.table, match.column):
        return None
    column = p.schema.column(match.table, match.column)
    return Col(match.table, match.column) if p.texts(match.table, column) else None


def _says_type(name: str, table: TableName) -> bool:
    words, owner = name_words(name), table_words(table.name)
    return words in tuple((*owner[-1:], kind) for kind in _KINDS)


def numbered(p: Parse, at: int) -> int | None:
    """ "student 1004", "order 17", "room 111": the row that has this number for a key."""
    number = p.chunk(at + 1)
    table = p.table(at)
    if table is None or number is None or number.number is None or number.number.words or not isinstance(number.number.value, int):
        return None
    following = p.chunk(at + 2)
    over = following is None or following.kind in ("mark", "stop", "verb") or following.is_cue("and", "or", "that", "sort", "by", "per")
    one = singular(p.chunks[at].text.lower()) == p.chunks[at].text.lower()
    if not over or not one or number.number.percent:
        return None
    column = _number_of(p, table)
    if column is None:
        return None
    if p.zone == "select" and p.frame.subject is None and not p.frame.outputs:
        p.frame.subject, p.frame.subject_at = table, at
    p.frame.mentioned.append((at, table))
    return add_condition(p, Compare("=", column, Lit(typed(p, column, number.number.value))), at, at + 2)


def _number_of(p: Parse, table: TableName) -> Col | None:
    """The column called the table's number, else its key of one column."""
    owner = table_words(table.name)[-1:]
    forms = ((*owner, "number"), ("number",), (*owner, "no"), owner)
    own = next((column.name for column in p.schema.table(table).columns if name_words(column.name) in forms[:3]), None)
    key = p.schema.key(table)
    name = own or (key[0] if len(key) == 1 else None)
    return Col(table, name) if name is not None else None


def number_of_things(p: Parse, at: int) -> int | None:
    """ "with two beds", "3 or more bathrooms", where a column keeps how many there are."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "number" or chunk.number is None or chunk.number.percent:
        return None
    before = p.before(at)
    if before is None or not before.is_cue("with", "that", "and", "whose", "gt", "ge", "lt", "le", "or"):
        return None
    op, place = open_ended(p, at + 1, "=")
    op = OPS.get(before.word, op) if before.is_cue("gt", "ge", "lt", "le") else op
    column = p.column(place, p.numbers, floor=0.93) if p.table(place) is None else None
    if column is None or not p.is_measure(column) or p.frame.subject is None:
        return None
    if before.is_cue("gt", "ge", "lt", "le"):
        before.used = True
    return add_condition(p, Compare(op, column, Lit(chunk.number.value)), at, place + 1)
