"""What has been measured so far, and the words by which it may be spoken of again: "the total", "that average", "the pieces"."""

from __future__ import annotations

from sqlcoder_builtin.clauses.list_words import ANY, COUNTS, FIGURES, SPECIAL, SUMS, UNITS
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.expr_walk import is_aggregate
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import Age, Agg, Col, Expr, Has, Raw, Span
from sqlcoder_core.api import name_words, stem, table_words

_KINDS = {
    "count": COUNTS | {"total"},
    "sum": SUMS,
    "avg": frozenset({"average", "mean"}),
    "median": frozenset({"median"}),
    "max": frozenset("maximum highest largest biggest most longest".split()),
    "min": frozenset("minimum lowest smallest least cheapest shortest".split()),
}
_TIMED = UNITS | frozenset("duration length age delay month year week minute second".split())


def figures(p: Parse) -> list[Expr]:
    """Aggregates that are shown, ranked by or compared, in that order."""
    return list(dict.fromkeys(expr for expr, _ in _said(p)))


def _said(p: Parse) -> list[tuple[Expr, str]]:
    """Each with the words that it was said by."""
    found = [(output.expr, output.phrase) for output in p.frame.outputs if is_aggregate(output.expr)]
    found += [(sort.expr, sort.phrase) for sort in p.frame.sorts if sort.expr is not None and (is_aggregate(sort.expr) or sort.superlative)]
    found += [(expr, phrase) for expr, _, _, phrase in p.frame.having]
    for condition in p.frame.conditions:
        pred = condition.pred
        if isinstance(pred, Has) and not pred.negated and not pred.where and (pred.count is not None or pred.measure is not None):
            found.append((pred.measure or Agg("count", pred.table), condition.phrase))
    return found


def called(p: Parse, words: list[str]) -> Expr | None:
    """The one figure that these words name; None where they name none, or more than one."""
    if not words:
        return None
    said = _said(p)
    if not said and p.frame.groups and set(words) & COUNTS and p.frame.subject is not None:
        said = [(Agg("count", p.frame.subject), "")]
    kinds = [expr for expr, _ in said if set(words) <= FIGURES and _is_called(expr, words)]
    found = list(dict.fromkeys(kinds or [expr for expr, phrase in said if _told_by(p, expr, phrase, words)]))
    if not found and set(words) <= FIGURES - SPECIAL:
        found = list(dict.fromkeys(expr for expr, _ in said))
    if len(found) != 1:
        return None
    return _amount_beside_count(p, found[0], words) or found[0]


def _told_by(p: Parse, expr: Expr, phrase: str, words: list[str]) -> bool:
    """The words are among those that the figure was said by or is made of, and say more than which rows it is of."""
    own = {stem(word) for word in (*phrase.lower().split(), *_parts(expr))}
    if not {stem(word) for word in words if word not in ANY} <= own | {stem(kind) for kind in _kind(expr)}:
        return False
    rows = isinstance(expr, Agg) and expr.arg is None and p.frame.subject is not None and expr.table.key == p.frame.subject.key
    return not (rows and not set(words) & COUNTS) and not (set(words) & FIGURES and not set(words) & (_kind(expr) | ANY))


def _parts(expr: Expr) -> tuple[str, ...]:
    match expr:
        case Agg(_, table, None):
            return table_words(table.name)
        case Agg(_, _, arg):
            return _parts(arg) if arg is not None else ()
        case Col():
            return name_words(expr.column)
        case Raw():
            return tuple((expr.name or "").lower().replace("_", " ").split())
        case _:
            return ()


def _kind(expr: Expr) -> frozenset[str]:
    match expr:
        case Agg("count", _, None):
            return _KINDS["count"]
        case Agg(function, _, arg):
            timed = _TIMED if isinstance(arg, (Span, Age)) else frozenset()
            return _KINDS[function] | timed
        case Span() | Age():
            return _TIMED
        case Col():
            return frozenset()
        case _:
            return SUMS


def _is_called(expr: Expr, words: list[str]) -> bool:
    return bool(set(words) & _kind(expr))


def _amount_beside_count(p: Parse, only: Expr, words: list[str]) -> Expr | None:
    """ "count and amount": rows have been counted, and what they come to is asked for as well."""
    counted = isinstance(only, Agg) and only.function == "count" and only.arg is None
    if not counted or not isinstance(only, Agg) or not set(words) & {"amount", "sum", "value"} or set(words) & COUNTS:
        return None
    amount = amount_column(p, only.table)
    return Agg("sum", only.table, amount) if amount is not None else None


def special(p: Parse) -> bool:
    """True where a share, a ratio, a difference or the like is shown."""
    frame = p.frame
    made = frame.figures is not None or frame.share is not None or frame.growth is not None
    return made or max(frame.ratio_at, frame.difference_at, frame.versus_at) >= 0


def of_column(p: Parse, expr: Expr) -> Expr | None:
    """ "the salary" behind "the average salary": what was measured of that column."""
    return next((known for known in figures(p) if isinstance(known, Agg) and known.arg == expr), None)
