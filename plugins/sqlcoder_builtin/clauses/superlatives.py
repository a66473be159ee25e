"""The first by something: "the oldest", "with the most orders", "most common", "our biggest customer"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.condition_list import add_condition
from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.clauses.heads import add_output, set_subject
from sqlcoder_builtin.clauses.measured import EXTREMES, Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.ordering import summed
from sqlcoder_builtin.clauses.places import amount_column, kept_count
from sqlcoder_builtin.clauses.plain_measures import money_metric
from sqlcoder_builtin.concepts import concept_column, money_measures
from sqlcoder_builtin.cue_words import UNIT_WORDS, superlatives
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Group, Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Compare, Expr, Item, Order, Query, Scalarq
from sqlcoder_core.api import TableName, name_words, singular


def superlative(p: Parse, at: int) -> int | None:
    """ "the oldest employee", "most expensive product"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "superlative":
        return None
    concepts, descending = superlatives()[chunk.text.lower()]
    following = p.past(at + 1)
    named = p.column(following) if p.table(following) is None else None
    table = p.table(following) or (named.table if named is not None else None) or p.near_table(at) or p.subject() or _valued(p, following)
    if table is None:
        return None
    column = p.concept(concepts, table)
    if column is not None and column.table.key != table.key and not _about(column, concepts):
        # Of a table that was not spoken of, and only a little like the word.
        column = None
    if column is None:
        column = _on_many_side(p, concepts, table)
        if column is None:
            return None
        expr: Expr = Agg("sum" if concepts[0] == "quantity" else "max" if descending else "min", column.table, column)
    else:
        expr = column
    if p.schema.is_date(column.table, p.schema.of(column)) or "year" in column.column.lower() or "birth" in column.column.lower():
        descending = not descending if "age" in concepts else descending
    listed = p.is_cue(at + 1, "first")
    opening = p.before(at)
    if opening is not None and opening.is_cue("starts") and not opening.used:
        # "starting with the oldest"
        listed, opening.used = True, True
    if concepts[0] == "quantity" and not listed:
        _several(p, following)
    p.frame.sorts.append(Sort(descending, chunk.text, at, expr, superlative=not listed, table=table))
    p.frame.read(at, chunk.text, f"{'highest' if descending else 'lowest'} {describe(expr)}{' first' if listed else ''}")
    end = at + 1 + p.is_cue(at + 1, "first")
    p.take(at, end)
    return end


def _valued(p: Parse, at: int) -> TableName | None:
    """ "five most expensive knives": the rows that hold the value."""
    chunk = p.chunk(at)
    best = chunk.values[0] if chunk is not None and chunk.kind == "value" and chunk.values else None
    return best.table if best is not None and best.score >= 0.85 else None


def _about(column: Col, concepts: tuple[str, ...]) -> bool:
    """The column's last word says the concept: shipping_time is about time, lifetime_revenue is about revenue."""
    return any(name_words(column.column)[-len(words) :] == words for concept in concepts if (words := tuple(concept.split("_"))))


def _on_many_side(p: Parse, concepts: tuple[str, ...], table: TableName) -> Col | None:
    """The concept on the nearest table that refers to this one."""
    others = sorted(
        (other.name for other in p.schema.tables.values() if other.name.key != table.key), key=lambda other: p.schema.distance(table, other)
    )
    for other in others:
        if p.schema.distance(table, other) == 1:
            found = concept_column(p.schema, concepts, other, p.numbers)
            if found is not None and found.table.key == other.key:
                return found
    return None


