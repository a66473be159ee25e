"""Conditions that need no value: flags, missing and known values, deeds that have happened."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Lit, Null, Pred, Truth


def missing(p: Parse, at: int) -> int | None:
    """ "missing email", "without a phone number": the column is null."""
    if p.is_cue(at, "null", "not null", "without"):
        place = p.past(at + 1)
        column = p.column(place) or _pointer(p, place)
        if column is None or p.table(place) is not None:
            return None
        if p.is_cue(at, "without") and column.column in p.schema.key(column.table):
            return None
        subject = p.frame.subject
        if (
            p.is_cue(at, "without")
            and subject is not None
            and subject.key != column.table.key
            and not p.schema.to_one(subject, column.table)
        ):
            # "tickets with no tags": rows of another table that are not there.
            return None
        flag = p.schema.of(column)
        pred: Pred = Truth(column, False) if flag.kind == "boolean" else Null(column, p.is_cue(at, "not null"))
        tail = p.chunk(place + 1)
        dated = tail is not None and tail.text.lower() in ("date", "time", "dates") and p.is_dated(column)
        return add_condition(p, pred, at, place + 1 + dated)
    return None


def flag(p: Parse, at: int) -> int | None:
    """A column that is true or false, said as an adjective: "active customers", "is refunded", "not verified"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "name" or p.table(at) is not None:
        return None
    column = p.column(at, lambda table, column: is_flag(column.kind, column.values))
    if column is None or chunk.score("column") < 0.6:
        return None
    found = p.schema.of(column)
    if not is_flag(found.kind, found.values):
        return None
    before = p.before(at)
    if (
        before is not None
        and (before.is_cue("show", "and") and not p.table(p.past(at + 1)))
        and before.text.lower() not in ("are", "is", "which are")
    ):
        return None
    denial = _denial(p, at)
    if denial is not None:
        denial.used = True
    return add_condition(p, Truth(column, denial is None), at, at + 1)


def _denial(p: Parse, at: int) -> Chunk | None:
    """ "not verified", "do not receive the newsletter": the word that denies a flag, a verb or "have" between."""
    place = at - 1
    while (chunk := p.chunk(place)) is not None and (
        (chunk.kind in ("stop", "verb") and chunk.word not in (",", ".")) or chunk.is_cue("with")
    ):
        place -= 1
    return chunk if chunk is not None and chunk.is_cue("never", "ne", "without") else None


def flag_of_rows(p: Parse, at: int) -> int | None:
    """ "smart meters", where the meters have such a flag, though rows of another table have a value that is called so too."""
    chunk = p.chunk(at)
    table = p.table(at + 1) or p.near_table(at) or p.subject()
    if chunk is None or chunk.kind != "value" or chunk.capital or table is None:
        return None
    if any(hit.table is not None and hit.table.key == table.key for hit in chunk.values):
        return None
    for match in chunk.names:
        own = match.kind == "column" and match.column and match.table is not None and match.table.key == table.key and match.score >= 0.6
        column = p.schema.column(table, match.column) if own and match.column else None
        if column is not None and is_flag(column.kind, column.values):
            denial = _denial(p, at)
            if denial is not None:
                denial.used = True
            return add_condition(p, Truth(Col(table, column.name), denial is None), at, at + 1)
    return None


def is_flag(kind: str, values: tuple[object, ...]) -> bool:
    """True for booleans and for two values like Y and N."""
    if kind == "boolean":
        return True
    texts = {str(value).lower() for value in values}
    return 0 < len(texts) <= 2 and texts <= {"y", "n", "yes", "no", "true", "false", "t", "f", "0", "1"}


def happened(p: Parse, at: int) -> int | None:
    """ "have been delivered", "are discontinued", "not yet shipped": a date of that deed is there, or is missing."""
    chunk = p.chunk(at)
    if (
        chunk is None
        or chunk.kind not in ("name", "verb")
        or not chunk.text.lower().endswith(("ed", "en", "id", "left"))
        or chunk.score("table") >= 0.95
    ):
        return None
    column = p.column(at, p.dated)
    if column is None or not p.is_dated(column):
        return None
    following = p.chunk(p.past(at + 1))
    if following is not None and (following.kind in ("date", "unit") or following.is_cue("per", "by")):
        return None
    before = p.chunk(at - 1)
    linking = before is not None and (
        before.text.lower().split()[-1] in ("is", "are", "was", "were", "been", "be", "being", "yet", "not", "never", "never")
    )
    linking = linking or (chunk.text.lower() == "left" and before is not None and before.is_cue("that"))
    adjective = p.table(at + 1) is not None and p.table(at + 1) == column.table
    if not linking and not adjective:
        return None
    earlier = p.before(at)
    negated = earlier is not None and earlier.is_cue("never", "ne", "without")
    if negated and earlier is not None:
        earlier.used = True
    return add_condition(p, Null(column, not negated), at, at + 1)


def known(p: Parse, at: int) -> int | None:
    """ "customers who have an email", "with a phone number": the column has a value."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("with") or p.frame.subject is None:
        return None
    text = chunk.text.lower()
    place = p.past(at + 1, "a", "an", "any")
    article = place > at + 1 or text.endswith((" a", " an"))
    if not article and text.split()[-1] not in ("have", "has", "having"):
        return None
    column = p.column(place)
    if (
        column is None
        or p.table(place) is not None
        or column.table.key != p.frame.subject.key
        or column.column in p.schema.key(column.table)
    ):
        return None
    ending = p.chunk(place + 1)
    if ending is not None and not (ending.word in (".", "?", ",") or ending.is_cue("and", "but", "per", "by", "sort", "ever")):
        return None
    found = p.schema.of(column)
    pred: Pred = Truth(column, True) if is_flag(found.kind, found.values) else Null(column, True)
    if p.is_measure(column):
        # "have a fine": an amount that is kept for every row is 0 where there is none.
        pred = Compare(">", column, Lit(0))
    return add_condition(p, pred, at, place + 1)


def _pointer(p: Parse, at: int) -> Col | None:
    """ "with no manager": a column of the subject that points to one, though a stored value is called so as well."""
    chunk, subject = p.chunk(at), p.frame.subject
    if chunk is None or chunk.kind != "value" or subject is None:
        return None
    for match in chunk.names:
        if (
            match.kind == "column"
            and match.table
            and match.table.key == subject.key
            and match.column
            and p.schema.is_key(subject, match.column)
        ):
            return Col(subject, match.column)
    return None
