"""Columns to show that are said in a way of their own: "full names", "with the customer and the date"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Expr
from sqlcoder_core.api import TableName, name_words, singular, table_words


def along(p: Parse, at: int) -> int | None:
    """ "... with the customer and the order date": further columns to show, names of to-one tables among them."""
    chunk = p.chunk(at)
    if chunk is None or not (
        (chunk.is_cue("with") and chunk.text.lower() == "with")
        or (chunk.is_cue("and") and " " in chunk.text)
        or (chunk.is_cue("like") and chunk.text.lower() == "including")
    ):
        return None
    subject = p.frame.subject
    if not p.frame.groups and any(is_aggregate(output.expr) for output in p.frame.outputs):
        # "the number of employees with certificates" lists nothing.
        return None
    place = at + 1
    added: list[tuple[int, Expr]] = []
    while True:
        start = p.past(place, "the", "their", "its", "a", "an", ",", "his", "her", "corresponding", "respective", "associated")
        entry = _shown_name(p, start, subject)
        if entry is None:
            break
        added += [(start, expr) for expr in entry]
        place = start + 1
        following = place
        while (joint := p.chunk(following)) is not None and (joint.is_cue("and") or (joint.kind == "stop" and joint.word == ",")):
            following += 1
        if following == place:
            break
        place = following
    end = added[-1][0] + 1 if added else at
    if not added or _goes_on(p, end):
        return None
    for start, expr in added:
        add_output(p, expr, start, start + 1)
    p.frame.also = True
    p.take(at, end)
    return end


def _shown_name(p: Parse, at: int, subject: TableName | None) -> list[Expr] | None:
    table, column = p.table(at), p.column(at)
    if subject is None:
        return None
    if table is not None:
        if table.key == subject.key or not p.schema.to_one(subject, table):
            return None
        return [Col(table, name) for name in p.schema.display(table)]
    if column is None or p.chunks[at].score("column") < 0.6 or not p.schema.to_one(subject, column.table):
        return None
    return [column]


def _goes_on(p: Parse, at: int) -> bool:
    """A comparison or a constant follows, so this was a condition."""
    place = p.past(at, "of", "is", "are", "was", "were", "in", "as", "being", "the", "a", "that", "has", "have")
    chunk = p.chunk(place)
    if chunk is None:
        return False
    return (
        chunk.is_cue("eq", "ne", "gt", "ge", "lt", "le", "between", "like", "starts", "ends", "null", "not null", "never", "whose", "that")
        or chunk.kind in ("value", "number", "quoted", "comparative")
        or (chunk.kind in ("word", "date") and place == at)
        or (chunk.kind == "word" and chunk.capital and p.chunks[place - 1].word == "in")
    )


def people_names(p: Parse, at: int) -> int | None:
    """ "full names", "first and last name": both name columns of the people asked about."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    if chunk.text.lower() == "full" and (following := p.chunk(at + 1)) is not None and following.text.lower() in ("name", "names"):
        end = at + 2
    elif (
        chunk.is_cue("first")
        and p.is_cue(at + 1, "and")
        and (last := p.chunk(at + 2)) is not None
        and last.text.lower().startswith(("last name", "last", "surname"))
    ):
        end = at + 3 if " " in last.text else at + 4
        tail = p.chunk(end - 1)
        if tail is None or not tail.text.lower().endswith(("name", "names")):
            return None
    elif (owner := _named_people(p, at)) is not None:
        end = at + 1
        for column_name in p.schema.display(owner):
            add_output(p, Col(owner, column_name), at, end)
        return end
    else:
        return None
    table = p.owner_after(end - 1) or p.near_table(end) or p.subject()
    if table is None:
        return None
    columns = first_and_last(p, table)
    if columns is None:
        return None
    p.take(at, end)
    if p.zone == "select":
        for column in columns:
            add_output(p, column, at, end)
    return end


def _named_people(p: Parse, at: int) -> TableName | None:
    """ "names of guests", "guest name": whose rows are called by a first and a last name."""
    words = p.chunks[at].text.lower().split()
    if p.zone != "select" or not words or words[-1] not in ("name", "names") or len(words) > 2:
        return None
    owner = p.table(at - 1) if len(words) == 1 and at and p.chunks[at - 1].kind == "name" else None
    owner = owner or (p.owner_after(at) if len(words) == 1 else None)
    if owner is None and len(words) == 2:
        owner = next((table.name for table in p.schema.tables.values() if singular(words[0]) in table_words(table.name.name)[-1:]), None)
    own = p.chunks[at].best("column")
    several = owner is not None and (len(p.schema.display(owner)) == 2 or p.chunks[at].kind == "word")
    if owner is None or not several or (own is not None and own.table == owner and own.score >= 0.93):
        return None
    return owner


def first_and_last(p: Parse, table: TableName) -> tuple[Col, ...] | None:
    """The columns of first and last name, or the one of the whole name; None where there are none."""
    by_words: dict[tuple[str, ...], str] = {}
    for column in p.schema.table(table).columns:
        words, owner = name_words(column.name), table_words(table.name)
        own = next(
            (words[len(prefix) :] for prefix in (owner, owner[-1:]) if len(words) > len(prefix) and words[: len(prefix)] == prefix), words
        )
        by_words |= {words: column.name, own: column.name}
    firsts = next((by_words[words] for words in (("first", "name"), ("forename",), ("given", "name")) if words in by_words), None)
    lasts = next((by_words[words] for words in (("last", "name"), ("surname",), ("family", "name")) if words in by_words), None)
    if firsts and lasts:
        return Col(table, firsts), Col(table, lasts)
    name = by_words.get(("full", "name")) or by_words.get(("name",)) or by_words.get((*table_words(table.name), "name"))
    return (Col(table, name),) if name else None
