"""Signals of whole-question frames: shares, ratios, differences, comparisons of groups, growth, running totals; glossary filters."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.terms import raw_filter, term_table
from sqlcoder_builtin.parse import Parse


def share(p: Parse, at: int) -> int | None:
    """ "what percentage of", "share of"."""
    if not p.is_cue(at, "share") or p.frame.share is not None:
        return None
    if p.column(at) is not None:
        return None
    text = p.chunks[at].text.lower()
    if text == "rate of" and _of_number(p, at):
        # "scrap rate of every plant": a rate by name, which nothing here defines.
        return None
    p.frame.share = "percentage" if "percent" in text or "%" in text else "fraction"
    p.frame.share_at = at
    p.frame.read(
        at, p.chunks[at].text, "part of the whole, in percent" if p.frame.share == "percentage" else "part of the whole, as a fraction"
    )
    p.take(at, at + 1)
    return at + 1


def _of_number(p: Parse, at: int) -> bool:
    """A number column stands before "rate of", groups behind it."""
    before = p.column(at - 1) if at and p.chunks[at - 1].kind == "name" and p.table(at - 1) is None else None
    return before is not None and p.is_measure(before) and p.is_cue(at + 1, "per")


def ratio(p: Parse, at: int) -> int | None:
    """ "ratio of X to Y"."""
    if not p.is_cue(at, "ratio") or (p.frame.figures is None and any(chunk.text.lower() == "defined" for chunk in p.chunks)):
        # What a definition divides is read whole or not at all.
        return None
    p.frame.ratio_at = at
    p.take(at, at + 1)
    return at + 1


def difference(p: Parse, at: int) -> int | None:
    """ "difference between X and Y", "how much more"."""
    if not p.is_cue(at, "difference"):
        return None
    p.frame.difference_at = at
    p.take(at, at + 1)
    return at + 1


def versus(p: Parse, at: int) -> int | None:
    """ "compared to", "versus"."""
    if not p.is_cue(at, "versus"):
        return None
    p.frame.versus_at = at
    p.take(at, at + 1)
    return at + 1


_YES_OR_NO = frozenset("do does did is are was were has have".split())


def more_than(p: Parse, at: int) -> int | None:
    """ "do we get more from A than from B", "is it higher in A than in B": two groups, of which one may have more."""
    chunk, opening = p.chunk(at), p.chunks[0].text.lower().split()[0]
    if chunk is None or opening not in _YES_OR_NO | {"which"} or p.frame.versus_at >= 0:
        return None
    if chunk.is_cue("gt", "lt"):
        behind = p.chunk(p.past(at + 1))
        if behind is None or behind.kind in ("number", "date") or behind.is_cue("avg", "median", "high", "low", "sum", "count"):
            return None
    elif chunk.text.lower() not in ("more", "less", "fewer", "higher", "lower", "larger", "greater", "better") or not _than_follows(p, at):
        return None
    p.frame.versus_at = at
    p.take(at, at + 1)
    return at + 1


def _than_follows(p: Parse, at: int) -> bool:
    """ "... than in B", with no number behind it."""
    place = next((place for place in range(at + 1, len(p.chunks)) if p.chunks[place].text.lower() in ("than", "or")), None)
    behind = p.chunk(p.past(place + 1)) if place is not None else None
    return behind is not None and behind.kind not in ("number", "date")


def growth(p: Parse, at: int) -> int | None:
    """ "growth", "month over month"."""
    if not p.is_cue(at, "growth", "mom", "yoy", "qoq", "wow"):
        return None
    word = p.chunks[at].word
    if word != "growth":
        p.frame.growth = word  # type: ignore[assignment]
    elif p.frame.growth is None:
        p.frame.growth = "any"
    p.frame.read(at, p.chunks[at].text, "change from one period to the next")
    p.take(at, at + 1)
    return at + 1


def running(p: Parse, at: int) -> int | None:
    """ "running total", "cumulative"."""
    if not p.is_cue(at, "running"):
        return None
    p.frame.running = True
    p.frame.read(at, p.chunks[at].text, "added up from period to period")
    p.take(at, at + 1)
    return at + 1


def term_filter(p: Parse, at: int) -> int | None:
    """A glossary term that is a condition: "active customers"."""
    chunk = p.chunk(at)
    match = chunk.best("term") if chunk is not None and chunk.kind == "name" else None
    if match is None:
        return None
    term = next((term for term in p.schema.linked.terms if term.name == match.name), None)
    if term is None or term.filter is None or term.expression is not None:
        return None
    table = term.table or term_table(p, term.filter)
    if table is None or table.key not in p.schema.tables:
        return None
    before = p.before(at)
    negated = before is not None and before.is_cue("ne", "never")
    if p.frame.subject is None and p.table(p.past(at + 1)) is None:
        p.frame.subject = table
    return add_condition(p, raw_filter(p, term.filter, table, negated=negated), at, at + 1)
