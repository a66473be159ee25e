"""Where a row begins and ends: the pair of its dates that a duration ("length of stay", "resolution time") is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import TableName, name_words, stem

_BEGINNINGS = (
    "created", "creation", "opened", "open", "start", "started", "begin", "began", "ordered", "order", "placed", "requested", "request",
    "submitted", "booked", "issued", "hired", "hire", "joined", "admitted", "admission", "check in", "checkin", "checked in", "received",
    "reported", "registered", "signup", "signed up", "scheduled", "departure", "departed", "from", "shipped", "effective", "born",
)  # fmt: skip
_ENDINGS = (
    "end", "ended", "finish", "finished", "complete", "completed", "completion", "closed", "close", "resolved", "check out", "checkout",
    "checked out", "discharged", "discharge", "delivered", "delivery", "returned", "return", "left", "leave", "termination", "terminated",
    "cancelled", "canceled", "expiry", "expires", "expiration", "until", "to", "arrival", "arrived", "exit", "paid", "released", "shipped",
)  # fmt: skip
_PAIRS = (
    (("check in", "checkin", "checked in"), ("check out", "checkout", "checked out")),
    (("admitted", "admission", "admit"), ("discharged", "discharge")),
    (("start", "started", "begin"), ("end", "ended", "finish", "finished")),
    (("from",), ("to", "until", "expiry", "expires", "end", "ended")),
    (("effective", "issued", "issue"), ("expiry", "expires", "expiration")),
    (("entry", "entered", "in"), ("exit", "exited", "out")),
    (("loaned", "loan", "borrowed", "rented", "rental", "lent"), ("returned", "return")),
    (("departure", "departed", "depart"), ("arrival", "arrived", "arrive")),
    (("hire", "hired", "joined", "join", "member since"), ("left", "termination", "terminated", "exit", "leave")),
    (("opened", "open", "created"), ("closed", "close", "resolved")),
)


@cache
def deed_nouns() -> dict[str, tuple[str, ...]]:
    """Stem of a noun or verb -> words of the dates on which such a thing is done, best first."""
    return {" ".join(map(stem, phrase.split())): words for phrase, words in _read("deed_dates.txt")}


@cache
def going_on() -> dict[str, tuple[str, ...]]:
    """Word for what goes on until today -> words of the date on which it began, best first."""
    return dict(_read("going_on.txt"))


def _read(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            said, _, words = line.partition(": ")
            yield from ((phrase, tuple(words.split("|"))) for phrase in said.split("|"))


def dated_by(schema: Schema, words: Iterable[str], tables: Iterable[TableName]) -> Col | None:
    """The first date column, of these tables in order, whose words say one of these (`closed` fits `closed_at`, `date_closed`)."""
    wanted = [tuple(map(stem, phrase.split())) for phrase in words]
    for table in tables:
        dates = [(name, tuple(map(stem, name_words(name)))) for name in schema.dates(table)]
        for phrase in wanted:
            for name, own in dates:
                if any(own[at : at + len(phrase)] == phrase for at in range(len(own))):
                    return Col(table, name)
    return None


def beginning(schema: Schema, end: Col) -> Col | None:
    """The date on which the row of `end` began."""
    order = [column.name for column in schema.table(end.table).columns if schema.is_date(end.table, column)]
    others = [name for name in order if name != end.column]
    for starts, ends in _PAIRS:
        if _said(end.column, ends) and (found := next((name for name in others if _said(name, starts)), None)) is not None:
            return Col(end.table, found)
    earlier = [name for name in others if order.index(name) < order.index(end.column)]
    named = [name for name in others if _said(name, _BEGINNINGS)]
    first = next((name for name in earlier if name in named), None) or (earlier[0] if earlier else None) or (named[0] if named else None)
    return Col(end.table, first) if first is not None else None


def whole_span(schema: Schema, table: TableName) -> tuple[Col, Col] | None:
    """The dates on which a row of the table begins and ends; None where it has no such pair."""
    dates = [column.name for column in schema.table(table).columns if schema.is_date(table, column)]
    for starts, ends in (*_PAIRS, (_BEGINNINGS, _ENDINGS)):
        first = next((name for name in dates if _said(name, starts)), None)
        last = next((name for name in reversed(dates) if name != first and _said(name, ends)), None)
        if first is not None and last is not None:
            return Col(table, first), Col(table, last)
    return None


def _said(column: str, phrases: Iterable[str]) -> bool:
    own = " ".join(name_words(column))
    return any(own == phrase or own.startswith(f"{phrase} ") or own.endswith(f" {phrase}") or f" {phrase} " in own for phrase in phrases)
