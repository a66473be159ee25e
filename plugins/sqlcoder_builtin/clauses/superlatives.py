"""The first by an adjective's own column: "the oldest employee", "most expensive product"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.extreme_words import concepts_of
from sqlcoder_builtin.concepts import concept_column
from sqlcoder_builtin.cue_words import superlatives
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName, name_words, singular


def superlative(p: Parse, at: int) -> int | None:
    """ "the oldest employee", "most expensive product"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.kind != "superlative":
        return None
    concepts, descending = superlatives()[chunk.text.lower()]
    following = noun_ranked(p, at)
    named = p.column(following) if p.table(following) is None else None
    table = p.table(following) or (named.table if named is not None else None) or p.near_table(at) or p.subject() or _valued(p, following)
    if named is not None and _picked_by(p, at, named):
        return _by_named(p, at, following, named)
    if table is None:
        return _waits(p, at, descending)
    if (told := _told_by(p, following + 1)) is not None:
        return _by_column(p, at, following, told, table)
    column = _measured_by(p, concepts, table) or _measured_by(p, concepts_of(chunk.text.lower()), table)
    if column is None:
        column = _on_many_side(p, concepts, table)
        if column is None:
            return _waits(p, at, descending)
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
        several(p, following)
    p.frame.sorts.append(Sort(descending, chunk.text, at, expr, superlative=not listed, table=table))
    p.frame.read(at, chunk.text, f"{'highest' if descending else 'lowest'} {describe(expr)}{' first' if listed else ''}")
    end = at + 1 + p.is_cue(at + 1, "first")
    p.take(at, end)
    return end


def _picked_by(p: Parse, at: int, column: Col) -> bool:
    """ "the campaign with the most ambitious goal": a number named behind the adjective, and a row to pick by it."""
    before = p.before(at)
    picks = before is not None and before.is_cue("with", "that", "whose")
    return picks and (p.is_measure(column) or p.is_dated(column)) and (p.frame.subject is not None or bool(p.frame.outputs))


def _by_named(p: Parse, at: int, place: int, column: Col) -> int:
    descending = superlatives()[p.chunks[at].text.lower()][1]
    p.frame.sorts.append(Sort(descending, p.phrase(at, place + 1), at, column, superlative=True))
    p.frame.read(at, p.phrase(at, place + 1), f"{'highest' if descending else 'lowest'} {describe(column)}")
    p.take(at, place + 1)
    p.zone = "where"
    return place + 1


def _waits(p: Parse, at: int, descending: bool) -> int | None:
    """ "the five tallest works, with title and height": by the one number that will be listed, or by what is said behind."""
    if any(sort.superlative for sort in p.frame.sorts) or p.is_cue(at + 1, "first"):
        return None
    p.frame.sorts.append(Sort(descending, p.chunks[at].text, at, None, superlative=True))
    p.take(at, at + 1)
    return at + 1


def by_what_is_shown(p: Parse) -> None:
    """Give superlatives that no column of their own was found for the one number that is shown; without one they are not understood."""
    waiting = [sort for sort in p.frame.sorts if sort.expr is None and p.chunks[sort.at].kind == "superlative" and sort.superlative]
    numbers = [output.expr for output in p.frame.outputs if isinstance(output.expr, Col) and p.is_measure(output.expr)]
    for sort in waiting:
        if len(numbers) == 1:
            sort.expr = numbers[0]
            p.frame.doubts += 0.05
        else:
            p.frame.sorts.remove(sort)
            p.chunks[sort.at].used = False


def noun_ranked(p: Parse, at: int) -> int:
    """ "the most expensive active policies": where the rows are named, behind values that limit them."""
    place = p.past(at + 1)
    for ahead in range(place, min(place + 3, len(p.chunks))):
        if p.table(ahead) is not None:
            return ahead
        if p.chunks[ahead].kind != "value":
            break
    return place


def _measured_by(p: Parse, concepts: tuple[str, ...], table: TableName) -> Col | None:
    """The number or date that such a word measures; of a table that was not spoken of only where it is called just so."""
    column = p.concept(concepts, table, lambda owner, found: p.numbers(owner, found) or p.dated(owner, found))
    if column is not None and column.table.key != table.key and not _about(column, concepts):
        return None
    return column


def _told_by(p: Parse, at: int) -> Col | None:
    """ "the four priciest rooms by list price": the number or date that says by what."""
    chunk, place = p.chunk(at), p.past(at + 1, "the", "their", "its")
    if chunk is None or not (chunk.is_cue("by") or chunk.text.lower() in ("according to", "based on")) or p.table(place) is not None:
        return None
    column = p.column(place, floor=0.7)
    if column is None or not (p.is_measure(column) or p.is_dated(column) or "year" in name_words(column.column)):
        return None
    return column


def _by_column(p: Parse, at: int, noun: int, column: Col, table: TableName) -> int:
    """Ranked by the column behind the noun; what stands between is read as usual."""
    descending = superlatives()[p.chunks[at].text.lower()][1]
    dated = p.is_dated(column) or "year" in name_words(column.column)
    descending = not descending if dated and "age" in superlatives()[p.chunks[at].text.lower()][0] else descending
    p.frame.sorts.append(Sort(descending, p.chunks[at].text, at, column, superlative=True, table=table))
    p.frame.read(at, p.chunks[at].text, f"{'highest' if descending else 'lowest'} {describe(column)}")
    p.take(at, at + 1)
    behind = p.past(noun + 2, "the", "their", "its")
    p.take(noun + 1, behind + 1)
    for chunk in p.chunks[noun + 1 : behind + 1]:
        chunk.kind = "stop"
    return at + 1


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


def several(p: Parse, at: int) -> None:
    """ "our best customers": several are wanted, and not said how many."""
    chunk = p.chunk(at)
    if chunk is None or p.frame.limit is not None or singular(chunk.text.lower()) == chunk.text.lower():
        return
    p.frame.limit = 10
    p.frame.notes.append(f"the first 10 {chunk.text.lower()}; say how many to get more or fewer")
