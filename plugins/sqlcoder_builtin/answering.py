"""One question to candidates, or to an abstention that names what was not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlcoder_builtin.leftovers import unplaced
from sqlcoder_builtin.rereading import Way, ways
from sqlcoder_builtin.schema import Schema
from sqlcoder_core.api import Ask, Candidate, Proposal, Reading

NAME = "builtin"
_WORTH_SHOWING = 0.15
"""Readings less likely than this are not offered."""
_OFFERED = 2
"""How many readings are offered in place of an answer."""


def answer(ask: Ask, floor: float = 0.0) -> Proposal:
    """The proposal for one question: verified, or read by rules, with second readings behind the first."""
    verified = _verified(ask)
    if verified is not None:
        return Proposal(candidates=(verified,))
    if not ask.linked.tables:
        return Proposal(reason="no table of the catalog fits the question")
    found, plain = ways(ask, Schema(ask.linked))
    if not found or found[0].score < floor or _misspelt(found[0]):
        return _abstention(ask, found, plain)
    others = (way for way in found[1 : ask.candidates] if way.score >= _WORTH_SHOWING)
    return Proposal(candidates=tuple(map(_candidate, (found[0], *others))))


def _misspelt(way: Way) -> bool:
    """The one thing asked for seems to be a name that is written otherwise: better asked back than shown without it."""
    return {"left, much like a name", "nothing shown"} <= way.found.keys()


def _abstention(ask: Ask, found: Sequence[Way], plain: Way) -> Proposal:
    """What was not understood, and how the question may have been meant all the same."""
    left = unplaced(plain.parse)
    withheld = tuple(_candidate(way) for way in found[:_OFFERED] if way.score >= _WORTH_SHOWING)
    if left:
        return Proposal(withheld=withheld, unplaced=left, suggestions=_suggestions(ask, left), reason=f"not understood: {', '.join(left)}")
    if plain.sql is None or not found:
        return Proposal(withheld=withheld, reason=plain.reason)
    best = found[0]
    return Proposal(withheld=withheld, reason=f"the best reading is too doubtful ({best.score:.2f}): {best.sql}")


def _candidate(way: Way) -> Candidate:
    said = sorted(way.parse.frame.readings, key=lambda entry: entry[0])
    reading = dict.fromkeys(Reading(phrase=phrase, meaning=meaning) for _, phrase, meaning in said)
    left = unplaced(way.parse)
    notes = (*way.notes, f"read without: {', '.join(left)}") if left else way.notes
    return Candidate(sql=way.sql or "", proposer=NAME, reading=tuple(reading), score=round(way.score, 3), notes=notes)


def _verified(ask: Ask) -> Candidate | None:
    """The SQL of a verified question that says the same words."""
    wanted = _plain(ask.linked.question.text)
    for verified in ask.linked.verified:
        if _plain(verified.question) == wanted:
            reading = Reading(
                phrase=ask.linked.question.text, meaning=f"a verified question{f' ({verified.origin})' if verified.origin else ''}"
            )
            return Candidate(sql=verified.sql.strip().rstrip(";"), proposer=NAME, route="verified", reading=(reading,), score=1.0)
    return None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _suggestions(ask: Ask, left: tuple[str, ...]) -> tuple[str, ...]:
    """Names of tables and columns most like the words that were not understood."""
    from rapidfuzz import fuzz, process

    names = [table.name.name for table in ask.linked.tables] + [
        column.name for table in ask.linked.tables for column in table.columns if not column.hidden
    ]
    found = [
        name
        for word in left
        if word.isalpha() and len(word) > 2
        for name, _, _ in process.extract(word, list(dict.fromkeys(names)), scorer=fuzz.ratio, score_cutoff=65, limit=2)
    ]
    return tuple(dict.fromkeys(found))[:5]
