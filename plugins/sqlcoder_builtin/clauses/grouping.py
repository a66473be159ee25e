"""Group keys: "per city", "by month", "for each customer", "monthly"."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.amount_nouns import amount_said
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.flags import is_flag
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.clauses.values import alone
from sqlcoder_builtin.cue_words import ADJECTIVE_OF_UNIT, UNIT_WORDS
from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Truth
from sqlcoder_core.api import TableName, singular, table_words

_PER_ROW = frozenset({"of every", "of each", "for every", "every", "for each", "each", "of different", "of the different"})


def group(p: Parse, at: int) -> int | None:
    """What stands behind a grouping word, and further keys joined to it by "and"."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("per", "by"):
        return None
    if chunk.word == "by" and not _may_group(p, at):
        return None
    key_at = p.past(at + 1, "the", "of", "a", "an", "their", "its", ",")
    if chunk.text.lower() in _PER_ROW and _lists_rows(p, key_at):
        return None
    while p.is_cue(key_at, "distinct", "all"):
        key_at = p.past(key_at + 1)
    if chunk.text.lower() in ("across", "across all", "among", "for all") and (table := p.table(key_at)) is not None:
        p.frame.mentioned.append((key_at, table))
        if p.zone == "select" and p.frame.subject is None:
            p.frame.subject = table
        p.take(at, key_at + 1)
        return key_at + 1
    if chunk.text.lower() in _WHOLE and _names_all(p, key_at):
        p.take(at, key_at + 1)
        return key_at + 1
    end = _key(p, at, key_at, each=chunk.word == "per" and chunk.text.lower() != "per")
    if end is None:
        return None
    p.take(at, end)
    return _further(p, end)


_WHOLE = frozenset({"across", "across all", "among", "among all", "for all", "of all"})


def _names_all(p: Parse, at: int) -> bool:
    """ "the total enrolment across all schools", where schools are called by a column of their own: all rows, not one each."""
    column, said = p.column(at, floor=0.9), p.chunks[at].text.lower() if p.chunk(at) is not None else ""
    measured = [output.expr for output in p.frame.outputs if isinstance(output.expr, Agg)]
    own = column is not None and bool(measured) and all(expr.table.key == column.table.key for expr in measured)
    return own and column is not None and column.column in p.schema.display(column.table) and singular(said) != said


def _lists_rows(p: Parse, at: int) -> bool:
    """ "the id of every employee": one row each is what a list gives anyway."""
    plain = bool(p.frame.outputs) and not any(is_aggregate(output.expr) for output in p.frame.outputs)
    later = any(
        chunk.is_cue("count", "sum", "avg", "high", "low", "common", "how much") or chunk.kind == "superlative" for chunk in p.chunks[at:]
    )
    measures = any(isinstance(output.expr, Col) and p.is_measure(output.expr) for output in p.frame.outputs)
    return plain and not later and not measures and p.table(at) is not None


def _further(p: Parse, end: int) -> int:
    while True:
        place = end
        while (chunk := p.chunk(place)) is not None and (
            chunk.is_cue("and", "by", "per") or (chunk.kind == "stop" and chunk.word in (",", "the"))
        ):
            place += 1
        if place == end or (not p.is_cue(place - 1, "and", "by", "per") and not _list_goes_on(p, place)):
            return end
        if p.is_cue(place - 1, "by") and any(sort.superlative and sort.expr is None for sort in p.frame.sorts):
            return end
        if p.frame.groups and p.frame.groups[0].at < 1 and not p.is_cue(place - 1, "by", "per"):
            return end
        following = _key(p, place, place, each=False)
        if following is None:
            return end
        p.take(end, following)
        end = following


def _list_goes_on(p: Parse, at: int) -> bool:
    """ "by city, status and month": a name after the comma, then "and"."""
    return p.chunk(at) is not None and p.chunks[at].kind in ("name", "unit") and p.is_cue(at + 1, "and") and bool(p.frame.outputs)


