"""Units of measure as figures: "how many hours were watched", "number of kilometres driven", kept in that unit or one of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.measured_in import Unit, unit_named, unit_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Arith, Col, Expr, Lit
from sqlcoder_core.api import TableName, name_words, stem, table_words


def counted_unit(p: Parse, at: int) -> int | None:
    """The sum of the one column that counts such units, or its average where "on average" is said, turned into the unit asked for."""
    place = p.past(at + 1)
    chunk = p.chunk(place)
    if not p.is_cue(at, "count") or p.zone != "select" or chunk is None or p.table(place) is not None:
        return None
    said = unit_named(chunk.text) if chunk.kind in ("unit", "word", "name") else None
    if said is None or (chunk.kind == "name" and chunk.score("column") >= 0.95):
        return None
    column = _column(p, said, place)
    if column is None:
        return None
    averaged = next((chunk for chunk in p.chunks if chunk.is_cue("on average")), None)
    if averaged is not None:
        averaged.used = True
    figure: Expr = Agg("avg" if averaged is not None else "sum", column.table, column)
    kept = unit_of(p.schema.of(column))
    assert kept is not None
    if kept.size != said.size:
        ratio = said.size / kept.size
        figure = Arith("/", figure, Lit(ratio)) if ratio >= 1 else Arith("*", figure, Lit(kept.size / said.size))
    add_output(p, figure, at, place + 1, alias=None if kept.size == said.size else chunk.text.lower().replace(" ", "_"))
    for again in p.chunks[place + 1 :]:
        # "watched", "of delay": what the column is called besides.
        if (
            again.kind in ("word", "verb", "name", "comparative")
            and _says_more(again.text.lower(), column, said)
            and not again.score("table") >= 0.9
        ):
            again.kind, again.used, again.names = "stop", True, ()
    return place + 1


_VERBS = {
    "time": "last lasts lasted lasting take takes took taken run runs ran spend spent stay stayed",
    "mass": "weigh weighs weighed weighing",
    "energy": "consume consumed consuming use used burn burned burnt",
    "length": "drive driven drove travel travelled traveled go gone run",
}
"""What is done with so many units."""


def _says_more(word: str, column: Col, said: Unit) -> bool:
    return stem(word) in _stems(column) or word in _VERBS.get(said.kind, "").split()


def _stems(column: Col) -> set[str]:
    return {stem(word) for word in name_words(column.column) if len(word) > 3}


def _column(p: Parse, said: Unit, at: int) -> Col | None:
    """The one that shares a word with the question, else the one of the first table spoken of that has any."""
    words = {stem(word) for chunk in p.chunks[at + 1 :] for word in chunk.text.lower().split()}
    found = [column for table in p.schema.tables.values() for column in _kept_so(p, table.name, said)]
    called = [column for column in found if words & _stems(column)]
    if called:
        return called[0] if len(called) == 1 else None
    for table in dict.fromkeys(_spoken(p)):
        own = [column for column in found if column.table == table]
        if own:
            return own[0] if len(own) == 1 else None
    return None


def _spoken(p: Parse) -> Iterator[TableName]:
    yield from (table for _, table in p.tables_said)
    for chunk in p.chunks:
        match = (chunk.values or chunk.names)[:1]
        if match and match[0].score >= 0.9 and match[0].table is not None:
            yield match[0].table


def _kept_so(p: Parse, table: TableName, said: Unit) -> Iterator[Col]:
    for column in p.schema.table(table).columns:
        unit = unit_of(column) if p.schema.is_measure(table, column) and not column.hidden else None
        counts = unit is not None and unit.kind == said.kind and said.kind != "money"
        if counts and not {"per", "lead", "capacity"} & set(name_words(column.name)) and table_words(table.name):
            yield Col(table, column.name)
