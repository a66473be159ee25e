"""Words that say by themselves what kind of column holds them: countries and their people, states, continents, colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.equalities import is_abbreviation
from sqlcoder_builtin.clauses.literals import constant
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Col, Compare, Like, Lit, Not, OneOf, Pred
from sqlcoder_core.api import TableName

_COLUMNS = {
    "color": ("color", "colour"),
    "country": ("country", "nation", "country_name"),
    "people": ("nationality", "citizenship", "ethnicity"),
    "language": ("language",),
    "state": ("state", "province", "state_province"),
    "continent": ("continent",),
}
"""Kind of word -> what columns are about that hold it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a word is: of a kind, written `name` there; what people and things of a country are called is a kind of its own."""

    kind: str
    name: str
    adjective: str = ""


@cache
def known_words() -> dict[str, Known]:
    """Word in lower case -> what it is."""
    found: dict[str, Known] = {}
    for line in (Path(__file__).parent.parent / "word_kinds.txt").read_text(encoding="utf-8").splitlines():
        kind, _, words = line.partition(": ")
        for word in words.split("|") if not line.startswith("#") else ():
            name, _, adjective = word.partition("=")
            found.setdefault(name.lower(), Known(kind, name))
            if adjective:
                found[adjective.lower()] = Known(kind, name, adjective)
    return found


def known_kind(p: Parse, at: int) -> int | None:
    """ "airports in Cuba or Argentina", "Canadian architects", "white grapes": the column of that kind, of the nearest rows."""
    said = _listed(p, at)
    if not said:
        return None
    end, known = said[-1][0], [one for _, one in said]
    column, values = _column(p, at, end, known)
    if column is None or any(p.chunks[place].kind == "quoted" for place in range(at, end)):
        return None
    negated = _denied(p, at)
    end += _says_kind(p, end, column)
    zone, table = p.zone, p.table(end)
    after = add_condition(p, _pred(p, column, values, negated=negated), at, end)
    if table is not None:
        p.zone = zone
    p.frame.doubts += 0.05
    return after


def _listed(p: Parse, at: int) -> list[tuple[int, Known]]:
    """Known words of one kind joined by "or", "and" and commas; each with where it ends."""
    found: list[tuple[int, Known]] = []
    place = at
    while (one := _known(p, place)) is not None and (not found or one[1].kind == found[0][1].kind):
        found.append(one)
        place = one[0]
        while p.is_cue(place, "or", "and") or (p.chunk(place) is not None and p.chunks[place].word in (",", "in", "from")):
            place += 1
    return found


def _known(p: Parse, at: int) -> tuple[int, Known] | None:
    chunk = p.chunk(at)
    if chunk is None or chunk.kind not in ("word", "verb") or chunk.values:
        return None
    found = constant(p, at) if chunk.capital else None
    end = found.end if found is not None else at + 1
    known = known_words().get(p.phrase(at, end).lower())
    if known is None and at and is_abbreviation(p, at):
        known, end = Known("state", chunk.text), at + 1
    if known is None or (known.kind != "color" and not chunk.capital):
        return None
    return end, replace(known, name=p.phrase(at, end)) if known.kind == "color" else known


def _column(p: Parse, at: int, end: int, known: list[Known]) -> tuple[Col | None, list[str]]:
    """The column, and the words as they are written in it."""
    kind, adjective = known[0].kind, bool(known[0].adjective)
    behind = p.table(end)
    tables: list[TableName | None] = [behind] if behind is not None else [p.near_table(at), p.subject(), *_shown(p)]
    for what in ("people", "language", kind) if adjective and kind == "country" else (kind, "people"):
        if what == "people" and kind != "country":
            continue
        for table in tables:
            column = p.concept(_COLUMNS[what], table, p.texts) if table is not None else None
            if column is not None and not p.schema.refers(column.table, column.column):
                return column, [(one.adjective if what in ("people", "language") and one.adjective else one.name) for one in known]
    return None, []


def _says_kind(p: Parse, at: int, column: Col) -> bool:
    """ "Utah state", "red color grapes": the column is named behind the word."""
    return p.chunk(at) is not None and p.chunks[at].kind == "name" and p.table(at) is None and p.column(at, p.texts) == column


def _shown(p: Parse) -> list[TableName | None]:
    return [output.expr.table for output in p.frame.outputs if isinstance(output.expr, Col)]


def _denied(p: Parse, at: int) -> bool:
    before = p.before(at)
    if before is None or not before.is_cue("ne", "never", "without"):
        return False
    before.used = True
    return True


def _pred(p: Parse, column: Col, values: list[str], *, negated: bool) -> Pred:
    if len(values) > 1:
        return OneOf(column, tuple(values), negated)
    if values[0].islower() and not p.schema.of(column).values:
        like = Like(column, values[0])
        return Not(like) if negated else like
    return Compare("!=" if negated else "=", column, Lit(values[0]))
