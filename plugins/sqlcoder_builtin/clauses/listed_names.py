"""Things listed that say which rows are shown: names, keys, dates, and what the question groups by."""

from __future__ import annotations

from sqlcoder_builtin.clauses.known_figures import figures
from sqlcoder_builtin.clauses.list_words import COUNTS, MORE, NAMES, POINTING, UNITS
from sqlcoder_builtin.clauses.listings import first_and_last
from sqlcoder_builtin.frame import Group
from sqlcoder_builtin.measured_in import unit_named, unit_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by, deed_nouns
from sqlcoder_builtin.tree import Agg, Col, Expr, Part
from sqlcoder_core.api import TableName, name_words, singular, stem, table_words

_KEYS = frozenset("number id key code no identifier ids".split())


def words_of(p: Parse, start: int, end: int) -> list[str]:
    """The words of some chunks, singular, without those that only point or join."""
    words = [singular(word) for word in p.phrase(start, end).lower().split()]
    return [word for word in words if word not in POINTING and word not in MORE]


def about(p: Parse) -> TableName | None:
    """Whose name is meant by "the name": the subject's, unless its rows are counted for each of a group."""
    grouped = next((group.table for group in reversed(p.frame.groups) if group.table is not None), None)
    subject = p.frame.subject
    own = (subject if subject is not None and not _counts_subject(p) else None) or grouped or subject
    return own or _of_value(p) or p.subject()


def _of_value(p: Parse) -> TableName | None:
    """ "the two priciest violins", "cancelled ones": the rows that are ranked, or that hold the value, where none were named."""
    ranked = next((sort.table for sort in p.frame.sorts if sort.superlative and sort.table is not None), None)
    held = [condition.about for condition in p.frame.conditions if condition.about is not None]
    return ranked or (held[0] if len({table.key for table in held}) == 1 else None)


def _counts_subject(p: Parse) -> bool:
    """ "how many orders per customer": a name is the customer's."""
    subject = p.frame.subject
    counted = any(isinstance(known, Agg) and subject is not None and known.table.key == subject.key for known in figures(p))
    return counted and any(group.table is not None for group in p.frame.groups)


def grouped_by(p: Parse, words: list[str]) -> list[Col] | None:
    """What is grouped by and shown anyway, said again; columns to show of a table's rows, None for anything else."""
    said = {stem(word) for word in words}
    for group in p.frame.groups:
        if group.unit is not None:
            if set(words) <= UNITS | COUNTS and set(words) & UNITS:
                _numbered(group, words)
                return []
        elif group.column is not None and _names_column(group, group.column, said):
            return []
        elif group.table is not None and said and said <= {stem(word) for word in table_words(group.table.name)}:
            return [Col(group.table, name) for name in p.schema.display(group.table)]
    return None


def _numbered(group: Group, words: list[str]) -> None:
    """ "the quarter's number": of the year, not the quarter itself."""
    if "number" in words and group.unit in ("month", "quarter", "week"):
        group.unit = f"{group.unit} of year"


def names_role(p: Parse, words: list[str]) -> bool:
    """ "the warehouse name" of a destination, where rows have an origin too: which of the two is no longer known from the table."""
    if not words or words[-1] not in NAMES:
        return False
    owners = [table.name for table in p.schema.tables.values() if table_words(table.name.name)[-1:] == tuple(words[-2:-1])]
    columns = [group.column for group in p.frame.groups if group.column is not None and group.unit is None]
    return any(
        p.schema.refers(column.table, column.column) and len(p.schema.steps_between(column.table, owner)) > 1
        for column in columns
        for owner in owners
    )


def _names_column(group: Group, column: Col, said: set[str]) -> bool:
    """ "the reason", "the payment method": words of the column, or those that it was grouped by."""
    own = {stem(word) for word in (*name_words(column.column), *group.phrase.lower().split(), *table_words(column.table.name))}
    telling = {stem(word) for word in (*name_words(column.column), *group.phrase.lower().split())}
    return bool(said & telling) and said <= own | {stem("name"), stem("value")}


def named_rows(p: Parse, start: int, end: int) -> list[Col]:
    """ "the name", "account name", "their full names": how rows of the subject or of a group are named."""
    words = words_of(p, start, end)
    if not words or words[-1] not in NAMES:
        return []
    valued = _grouped_value(p) if set(words) <= NAMES else None
    if valued is not None:
        return [valued]
    best = p.chunks[start].best("column")
    owner = owner_of(p, words[:-1]) if set(words) - NAMES else _named_behind(p, start)
    if owner is None and set(words) - NAMES:
        return []
    if owner is None and best is not None and best.score >= 0.95 and best.table is not None and about(p) == best.table:
        return []
    table = owner or about(p)
    if table is None:
        return []
    people = first_and_last(p, table)
    return list(people) if people and len(p.schema.display(table)) > 1 else [Col(table, name) for name in p.schema.display(table)]


