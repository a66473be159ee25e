"""Verbs that a status is also called by: "orders shipped in May" speaks of what was done, "shipped orders" of a status."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.deed_columns import dated_deed
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import DateCondition, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Has, Null, Pred
from sqlcoder_core.api import TableName, name_words, stem, table_words

_DEEDS = frozenset({"placed", "made", "created", "ordered", "bought", "sold"})
_BEGUN = frozenset({"opened", "booked", "submitted", "issued", "logged", "raised", "filed", "started"})
"""Said of how rows come to be: dated by when they began, whatever status is called so."""
_ENDINGS = ("ed", "de", "ld", "ht")
_NEVER = frozenset({"never", "yet"})


def is_deed(p: Parse, at: int) -> bool:
    """A past participle said of what was done, though it is stored as a value too."""
    chunk = p.chunks[at]
    text = chunk.text.lower()
    if chunk.kind != "value" or chunk.capital or chunk.end != chunk.start + 1:
        return False
    following = p.chunk(p.past(at + 1))
    if not text.endswith(_ENDINGS):
        # "policies expire before May", of which some have the status "expired".
        return following is not None and following.kind == "date" and _dated_otherwise(p, at)
    before = p.chunk(at - 1)
    never = before is not None and before.text.lower().split()[-1] in _NEVER
    if never and (deed_date(p, text) is not None or _kept_rows(p, at) is not None):
        return True
    if following is not None and _how_often(following):
        return acted_table(p, at) is not None
    if text in _DEEDS:
        beside = p.chunk(at - 1)
        status = beside is not None and beside.kind == "name" and p.table(at - 1) is None
        return not status and (following is None or not following.is_cue("or", "and"))
    dated = following is not None and (
        following.kind == "date" or following.is_cue("by") or following.text.lower() in ("by", "with", "via")
    )
    return dated and (deed_date(p, text) is not None or text in _BEGUN or _dated_otherwise(p, at))


def _dated_otherwise(p: Parse, at: int) -> bool:
    """A date of what is spoken of is called a little like the word, and no value is called so exactly."""
    chunk = p.chunks[at]
    exact = any(str(match.value).casefold() == chunk.text.casefold() for match in chunk.values)
    return not exact and dated_deed(p, chunk.text) is not None


def _how_often(chunk: Chunk) -> bool:
    return chunk.is_cue("common", "rare") and chunk.text.lower().endswith(("often", "frequently"))


def _kept_rows(p: Parse, at: int) -> TableName | None:
    """The table of the deed, where each row of the subject may have rows of it: the shipments of an order."""
    table, subject = acted_table(p, at), p.subject()
    return table if table is not None and subject is not None and not p.schema.to_one(subject, table) else None


def deed_date(p: Parse, text: str, within: TableName | None = None) -> Col | None:
    """The date column of a deed, of one table if it is given: shipped_at for "shipped"."""
    for table in (p.schema.table(within),) if within is not None else sorted(p.schema.tables.values(), key=lambda table: -table.rank):
        for column in table.columns:
            words = name_words(column.name)
            if p.dated(table.name, column) and len(words) == 2 and words[1] in ("at", "on", "date") and stem(words[0]) == stem(text):
                return Col(table.name, column.name)
    return None


def deed(p: Parse, at: int) -> int | None:
    """Take up such a verb; a period behind it is about the deed's own date."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "value" or not is_deed(p, at):
        return None
    column = deed_date(p, chunk.text.lower()) or (dated_deed(p, chunk.text) if _dated_otherwise(p, at) else None)
    place = p.past(at + 1)
    following = p.chunk(place)
    p.take(at, at + 1)
    p.frame.deed_column = column or p.frame.deed_column
    if column is not None and following is not None and following.kind == "date" and following.date is not None:
        p.frame.dates.append(DateCondition(following.date.period, p.phrase(at, place + 1), at, column))
        p.take(at, place + 1)
        return place + 1
    return at + 1


