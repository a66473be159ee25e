"""Names of columns that ask for nothing of their own: "the names of studios", "budgets in millions", "codes of document types"."""

from __future__ import annotations

from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import name_words, singular


def names_of_values(p: Parse, at: int) -> bool:
    """ "names of studios", "director names", where studio and director are columns: their values are the names."""
    if p.chunks[at].text.lower() not in ("name", "names"):
        return False
    before = p.frame.outputs[-1] if p.frame.outputs else None
    if before is not None and before.at == at - 1 and isinstance(before.expr, Col) and p.texts(before.expr.table, p.schema.of(before.expr)):
        return p.chunks[at - 1].kind == "name"
    place = p.past(at + 1, "of", "the", "all", "different", "each")
    while place > at + 1 and p.is_cue(place, "all", "distinct"):
        place += 1
    following = p.chunk(place)
    if place == at + 1 or following is None or following.kind != "name" or p.table(place) is not None:
        return False
    column = p.column(place, floor=0.85)
    return column is not None and p.texts(column.table, p.schema.of(column)) and column.column not in p.schema.key(column.table)


def only_says_of_what(p: Parse, at: int, column: Col) -> bool:
    """ "the average budgets in millions", "the college of authors": behind what is shown, and joined to it by no "and"."""
    before = p.chunk(at - 1)
    shown = p.frame.outputs
    if before is None or not shown or before.is_cue("and", "show") or before.word == ",":
        return False
    if any(is_aggregate(output.expr) for output in shown):
        return not p.frame.groups and before.kind in ("stop", "verb", "word", "name")
    own = isinstance(shown[-1].expr, Col) and shown[-1].expr.table.key == column.table.key
    return before.word == "of" and own and column.column in p.schema.display(column.table)


def said_again(p: Parse, at: int) -> bool:
    """ "codes of document types", where the column is the type's code: its last word, said before it."""
    place = p.past(at + 1, "of", "the", "all", "each")
    following = p.chunk(place)
    if place == at + 1 or following is None or following.kind != "name" or p.table(place) is not None or " " in p.chunks[at].text:
        return False
    behind = p.column(place, floor=0.6)
    words = name_words(behind.column) if behind is not None else ()
    return (
        len(words) > 1
        and words[-1:] == (singular(p.chunks[at].text.lower()),)
        and singular(following.text.lower().split()[-1]) != words[-1]
    )


def says_whose(p: Parse, at: int, column: Col) -> bool:
    """ "book categories", where books are called by their title only: a column of the same rows stands right behind it."""
    chunk, behind = p.chunks[at], p.chunk(at + 1)
    if behind is None or behind.kind != "name" or p.table(at + 1) is not None or chunk.score("column") >= 0.9:
        return False
    own, said = p.column(at + 1), chunk.text.lower()
    strong = behind.score("column") >= 0.9 and own is not None and own.table.key == column.table.key and own != column
    return strong and singular(said) == said and singular(said) in {singular(word) for word in name_words(column.table.name)}