def extreme(p: Parse, at: int) -> int | None:
    """ "with the most orders", "has the highest salary", "the largest number of students": the subject's first row by it."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("high", "low", "best", "worst"):
        return None
    place = p.past(at + 1)
    if p.is_cue(place, "sum", "avg") and (inner := measured(p, place)) is not None and inner.aggregated:
        entry: Measured | None = inner
    else:
        entry = measured(p, place)
    if entry is None and (deed := _deed_most(p, at)) is not None:
        return deed
    if entry is None or entry.nested:
        return None
    if (
        entry.counted
        and chunk.text.lower() in _BIG
        and p.is_cue(place, "count") is False
        and (p.frame.subject is None or p.frame.subject.key == entry.table.key)
    ):
        return _biggest(p, at, place, entry.table)
    if not _ranks(p, at, entry):
        return None
    entry = _ranked(p, _of_money(p, at, entry))
    waiting = next((sort for sort in p.frame.sorts if sort.superlative and sort.expr is None), None)
    expr = summed(p, entry)
    descending = chunk.word in ("high", "best")
    if (
        chunk.text.lower() in ("most", "least", "fewest")
        and isinstance(expr, Col)
        and p.is_measure(expr)
        and p.frame.subject is None
        and p.frame.outputs
    ):
        # "which industry has the most seats": all of its seats.
        expr = Agg("sum", expr.table, expr)
    if isinstance(expr, Agg) and expr.function == "max" and not entry.aggregated:
        # "the most seats" is of what they add up to, "the highest price" of one.
        many = chunk.text.lower() in ("most", "least", "fewest")
        expr = replace(expr, function="sum" if many else "max" if descending else "min")
    if waiting is not None:
        waiting.expr, waiting.descending = expr, descending
    else:
        p.frame.sorts.append(Sort(descending, p.phrase(at, entry.end), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at, entry.end), f"{'highest' if descending else 'lowest'} {describe(expr)} first")
    p.take(at, entry.end)
    p.zone = "where"
    return entry.end


def _deed_most(p: Parse, at: int) -> int | None:
    """ "who spent the most", "ordered the most": by the money, or by how often."""
    before, subject = p.before(at), p.subject()
    if before is None or subject is None or p.chunks[at].text.lower() not in ("most", "least"):
        return None
    verb = before.text.lower().split()[-1]
    if verb in ("spent", "spend", "paid", "sold", "earned"):
        money = money_metric(p, subject)
        found = money_measures(p.schema, subject)
        expr: Expr | None = money or (Agg("sum", *found[0]) if found else None)
    else:
        table = acted_table(p, p.chunks.index(before))
        expr = Agg("count", table) if table is not None else None
    if expr is None:
        return None
    p.frame.sorts.append(Sort(p.chunks[at].text.lower() == "most", p.phrase(at - 1, at + 1), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at - 1, at + 1), f"by {describe(expr)}")
    p.frame.doubts += 0.1
    p.take(at, at + 1)
    return at + 1


def _ranked(p: Parse, entry: Measured) -> Measured:
    """Numbers of the subject's own rows as they are; columns of text by how many rows there are."""
    subject = p.subject()
    expr = entry.expr
    if entry.counted and subject is not None and (kept := kept_count(p, subject, entry.table)) is not None:
        return replace(entry, expr=kept, aggregated=False, counted=False)
    if (
        isinstance(expr, Agg)
        and expr.function == "sum"
        and isinstance(expr.arg, Col)
        and subject is not None
        and expr.table.key == subject.key
        and not p.frame.groups
    ):
        return replace(entry, expr=expr.arg, aggregated=False)
    if isinstance(expr, Col) and not p.numbers(expr.table, column := p.schema.of(expr)) and not p.dated(expr.table, column):
        return replace(entry, expr=Agg("count", expr.table), aggregated=True)
    return entry


def _of_money(p: Parse, at: int, entry: Measured) -> Measured:
    """ "claimed the most in expenses": their amounts, not how many there are."""
    joint = p.chunk(at + 1)
    said = joint is not None and joint.word in ("in", "on") and p.chunks[at].text.lower() in ("most", "least")
    amount = amount_column(p, entry.table) if said and entry.counted else None
    return entry if amount is None else replace(entry, expr=Agg("sum", entry.table, amount), counted=False)


_BIG = frozenset(["biggest", "largest", "greatest", "best", "top", "smallest", "worst", "highest", "lowest"])


