"""Constants that stand alone: stored values, names beside tables, places, quoted text."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import is_deed
from sqlcoder_builtin.clauses.equalities import equal
from sqlcoder_builtin.clauses.flags import flag_of_rows
from sqlcoder_builtin.clauses.literals import Constant, constant, hit_for
from sqlcoder_builtin.clauses.places import place_column
from sqlcoder_builtin.clauses.ranges import open_ended
from sqlcoder_builtin.clauses.row_names import called_by_kind, name_beyond, name_of, other_name
from sqlcoder_builtin.cue_words import PLACE_PREPOSITIONS
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Like, Lit
from sqlcoder_core.api import TableName, name_words, singular


def column_value(p: Parse, at: int) -> int | None:
    """COLUMN VALUE or VALUE COLUMN side by side: "status completed", "id 5", "the 'Red' color"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name":
        return None
    value_at = p.past(at + 1, "of", "as", "in", "is", "are", "for", "a", "the", "either")
    if chunk.text.lower().endswith("ed") and p.is_cue(value_at, "with", "by"):
        value_at = p.past(value_at + 1, "a", "the")
    found = constant(p, value_at)
    if found is None or p.is_cue(value_at - 1, "and", "or"):
        return None
    column = p.column(at, p.numbers if found.number else p.texts)
    if column is None or (p.table(at) is not None and chunk.score("table") > chunk.score("column")):
        return None
    if found.number and value_at > at + 1 and p.chunks[value_at - 1].word not in ("of", "is", "are", "as"):
        return None
    kind = p.schema.of(column).kind
    if found.hits and hit_for(p, found.hits, value_at, column) is None and not found.quoted:
        return None
    if found.number and p.table(p.past(found.end)) is not None and chunk.score("column") < 0.9:
        return None
    coded = name_words(column.column)[-1] in _CODES
    if found.number and kind not in ("integer", "number") and not (coded or p.schema.is_key(column.table, column.column)):
        return None
    if not found.number and kind in ("integer", "number"):
        return None
    literal = p.chunks[value_at].kind == "quoted"
    held = hit_for(p, found.hits, value_at, column) is not None
    joined = value_at > at + 1 and p.chunks[value_at - 1].word in ("in", "for", "of")
    if joined and not (held or literal or found.number or _place_of(p, at, value_at, found)):
        return None
    if p.schema.is_date(column.table, p.schema.of(column)) and not found.quoted:
        return None
    op, end = open_ended(p, found.end, "=")
    if found.number and op != "=" and end > found.end:
        return add_condition(p, Compare(op, column, Lit(found.value)), at, end)
    return equal(p, column, at, found, _negated(p, at))


_CODES = frozenset({"code", "number", "postcode", "zip", "zipcode", "phone", "no", "id", "version"})
"""Last words of columns of text that hold figures."""


def _place_of(p: Parse, at: int, value_at: int, found: Constant) -> bool:
    """ "in the city of Goroka": the column stands behind a preposition, so it is not what is asked for."""
    before = p.before_any(at)
    opened = before is not None and (before.word in PLACE_PREPOSITIONS or before.is_cue("with", "whose", "that", "eq", "ne", "and"))
    if found.capital and p.chunks[value_at - 1].word == "in" and before is not None and before.is_cue("with", "whose", "that"):
        # "with headquarters in Tokyo": the column holds places.
        return p.chunks[at].text.lower() in _SEATS
    return found.capital and p.chunks[value_at - 1].word == "of" and opened and p.chunks[at].end - p.chunks[at].start == 1


_SEATS = frozenset(
    ["headquarters", "headquarter", "headquartered", "base", "offices", "office", "location", "residence", "home", "address"]
)
"""Columns of places by what they are called; that they are in a place says which one."""


