"""What is over by now, and who has been there the longest: "permits that have expired", "who has been with us the longest"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.spans_of_time import dated_by
from sqlcoder_builtin.tree import Col, Compare, Today

_OVER = frozenset({"expired", "lapsed", "elapsed"})
_EXPIRY = ("expiry", "expires", "expiration", "expire", "valid to", "valid until", "until")
_BEGUN = ("since", "joined", "join", "hired", "hire", "signup", "signed up", "registered", "registration", "appointed", "member", "start")
_BEEN = frozenset({"been", "being", "served", "worked", "stayed", "working", "serving", "with", "here"})


def expired(p: Parse, at: int) -> int | None:
    """The date on which it runs out lies before today; a status that is called so is another matter."""
    chunk, table = p.chunk(at), p.table(at + 1) or p.frame.subject
    if chunk is None or chunk.kind not in ("word", "verb", "name") or chunk.text.lower() not in _OVER or table is None:
        return None
    following = p.chunk(p.past(at + 1))
    ends = dated_by(p.schema, _EXPIRY, (table,))
    if ends is None or (following is not None and following.kind == "date"):
        return None
    before = p.before(at)
    denied = before is not None and (before.is_cue("ne", "never") or before.text.lower() in ("not", "not yet", "have not", "has not"))
    zone = p.zone
    if denied and before is not None:
        before.used = True
    end = add_condition(p, Compare(">=" if denied else "<", ends, Today()), at, at + 1)
    p.zone = zone if p.table(at + 1) is not None else p.zone
    return end


def longest_there(p: Parse, at: int) -> int | None:
    """ "has been a member the longest": who began first, where nothing behind the word says what is long."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("longest", "the longest"):
        return None
    behind = p.chunk(at + 1)
    if behind is not None and behind.kind not in ("mark", "stop") and not behind.is_cue("show", "and"):
        return None
    said = {word for other in p.chunks[max(0, at - 6) : at] for word in other.text.lower().split()}
    begun = _begun(p) if said & _BEEN else None
    if begun is None:
        return None
    p.frame.subject = p.frame.subject or begun.table
    p.frame.sorts.append(Sort(False, chunk.text, at, begun, superlative=True))
    p.frame.read(at, chunk.text, f"earliest {describe(begun)} first")
    for place in range(max(0, at - 6), at):
        if set(p.chunks[place].text.lower().split()) & (_BEEN | {"us", "member", "customer"}) and p.table(place) is None:
            p.take(place, place + 1)
    p.take(at, at + 1)
    return at + 1


def _begun(p: Parse) -> Col | None:
    """When those spoken of came; of nobody in particular, the one table that says since when people are there."""
    subject = p.frame.subject or p.subject()
    if subject is not None:
        return dated_by(p.schema, _BEGUN, (subject,))
    for word in _BEGUN[:-1]:
        found = [column for table in p.schema.tables.values() if (column := dated_by(p.schema, (word,), (table.name,))) is not None]
        if found:
            return found[0] if len(found) == 1 else None
    return None