def _key(p: Parse, start: int, at: int, *, each: bool) -> int | None:
    chunk = p.chunk(at)
    if chunk is None:
        return None
    if chunk.kind == "unit":
        return _unit(p, start, at)
    if _column_rather(chunk):
        chunk.kind = "name"
    if p.table(at + 1) is not None and p.table(at) is None and _one_kind(p, at):
        # "each successful campaign": of these only.
        p.zone = "select"
        at, chunk = at + 1, p.chunks[at + 1]
    if _says_whose(p, at):
        p.take(at, at + 1)
        at, chunk = at + 1, p.chunks[at + 1]
    if chunk.kind != "name":
        return None
    table, column = p.table(at), p.column(at, None, _measured(p))
    owned = _of_owner(p, at, table) if table is not None else None
    if owned is not None:
        p.frame.groups.append(Group(p.phrase(start, at + 2), start, column=owned, each=each))
        p.frame.read(start, p.phrase(start, at + 2), f"one row per {owned.table.name}.{owned.column}")
        return at + 2
    if column is not None and p.schema.is_date(column.table, p.schema.of(column)) and _unit_follows(p, at):
        p.frame.groups.append(Group(p.phrase(start, at + 2), start, column=column, unit=UNIT_WORDS[p.chunks[at + 1].word], each=each))
        return at + 2
    if table is not None:
        p.frame.groups.append(Group(p.phrase(start, at + 1), start, table=table, each=each))
        p.frame.mentioned.append((at, table))
        p.frame.read(start, p.phrase(start, at + 1), f"one row per {table.name}")
        return at + 1
    if column is None:
        return None
    p.frame.groups.append(Group(p.phrase(start, at + 1), start, column=column, each=each))
    p.frame.read(start, p.phrase(start, at + 1), f"one row per {column.table.name}.{column.column}")
    return at + 1


def _one_kind(p: Parse, at: int) -> bool:
    """A value or a flag of the rows that are named behind it, taken as a condition."""
    table = p.table(at + 1)
    if p.chunks[at].kind == "value":
        return any(match.table == table for match in p.chunks[at].values) and alone(p, at) is not None
    if p.chunks[at].kind != "name" or not _tells_apart(p, at, table):
        return False
    column = p.column(at, None, table)
    return column is not None and add_condition(p, Truth(column, True), at, at + 1) > at


def _measured(p: Parse) -> TableName | None:
    """The table of what is measured so far: where two tables have the key, its own is meant."""
    figures = [output.expr for output in p.frame.outputs if is_aggregate(output.expr)]
    tables = tables_of(figures[-1:])
    return tables[0] if tables else None


def _column_rather(chunk: Chunk) -> bool:
    """ "by shift": a column, though a value is called so, or a little like it ("SHF")."""
    if chunk.kind != "value" or not chunk.text.islower():
        return False
    exact = bool(chunk.values) and str(chunk.values[0].value).casefold() == chunk.text
    return chunk.score("column") >= (0.85 if exact else 0.55)


def _says_whose(p: Parse, at: int) -> bool:
    """ "downtime reason", "customer segment": a word that only says whose column the next one is."""
    chunk, behind = p.chunks[at], p.chunk(at + 1)
    if chunk.kind in ("word", "verb") and chunk.text.lower().endswith("ing") and p.table(at + 1) is not None:
        # "by borrowing institution": what they do.
        return True
    column = p.column(at + 1) if behind is not None and behind.kind == "name" and p.table(at + 1) is None else None
    if column is None or behind is None or p.is_measure(column):
        return False
    if amount_said(chunk) is not None:
        # "sales channel", "payment method"
        return True
    if chunk.kind == "word":
        said = singular(chunk.text.lower())
        return said in table_words(column.table.name) or (len(said) > 4 and said in column.table.name.lower())
    own = p.column(at) if chunk.kind == "name" and p.table(at) is None else None
    return own is not None and own.table == column.table and chunk.score("column") < 0.6 <= behind.score("column")


def _of_owner(p: Parse, at: int, table: TableName) -> Col | None:
    """ "part family", "product line": a column of the table, named behind it, is the level that was said."""
    behind = p.chunk(at + 1)
    if behind is None or behind.kind not in ("name", "value") or behind.score("column") < 0.45 or p.table(at + 1) is not None:
        return None
    own = [
        match for match in behind.names if match.kind == "column" and match.table == table and match.score >= behind.score("column") - 0.15
    ]
    column = p.schema.column(table, own[0].column) if own and own[0].column else None
    if column is None or p.schema.is_measure(table, column):
        return None
    return Col(table, column.name)


def _unit_follows(p: Parse, at: int) -> bool:
    chunk = p.chunk(at + 1)
    return chunk is not None and chunk.kind == "unit"


