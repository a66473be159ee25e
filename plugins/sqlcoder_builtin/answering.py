"""One question from chunks to candidates, or to an abstention that names what was not understood."""

from __future__ import annotations

from sqlcoder_builtin.assemble import NotUnderstood, assemble
from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.joining import NoWay
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.render import Renderer
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.scoring import score, unplaced
from sqlcoder_core.api import Ask, Candidate, Proposal, Reading


def answer(ask: Ask) -> Proposal:
    """The proposal for one question."""
    if not ask.linked.tables:
        return Proposal(reason="no table of the catalog fits the question")
    schema = Schema(ask.linked)
    p = Parse(chunks_of(ask.linked, ask.clock), schema, ask.clock)
    recognise(p)
    left = unplaced(p)
    if left:
        return Proposal(unplaced=left, suggestions=_suggestions(ask, left), reason=f"not understood: {', '.join(left)}")
    try:
        query = assemble(p)
        renderer = Renderer(schema, ask.dialect, ask.clock)
        sql = renderer.sql(query)
    except NotUnderstood as error:
        return Proposal(reason=str(error))
    except NoWay as error:
        return Proposal(reason=f"{error.left.name} and {error.right.name} cannot be joined")
    readings = tuple(Reading(phrase=phrase, meaning=meaning) for _, phrase, meaning in sorted(p.frame.readings, key=lambda entry: entry[0]))
    notes = tuple(dict.fromkeys((*p.frame.notes, *renderer.notes)))
    return Proposal(candidates=(Candidate(sql=sql, proposer="builtin", reading=readings, score=score(p, renderer.notes), notes=notes),))


def _suggestions(ask: Ask, left: tuple[str, ...]) -> tuple[str, ...]:
    """Names of tables and columns most like the words that were not understood."""
    from rapidfuzz import fuzz, process

    names = [table.name.name for table in ask.linked.tables] + [
        column.name for table in ask.linked.tables for column in table.columns if not column.hidden
    ]
    found = [name for word in left for name, _, _ in process.extract(word, names, scorer=fuzz.WRatio, score_cutoff=60, limit=2)]
    return tuple(dict.fromkeys(found))[:5]