def value_column(p: Parse, at: int) -> int | None:
    """VALUE COLUMN: "'completed' status", "Sales department": the column behind the value is the one it is compared with."""
    found = constant(p, at)
    if found is None or found.number:
        return None
    chunk = p.chunk(found.end)
    if chunk is None or chunk.kind != "name":
        return None
    column = p.column(found.end, p.texts)
    if column is None or chunk.score("column") < 0.5 or p.table(found.end) is not None:
        return None
    if found.hits and hit_for(p, found.hits, at, column) is None:
        return None
    end = found.end
    result = equal(p, column, at, found, _negated(p, at))
    if result == end:
        p.take(end, end + 1)
        return end + 1
    return result


def _called(p: Parse, at: int) -> Col | None:
    """ "a song that has the word love in its title": its name, whatever the column is called."""
    chunk, near = p.chunk(at), p.near_table(at)
    if chunk is None or near is None or chunk.text.lower() not in ("title", "titles", "name", "names"):
        return None
    return name_of(p, near)


def value_as(p: Parse, at: int) -> int | None:
    """ "with 'white' as their color description": the column behind "as"."""
    found = constant(p, at)
    joint = p.chunk(found.end) if found is not None else None
    if found is None or found.number or joint is None or joint.text.lower() not in ("as", "for"):
        return None
    place = p.past(found.end + 1, "the", "a", "an", "their", "its", "his", "her")
    column = p.column(place, p.texts)
    if column is None or p.table(place) is not None or (joint.text.lower() == "for" and place == found.end + 1):
        return None
    end = equal(p, column, at, found, _negated(p, at))
    p.take(end, place + 1)
    return max(end, place + 1)


