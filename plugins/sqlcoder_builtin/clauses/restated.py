"""A list that says again what to show: each thing is what has been measured, what is grouped by, a column, or a figure of its own."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_builtin.clauses.frames import difference, ratio, share
from sqlcoder_builtin.clauses.heads import add_output
from sqlcoder_builtin.clauses.known_figures import called, figures, of_column, special
from sqlcoder_builtin.clauses.list_words import COUNTS, POINTING, SPECIAL, TIMES, UNITS
from sqlcoder_builtin.clauses.listed_names import (
    about,
    dated_thing,
    grouped_by,
    kept_in,
    named_rows,
    names_role,
    own_date,
    own_key,
    words_of,
)
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.shown_spans import span_again
from sqlcoder_builtin.clauses.wanted_lists import Listing
from sqlcoder_builtin.cue_words import RATE_WORDS
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Agg, Col, Expr
from sqlcoder_core.api import name_words, singular

_WHO = frozenset("it they he she we there each you were was are is had has have did do does them that which".split())
"""Before what is done with a thing listed: "the parts it delivers", "how many there were"."""


def take(p: Parse, found: Listing) -> None:
    """Show what is listed: what has been measured already as it is, else columns of what the question is about."""
    p.take(found.start, found.body)
    if not p.is_cue(found.start, "show", "like"):
        # "..., with their hire date": beside what is shown anyway.
        p.frame.also = True
    for start, end in _things(p, found):
        if names_role(p, words_of(p, start, end)):
            continue
        if _compares(p, start) or _said_already(p, start, end) or _resolved(p, start, end):
            p.take(start, end)
        else:
            # A column that is asked for and not found makes the answer wrong.
            p.frame.doubts += 0.4


def _compares(p: Parse, at: int) -> bool:
    """ "... and the difference between them": asked for here for the first time, or again."""
    if p.is_cue(at, "ratio"):
        return ratio(p, at) is not None
    if p.is_cue(at, "difference"):
        return difference(p, at) is not None
    if not p.is_cue(at, "share"):
        return False
    if p.frame.share is not None:
        # "its percentage of the total" says again what was asked, and how.
        p.frame.share = "percentage" if "percent" in p.chunks[at].text.lower() else p.frame.share
        return True
    return share(p, at) is not None


def _things(p: Parse, found: Listing) -> Iterator[tuple[int, int]]:
    """Each thing listed, articles and joining words taken off."""
    start = found.body
    for at in range(found.body, found.tail + 1):
        chunk = p.chunk(at)
        if at < found.tail and chunk is not None and not (chunk.is_cue("and", "with", "but") or chunk.word == ","):
            continue
        begin, end = start, at
        while begin < end and (
            (p.chunks[begin].kind == "stop" and p.chunks[begin].word not in TIMES) or p.is_cue(begin, "show", "and", "both", "all", "that")
        ):
            p.chunks[begin].used, begin = True, begin + 1
        while begin < end and p.is_cue(end - 1, "only"):
            end -= 1
        if begin < end:
            yield begin, end
        start = at + 1


def _said_already(p: Parse, start: int, end: int) -> bool:
    """A word for a figure that was measured ("the total", "that average"), or for what is grouped by."""
    bare = _without_deed(p, start, end)
    words = words_of(p, start, bare)
    if not words:
        return True
    if (columns := grouped_by(p, words)) is not None:
        for column in columns:
            _show(p, column, start, end)
        return True
    if (special(p)) and words[-1] in SPECIAL:
        return True
    if p.frame.figures is not None and set(words) <= COUNTS | POINTING:
        # "the number of each": both figures are shown anyway.
        return True
    if set(words) <= UNITS and any(group.unit is not None for group in p.frame.groups):
        return True
    figure = called(p, words)
    if figure is None:
        return False
    if not special(p):
        _show(p, figure, start, end)
    return True


def _without_deed(p: Parse, start: int, end: int) -> int:
    """Where "how many there were", "the number they handle", "the fee in euros" stops to say what, and says only who did it or in what."""
    if (unit := _in_unit(p, start, end)) is not None:
        return unit
    for at in range(start + 1, end):
        chunk = p.chunks[at]
        rest = p.chunks[at + 1 : end]
        pointing = chunk.text.lower() in _WHO and chunk.kind in ("stop", "cue")
        if pointing and len(rest) <= 2 and all(other.kind in ("stop", "verb", "word") or other.text.lower() in _WHO for other in rest):
            return at
    # "how many applied": a verb alone.
    last = p.chunks[end - 1]
    return end - 1 if end - start == 2 and p.is_cue(start, "count") and last.kind == "verb" else end


def _without_owner(p: Parse, start: int, end: int) -> int:
    """Where "the city of the home" begins to say whose it is, in a word that need not be known."""
    at = next((at for at in range(start + 1, end) if p.chunks[at].kind == "stop" and p.chunks[at].word in ("of", "for")), None)
    if at is None or p.chunks[start].kind != "name":
        return end
    tail = [chunk for chunk in p.chunks[at:end] if chunk.kind != "stop"]
    return at if len(tail) == 1 and (tail[0].kind in ("word", "verb") or p.table(p.chunks.index(tail[0])) is not None) else end


def _in_unit(p: Parse, start: int, end: int) -> int | None:
    """Where "in euros", "in square metres" begins, behind a column that is kept so anyway."""
    at = next((at for at in range(start + 1, end - 1) if p.chunks[at].text.lower() == "in"), None)
    if at is None or end - at > 3:
        return None
    column = p.column(start)
    kept = {singular(word) for word in name_words(column.column)} if column is not None else set()
    told = (other.kind in ("word", "verb") or (other.kind == "unit" and other.word in kept) for other in p.chunks[at + 1 : end])
    return at if all(told) else None


def _show(p: Parse, expr: Expr, start: int, end: int) -> None:
    if all(output.expr != expr for output in p.frame.outputs):
        add_output(p, expr, start, end)


def _resolved(p: Parse, start: int, end: int) -> bool:
    names = named_rows(p, start, end)
    if names:
        for name in names:
            _show(p, name, start, end)
        return True
    if (own := own_key(p, start, end) or own_date(p, start, end) or dated_thing(p, start, end) or kept_in(p, start, end)) is not None:
        _show(p, own, start, end)
        return True
    if span_again(p, start, end):
        return True
    bare = _without_owner(p, start, _without_deed(p, start, end))
    return _kept_count(p, start, end) or _table_rows(p, start, bare) or _column(p, start, bare) or _figure(p, start, bare)


def _kept_count(p: Parse, start: int, end: int) -> bool:
    """ "how many were affected": the number of the rows themselves that is called so."""
    last = p.chunks[end - 1]
    column = p.column(end - 1, p.measures, about(p)) if p.is_cue(start, "count") and last.kind == "name" and end - start <= 3 else None
    if column is None or column.table != about(p) or not p.is_measure(column) or not last.text.lower().endswith("ed"):
        return False
    _show(p, column, start, end)
    return True


def _table_rows(p: Parse, start: int, end: int) -> bool:
    """ "the customer": how its rows are called."""
    table = p.table(start) if end == start + 1 else None
    if table is None:
        return False
    for column_name in p.schema.display(table):
        _show(p, Col(table, column_name), start, end)
    return True


def _column(p: Parse, start: int, end: int) -> bool:
    grouped = any(group.table is not None for group in p.frame.groups)
    column = p.column(start, None, about(p)) if p.chunks[start].kind == "name" and end == start + 1 else None
    if column is None:
        return False
    ranked = any(sort.superlative for sort in p.frame.sorts)
    if any(output.expr == column for output in p.frame.outputs):
        return True
    if p.frame.groups and p.is_measure(column) and not ranked:
        rate = RATE_WORDS & set(name_words(column.column))
        _show(p, of_column(p, column) or Agg("avg" if rate else "sum", column.table, column), start, end)
        return True
    if grouped and p.is_measure(column):
        return False
    # "the amount paid" behind "who has paid the most": what they are ranked by.
    _show(p, (of_column(p, column) if ranked else None) or column, start, end)
    return True


def _figure(p: Parse, start: int, end: int) -> bool:
    """A figure of its own: "the number of orders", "the average price"."""
    entry = measured(p, start, about(p))
    if entry is None or (entry.end < end - 1 and not _of_all(p, entry.end, end)) or entry.nested:
        return False
    expr = entry.expr
    _rank_by(p, expr)
    if not entry.aggregated and (p.frame.groups or any(is_aggregate(known) for known in figures(p))):
        expr = of_column(p, expr) or expr
    _show(p, expr, start, end)
    return True


def _rank_by(p: Parse, expr: Expr) -> None:
    """ "the heaviest shipments with their total weight": ranked by what is shown of that column."""
    for sort in p.frame.sorts:
        guessed = sort.superlative and isinstance(sort.expr, Agg) and sort.expr.function in ("max", "min")
        if guessed and isinstance(expr, Agg) and isinstance(sort.expr, Agg) and sort.expr.arg == expr.arg:
            sort.expr = expr


def _of_all(p: Parse, start: int, end: int) -> bool:
    """ "... of both cities", "for each of the two": of what is compared or grouped by."""
    tail = p.chunks[start:end]
    pointing = any(chunk.is_cue("both", "all", "per") or chunk.text.lower() in POINTING for chunk in tail)
    return pointing and all(chunk.kind in ("stop", "name") or chunk.is_cue("both", "all", "per") for chunk in tail)
