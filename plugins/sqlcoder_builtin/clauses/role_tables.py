"""Tables spoken of in a role: "pickup branch", "from a warehouse in Germany to one in France", "employees and their managers"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.roles import Role, role_table, roles_of
from sqlcoder_core.api import Match, TableName, stem, table_words

_STARTS = frozenset(map(stem, ("origin", "source", "departure", "depart", "from", "start", "sender", "pickup", "departing", "shipping")))
_ENDS = frozenset(
    map(stem, ("destination", "arrival", "arrive", "to", "end", "target", "recipient", "receiver", "dropoff", "return", "arriving"))
)
_BEGIN = frozenset(
    "from start starts starting started begin begins beginning leave leaves leaving left depart departs departing originating".split()
)
_FINISH = frozenset(
    "to end ends ending ended arrive arrives arriving arrived reach reaches reaching into towards joined join joining".split()
)
_ABOVE = frozenset(
    {"boss", "bosses", "superior", "superiors", "supervisor", "supervisors", "manager", "managers", "chief", "lead", "leads"}
)
_HEADS = frozenset(map(stem, ("manager", "supervisor", "boss", "reports", "superior", "lead", "head", "mgr", "chief")))
_BROADER = frozenset(map(stem, ("parent", "broader", "superordinate", "main", "higher", "upper", "overarching", "bigger")))
_BETWEEN = frozenset({"a", "an", "the", "in", "at", "our", "any", "from", "to"})
_IDS = frozenset({"id", "ids", "key", "keys", "code", "codes", "number", "numbers"})


@dataclass(slots=True)
class _Said:
    """A role said at a place; `chunk` is False where only a value of its table stands there."""

    at: int
    role: Role
    chunk: bool = True


def in_roles(p: Parse) -> None:
    """Let each role stand for its table: the table itself over that way alone, or a second one beside it."""
    roles = roles_of(p.schema)
    found = [said for at in range(len(p.chunks)) if roles and (said := _said(p, at, roles)) is not None]
    for key in dict.fromkeys(said.role.step.target.key for said in found):
        _settle(p, [said for said in found if said.role.step.target.key == key])


def _said(p: Parse, at: int, roles: tuple[Role, ...]) -> _Said | None:
    chunk, behind = p.chunks[at], p.chunk(at + 1)
    if chunk.kind not in ("name", "word", "value") or (behind is not None and behind.text.lower() in _IDS):
        return None
    other = p.table(at) if chunk.score("table") >= 0.85 else None
    words = {stem(word) for word in chunk.text.lower().replace("-", " ").split()}
    for role in () if chunk.capital else roles:
        target = role.step.target
        own = {stem(word) for word in (*table_words(target.name), "name")}
        if other is not None and other.key != target.key:
            continue
        if words == role.words and behind is not None and behind.kind == "name" and _of_table(behind, own):
            # "the home club's name": the way is said before a column.
            chunk.kind, chunk.word, chunk.used = "stop", "the", True
            return _Said(at + 1, role, False)
        if role.words <= words and words <= role.words | own and (words & own or role.back or _is_column(p, at, role)):
            return _Said(at, role)
        if role.back and chunk.text.lower() in _ABOVE and role.words & _HEADS:
            return _Said(at, role)
        if role.back and "parent" in role.words and words & _BROADER and words <= _BROADER | own:
            return _Said(at, role)
    return _directed(p, at, roles)


def _of_table(chunk: Chunk, own: set[str]) -> bool:
    """A column said with its table's word."""
    words = [stem(word) for word in chunk.text.lower().split()]
    return len(words) > 1 and words[0] in own and chunk.score("column") >= 0.85


def _is_column(p: Parse, at: int, role: Role) -> bool:
    """ "per destination": the column of the way, said without its table."""
    best = p.chunks[at].best("column")
    return best is not None and best.column == role.step.pairs[0][0] and best.score >= 0.5


