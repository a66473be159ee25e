"""Orders that are asked for: "sorted by name", "in descending order of age", "alphabetically", "authors by number of books"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.first_ones import orders_from
from sqlcoder_builtin.clauses.measured import Measured
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.said_keys import Key, said_key
from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.frame import Sort
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import TableName


def sort(p: Parse, at: int) -> int | None:
    """ "sorted by name descending", "ordered by their age and name"."""
    if not p.is_cue(at, "sort"):
        return None
    end = at + 1
    if (
        p.chunks[at].text.lower() == "ordered by"
        and p.frame.subject is not None
        and p.table(p.past(end)) is not None
        and p.frame.subject != p.table(p.past(end))
    ):
        p.zone = "where"
        p.take(at, end)
        return end
    direction, end = _direction(p, end)
    found_any = False
    place = p.past(end, "the", "by", "in", "their", "of", "its", "to", "results", "them", "from", "on", "a", "it", "descending", "both")
    if p.is_cue(place, "by"):
        place = p.past(place + 1)
    while (key := _key(p, place)) is not None:
        this, end = _direction(p, key.end)
        p.frame.sorts.append(
            Sort(_first(p, at, key, this if this is not None else direction), p.phrase(at, end), at, key.expr, by_time=key.by_time)
        )
        p.frame.read(at, p.phrase(at, end), f"{_sorted(key)}{', highest first' if p.frame.sorts[-1].descending else ''}")
        found_any = True
        following = end
        while (chunk := p.chunk(following)) is not None and (
            chunk.is_cue("and") or (chunk.kind == "stop" and chunk.word in (",", "then", "by")) or _by_again(p, following)
        ):
            following += 1
        if following == end:
            break
        place = p.past(following, "by", "the", "then")
    if not found_any:
        later, end = _direction(p, place)
        direction = later if later is not None else direction
        if direction is None:
            return None
        p.frame.sorts.append(Sort(direction, p.phrase(at, end), at))
    p.take(at, end)
    return end


def _by_again(p: Parse, at: int) -> bool:
    """ "sorted by country, then by name"."""
    joint = p.chunk(at - 1)
    return p.is_cue(at, "by") and joint is not None and (joint.is_cue("and") or joint.word in ("then", ","))


def _first(p: Parse, at: int, key: Key, said: bool | None) -> bool:
    """Whether the highest comes first: as said; of what is ranked, the best."""
    number = key.expr is not None and (not isinstance(key.expr, Col) or p.is_measure(key.expr))
    return said if said is not None else number and "rank" in p.chunks[at].text.lower()


def _key(p: Parse, at: int) -> Key | None:
    """What is sorted by from a place on: something shown, else a measure."""
    if (known := said_key(p, at)) is not None:
        return known
    entry = measured(p, at)
    return Key(entry.end, _sorted_by(p, entry)) if entry is not None else None


def _sorted(key: Key) -> str:
    return f"sorted by {describe(key.expr)}" if key.expr is not None else "sorted by time"


def _sorted_by(p: Parse, entry: Measured) -> Expr:
    """A table as a sort key means its rows' names, unless rows are counted."""
    if entry.counted and isinstance(entry.expr, Agg) and entry.expr.arg is None and not p.is_cue(entry.end - 2, "count"):
        outputs = [output.expr for output in p.frame.outputs if is_aggregate(output.expr)]
        if entry.expr in outputs:
            return entry.expr
        return Col(entry.table, p.schema.display(entry.table)[0])
    return entry.expr


def _direction(p: Parse, at: int) -> tuple[bool | None, int]:
    """Descending or not, when said here."""
    place = p.past(at, "in", "by", "the", "from", ",", "and", "of", "order")
    if p.is_cue(place, "desc", "asc"):
        return p.chunks[place].word == "desc", place + 1
    return None, at


