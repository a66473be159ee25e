"""Conditions on related rows: "with more than 5 orders", "without orders", "who never ordered", "spent over 1000 in total"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.condition_list import OPS, add_condition
from sqlcoder_builtin.clauses.deeds import acted_table, is_deed, not_yet
from sqlcoder_builtin.clauses.places import kept_count
from sqlcoder_builtin.clauses.undone import denied_at
from sqlcoder_builtin.cue_words import FILLER_VERBS
from sqlcoder_builtin.frame import Condition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import date_column, period_pred
from sqlcoder_builtin.tree import Agg, Col, Compare, Comparison, Has, Lit, Null, Pred
from sqlcoder_core.api import TableName, singular


def counted_relation(p: Parse, at: int) -> int | None:
    """ "more than 5 orders", "exactly two pets", "3 or more loans", "only one account"."""
    chunk = p.chunk(at)
    if chunk is None:
        return None
    op: Comparison | None = None
    number_at = at
    if chunk.is_cue("gt", "ge", "lt", "le", "eq", "only"):
        op = OPS.get(chunk.word, "=")
        number_at = p.past(at + 1, "a", "an", "the", "than", "of")
    elif (chunk.kind == "number" and p.zone != "select") or (chunk.kind == "number" and _after_with(p, at)):
        op = "="
    number = p.chunk(number_at)
    if op is None or number is None or number.kind != "number" or number.number is None:
        return None
    end = number_at + 1
    op, end = _or_more(p, end, op)
    end = p.past(end)
    if p.is_cue(end, "distinct"):
        end = p.past(end + 1)
    adjective = _adjective(p, end)
    end = end + 1 if adjective is not None else end
    table = p.table(end) or _own_rows(p, end)
    if table is None or number.number.percent:
        return None
    if (grouped := _per_value(p, table, at, end, op, number.number.value)) is not None:
        return grouped
    about = _about(p, table, at)
    if about is None:
        return None
    where = (adjective,) if adjective is not None else ()
    kept = kept_count(p, about, table) if not where else None
    if kept is not None:
        # "customers with 0 loans", where a column of theirs keeps the number.
        return add_condition(p, Compare(op, kept, Lit(number.number.value)), at, end + 1)
    pred = Has(about, table, where, count=(op, number.number.value))
    return add_condition(p, pred, at, end + 1)


_ROWS = frozenset({"record", "records", "entry", "entries", "row", "rows"})


def _own_rows(p: Parse, at: int) -> TableName | None:
    """ "categories that have at least two books": rows of the table of the column asked about, said by another of its columns."""
    shown = [output.expr for output in p.frame.outputs]
    chunk = p.chunk(at) or p.chunk(at - 1)
    if p.frame.subject is not None or not shown or not all(isinstance(expr, Col) for expr in shown) or chunk is None:
        return None
    first = shown[0]
    assert isinstance(first, Col)
    if p.chunks[at - 1].text.lower() in _ROWS:
        return first.table
    column = p.column(at, floor=0.5)
    named = column is not None and column.table.key == first.table.key and column.column in p.schema.display(first.table)
    return first.table if named and singular(chunk.text.lower()) != chunk.text.lower() else None


def _adjective(p: Parse, at: int) -> Pred | None:
    """ "more than 40 completed appointments": a stored value of the counted table before its name."""
    chunk, table = p.chunk(at), p.table(at + 1)
    if chunk is None or chunk.kind != "value" or table is None:
        return None
    hit = next((hit for hit in chunk.values if hit.table is not None and hit.table.key == table.key), None)
    if hit is None or hit.column is None or hit.value is None:
        return None
    return Compare("=", Col(table, hit.column), Lit(hit.value))


def _per_value(p: Parse, table: TableName, at: int, end: int, op: Comparison, bound: int | float) -> int | None:
    """ "cities with more than 5 customers": the values of a column of the counted table, or of one it points to."""
    outputs = [output.expr for output in p.frame.outputs]
    if (
        (p.frame.subject is not None and p.frame.subject.key != table.key)
        or not outputs
        or not all(isinstance(expr, Col) for expr in outputs)
    ):
        return None
    column = outputs[0]
    assert isinstance(column, Col)
    if column.column in p.schema.key(column.table) or (
        column.column in p.schema.display(column.table) and (column.table.key != table.key or p.frame.subject is not None)
    ):
        return None
    if not p.schema.to_one(table, column.table):
        return None
    p.frame.having.append((Agg("count", table), op, Lit(bound), p.phrase(at, end + 1)))
    if p.schema.of(column).null_fraction:
        # Rows that have none are not those of one value.
        p.frame.conditions.append(Condition(Null(column, True), p.phrase(at, end + 1), at, about=column.table))
    p.frame.read(at, p.phrase(at, end + 1), f"groups with {op} {bound} {table.name}")
    p.take(at, end + 1)
    p.zone = "where"
    return end + 1


def _or_more(p: Parse, end: int, op: Comparison) -> tuple[Comparison, int]:
    if p.is_cue(end, "or") and (word := p.chunk(end + 1)) is not None:
        if word.text.lower() in ("more", "above", "greater", "higher"):
            return ">=", end + 2
        if word.text.lower() in ("less", "fewer", "below", "lower"):
            return "<=", end + 2
    return op, end


def _after_with(p: Parse, at: int) -> bool:
    before = p.before(at)
    return before is not None and before.is_cue("with", "that", "whose")


def _about(p: Parse, table: TableName, at: int) -> TableName | None:
    """Whose rows are counted: the nearest table before that the counted one is a many-side of."""
    said = [name for place, name in reversed(p.tables_said) if place < at and name.key != table.key]
    candidates = ([p.frame.subject] if p.frame.subject else []) + said + [group.table for group in p.frame.groups if group.table]
    candidates += [output.expr.table for output in p.frame.outputs if isinstance(output.expr, Col)]
    for name in candidates:
        if name is not None and name.key != table.key and p.schema.path(name, table) is not None:
            return name
    return None


def existence(p: Parse, at: int) -> int | None:
    """ "without orders", "who never placed an order", "that have no pets", "have never been ordered"."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("without", "never", "ne"):
        return None
    if (undone := not_yet(p, at + 1)) is not None:
        return undone
    place = at + 1
    verb: TableName | None = None
    while (following := p.chunk(place)) is not None and (
        following.kind in ("stop", "verb")
        or (following.kind == "word" and following.text.lower().endswith("ed"))
        or following.is_cue("ever", "with", "all", "like", "per", "by")
        or acted_table(p, place)
        or is_deed(p, place)
        or _says_again(p, place)
        or (following.is_cue("show") and following.text.lower() in ("us", "me", "our"))
    ):
        verb = verb or acted_table(p, place)
        place += 1
    behind = p.table(place + 1) if not chunk.is_cue("ne") else None
    denied = (denied_at(p, place, behind) or _adjective(p, place)) if behind is not None else None
    place += denied is not None
    named = p.table(place) or (p.table(place, lenient=True) if verb is not None and p.column(place, floor=0.85) is None else None)
    table = named or verb or _holder(p, place)
    if table is None or p.is_cue(p.past(place + 1), "eq", "gt", "lt", "ge", "le", "like"):
        return None
    about = _about(p, table, at)
    if about is None:
        return _values_without(p, table, at, place + 1) if named else None
    p.frame.mentioned.append((place, table))
    end = place + 1 if named or verb is None else place
    where, end = _dated(p, table, end)
    where = (denied, *where) if denied is not None else where
    return add_condition(p, Has(about, table, where, negated=True), at, end)