def _directed(p: Parse, at: int, roles: tuple[Role, ...]) -> _Said | None:
    """ "from a warehouse", "ending in Oslo": the way whose column is called by that end."""
    chunk = p.chunks[at]
    table = p.table(at)
    held = {hit.table.key for hit in chunk.values if hit.table is not None} if chunk.kind == "value" else set()
    keys = {table.key} if table is not None else held
    for verbs, names, others in ((_BEGIN, _STARTS, _ENDS), (_FINISH, _ENDS, _STARTS)):
        both = {role.step.source.key for role in roles if role.step.target.key in keys and role.words & others}
        fitting = [role for role in roles if role.step.target.key in keys and role.words & names and role.step.source.key in both]
        if len(fitting) == 1 and (word := _behind(p, at, verbs)) is not None:
            if word.kind != "stop":
                word.kind, word.word, word.names = "verb", word.text.lower(), ()
            return _Said(at, fitting[0], table is not None)
    return None


def _behind(p: Parse, at: int, verbs: frozenset[str]) -> Chunk | None:
    """Such a word right before, articles, "in" and "each" between."""
    place = at - 1
    while (chunk := p.chunk(place)) is not None and (chunk.is_cue("per") or (chunk.kind == "stop" and chunk.word in _BETWEEN)):
        if chunk.text.lower() in verbs:
            return chunk
        place -= 1
    return chunk if chunk is not None and chunk.text.lower().split()[0] in verbs else None


def _settle(p: Parse, found: list[_Said]) -> None:
    """One role and no other word for its table: the table by that way; else each role is a table beside it."""
    target = found[0].role.step.target
    here = {said.at for said in found}
    plain = [at for at, table in p.tables_said if table.key == target.key and at not in here]
    ways = list(dict.fromkeys(said.role for said in found))
    if any(role.back for role in ways) and not plain:
        return
    tables: dict[Role, TableName] = {}
    if not plain:
        tables[ways[0]] = target
        p.schema = p.schema.by_one_way(ways[0].step)
    for role in ways[len(tables) :]:
        tables[role] = role_table(role, p.schema)
        p.schema = p.schema.beside(role.step, tables[role])
    places = [(said.at, tables[said.role]) for said in found] + [(at, target) for at in plain]
    for said in found:
        if said.chunk:
            _stands_for(p, said.at, tables[said.role])
    for at, chunk in enumerate(p.chunks):
        table = _nearest(p, at, sorted(places, key=lambda entry: entry[0]))
        if table.key != target.key:
            chunk.names = tuple(_moved(match, target, table) for match in chunk.names)
            chunk.values = tuple(_moved(match, target, table) for match in chunk.values)


def _moved(match: Match, target: TableName, table: TableName) -> Match:
    return replace(match, table=table) if match.table is not None and match.table.key == target.key and match.column else match


def _nearest(p: Parse, at: int, places: list[tuple[int, TableName]]) -> TableName:
    """Whose column or value a word is: of the table behind "of", right behind or before it, else of the one named last."""
    mentions = dict(places)
    owner = p.owner_after(at)
    if owner is not None and owner.key in {table.key for table in mentions.values()}:
        return owner
    if (beside := mentions.get(at) or mentions.get(at - 1) or mentions.get(at + 1)) is not None:
        return beside
    return next((table for place, table in reversed(places) if place < at), places[0][1])


def _stands_for(p: Parse, at: int, table: TableName) -> None:
    chunk = p.chunks[at]
    chunk.kind, chunk.values = "name", ()
    match = Match(start=chunk.start, end=chunk.end, phrase=chunk.text, kind="table", score=0.95, table=table, how="role")
    if chunk.text.lower().split()[-1] in ("name", "names"):
        names = p.schema.display(table)
        chunk.names = tuple(replace(match, kind="column", column=name) for name in names[:1])
        return
    chunk.names = (match,)
    p.tables_said = sorted([*(said for said in p.tables_said if said[0] != at), (at, table)], key=lambda said: said[0])