def contained(p: Parse, at: int) -> int | None:
    """ "with 'kettle' in the name": the text stands somewhere inside."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("quoted", "word", "value") or not (chunk.kind == "quoted" or chunk.capital):
        return None
    inside = p.chunk(at + 1)
    place = p.past(at + 2, "the", "their", "its", "his", "her")
    if inside is None or inside.text.lower() not in ("in", "within", "inside") or place == at + 2:
        return None
    column = p.column(place, p.texts) or _called(p, place)
    if column is None or p.table(place) is not None or p.schema.of(column).kind not in ("text", "other"):
        return None
    before = p.before(at)
    negated = before is not None and before.is_cue("without", "never", "ne")
    if before is not None and before.is_cue("like", "without", "never", "ne"):
        before.used = True
    return add_condition(p, Like(column, f"%{chunk.text}%", negated), at, place + 1)


def alone(p: Parse, at: int) -> int | None:
    """A constant with no column beside it."""
    if (flagged := flag_of_rows(p, at)) is not None:
        return flagged
    found = constant(p, at)
    if found is None or found.number or is_deed(p, at):
        return None
    column = (
        _by_hit(p, at, found)
        or called_by_kind(p, at, found)
        or _beside_table(p, at, found)
        or _by_place(p, at, found)
        or _by_doer(p, at, found.end)
        or _by_quote(p, at, found)
    )
    if column is None or _lacked(p, at, column):
        return None
    people = p.schema.display(column.table) if column.column in p.schema.display(column.table) else ()
    return equal(p, column, at, found, _negated(p, at), people)


def _lacked(p: Parse, at: int, column: Col) -> bool:
    """ "customers with no phone": a thing that they lack, not a value of rows that nobody spoke of."""
    before, subject = p.before(at), p.subject()
    if before is None or not before.is_cue("never", "without") or before.text.lower().split()[-1] not in ("no", "without", "any"):
        return False
    spoken = any(table.key == column.table.key for _, table in p.tables_said)
    return not spoken and subject is not None and not p.chunks[at].capital and not p.schema.to_one(subject, column.table)


def _by_hit(p: Parse, at: int, found: Constant) -> Col | None:
    hit = hit_for(p, found.hits, at, None)
    if hit is None or hit.table is None or hit.column is None or hit.score < 0.6:
        return None
    return Col(hit.table, hit.column)


def _beside_table(p: Parse, at: int, found: Constant) -> Col | None:
    """ "student David Shieber", "the Marketing department", "movie 'Avatar'"."""
    before = p.chunk(at - 1)
    table: TableName | None = None
    if before is not None and before.kind == "name":
        table = p.table(at - 1)
    elif before is not None and before.kind == "stop" and before.word == "," and p.chunk(at - 2):
        table = p.table(at - 2)
    if table is None and (listed := _listed_before(p, at, found)) is not None:
        return name_of(p, listed)
    if table is None and p.chunk(found.end) is not None:
        table = p.table(found.end)
        behind = p.chunks[found.end].text.lower()
        if singular(behind) != behind and p.chunks[at].kind != "quoted" and not found.hits:
            # "Canadian accounts": an adjective, not the name of one; "Aerosmith albums": of the one that they belong to.
            return _people_of(p, table, at, found.end) or _owner_named(p, table, at, found)
        if table is not None and not found.quoted and (people := _people_of(p, table, at, found.end)) is not None:
            return people
        if table is not None and before is not None and before.kind == "stop" and before.word in ("in", "from") and not found.quoted:
            return place_column(p, (table,)) or name_of(p, table)
    return name_of(p, table) if table is not None else None


def _listed_before(p: Parse, at: int, found: Constant) -> TableName | None:
    """ "both Chess and Go games", "a TV and a sofa listed as amenities": names of rows of the table behind the last of them."""
    end, last = found.end, found
    while p.is_cue(end, "and", "or") and (following := constant(p, p.past(end + 1, "a", "an", "the"))) is not None and not following.number:
        end, last = following.end, following
    if last is found or not (found.capital or found.quoted):
        return None
    place = p.past(end + 1) if p.is_cue(end, "eq") else end
    return p.table(place)


def _owner_named(p: Parse, table: TableName | None, at: int, found: Constant) -> Col | None:
    """The name of what these rows point to, where they point to one thing that has a name."""
    said = p.chunks[found.end - 1].text.lower()
    if table is None or not found.capital or said.endswith(_OF_PEOPLE) or any(chunk.values for chunk in p.chunks[at : found.end]):
        return None
    column = name_beyond(p, table)
    p.frame.doubts += 0.12 if column is not None else 0.0
    return column


_OF_PEOPLE = ("ian", "ean", "ish", "ese", "can", "nch", "tch", "ssian", "man", "lian", "aqi", "eek", "wiss", "lsh")
"""How words for people and things of a country or a language end."""


def _people_of(p: Parse, table: TableName | None, at: int, end: int) -> Col | None:
    """ "Japanese constructors", "English songs": their nationality or language, said as an adjective."""
    one = end == at + 1 and " " not in p.chunks[at].text
    if table is None or not one or not p.chunks[at].text.lower().endswith(_OF_PEOPLE):
        return None
    column = p.concept(("nationality", "citizenship", "language", "languages", "ethnicity"), table, p.texts)
    return column if column is not None and column.table.key == table.key else None


def _by_place(p: Parse, at: int, found: Constant) -> Col | None:
    """ "in San Francisco", "from France", "based in Russia"."""
    before = p.before_any(at)
    near = p.near_table(at)
    if before is not None and before.text.lower() in _ENDS and near is not None:
        end = p.concept(_WAYS[0][before.text.lower() == "to"], near, p.texts)
        if end is not None and end.table.key == near.key:
            return end
    if before is None or before.word not in PLACE_PREPOSITIONS:
        return None
    tables = [table for table in (near, p.subject()) if table is not None]
    return place_column(p, tables) or _place_nearby(p, near, before.word)


_ENDS = ("from", "to")
"""Before a place where something starts or ends."""


def _place_nearby(p: Parse, near: TableName | None, word: str) -> Col | None:
    """ "players from Indonesia", where another table near them keeps the countries."""
    if near is None or word not in ("from", "in"):
        return None
    others = sorted((table.name for table in p.schema.tables.values()), key=lambda table: p.schema.distance(near, table))
    close = [table for table in others if 0 < p.schema.distance(near, table) <= 2]
    found = next((column for table in close if (column := place_column(p, (table,))) is not None), None)
    p.frame.doubts += 0.1 if found is not None else 0.0
    return found


def _by_doer(p: Parse, at: int, end: int) -> Col | None:
    """ "products made by Sony", "papers by Ada Wu": whoever the rows point to, or are joined to, by a name of their own."""
    place = at - 1 if p.is_cue(at - 1, "both") else at
    before, near = p.before_any(place), p.near_table(at) or p.subject()
    if before is None or before.text.lower() != "by" or near is None or any(p.table(place) for place in range(at, end)):
        return None
    if (doer := _done_by(p, near)) is not None:
        return doer
    others = sorted((table.name for table in p.schema.tables.values()), key=lambda table: p.schema.distance(near, table))
    beside = [table for table in others if 0 < p.schema.distance(near, table) <= 2 and p.schema.to_one(near, table)]
    across = [table for table in others if p.schema.distance(near, table) == 2 and not p.schema.to_one(near, table)]
    for tables in (beside, across):
        named = [column for table in tables if (column := name_of(p, table)) is not None and _says_name(column)]
        people = [column for column in named if len(p.schema.display(column.table)) == 2]
        if len(named) == 1 or len(people) == 1:
            p.frame.doubts += 0.1
            return (people or named)[0]
    return None


def _says_name(column: Col) -> bool:
    """A name proper: what stands for one in tables without (details, descriptions) names nobody who does something."""
    return name_words(column.column)[-1] not in ("detail", "description")


def _done_by(p: Parse, near: TableName) -> Col | None:
    """ "eliminated by": a column of the rows spoken of, or of those that refer to them, that says by whom."""
    others = sorted((table.name for table in p.schema.tables.values()), key=lambda table: p.schema.distance(near, table))
    for table in others:
        if p.schema.distance(near, table) <= 1:
            for column in p.schema.table(table).columns:
                if name_words(column.name)[-1:] == ("by",) and p.texts(table, column) and not p.schema.refers(table, column.name):
                    return Col(table, column.name)
    return None


def _by_quote(p: Parse, at: int, found: Constant) -> Col | None:
    """Quoted text or a capitalised name with nothing beside it: how rows of the nearest table are named."""
    if not (found.quoted or found.capital):
        return None
    shown = next(iter(tables_of(output.expr for output in p.frame.outputs)), None)
    near = p.near_table(at) or p.subject() or shown
    behind = p.chunk(found.end)
    if near is None or (
        behind is not None
        and p.chunks[at].kind != "quoted"
        and p.table(found.end) is not None
        and singular(behind.text.lower()) != behind.text.lower()
    ):
        return None
    p.frame.doubts += 0.12
    named = name_of(p, near)
    shown_too = named is not None and any(output.expr == named for output in p.frame.outputs)
    return (other_name(p, near, found) if shown_too else None) or named or name_beyond(p, near)


def _negated(p: Parse, at: int) -> bool:
    """ "not in Rome", "not made by Sony", "don't play football": a verb and its preposition may stand between."""
    place = at - 1
    while (chunk := p.chunk(place)) is not None and (
        chunk.kind in ("stop", "verb") or (chunk.is_cue("by", "with") and " " not in chunk.text)
    ):
        place -= 1
    if chunk is None or not chunk.is_cue("ne", "never", "without"):
        return False
    chunk.used = True
    return True


_WAYS = ((("origin", "source", "departure", "from", "start"), ("destination", "arrival", "to", "end")),)


def from_place_to_place(p: Parse, at: int) -> int | None:
    """ "flights from Los Angeles to Honolulu": where it starts and where it ends."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() != "from":
        return None
    first = constant(p, at + 1)
    if first is None or first.number or not p.chunk(first.end) or p.chunks[first.end].text.lower() != "to":
        return None
    second = constant(p, first.end + 1)
    near = p.near_table(at) or p.subject()
    if second is None or second.number or near is None:
        return None
    starts, ends = _WAYS[0]
    start, end = p.concept(starts, near, p.texts), p.concept(ends, near, p.texts)
    if start is None or end is None or start == end:
        return None
    equal(p, start, at, first, False)
    return equal(p, end, first.end, second, False)