def _values_without(p: Parse, table: TableName, at: int, end: int) -> int | None:
    """ "publishers that do not have a book from 1989": values of a column of the table itself, none of whose rows is so."""
    shown = [output.expr for output in p.frame.outputs]
    named = {*p.schema.display(table), *p.schema.key(table)}
    own = all(
        isinstance(expr, Col) and expr.table.key == table.key and expr.column not in named and not p.schema.is_key(table, expr.column)
        for expr in shown
    )
    if not shown or not own or p.frame.subject is not None or p.frame.lacking_at >= 0:
        return None
    p.frame.lacking_at = at
    p.frame.mentioned.append((end - 1, table))
    p.frame.read(at, p.phrase(at, end), f"of no {table.name} where what follows holds")
    p.take(at, end)
    p.zone = "where"
    return end


def _says_again(p: Parse, at: int) -> bool:
    """ "hosts who did not host any party", "members who did not participate in any round": the verb, though a name is like it."""
    chunk, following, subject = p.chunk(at), p.chunk(at + 1), p.frame.subject
    if chunk is None or following is None or subject is None or following.kind == "mark":
        return False
    if chunk.kind == "word":
        return not chunk.capital and (following.is_cue("ever") or following.word in ("in", "at", "to", "for", "any", "a", "an"))
    if p.is_cue(at - 1, "never") and p.chunks[at - 1].text.lower().split()[-1] == "not" and chunk.kind == "name":
        # "did not place any order": what follows is a verb.
        return following.is_cue("ever") and p.table(at) is None and not chunk.text.lower().endswith("s")
    if p.is_cue(at - 1, "never") and chunk.text.lower() in FILLER_VERBS and p.table(at) is None and p.table(p.past(at + 1)) is None:
        # "have never sent us a claim": a verb, though a date is called so as well.
        return following.is_cue("show", "ever")
    named = p.table(at)
    return named is not None and named.key == subject.key and (following.is_cue("ever", "by") or following.word in ("in", "of", "a", "an"))


