"""Nouns of amount that are no column's name: "payout", "takings", "cost of licences", "ticket revenue", "energy used"."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.measured_in import Unit, unit_named, unit_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import Column, TableName, name_words, singular, stem, table_words

_KIN: dict[str, tuple[str, ...]] = {
    "payout": ("pay", "paid", "payment", "settlement"), "payment": ("pay", "paid"), "payments": ("pay", "paid"),
    "money": (), "sum": (), "amount": (), "value": ("worth", "price"), "worth": ("value", "price"),
    "revenue": ("sale", "paid", "price"), "sale": ("revenue", "paid", "price"), "takings": ("paid", "price", "sale"),
    "income": ("revenue", "paid", "earning"), "earning": ("income", "revenue", "wage"), "turnover": ("revenue", "sale"),
    "proceeds": ("paid", "revenue", "sale"), "receipts": ("paid", "revenue"), "giving": ("gift", "donation"),
    "cost": ("price", "expense", "fee"), "expense": ("cost", "spend"), "spend": ("paid", "cost", "price"),
    "spending": ("paid", "cost", "price"),
    "expenditure": ("cost", "spend"), "price": ("cost", "rate", "fee"), "fee": ("charge", "price", "cost"), "charge": ("fee", "price"),
    "bill": ("charge", "due", "invoice"), "fare": ("price", "fee"), "rent": ("rate", "price"), "wage": ("salary", "pay"),
    "salary": ("wage", "pay"), "pay": ("salary", "wage"), "debt": ("due", "owed", "balance"), "budget": (),
}  # fmt: skip
"""Noun -> words of columns that it also goes by."""

_OF_ONE_KIND = frozenset("payout payment payments wage salary pay fare rent debt budget giving bill".split())
"""Of money for one thing: only columns that are called so, by themselves or by their table."""

_MONEY = frozenset(
    "amount price paid payment fee cost total revenue premium income value salary wage bonus charge budget due net gross balance rate fare"
    " rent spend sale tax bill subtotal turnover earning commission discount refund deposit fine sum worth expense debt".split()
)
_CURRENCIES = frozenset("usd eur gbp chf euro dollar pound cent currency money price cost paid pay".split())
_NO_MONEY = frozenset(
    "quantity count number hour minute day second kg gram km mile percent pct percentage ratio score rating id year month age sqm m2 m3"
    " kwh kw unit center centre stock headcount seat size length weight rank level interest exchange".split()
)


def amount_said(chunk: Chunk) -> str | None:
    """The noun of money that a chunk is, in the singular; None for other words and for names of columns and tables."""
    text = chunk.text.lower()
    said = text if text in _KIN else singular(text)
    known = chunk.kind in ("word", "name", "verb") and chunk.score("column") < 0.7 and chunk.score("table") < 0.6
    return said if known and said in _KIN and not chunk.used else None


def amount_named(p: Parse, at: int, prefer: TableName | None = None) -> Col | None:
    """The one column of money that a noun means there, of the table that it is about; None where none or several fit equally."""
    chunk = p.chunk(at)
    said = amount_said(chunk) if chunk is not None else None
    if said is None or p.is_cue(at - 1, "per", "by"):
        return None
    owner = (p.table(at - 1) if at else None) or p.owner_after(at)
    return _of_owner(p, said, owner) if owner is not None else _nearest(p, said, prefer)


def owned_amount(p: Parse, at: int) -> Col | None:
    """ "ticket revenue", where only another table has a column that goes by "revenue" as a synonym: the money of the tickets."""
    chunk = p.chunks[at]
    said = singular(chunk.text.lower())
    owner = (p.table(at - 1) if at else None) or p.owner_after(at)
    if said not in _KIN or owner is None or chunk.kind != "name" or not 0.7 <= chunk.score("column") < 0.85 or chunk.used:
        return None
    if any(match.table == owner for match in chunk.names if match.kind == "column"):
        return None
    return _of_owner(p, said, owner)


def amount_done(p: Parse, at: int) -> tuple[Col, int] | None:
    """ "how much did we pay out", "how much did guests spend": the money that a verb behind a place is about, and its place."""
    for place in range(at, len(p.chunks)):
        noun = _DEEDS.get(p.chunks[place].text.lower())
        if noun is not None and p.chunks[place].kind in ("verb", "word", "name"):
            found = _nearest(p, noun, None)
            return (found, place) if found is not None else None
    return None


_DEEDS = {
    form: noun
    for noun, forms in (
        ("payout", "pay paid"), ("spend", "spend spent"), ("income", "earn earned make made"), ("cost", "cost"),
        ("bill", "bill billed invoice invoiced"), ("revenue", "collect collected sell sold take took"),
        ("giving", "donate donated give gave"),
    )
    for form in forms.split()
}  # fmt: skip
"""What is done with money -> the noun for it."""


def _nearest(p: Parse, said: str, prefer: TableName | None) -> Col | None:
    """The one column that fits of the tables spoken of, else of all."""
    for table in dict.fromkeys(_tables(p, prefer)):
        found = money_columns(p, table)
        best = _best(said, found)
        if best is not None:
            return best
        if found and said not in _OF_ONE_KIND:
            # Several that fit equally: not to be guessed.
            return None
    return _only_kin(p, said)


def _of_owner(p: Parse, said: str, owner: TableName) -> Col | None:
    """ "ticket revenue", "cost of orders": the owner's own money, else that of rows which belong to it."""
    own = money_columns(p, owner)
    if own:
        return _best(said, own)
    parts = [step.target for step in p.schema._steps[owner.key] if step.many]
    return _best(said, tuple(column for part in dict.fromkeys(parts) for column in money_columns(p, part)))