def _biggest(p: Parse, at: int, place: int, table: TableName) -> int | None:
    """ "our biggest customer": by the money that its related rows bring; an abstention where there is none."""
    own = amount_column(p, table)
    if own is not None and p.chunks[at].text.lower() not in ("best", "top", "worst"):
        set_subject(p, table, place)
        p.frame.sorts.append(Sort(p.chunks[at].text.lower() not in ("smallest", "lowest"), p.chunks[at].text, at, own, superlative=True))
        p.frame.read(at, p.phrase(at, place + 1), f"by {describe(own)}")
        p.take(at, place + 1)
        return place + 1
    if (size := _size(p, table)) is not None and p.chunks[at].text.lower() in _SIZED:
        set_subject(p, table, place)
        p.frame.sorts.append(Sort(p.chunks[at].text.lower() != "smallest", p.chunks[at].text, at, size, superlative=True))
        p.frame.read(at, p.phrase(at, place + 1), f"by {describe(size)}")
        p.frame.doubts += 0.05
        p.take(at, place + 1)
        return place + 1
    near = [(found, expr) for found, expr in money_measures(p.schema, table) if found.key != table.key and p.schema.to_one(found, table)]
    if not near or (p.chunk(place + 1) is not None and p.is_cue(p.past(place + 1), "by")):
        return None
    expr: Expr = money_metric(p, table) or Agg("sum", *near[0])
    set_subject(p, table, place)
    p.frame.sorts.append(
        Sort(p.chunks[at].text.lower() not in ("smallest", "worst", "lowest"), p.chunks[at].text, at, expr, superlative=True)
    )
    p.frame.read(at, p.phrase(at, place + 1), f"by {describe(expr)}")
    p.frame.doubts += 0.12
    _several(p, place)
    p.take(at, place + 1)
    return place + 1


_SIZED = frozenset({"biggest", "largest", "smallest"})
_SIZES = ("size", "capacity", "area", "population", "floor area", "seats", "volume")


def _size(p: Parse, table: TableName) -> Col | None:
    """ "the biggest warehouse": the one column of its own that says how big it is."""
    found = [Col(table, column.name) for column in p.schema.table(table).columns if _says_size(column.name) and p.numbers(table, column)]
    return found[0] if len(found) == 1 else None


def _says_size(name: str) -> bool:
    said = " ".join(name_words(name))
    return any(said == size or said.startswith(f"{size} ") or said.endswith(f" {size}") for size in _SIZES)


def _several(p: Parse, at: int) -> None:
    """ "our best customers": several are wanted, and not said how many."""
    chunk = p.chunk(at)
    if chunk is None or p.frame.limit is not None or singular(chunk.text.lower()) == chunk.text.lower():
        return
    p.frame.limit = 10
    p.frame.notes.append(f"the first 10 {chunk.text.lower()}; say how many to get more or fewer")


def _ranks(p: Parse, at: int, entry: Measured) -> bool:
    """True where "the highest X" picks a row rather than being what is asked for."""
    before = p.before(at)
    if p.chunks[at].text.lower() in EXTREMES and not entry.counted and p.frame.limit is None:
        return before is not None and before.is_cue("with", "that", "whose", "by")
    if entry.counted or p.zone == "where":
        return True
    if before is None:
        return False
    if before.is_cue("with", "that", "whose", "by", "but") or before.kind in ("verb", "number") or p.frame.limit is not None:
        return True
    subject = p.frame.subject
    if before.kind == "name" and subject is not None:
        return True
    return before.is_cue("never") or (before.kind == "unit")


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


def most_done(p: Parse, at: int) -> int | None:
    """ "most borrowed book", "least visited city": by how many rows of the deed there are."""
    chunk, verb = p.chunk(at), p.chunk(at + 1)
    if chunk is None or verb is None or chunk.text.lower() not in ("most", "least") or not verb.text.lower().endswith(("ed", "ght", "ld")):
        return None
    table = p.table(p.past(at + 2))
    if table is None:
        return None
    counted = acted_table(p, at + 1) or _who_counts(p, table, at)
    if counted is None or counted.key == table.key or p.schema.path(table, counted) is None:
        return None
    p.frame.sorts.append(Sort(chunk.text.lower() == "most", p.phrase(at, at + 2), at, Agg("count", counted), superlative=True))
    p.frame.read(at, p.phrase(at, at + 2), f"{'most' if chunk.text.lower() == 'most' else 'fewest'} {counted.name}")
    p.frame.doubts += 0.05
    p.take(at, at + 2)
    return at + 2