def _holder(p: Parse, at: int) -> TableName | None:
    """ "have not logged any hours": the many-side table that keeps the hours."""
    column, subject = p.column(at, floor=0.6), p.subject()
    if column is None or subject is None or column.table.key == subject.key or p.schema.path(subject, column.table) is None:
        return None
    return column.table if not p.schema.to_one(subject, column.table) else None


def _dated(p: Parse, table: TableName, at: int) -> tuple[tuple[Pred, ...], int]:
    """ "not sold in 2026": the period is one of the rows that are missing."""
    chunk = p.chunk(at)
    column = date_column(p, table, at) if chunk is not None and chunk.kind == "date" else None
    if chunk is None or chunk.date is None or column is None:
        return (), at
    return (period_pred(p, column, chunk.date.period),), at + 1


def acted(p: Parse, at: int) -> int | None:
    """ "customers who ordered in May", "products bought by ...": the deed's rows must exist, and what follows is about them."""
    subject = p.frame.subject
    if subject is None:
        return None
    table = acted_table(p, at)
    if table is None or any(said.key == table.key for place, said in p.tables_said if place != at) or p.schema.to_one(subject, table):
        return None
    following = p.chunk(p.past(at + 1))
    if following is not None and (following.is_cue("desc", "asc", "by") or following.kind == "name"):
        return None
    before = p.before(at)
    if before is not None and before.is_cue("high", "low", "common", "rare", "avg"):
        return None
    p.zone = "where"
    p.frame.conditions.append(Condition(Has(subject, table), p.phrase(at, at + 1), at, about=table))
    p.frame.mentioned.append((at, table))
    p.frame.deed = table
    p.frame.read(at, p.chunks[at].text, f"{subject.name} with {table.name}")
    p.take(at, at + 1)
    # The verb means its table for certain, however little it looks like the names around.
    p.chunks[at].names = ()
    return at + 1


def involved(p: Parse, at: int) -> int | None:
    """ "customers with orders", "students who have pets": the related rows must exist; later conditions are about them."""
    chunk = p.chunk(at)
    if chunk is None or not chunk.is_cue("with", "that"):
        return None
    place = at + 1
    while (following := p.chunk(place)) is not None and (following.kind in ("stop", "verb") or following.is_cue("ever", "with", "all")):
        place += 1
    table = p.table(place)
    subject = p.frame.subject
    if (times := acted_times(p, place)) is not None:
        p.take(at, place)
        return times
    if table is None or subject is None or table.key == subject.key or p.schema.path(subject, table) is None:
        return None
    p.zone = "where"
    if p.schema.to_one(subject, table):
        p.frame.mentioned.append((place, table))
        p.take(at, place + 1)
        return place + 1
    p.frame.conditions.append(Condition(Has(subject, table), p.phrase(at, place + 1), at, about=table))
    p.frame.mentioned.append((place, table))
    p.frame.read(at, p.phrase(at, place + 1), f"{subject.name} with {table.name}")
    p.take(at, place + 1)
    return place + 1


def acted_times(p: Parse, at: int) -> int | None:
    """ "ordered more than once", "bought at least 3 times": the deed's rows are counted."""
    table, subject = acted_table(p, at), p.frame.subject
    if table is None or subject is None or p.schema.to_one(subject, table):
        return None
    place = p.past(at + 1)
    op: Comparison = "="
    if p.is_cue(place, "gt", "ge", "lt", "le", "eq", "only"):
        op = OPS.get(p.chunks[place].word, "=")
        place = p.past(place + 1)
    number = p.chunk(place)
    if number is None or number.number is None:
        return None
    times = p.chunk(place + 1)
    once = number.text.lower() in ("once", "twice", "thrice")
    if not once and not (times is not None and times.text.lower() in ("times", "time")):
        return None
    p.frame.deed = table
    p.frame.mentioned.append((at, table))
    return add_condition(p, Has(subject, table, count=(op, number.number.value)), at, place + 1 + (not once))
