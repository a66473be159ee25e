"""One question read in several ways: as it comes first, then with one decision refused at a time, each way with its traits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlcoder_builtin.assemble import NotUnderstood, assemble
from sqlcoder_builtin.chunks import Chunk, Covers
from sqlcoder_builtin.expr_sql import NotComposed
from sqlcoder_builtin.followup import read_together
from sqlcoder_builtin.joining import NoWay
from sqlcoder_builtin.parse import TABLE_SCORE, Parse, Refusal
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.render import Renderer
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.traits import Traits, traits
from sqlcoder_builtin.weighing import fitted
from sqlcoder_core.api import Ask

SURE = 0.88
"""A first reading this likely is not read again."""

TRIES = 5
"""How often a question is read again at most: 12 gave the same figures as 4 on development questions, for twice the time."""

_NONE = -100.0
"""The rating of what amounts to no query."""

_KEPT = ("sort", "direction", "last_done")
"""Clauses that are no decision between meanings. An order: a reading without it only says less. When something was done last: nothing
else is said in such words."""

_NEAR = 0.2
"""Second meanings of a name this close behind the first are tried."""


@dataclass(frozen=True, slots=True)
class Way:
    """One reading of a question. `sql` is None where it amounts to no query; `reason` then says why.

    `rating` compares it with others, `score` is how likely it is right.
    """

    parse: Parse
    sql: str | None
    found: Traits
    rating: float
    score: float
    notes: tuple[str, ...] = ()
    reason: str | None = None


def ways(ask: Ask, schema: Schema) -> tuple[list[Way], Way]:
    """Readings that amount to different queries, the likeliest first; and the one with nothing refused, which may amount to none."""
    together = read_together(ask, schema)
    if together is not None:
        first = _way(ask, schema, together)
        return [first] if first.sql is not None else [], first
    covers = Covers(ask.linked, ask.clock)
    first = _way(ask, schema, _parse(ask, schema, covers, frozenset()))
    found = [first]
    if first.sql is None or first.score < SURE:
        found += _again(ask, schema, covers, first)
    kept: dict[str | None, Way] = {}
    for way in sorted(found, key=lambda way: -way.rating):
        kept.setdefault(way.sql, way)
    return _scored([way for way in kept.values() if way.sql is not None]), first


def _scored(found: list[Way]) -> list[Way]:
    """Each as likely as its lead over the others makes it."""
    scores = fitted().probabilities([way.rating for way in found])
    return [replace(way, score=score) for way, score in zip(found, scores, strict=True)]


def _again(ask: Ask, schema: Schema, covers: Covers, first: Way) -> list[Way]:
    """Each decision of the first reading refused, then each of the likeliest second one's."""
    found: list[Way] = []
    tried: set[frozenset[Refusal]] = {frozenset()}
    base, left = first, TRIES
    for _ in range(2):
        for refusal in _refusals(base, covers):
            refused = base.parse.refused | {refusal}
            if refused in tried or left <= 0:
                continue
            tried.add(refused)
            left -= 1
            found.append(_way(ask, schema, _parse(ask, schema, covers, refused)))
        better = max(found, key=lambda way: way.rating, default=first)
        if better.rating <= base.rating:
            break
        base = better
    return found


def _refusals(way: Way, covers: Covers) -> Iterator[Refusal]:
    """What might have been decided otherwise, the most doubtful first."""
    p = way.parse
    rivals = sorted((margin, place) for place, margin in p.rivals.items() if margin < _NEAR)
    yield from (place for _, place in rivals)
    yield from ((chunk.start, "", str(chunk.end)) for chunk in p.chunks if covers.divisible(chunk))
    yield from ((chunk.start, "table", "") for chunk in p.chunks if _table_or_column(chunk))
    yield from (refusal for refusal in reversed(p.decided) if refusal[1] not in _KEPT)


def _table_or_column(chunk: Chunk) -> bool:
    """A name that may as well be a column's as a table's."""
    return chunk.kind == "name" and chunk.score("table") >= TABLE_SCORE and chunk.score("column") >= chunk.score("table") - 0.08


def _parse(ask: Ask, schema: Schema, covers: Covers, refused: frozenset[Refusal]) -> Parse:
    apart = frozenset((start, int(end)) for start, what, end in refused if not what)
    p = Parse(covers.best(apart), schema, ask.clock, refused)
    recognise(p)
    return p


def _way(ask: Ask, schema: Schema, p: Parse) -> Way:
    renderer = Renderer(p.schema, ask.dialect, ask.clock)
    try:
        query = assemble(p)
        if ask.limit is not None and query.limit is None and ask.linked.question.limit is not None:
            query = replace(query, limit=ask.limit)
        sql = renderer.sql(query)
    except NotUnderstood as error:
        return Way(p, None, {}, _NONE, 0.0, reason=str(error))
    except NotComposed:
        return Way(p, None, {}, _NONE, 0.0, reason="it is sorted by something that it does not measure")
    except NoWay as error:
        return Way(p, None, {}, _NONE, 0.0, reason=f"no way is known to join {error.left.name} and {error.right.name}")
    found = traits(p, query, renderer.notes, renderer.steps)
    rating = fitted().rating(found)
    return Way(p, sql, found, rating, fitted().probability(rating), tuple(dict.fromkeys((*p.frame.notes, *renderer.notes))))
