"""The first by what stands behind "the most", "the highest" or "the biggest": "with the most orders", "our biggest customer"."""

from __future__ import annotations

from dataclasses import replace

from sqlcoder_builtin.clauses.deeds import acted_table
from sqlcoder_builtin.clauses.heads import set_subject
from sqlcoder_builtin.clauses.measured import EXTREMES, Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.places import amount_column, kept_count
from sqlcoder_builtin.clauses.plain_measures import money_metric
from sqlcoder_builtin.clauses.superlatives import several
from sqlcoder_builtin.clauses.tops import summed
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName, name_words


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
    if isinstance(entry.expr, Col) and p.schema.is_key(entry.table, entry.expr.column) and not p.is_dated(entry.expr):
        # "the most employees", where only a number that tells them apart is called so.
        return None
    if p.is_cue(place, "sum") and _values_asked(p, entry):
        p.frame.subject = None
    entry = _ranked(p, _of_money(p, at, entry), many=chunk.text.lower() in _MANY)
    waiting = next((sort for sort in p.frame.sorts if sort.superlative and sort.expr is None), None)
    expr = summed(p, entry)
    descending = chunk.word in ("high", "best")
    expr = _of_each(p, entry, expr, many=chunk.text.lower() in _MANY, descending=descending)
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
        expr = None
    if expr is None and (table := acted_table(p, p.chunks.index(before))) is not None:
        expr = Agg("count", table)
    if expr is None:
        return None
    p.frame.sorts.append(Sort(p.chunks[at].text.lower() == "most", p.phrase(at - 1, at + 1), at, expr, superlative=True))
    p.frame.read(at, p.phrase(at - 1, at + 1), f"by {describe(expr)}")
    p.frame.doubts += 0.1
    p.take(at, at + 1)
    return at + 1


def _of_each(p: Parse, entry: Measured, expr: Expr, *, many: bool, descending: bool) -> Expr:
    """What a figure of several rows comes to for each of those that are ranked."""
    if many and isinstance(expr, Col) and p.is_measure(expr) and p.frame.subject is None and p.frame.outputs:
        # "which industry has the most seats": all of its seats.
        return Agg("sum", expr.table, expr)
    if isinstance(expr, Agg) and expr.function == "max" and not entry.aggregated:
        # "the most seats" is of what they add up to, "the highest price" of one.
        return replace(expr, function="sum" if many else "max" if descending else "min")
    return expr


_MANY = frozenset({"most", "least", "fewest"})


def _values_asked(p: Parse, entry: Measured) -> bool:
    """ "the type of transaction with the highest total amount": values of a column of the rows that are added up."""
    shown = [output.expr for output in p.frame.outputs]
    own = {*p.schema.key(entry.table), *p.schema.display(entry.table)}
    return bool(shown) and all(
        isinstance(expr, Col) and expr.table.key == entry.table.key and expr.column not in own and not p.is_number(expr) for expr in shown
    )


def _ranked(p: Parse, entry: Measured, *, many: bool) -> Measured:
    """Numbers of the subject's own rows as they are; columns of text by how many rows there are."""
    # "which studios have we paid the highest total fees": values of a column, whose rows were only mentioned.
    subject = p.frame.subject if p.frame.outputs else p.subject()
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
        if not many:
            # "the highest dose": figures that are kept as text.
            p.frame.doubts += 0.1
            return entry
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
    several(p, place)
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
