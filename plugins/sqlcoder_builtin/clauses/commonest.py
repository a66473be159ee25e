"""The first by how often: "most common", "busiest month for orders", "most borrowed book"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.cue_words import UNIT_WORDS
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Group, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Item, Order, Query, Scalarq
from sqlcoder_core.api import TableName, name_words, singular, stem


def _rows_timed(p: Parse, at: int) -> tuple[int, TableName] | None:
    """What is counted by time: a table that is named, else the rows that hold a value said behind ("busiest hour for returns")."""
    if p.tables_said:
        return p.tables_said[0]
    for place in range(at + 1, len(p.chunks)):
        hit = next(iter(p.chunks[place].values), None)
        if p.chunks[place].kind == "value" and hit is not None and hit.table is not None:
            return place, hit.table
    return None


def common(p: Parse, at: int) -> int | None:
    """ "the most common city", "most popular product": what occurs most often."""
    if not p.is_cue(at, "common", "rare"):
        return None
    chunk = p.chunks[at]
    place = p.past(at + 1)
    if p.chunk(place) is not None and p.chunks[place].kind == "verb":
        place = p.past(place + 1)
    if p.chunk(place) is not None and p.chunks[place].kind == "unit" and (said := _rows_timed(p, place)) is not None:
        # "busiest month for orders".
        p.frame.groups.append(Group(p.phrase(at, place + 1), at, unit=UNIT_WORDS.get(p.chunks[place].word)))
        p.frame.sorts.append(Sort(chunk.word == "common", chunk.text, at, Agg("count", said[1]), superlative=True))
        p.take(at, place + 1)
        if p.chunks[said[0]].kind == "name":
            p.chunks[said[0]].kind, p.chunks[said[0]].used = "stop", True
        return place + 1
    table, column = p.table(place), p.column(place)
    if table is None and column is not None and _limits_rows(p, at, column):
        return _that_is_common(p, at, place, column)
    if table is None and column is not None and p.chunks[place].kind == "name":
        counted = p.owner_after(place) or column.table
        expr = Agg("count", counted if p.schema.path(counted, column.table) is not None else column.table)
        p.frame.sorts.append(Sort(chunk.word == "common", chunk.text, at, expr, superlative=True))
        p.frame.read(at, chunk.text, f"{'most' if chunk.word == 'common' else 'fewest'} {describe(expr)}")
        p.take(at, at + 1)
        return at + 1
    shown = [output.expr for output in p.frame.outputs]
    if len(shown) == 1 and isinstance(shown[0], Col) and shown[0].column not in p.schema.display(shown[0].table):
        p.frame.sorts.append(Sort(chunk.word == "common", chunk.text, at, Agg("count", shown[0].table), superlative=True))
        p.frame.read(at, chunk.text, f"{'most' if chunk.word == 'common' else 'fewest'} rows")
        p.take(at, at + 1)
        return at + 1
    table = table or p.subject()
    counted_table = _who_counts(p, table, at) if table else None
    if table is None or counted_table is None:
        return None
    end = at + 1
    named = Col(table, p.schema.display(table)[0])
    if counted_table.key == table.key and named.column not in p.schema.key(table):
        add_output(p, named, place, place + 1)
        end = place + 1
    else:
        set_subject(p, table, at)
    p.frame.sorts.append(Sort(chunk.word == "common", chunk.text, at, Agg("count", counted_table), superlative=True))
    p.frame.read(at, chunk.text, f"{'most' if chunk.word == 'common' else 'fewest'} {counted_table.name}")
    p.frame.doubts += 0.1
    p.take(at, at + 1)
    return end


_SIZES = frozenset({"largest", "biggest", "smallest"})


def largest_value(p: Parse, at: int) -> int | None:
    """ "the largest major": the value of a column of text that most rows have."""
    chunk, place = p.chunk(at), p.past(at + 1)
    if chunk is None or chunk.text.lower() not in _SIZES or p.chunk(place) is None or p.table(place) is not None:
        return None
    column = p.column(place, p.texts, floor=0.9) if p.chunks[place].kind == "name" else None
    if column is None or p.schema.of(column).kind != "text" or p.is_dated(column) or p.schema.is_key(column.table, column.column):
        return None
    if column.column in p.schema.display(column.table) or singular(p.chunks[place].text.lower()) != p.chunks[place].text.lower():
        return None
    chunk.kind, chunk.word = "cue", "rare" if chunk.text.lower() == "smallest" else "common"
    return common(p, at)


def _limits_rows(p: Parse, at: int, column: Col) -> bool:
    """ "customers who use the most popular payment method": the rows that have it, other columns of which are asked for."""
    shown = [output.expr for output in p.frame.outputs]
    before = p.before_any(at)
    linked = before is not None and (before.kind in ("verb", "stop") or before.is_cue("with", "that") or before.text.lower() == "using")
    own = all(isinstance(expr, Col) and expr != column and expr.table.key == column.table.key for expr in shown)
    return bool(shown) and linked and own and before is not None and before.word not in ("of", "for", ",") and p.frame.limit is None


def _that_is_common(p: Parse, at: int, place: int, column: Col) -> int:
    most = p.chunks[at].word == "common"
    order = Order(Agg("count", column.table), most)
    inner = Query(column.table, (Item(column),), group=(column,), order=(order,), limit=1)
    return add_condition(p, Compare("=", column, Scalarq(inner)), at, place + 1)


def only_counter(p: Parse, table: TableName, at: int) -> TableName | None:
    """Rows of another table that tell how often one of these did something: spoken of, or the only ones that refer to it."""
    counted = _who_counts(p, table, at)
    return counted if counted is not None and counted.key != table.key else None


def _who_counts(p: Parse, table: TableName, at: int) -> TableName | None:
    """Rows of which table make one popular: one that is spoken of, else the only one that refers to it."""
    spoken = [
        said for _, said in p.tables_said if said.key != table.key and p.schema.path(table, said) and not p.schema.to_one(table, said)
    ]
    if spoken:
        return spoken[0]
    children = {step.target.key: step.target for step in p.schema._steps[table.key] if step.many}
    if not children and p.schema.display(table)[0] not in p.schema.key(table):
        return table
    return next(iter(children.values())) if len(children) == 1 else None


def _own_number(p: Parse, word: str, table: TableName) -> Col | None:
    """ "the most experienced candidates": a number of their own that is called so."""
    found = [
        Col(table, column.name)
        for column in p.schema.table(table).columns
        if p.measures(table, column) and stem(word) in {stem(own) for own in name_words(column.name)}
    ]
    return found[0] if len(found) == 1 else None


def most_done(p: Parse, at: int) -> int | None:
    """ "most borrowed book", "least visited city": by how many rows of the deed there are."""
    chunk, verb = p.chunk(at), p.chunk(at + 1)
    if chunk is None or verb is None or chunk.text.lower() not in ("most", "least") or not verb.text.lower().endswith(("ed", "ght", "ld")):
        return None
    table = p.table(p.past(at + 2))
    if table is None:
        return None
    if (own := _own_number(p, verb.text.lower(), table)) is not None:
        p.frame.sorts.append(Sort(chunk.text.lower() == "most", p.phrase(at, at + 2), at, own, superlative=True, table=table))
        p.take(at, at + 2)
        return at + 2
    counted = acted_table(p, at + 1) or _who_counts(p, table, at)
    if counted is None or counted.key == table.key or p.schema.path(table, counted) is None:
        return None
    p.frame.sorts.append(Sort(chunk.text.lower() == "most", p.phrase(at, at + 2), at, Agg("count", counted), superlative=True))
    p.frame.read(at, p.phrase(at, at + 2), f"{'most' if chunk.text.lower() == 'most' else 'fewest'} {counted.name}")
    p.frame.doubts += 0.05
    p.take(at, at + 2)
    return at + 2
