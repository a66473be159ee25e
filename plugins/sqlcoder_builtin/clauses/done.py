"""Words that say something has been given or is still owed: "insured patients", "assigned tickets", "outstanding invoices"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import deed_date
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Lit, Null, Pred
from sqlcoder_core.api import TableName, name_words, rematch, stem

_OWED = frozenset({"outstanding", "unsettled"})
_LEAST = 5
"""Letters that the word and the column's name must share: insur for insured and insurance."""
_ALIKE = 0.6
"""A name that fits better than this is read as what it names."""


def given(p: Parse, at: int) -> int | None:
    """A participle before its table, of which one text column keeps by whom or what: that column is known."""
    chunk, table = p.chunk(at), p.table(at + 1)
    said = chunk.text.lower() if chunk is not None else ""
    plain = chunk is not None and (
        chunk.kind in ("word", "verb") or (chunk.kind == "name" and bool(chunk.names) and chunk.names[0].score < _ALIKE)
    )
    if not plain or table is None or not said.endswith("ed") or p.is_cue(at - 1, "never", "ne", "without"):
        return None
    root = stem(said)[:_LEAST]
    fitting = [
        column.name
        for column in p.schema.table(table).columns
        if len(root) == _LEAST
        and any(word.startswith(root) for word in name_words(column.name))
        and not p.schema.is_key(table, column.name)
    ]
    if len(fitting) != 1 or not p.texts(table, p.schema.column(table, fitting[0])):
        return None
    return _placed(p, Null(Col(table, fitting[0]), True), at)


def owed(p: Parse, at: int) -> int | None:
    """What has not been paid: the stored value that says so, else the date of the payment is missing."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "word" or chunk.text.lower() not in _OWED:
        return None
    table = p.table(at + 1) or p.frame.subject
    pred = _unpaid(p, table) if table is not None else None
    return _placed(p, pred, at) if pred is not None else None


def paid_already(p: Parse, at: int) -> int | None:
    """ "how much has each client paid": the verb says which amount is added up, though a status is called so too."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "value" or chunk.capital or not p.chunks[0].is_cue("how much") or " " in chunk.text:
        return None
    sums = [output.expr for output in p.frame.outputs if isinstance(output.expr, Agg) and output.expr.function == "sum"]
    columns = [expr.arg for expr in sums if isinstance(expr.arg, Col)]
    following = p.chunk(at + 1)
    behind = following is None or following.kind in ("mark", "date", "stop") or following.is_cue("per", "by", "and")
    if not behind or p.table(at + 1) is not None or not any(_says(column, chunk.text) for column in columns):
        return None
    p.take(at, at + 1)
    return at + 1


def gave_most(p: Parse, at: int) -> int | None:
    """ "who has paid us the most": the sum of the number that the verb is about, though a status is called so too."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("value", "verb", "name") or chunk.capital or p.table(at) is not None:
        return None
    place = at + 1
    while (between := p.chunk(place)) is not None and between.text.lower() in ("us", "the", "our"):
        place += 1
    behind = p.chunk(place + 1)
    most = p.is_cue(place, "high", "low") and p.chunks[place].text.lower() in ("most", "least")
    if not most or not (behind is None or behind.kind in ("mark", "date") or behind.word == ","):
        return None
    column = _amount(p, chunk.text)
    if column is None:
        return None
    expr = Agg("sum", column.table, column)
    p.frame.sorts.append(Sort(p.is_cue(place, "high"), p.phrase(at, place + 1), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, place + 1), f"{'highest' if p.is_cue(place, 'high') else 'lowest'} {describe(expr)}")
    p.take(at, place + 1)
    return place + 1


def _amount(p: Parse, verb: str) -> Col | None:
    """The one number, of the nearest table that has one, that is called by the verb."""
    subject = p.subject()
    found = [
        (p.schema.distance(subject, table.name) if subject is not None else 0, table.name.key, Col(table.name, column.name))
        for table in p.schema.tables.values()
        for column in table.columns
        if p.measures(table.name, column) and _says(Col(table.name, column.name), verb)
    ]
    nearest = [entry for entry in found if entry[0] == min(distance for distance, _, _ in found)] if found else []
    return nearest[0][2] if len(nearest) == 1 and nearest[0][0] < 99 else None


def _says(column: Col, verb: str) -> bool:
    return stem(verb.lower()) in {stem(word) for word in name_words(column.column)}


def _unpaid(p: Parse, table: TableName) -> Pred | None:
    stored = [match for match in rematch("unpaid", p.schema.linked).matches if match.kind == "value" and match.score >= 0.95]
    for match in stored:
        if match.table is not None and match.table.key == table.key and match.column is not None and match.value is not None:
            return Compare("=", Col(table, match.column), Lit(match.value))
    paid = deed_date(p, "paid", table)
    return Null(paid) if paid is not None else None


def _placed(p: Parse, pred: Pred, at: int) -> int:
    """A condition before the noun, which is still asked for."""
    zone = p.zone
    end = add_condition(p, pred, at, at + 1)
    if p.table(at + 1) is not None:
        p.zone = zone
    return end