def _unit(p: Parse, start: int, at: int) -> int | None:
    """A unit of time; "of COLUMN" behind it names the date."""
    chunk = p.chunks[at]
    unit = UNIT_WORDS.get(chunk.word) or ADJECTIVE_OF_UNIT[chunk.word]
    if chunk.text.lower() in ("hour", "hours"):
        # Said of many days, hours are those of the clock.
        unit = "hour of day"
    own = real_column(p, at)
    if own is None and unit in ("minute", "second"):
        return None
    if own is not None:
        p.frame.groups.append(Group(p.phrase(start, at + 1), start, column=own))
        return at + 1
    column = None
    end = at + 1
    of = p.past(end, "of", "the", "when", "in", "they", "was", "were", "which", "it")
    if of > end or (p.chunk(end) is not None and p.chunks[end].kind == "name"):
        found = p.column(of, p.dated)
        behind = p.chunk(of)
        if (found is None or not p.is_dated(found)) and behind is not None and behind.kind in ("word", "verb", "name", "value"):
            found = dated_deed(p, behind.text)
        if found is not None and p.is_dated(found):
            column, end = found, of + 1
    p.frame.groups.append(Group(p.phrase(start, end), start, column=column, unit=unit))
    return end


def real_column(p: Parse, at: int) -> Col | None:
    """A column that is called like the unit ("year", "month") in a table that is spoken of."""
    column = p.column(at, floor=0.93)
    if column is None or p.is_dated(column):
        return None
    spoken = {table.key for _, table in p.tables_said} | {table.key for output in p.frame.outputs for table in tables_of((output.expr,))}
    return column if column.table.key in spoken or not p.tables_said else None


def _may_group(p: Parse, at: int) -> bool:
    """ "by" groups unless it sorts ("top 5 by revenue") or names who did something ("by customer 'X'")."""
    if p.frame.limit is not None and p.frame.top and not any(sort.expr is not None for sort in p.frame.sorts):
        return False
    before = p.chunk(at - 1)
    named = p.past(at + 1)
    if p.table(named) is not None and (_is_told(p, named) or ((who := constant(p, named + 1)) is not None and not who.number)):
        # "published by the institution 'X'", "used by the customer named X", "made by the singer who is the youngest".
        return False
    if p.chunk(named) is None:
        return True
    doer = named if p.table(named) is not None else named + 1
    told = doer == named or (p.chunks[named].kind in ("value", "name") and _tells_apart(p, named, p.table(doer)))
    said = p.chunks[doer].text.lower() if p.chunk(doer) is not None else ""
    agent = (
        before is not None
        and (before.text.lower().endswith("ed") or before.kind == "verb")
        and p.table(doer) is not None
        and told
        and said != singular(said)
    )
    return not agent and not (before is not None and before.kind in ("verb",) and p.zone == "where")


def _is_told(p: Parse, at: int) -> bool:
    """One of them, and what follows says which."""
    one = singular(p.chunks[at].text.lower()) == p.chunks[at].text.lower() and p.chunks[at - 1].word == "the"
    following = p.chunk(at + 1)
    return one and following is not None and (following.is_cue("with", "whose", "that") or following.text.lower() in _NAMED)


_NAMED = frozenset({"named", "called", "titled", "whose name is"})


def _tells_apart(p: Parse, at: int, table: TableName | None) -> bool:
    """ "handled by external recruiters": a value or a flag of theirs, no key."""
    if table is None or p.chunks[at].kind == "value":
        return table is not None
    column = p.column(at, None, table)
    return column is not None and column.table == table and is_flag(p.schema.of(column).kind, p.schema.of(column).values)


def periodic(p: Parse, at: int) -> int | None:
    """ "monthly revenue", "daily orders": a unit before what is measured."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "unit" or chunk.word not in ADJECTIVE_OF_UNIT:
        return None
    before = p.before(at)
    if before is not None and before.is_cue("avg", "high", "low", "median"):
        p.frame.groups.append(Group(chunk.text, at, unit=ADJECTIVE_OF_UNIT[chunk.word]))
        p.frame.outer = {"avg": "avg", "high": "max", "low": "min", "median": "median"}[before.word]  # type: ignore[assignment]
        p.take(at, at + 1)
        return at + 1
    p.frame.groups.append(Group(chunk.text, at, unit=ADJECTIVE_OF_UNIT[chunk.word]))
    p.take(at, at + 1)
    return at + 1


def in_unit(p: Parse, at: int) -> int | None:
    """ "which month had the most orders", "in which year": the unit is what is asked for."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "unit" or chunk.word not in UNIT_WORDS or p.zone != "select":
        return None
    before = p.chunk(at - 1)
    said = before.text.lower() if before is not None else ""
    if said not in ("the", "show") and said.split()[-1:] not in (["which"], ["what"]):
        return None
    own = real_column(p, at)
    unit = "hour of day" if chunk.word == "hour" else UNIT_WORDS[chunk.word]
    p.frame.groups.append(Group(chunk.text, at, column=own, unit=None if own else unit))
    p.take(at, at + 1)
    return at + 1


def key_of(column: Col) -> Group:
    """A group by one column."""
    return Group(column.column, 0, column=column)