def direction(p: Parse, at: int) -> int | None:
    """ "in descending order of age", "alphabetically", "from highest to lowest"."""
    if not p.is_cue(at, "desc", "asc"):
        return None
    chunk = p.chunks[at]
    place = p.past(at + 1, "of", "by", "the", "their", "its", "on", "to", "according", "time", "they")
    if p.is_cue(place, "by", "per"):
        place = p.past(place + 1)
    alphabetical = "alphabet" in chunk.text.lower() or "lexic" in chunk.text.lower()
    key = _key(p, place) if place > at + 1 or chunk.text.lower().endswith(" of") else None
    if key is not None and key.by_time:
        p.frame.sorts.append(Sort(chunk.word == "desc", p.phrase(at, key.end), at, by_time=True))
        p.take(at, key.end)
        return key.end
    expr = key.expr if key is not None else None
    ranked = bool(p.frame.sorts) and p.frame.sorts[-1].superlative and not p.frame.top
    if ranked and expr is None and p.frame.sorts[-1].expr is not None and any(group.each for group in p.frame.groups):
        # "for each city the oldest, ordered from oldest to youngest": the same once more, for what is shown.
        expr = p.frame.sorts[-1].expr
        flipped = _by_age(p, expr, chunk.text)
        p.frame.sorts.append(Sort((chunk.word == "desc") != flipped, chunk.text, at, expr))
        p.take(at, at + 1)
        return at + 1
    if expr is None and not alphabetical and p.frame.sorts and p.frame.sorts[-1].expr is not None:
        p.frame.sorts[-1].descending = (chunk.word == "desc") != _by_age(p, p.frame.sorts[-1].expr, chunk.text)
        p.take(at, at + 1)
        return at + 1
    end = key.end if key is not None else at + 1
    p.frame.sorts.append(Sort(chunk.word == "desc", p.phrase(at, end), at, expr))
    p.frame.read(
        at, p.phrase(at, end), f"sorted{f' by {describe(expr)}' if expr else ''}{', highest first' if chunk.word == 'desc' else ''}"
    )
    p.take(at, end)
    return end


def _by_age(p: Parse, expr: Expr | None, said: str) -> bool:
    """ "from oldest to youngest" by a date of birth: the earliest date comes first."""
    return isinstance(expr, Col) and p.is_dated(expr) and bool({"oldest", "youngest"} & set(said.lower().split()))


def by_figure(p: Parse, at: int) -> int | None:
    """ "authors by number of books", "warehouses by capacity, largest first": rows in the order of that, not groups of it."""
    subject, place = p.frame.subject, p.past(at + 1, "the", "their", "its")
    if not p.is_cue(at, "by") or p.chunks[at].text.lower() != "by" or subject is None or p.frame.groups:
        return None
    if (one := p.chunk(at + 1)) is not None and (one.word in ("a", "an") or one.kind == "value"):
        # "a campaign by a French creator": whoever did it.
        return None
    if any(is_aggregate(output.expr) for output in p.frame.outputs) or any(sort.superlative for sort in p.frame.sorts):
        return None
    entry = measured(p, place) if p.chunk(place) is not None and (p.is_cue(place, "count") or p.table(place) is None) else None
    if entry is None or not _orders_rows(p, entry, subject):
        return None
    said, end = _direction(p, entry.end)
    behind = next((ahead for ahead in range(end, len(p.chunks)) if p.chunks[ahead].word != ","), end)
    if said is None and not entry.aggregated and orders_from(p, behind) is None:
        return None
    p.frame.sorts.append(Sort(entry.aggregated if said is None else said, p.phrase(at, end), at, entry.expr))
    p.frame.read(at, p.phrase(at, end), f"sorted by {describe(entry.expr)}")
    p.frame.shown_sort = entry.expr
    p.take(at, end)
    return end


def _orders_rows(p: Parse, entry: Measured, subject: TableName) -> bool:
    """A count of related rows, or a number or date of the rows themselves."""
    if entry.nested:
        return False
    if entry.aggregated:
        return (
            entry.table.key != subject.key and p.schema.path(subject, entry.table) is not None and not p.schema.to_one(subject, entry.table)
        )
    return isinstance(entry.expr, Col) and (p.is_measure(entry.expr) or p.is_dated(entry.expr)) and p.schema.to_one(subject, entry.table)
