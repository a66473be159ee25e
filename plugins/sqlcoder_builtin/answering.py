"""One question from chunks to candidates, or to an abstention that names what was not understood."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlcoder_builtin.assemble import NotUnderstood, assemble
from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.followup import read_together
from sqlcoder_builtin.joining import NoWay
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.render import Renderer
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.scoring import score, unplaced
from sqlcoder_core.api import Ask, Candidate, Proposal, Reading

NAME = "builtin"
_NEAR = 0.2
"""Readings this close in score are worth showing beside the first."""


def answer(ask: Ask, floor: float = 0.0) -> Proposal:
    """The proposal for one question: verified, or read by rules, with second readings behind the first."""
    verified = _verified(ask)
    if verified is not None:
        return Proposal(candidates=(verified,))
    if not ask.linked.tables:
        return Proposal(reason="no table of the catalog fits the question")
    schema = Schema(ask.linked)
    p = _read(ask, schema)
    left = unplaced(p)
    if left:
        return Proposal(unplaced=left, suggestions=_suggestions(ask, left), reason=f"not understood: {', '.join(left)}")
    try:
        first = _candidate(ask, schema, p)
    except NotUnderstood as error:
        return Proposal(reason=str(error))
    except NoWay as error:
        return Proposal(reason=f"no way is known to join {error.left.name} and {error.right.name}")
    others = _second_readings(ask, schema, p, first)
    if first.score < floor:
        return Proposal(
            suggestions=tuple(other.sql for _, other in others)[:2],
            reason=f"the best reading is too doubtful ({first.score:.2f}): {first.sql}",
        )
    return Proposal(candidates=(first, *(other for _, other in others))[: max(1, ask.candidates)])


def _read(ask: Ask, schema: Schema, banned: frozenset[tuple[int, str, str]] = frozenset()) -> Parse:
    together = read_together(ask, schema)
    if together is not None:
        return together
    p = Parse(chunks_of(ask.linked, ask.clock), schema, ask.clock)
    p.banned = banned
    recognise(p)
    return p


def _candidate(ask: Ask, schema: Schema, p: Parse) -> Candidate:
    renderer = Renderer(schema, ask.dialect, ask.clock)
    query = assemble(p)
    if ask.limit is not None and query.limit is None and ask.linked.question.limit is not None:
        query = replace(query, limit=ask.limit)
    sql = renderer.sql(query)
    readings = tuple(Reading(phrase=phrase, meaning=meaning) for _, phrase, meaning in sorted(p.frame.readings, key=lambda entry: entry[0]))
    notes = tuple(dict.fromkeys((*p.frame.notes, *renderer.notes)))
    return Candidate(
        sql=sql, proposer=NAME, reading=tuple(dict.fromkeys(readings)), score=score(p, renderer.notes, renderer.steps), notes=notes
    )


def _second_readings(ask: Ask, schema: Schema, p: Parse, first: Candidate) -> list[tuple[float, Candidate]]:
    """The question read again with the closest runner-up in place of one column, as often as there are close ones."""
    close = sorted((margin, place) for place, margin in p.rivals.items() if margin < _NEAR)
    found: list[tuple[float, Candidate]] = []
    for margin, place in close[: max(0, ask.candidates - 1)]:
        other = _read(ask, schema, frozenset({place}))
        if unplaced(other):
            continue
        try:
            candidate = _candidate(ask, schema, other)
        except (NotUnderstood, NoWay):
            continue
        if candidate.sql not in (first.sql, *(known.sql for _, known in found)):
            found.append((margin, replace(candidate, score=round(min(candidate.score, first.score) * (0.9 - margin), 3))))
    return found


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
