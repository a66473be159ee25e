"""Nouns for people that no table is called by ("people", "staff", "who"): the one table of people that the other words point to."""

from __future__ import annotations

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.clauses.agents import doers
from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.people import is_people
from sqlcoder_core.api import Match, TableName, name_words, singular, table_words
from sqlcoder_core.api import doers as done_by

_ANYBODY = frozenset("people person persons individual individuals folk folks somebody anyone anybody everyone everybody".split())
_SERVED = frozenset("customer client consumer subscriber user member patron guest visitor shopper policyholder cardholder".split())
_EMPLOYED = frozenset("staff employee worker colleague coworker personnel workforce teammate".split())
_EMPLOYED_TABLES = frozenset(
    "employee emp staff personnel worker agent adjuster recruiter salesperson teacher instructor doctor nurse technician engineer driver"
    " manager rep seller cashier clerk coach crew inspector librarian operator".split()
)
_FIRMS = frozenset(
    "supplier vendor carrier publisher manufacturer maker distributor retailer wholesaler insurer broker provider employer partner lender"
    " contractor retailer dealer shipper courier producer sponsor".split()
)
_SCORE = 0.8


def spoken_of(p: Parse) -> None:
    """Let such nouns stand for their table."""
    for at, chunk in enumerate(p.chunks):
        word = singular(chunk.text.lower())
        plain = chunk.kind == "word" or (chunk.kind == "name" and _hardly_named(chunk))
        before = p.chunk(at - 1)
        if word in _ANYBODY and before is not None and before.text.lower().split()[-1] in ("do", "does", "did"):
            # "on which day do people borrow most": whoever it is.
            chunk.kind, chunk.word, chunk.names = "stop", "they", ()
            continue
        if word in _ANYBODY and (acting := _acting(p, at)) is not None:
            _stands_for(p, at, acting)
            continue
        if not plain or chunk.capital or word not in _ANYBODY | _SERVED | _EMPLOYED or chunk.values:
            continue
        table = _meant(p, at, word)
        if table is not None:
            _stands_for(p, at, table)
    _who(p)


def _hardly_named(chunk: Chunk) -> bool:
    """No table is called so, and a column at most by a word of the same root: members, where a membership is kept."""
    best = chunk.best("column")
    return chunk.score("table") < 0.6 and (best is None or best.score < 0.6 or "root" in best.how)


def _stands_for(p: Parse, at: int, table: TableName) -> None:
    chunk = p.chunks[at]
    chunk.kind = "name"
    chunk.names = (Match(start=chunk.start, end=chunk.end, phrase=chunk.text, kind="table", score=_SCORE, table=table, how="synonym"),)
    p.tables_said = sorted([*(said for said in p.tables_said if said[0] != at), (at, table)], key=lambda said: said[0])


def _meant(p: Parse, at: int, word: str) -> TableName | None:
    """The one table of such people nearest to what else is spoken of; None where two are as near."""
    people = [table.name for table in p.schema.tables.values() if _fits(p, table.name, word)]
    spoken = [table for place, table in _spoken(p) if place != at]
    return _nearest(p, people, spoken)


def _acting(p: Parse, at: int) -> TableName | None:
    """ "how many people backed it": the backers."""
    doing = {doer for chunk in p.chunks[at + 1 : at + 5] for doer in (*doers(chunk.text.lower()), *done_by(chunk.text.lower()))}
    found = [table.name for table in p.schema.tables.values() if singular(table_words(table.name.name)[-1]) in doing]
    return found[0] if len(found) == 1 and is_people(p.schema, found[0]) else None


def _nearest(p: Parse, people: list[TableName], spoken: list[TableName]) -> TableName | None:
    if len(people) < 2:
        return people[0] if people else None
    ranked = sorted(((sum(_nearness(p, one, other) for other in spoken), -index) for index, one in enumerate(people)), reverse=True)
    return people[-ranked[0][1]] if ranked[0][0] > ranked[1][0] + 0.01 else None


