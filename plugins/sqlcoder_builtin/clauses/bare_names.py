"""Names that no other clause took: a measure, a column to show, or the table that the question is about."""

from __future__ import annotations

from sqlcoder_builtin.clauses.amount_nouns import amount_named, amount_said, of_each_row, owned_amount, repeated_amount, unknown_amount
from sqlcoder_builtin.clauses.deeds import says_what_was_done
from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.clauses.idle_columns import names_of_values, only_says_of_what, said_again, says_whose
from sqlcoder_builtin.clauses.plain_measures import plain
from sqlcoder_builtin.cue_words import FILLER_VERBS
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col
from sqlcoder_core.api import TableName


def bare_measure(p: Parse, at: int) -> int | None:
    """A metric, or a word for money, as something to show: "revenue by month"."""
    chunk = p.chunk(at)
    apart = p.zone != "select" and p.frame.share is None and (bool(p.frame.outputs) or p.frame.subject is not None)
    if chunk is None or chunk.used or apart or (amount_said(chunk) is not None and p.is_cue(at - 1, "per", "by")):
        return None
    if (after := repeated_amount(p, at)) is not None:
        return after
    found = plain(p, at)
    if found is None and unknown_amount(p, at):
        # Left unread.
        chunk.kind, chunk.names = "word", ()
    if found is None or found.counted or (isinstance(found.expr, Col) and amount_named(p, at) is None and owned_amount(p, at) is None):
        return None
    each_row = isinstance(found.expr, Col) and of_each_row(p, found.expr)
    expr = found.expr if found.aggregated or each_row else Agg("sum", found.table, found.expr)
    add_output(p, expr, at, found.end)
    return found.end


def column_or_table(p: Parse, at: int) -> int | None:
    """A name that no other clause took: a column to show, or the table that the question is about."""
    chunk = p.chunk(at)
    if chunk is None or not (
        chunk.kind == "name" or (chunk.kind == "unit" and p.zone == "select" and (_unit_column(p, at) or _date_of_owner(p, at)))
    ):
        return None
    table = p.table(at)
    if table is not None:
        if p.zone == "select" and _belongs_beside(p, at, table):
            for name in p.schema.display(table):
                add_output(p, Col(table, name), at, at + 1)
            p.frame.also = True
            return at + 1
        if p.zone == "select" or _behind_value(p, at):
            set_subject(p, table, at)
        p.frame.mentioned.append((at, table))
        p.frame.read(at, chunk.text, f"table {table.name}")
        p.take(at, at + 1)
        return at + 1
    if chunk.text.lower() in FILLER_VERBS and p.frame.subject is not None and chunk.score("column") < 0.75:
        # "employees worked on ...": a verb, though a column is called a little like it.
        p.take(at, at + 1)
        p.zone = "where"
        return at + 1
    column = p.column(at) if chunk.kind == "name" or _unit_column(p, at) else _date_of_owner(p, at)
    if column is None:
        return None
    if said_again(p, at) or names_of_values(p, at) or says_whose(p, at, column):
        p.take(at, at + 1)
        return at + 1
    if p.zone == "select" and only_says_of_what(p, at, column):
        p.frame.mentioned.append((at, column.table))
        p.frame.doubts += 0.05
        p.take(at, at + 1)
        return at + 1
    if says_what_was_done(p, at, column):
        p.frame.deed_column = p.frame.deed_column or column
        p.take(at, at + 1)
        return at + 1
    if p.zone != "select" or (chunk.score("column") < 0.6 and p.frame.outputs):
        p.frame.mentioned.append((at, column.table))
        chunk.used = chunk.text.lower() in FILLER_VERBS or chunk.score("column") < 0.5
        p.frame.doubts += 0.1
        return at + 1
    before = p.before(at)
    if before is not None and before.is_cue("and") and p.frame.subject is not None and not p.frame.outputs:
        p.frame.also = True
    add_output(p, column, at, at + 1)
    return at + 1 + _repeats_unit(p, at, column)


def _behind_value(p: Parse, at: int) -> bool:
    """ "list the Korean titles": a value before the rows that are asked for, though it is a condition."""
    before = p.chunk(at - 1)
    return before is not None and before.kind == "value" and before.used and not p.frame.outputs and at <= 3


def _repeats_unit(p: Parse, at: int, column: Col) -> int:
    """ "founded year", "creation date": the unit only says what kind of column it is."""
    following = p.chunk(at + 1)
    if following is None or following.kind != "unit" or following.word not in ("year", "date", "day"):
        return 0
    if p.schema.of(column).kind == "text" and not p.is_dated(column):
        return 0
    p.take(at + 1, at + 2)
    return 1


def _date_of_owner(p: Parse, at: int) -> Col | None:
    """ "the date of each payment": the owner's usual date, whatever it is called."""
    owner = p.owner_after(at) or p.near_table(at)
    if p.chunks[at].word != "date" or owner is None or p.is_cue(at - 1, "per", "by"):
        return None
    dates = p.schema.dates(owner)
    return Col(owner, dates[0]) if dates else None


def _belongs_beside(p: Parse, at: int, table: TableName) -> bool:
    """ "products and their suppliers": the one row that belongs to each is shown beside it."""
    own, subject = p.chunk(at - 1), p.frame.subject
    if (
        own is None
        or own.text.lower() not in ("their", "its", "corresponding", "respective", "the")
        or subject is None
        or subject.key == table.key
    ):
        return False
    before = p.before(at)
    return before is not None and before.is_cue("and") and p.schema.to_one(subject, table)


def _unit_column(p: Parse, at: int) -> bool:
    """ "dates of the games": a column that is called like a unit, in a table that is spoken of."""
    column = p.column(at, floor=0.6)
    return column is not None and any(table.key == column.table.key for _, table in p.tables_said)