def _tables(p: Parse, prefer: TableName | None) -> Iterator[TableName]:
    """The tables that a noun may be about: what the question is about, what its conditions judge, what else is spoken of."""
    frame = p.frame
    spoken = [table for _, table in p.tables_said]
    judged = [condition.about for condition in frame.conditions]
    shown = list(tables_of(output.expr for output in frame.outputs))
    named = [match.table for chunk in p.chunks for match in (chunk.values[:1] or chunk.names[:1]) if match.score >= 0.7]
    for table in (prefer, frame.subject, *judged, *shown, *spoken, *named):
        if table is not None:
            yield table


def money_columns(p: Parse, table: TableName) -> tuple[Col, ...]:
    """A table's own columns of money, by their names, types and descriptions."""
    kept: dict[str, tuple[Col, ...]] = vars(p.schema).setdefault("money_columns", {})
    if table.key not in kept:
        columns = p.schema.table(table).columns
        kept[table.key] = tuple(
            Col(table, column.name) for column in columns if not column.hidden and p.schema.is_measure(table, column) and _money(column)
        )
    return kept[table.key]


def _money(column: Column) -> bool:
    words = {singular(word) for word in name_words(column.name)}
    if words & _NO_MONEY:
        return False
    told = {singular(word) for word in (column.description or "").lower().replace(",", " ").replace(".", " ").split()}
    return bool(words & (_MONEY | _CURRENCIES)) or bool(told & _CURRENCIES)


def _best(said: str, found: tuple[Col, ...]) -> Col | None:
    """The only one, or the only one that the noun or its kin name; a plain amount stands for any of them."""
    if said in _OF_ONE_KIND:
        found = tuple(column for column in found if _kin(said, column))
    if len(found) == 1:
        return found[0]
    for words in ((said,), _KIN[said], ("amount", "total")):
        stems = {stem(word) for word in words}
        fitting = [column for column in found if stems & set(map(stem, name_words(column.column)))]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _kin(said: str, column: Col) -> bool:
    """The column or its table is called by the noun or by what it also goes by."""
    stems = {stem(word) for word in (said, *_KIN[said])}
    return bool(stems & {stem(word) for word in (*name_words(column.column), *table_words(column.table.name))})


def _only_kin(p: Parse, said: str) -> Col | None:
    """The one column of all tables that the noun or its kin name, in its own name or in its table's."""
    columns = [column for table in p.schema.tables.values() for column in money_columns(p, table.name) if _kin(said, column)]
    for word in (said, *_KIN[said]):
        fitting = [column for column in columns if stem(word) in map(stem, (*name_words(column.column), *table_words(column.table.name)))]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def of_each_row(p: Parse, column: Col) -> bool:
    """ "licences with studio and cost": rows of the column's table are listed, nothing is added up."""
    subject = p.frame.subject
    if any(chunk.is_cue("per", "by", "sum", "how much") for chunk in p.chunks) or p.frame.groups:
        return False
    return subject is not None and subject.key == column.table.key


def unknown_amount(p: Parse, at: int) -> bool:
    """ "training cost", where nothing keeps it: a column that only shares a word with it (a cost centre) is not meant."""
    chunk = p.chunks[at]
    column = p.column(at) if amount_said(chunk) is not None and chunk.kind == "name" else None
    return column is not None and column not in money_columns(p, column.table) and p.is_measure(column)


def repeated_amount(p: Parse, at: int) -> int | None:
    """ "premium income", "good pieces", "pieces scrapped": the noun beside a column of money or of pieces says nothing more."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("word", "name", "verb") or chunk.score("column") >= 0.6 or chunk.score("table") >= 0.6:
        return None
    if (unit := unit_named(chunk.text)) is not None and _kept_in(p, at, unit):
        p.take(at, at + 1)
        return at + 1
    pieces = singular(chunk.text.lower()) in _PIECES
    if not pieces and amount_said(chunk) is None:
        return None
    for place in (at - 1, at + 1) if pieces else (at - 1,):
        beside = p.chunk(place)
        column = p.column(place, p.measures) if beside is not None and beside.kind == "name" and p.table(place) is None else None
        if column is None or beside is None or (place < at and not beside.used):
            continue
        words = {*name_words(column.column), *_told(p.schema.of(column))}
        if (pieces and words & {"quantity", *_PIECES}) or (not pieces and column in money_columns(p, column.table)):
            p.take(at, at + 1)
            return at + 1
    return None


def _kept_in(p: Parse, at: int, unit: Unit) -> bool:
    """ "downloaded megabytes": the unit in which the column beside it is kept."""
    for place in (at - 1, at + 1):
        beside = p.chunk(place)
        column = p.column(place, p.measures) if beside is not None and beside.kind == "name" and p.table(place) is None else None
        if column is not None and beside is not None and (place > at or beside.used) and unit_of(p.schema.of(column)) == unit:
            return True
    return False


_PIECES = frozenset({"piece", "unit", "item", "copy", "pcs"})
"""Nouns for things that a quantity counts."""


def _told(column: Column) -> set[str]:
    return {singular(word) for word in (column.description or "").lower().split()}