def _named_behind(p: Parse, at: int) -> TableName | None:
    """ "the name and city of its stadium": the one row that belongs to each of those asked about."""
    owner, own = p.owner_after(at), about(p)
    if owner is None or own is None or owner.key == own.key or not p.schema.to_one(own, owner):
        return None
    return owner


def _grouped_value(p: Parse) -> Col | None:
    """ "Which keepers have more than two cars? Give the name and the number": the value of whose rows there are so many."""
    shown = p.frame.outputs[0].expr if p.frame.outputs else None
    counted = any(isinstance(known, Agg) and isinstance(shown, Col) and known.table == shown.table for known, _, _, _ in p.frame.having)
    return shown if isinstance(shown, Col) and counted and p.frame.subject is None else None


def owner_of(p: Parse, words: list[str]) -> TableName | None:
    """The table that is spoken of and that these words end in."""
    for _, table in p.tables_said:
        if tuple(words[-1:]) == table_words(table.name)[-1:] or tuple(words) == table_words(table.name):
            return table
    return None


def own_key(p: Parse, start: int, end: int) -> Col | None:
    """ "bill number", "the appointment's id": the key, where no column is called so."""
    words = words_of(p, start, end)
    if not words or words[-1] not in _KEYS or p.is_cue(start, "count"):
        return None
    table = owner_of(p, words[:-1]) if len(words) > 1 else about(p)
    if table is None or any(match.score >= 0.93 and match.table == table for match in p.chunks[start].names if match.kind == "column"):
        return None
    key = p.schema.key(table)
    plain = len(words) > 1 or words[-1] in ("id", "key", "identifier", "ids") or not figures(p)
    return Col(table, key[0]) if len(key) == 1 and plain else None


def own_date(p: Parse, start: int, end: int) -> Col | None:
    """ "amount and date": the usual date of what is listed."""
    words, table = words_of(p, start, end), about(p)
    if words not in (["date"], ["time"], ["day"]) or table is None or any(group.unit for group in p.frame.groups):
        return None
    dates = p.schema.dates(table)
    return Col(table, dates[0]) if dates else None


def kept_in(p: Parse, start: int, end: int) -> Col | None:
    """ "name, town and kilometres": the one number of these rows that is kept in that unit."""
    said, table = unit_named(p.phrase(start, end)), about(p)
    if said is None or table is None or p.chunks[start].kind not in ("word", "unit"):
        return None
    columns = [column.name for column in p.schema.table(table).columns if p.measures(table, column) and unit_of(column) == said]
    return Col(table, columns[0]) if len(columns) == 1 else None


def dated_thing(p: Parse, start: int, end: int) -> Expr | None:
    """ "the year they joined", "the date of the offer", "the day it was made": the date of that deed or thing."""
    unit, table = p.chunks[start], about(p)
    if unit.kind != "unit" or unit.word not in ("date", "day", "year", "month") or end - start < 2 or table is None:
        return None
    words = words_of(p, start + 1, end)
    thing = next((named for at in range(start + 1, end) if (named := p.table(at)) is not None), None)
    tables = [thing] if thing is not None else [table, *(said for _, said in p.tables_said)]
    deeds = [word for word in words if word not in _WHO]
    phrases = [*deeds, *(phrase for word in deeds for phrase in deed_nouns().get(stem(word), ()))]
    column = _called_year(p, phrases, tables) if unit.word == "year" else None
    column = column or dated_by(p.schema, phrases, tables)
    if column is None and thing is not None and len(deeds) == 1 and (dates := p.schema.dates(thing)):
        column = Col(thing, dates[0])
    if column is None and thing is None and unit.word in ("date", "day") and len(deeds) == 1 and len(p.schema.dates(table)) == 1:
        # "the date of the move": the only one that these rows have.
        column = Col(table, p.schema.dates(table)[0])
    if column is None:
        return None
    return Part("year", column) if unit.word == "year" and p.is_dated(column) else column


_WHO = frozenset("they he she we you was were is are been has have had when on which".split())


def _called_year(p: Parse, phrases: list[str], tables: list[TableName]) -> Col | None:
    """A number that is called a year, and by the deed."""
    wanted = {stem(word) for phrase in phrases for word in phrase.split()}
    for table in tables:
        for column in p.schema.table(table).columns:
            words = name_words(column.name)
            if "year" in words and wanted & {stem(word) for word in words}:
                return Col(table, column.name)
    return None