def _nearness(p: Parse, one: TableName, other: TableName) -> float:
    return 1.0 / (1 + p.schema.distance(one, other)) if p.schema.path(one, other) is not None else 0.0


def _spoken(p: Parse) -> list[tuple[int, TableName]]:
    """Tables said, and those of stored values said, and of columns that only one table has."""
    found = list(p.tables_said)
    for at, chunk in enumerate(p.chunks):
        if chunk.kind == "value":
            best = [hit for hit in chunk.values if hit.table is not None and hit.score >= chunk.values[0].score - 0.02]
            tables = {hit.table.key: hit.table for hit in best if hit.table is not None and hit.table.key in p.schema.tables}
            found += [(at, table) for table in tables.values()] if len(tables) <= 2 else []
        elif chunk.kind == "name" and all(place != at for place, _ in p.tables_said) and chunk.score("column") >= 0.85:
            owners = {
                match.table.key: match.table for match in chunk.names if match.kind == "column" and match.score >= 0.85 and match.table
            }
            found += [(at, table) for table in owners.values()] if len(owners) == 1 else []
    return found


def _fits(p: Parse, table: TableName, word: str) -> bool:
    """People of the kind that the word speaks of: those who are served, those who are employed, or anybody."""
    own = singular(table_words(table.name)[-1])
    if own in _FIRMS or not (is_people(p.schema, table) or (own == "account" and word in _SERVED)):
        return False
    employed = own in _EMPLOYED_TABLES or any(
        {"hire", "hired", "salary"} & set(name_words(column.name)) for column in p.schema.table(table).columns
    )
    return word in _ANYBODY or (employed if word in _EMPLOYED else not employed)


# ---------------------------------------------------------------- who

_ASKING = ("who", "who has", "who have", "whom", "who is", "who was", "who were", "who are")


def _who(p: Parse) -> None:
    """ "who wrote The Last Garden": whoever the rows spoken of belong to, where nobody is named and they are not people themselves."""
    opening = p.chunk(0)
    if opening is None or opening.text.lower() not in _ASKING or p.frame.subject is not None:
        return
    spoken = _spoken(p)
    people = [(at, table) for at, table in spoken if is_people(p.schema, table)]
    if not spoken or any(not _doing(p, at) for at, _ in people) or _role_said(p, spoken[0][1]):
        return
    found = _belonging(p, next((table for at, table in spoken if (at, table) not in people), spoken[0][1]), [table for _, table in people])
    if found is not None:
        p.frame.subject, p.frame.subject_at = found, 0
        p.frame.mentioned.append((0, found))
        opening.used = True
        p.frame.doubts += 0.05
        p.frame.read(0, opening.text, found.name)


def _doing(p: Parse, at: int) -> bool:
    """ "by a cardiologist": who did it, not who is asked for."""
    before = p.before(at)
    return before is not None and before.text.lower() == "by"


def _role_said(p: Parse, table: TableName) -> bool:
    """ "who directed it", where the row itself says by whom."""
    words = {doer for chunk in p.chunks[1:4] for doer in doers(chunk.text.lower())}
    return any(words & set(name_words(column.name)) for column in p.schema.table(table).columns if not p.schema.refers(table, column.name))


def _belonging(p: Parse, table: TableName, others: list[TableName]) -> TableName | None:
    """The nearest people that each of the rows points to; those that point to it where the verb is that of the rows between."""
    spoken = {other.key for other in others}
    people = [one.name for one in p.schema.tables.values() if one.name.key not in spoken and is_people(p.schema, one.name)]
    deed = any(acted_table(p, at) is not None for at in range(1, min(5, len(p.chunks))))
    for pointing in (True, False) if deed else (True,):
        near = [
            (p.schema.distance(table, one), one) for one in people if p.schema.path(table, one) and p.schema.to_one(table, one) is pointing
        ]
        closest = [one for far, one in near if far == min(far for far, _ in near)]
        if near:
            return closest[0] if len(closest) == 1 and min(far for far, _ in near) <= 3 else None
    return None