def dated_verb(p: Parse, at: int) -> int | None:
    """ "signed up each year", "launched by month": the date that the periods are counted on."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("name", "verb", "word") or p.table(at) is not None:
        return None
    first = chunk.text.lower().split()[0]
    ahead = next((place for place in range(at + 1, min(at + 4, len(p.chunks))) if p.chunks[place].kind == "date"), None)
    if first == "left" and ahead is not None:
        return _left(p, at, ahead)
    following = p.chunk(p.past(at + 1, "in", "during"))
    if following is None or not (following.is_cue("per", "by") or following.kind == "unit"):
        return None
    plain = first.endswith(("ed", "rn", "ft", "an", "paid", "sold"))
    named = chunk.kind == "name" and chunk.score("column") >= 0.85
    column = p.column(at, p.dated) if (plain or named) and chunk.kind != "word" else None
    if column is None or not p.is_dated(column):
        verb = chunk.kind in ("verb", "word") or (plain and chunk.score("column") < 0.85)
        column = dated_deed(p, chunk.text) if verb else None
    if column is None:
        return None
    p.frame.deed_column = column
    p.take(at, at + 1)
    return at + 1


def having_date(p: Parse, at: int) -> int | None:
    """ "bookings that have an arrival date in May", "with a due date per month": the date named is what the period is about."""
    if not p.is_cue(at, "with", "whose"):
        return None
    place = p.past(at + 1, "a", "an", "the", "their")
    following = p.chunk(p.past(place + 1, "in", "during", "that", "is", "was", "falls", "lies"))
    column = p.column(place, p.dated) if following is not None and p.table(place) is None else None
    timed = following is not None and (following.kind == "date" or (following.is_cue("per", "by") and _unit_behind(p, following)))
    if column is None or not p.is_dated(column) or not timed:
        return None
    p.frame.deed_column = column
    p.take(at, place + 1)
    return place + 1


def _unit_behind(p: Parse, chunk: Chunk) -> bool:
    behind = next((p.chunk(p.past(place + 1)) for place, other in enumerate(p.chunks) if other is chunk), None)
    return behind is not None and behind.kind == "unit"


def says_what_was_done(p: Parse, at: int, column: Col) -> bool:
    """ "the total amount paid (on invoices)": the verb behind a figure, not a date to show beside it."""
    words, before = p.chunks[at].text.lower().split(), p.chunk(at - 1)
    verb = words[0].endswith(("ed", "paid", "sold", "spent")) and words[-1] not in ("date", "time", "at")
    figured = before is not None and any(is_aggregate(output.expr) and output.at < at for output in p.frame.outputs)
    return verb and figured and p.is_dated(column) and not p.is_cue(at - 1, "and", "show") and before is not None and before.word != ","


def _left(p: Parse, at: int, ahead: int) -> int | None:
    """ "left the company in 2026": the date on which somebody left."""
    column = p.column(at, p.dated)
    between = p.chunks[at + 1 : ahead]
    if column is None or not p.is_dated(column) or any(chunk.kind not in ("stop", "word", "name") for chunk in between):
        return None
    p.frame.deed_column = column
    p.frame.subject = p.frame.subject or column.table
    p.take(at, ahead)
    return ahead


VERB_TABLES = {
    "buy": ("order", "purchase", "sale", "transaction"), "bought": ("order", "purchase", "sale", "transaction"),
    "purchase": ("purchase", "order", "sale"),
    "sell": ("sale", "order"), "sold": ("sale", "order line", "order item", "order"), "order": ("order line", "order item", "order"),
    "pay": ("payment",), "paid": ("payment",), "ship": ("shipment",),
    "deliver": ("delivery", "shipment"), "return": ("return",), "refund": ("refund", "return"), "rent": ("rental",),
    "borrow": ("loan",), "visit": ("visit",), "review": ("review",),
    "enroll": ("enrollment",), "book": ("booking",), "reserve": ("reservation",),
    "subscribe": ("subscription",), "register": ("registration",),
}  # fmt: skip
"""Verbs (by their stem's word) and what the table of such deeds may be called."""


def acted_table(p: Parse, at: int) -> TableName | None:
    """The table of what a verb says: "ordered" means rows of orders, "bought" rows of purchases, orders or sales."""
    chunk = p.chunk(at)
    if chunk is None or chunk.end - chunk.start != 1 or chunk.kind not in ("verb", "name", "word", "value"):
        return None
    said = chunk.text.lower()
    if chunk.kind == "value" and not said.endswith("ed"):
        return None
    if not (said.endswith("ed") or said in ("bought", "sold", "paid", "buy", "sell", "purchase", "order")) or (
        chunk.kind == "name" and p.table(at) is not None and not said.endswith("ed")
    ):
        return None
    wanted = next((tables for verb, tables in VERB_TABLES.items() if stem(verb) == stem(said)), ())
    subject = p.subject()
    if subject is None:
        return None
    found = []
    for table in p.schema.tables.values():
        own = table_words(table.name.name)
        fits = " ".join(own) in wanted or (len(own) == 1 and stem(own[0]) == stem(said))
        if fits and subject.key != table.name.key and p.schema.path(subject, table.name):
            found.append((p.schema.distance(subject, table.name), -table.rank, table.name.key, table.name))
    return min(found)[3] if found else None


def not_yet(p: Parse, at: int) -> int | None:
    """ "orders never shipped", "not yet shipped": the date of the deed is missing, or there is no row of it."""
    chunk, subject = p.chunk(at), p.frame.subject
    if chunk is None or chunk.kind not in ("value", "name", "verb") or subject is None or not chunk.text.lower().endswith(_ENDINGS):
        return None
    beside, before = p.chunk(at - 1), p.before(at)
    if beside is None or before is None or beside.text.lower().split()[-1] not in (*_NEVER, "been"):
        return None
    if not before.is_cue("never", "ne") or not ({"yet", "never"} & set(before.text.lower().split()) or beside.text.lower() == "yet"):
        return None
    pred = _undone(p, at, subject)
    if pred is None:
        return None
    before.used = True
    return add_condition(p, pred, at, at + 1)


def _undone(p: Parse, at: int, subject: TableName) -> Pred | None:
    """No date of the deed on the row itself, no row of the deed, or none that is dated."""
    said = p.chunks[at].text.lower()
    table = _kept_rows(p, at)
    column = (deed_date(p, said, table) if table is not None else None) or deed_date(p, said)
    if column is not None and column.table.key == subject.key:
        return Null(column)
    if table is not None and (column is None or column.table.key != table.key or stem(table_words(table.name)[0]) == stem(said)):
        return Has(subject, table, negated=True)
    if column is None or p.schema.path(subject, column.table) is None:
        return None
    return Has(subject, column.table, (Null(column, True),), negated=True)


def deed_noun(p: Parse, at: int) -> int | None:
    """ "cancellations per month": rows with a date of that deed, by that date, though a status is called so as well."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "value" or chunk.capital or not chunk.text.lower().endswith(("ion", "ions", "al", "als")):
        return None
    column = deed_date(p, chunk.text.lower())
    if column is None or (p.frame.subject is not None and p.frame.subject.key != column.table.key) or p.table(at + 1) is not None:
        return None
    p.frame.deed_column = column
    p.frame.subject = column.table
    return add_condition(p, Null(column, True), at, at + 1)


def done_most(p: Parse, at: int) -> int | None:
    """ "products that were returned most often": by how many rows of the deed there are."""
    following, table = p.chunk(at + 1), acted_table(p, at)
    if following is None or table is None or not _how_often(following):
        return None
    expr = Agg("count", table)
    p.frame.sorts.append(Sort(following.word == "common", p.phrase(at, at + 2), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, at + 2), f"by {describe(expr)}")
    p.take(at, at + 2)
    return at + 2
