"""Shares: of the whole per group, or of the rows that satisfy a condition."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of, named
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import settle_dates
from sqlcoder_builtin.shapes.measure import hundredfold, limited, measure_of, measure_table
from sqlcoder_builtin.tree import All_, Arith, Expr, Item, Order, Over, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """measure of the part / measure of the whole."""
    if p.frame.share is None or p.frame.growth is not None:
        return None
    if p.frame.subject is None:
        p.frame.subject = next((table for at, table in p.tables_said if 0 < at - p.frame.share_at <= 3), None)
    measure = measure_of(p, root)
    keys, shown = keys_of(p, p.frame.groups)
    base, part = _parts(p, root, where)
    if part:
        numerator = limited(p.schema, measure, part[0] if len(part) == 1 else All_(tuple(part)))
        share = _scaled(p, Arith("/", numerator, measure))
        items = [*shown, Item(share, _alias(p))]
        return _ordered(p, Query(measure_table(measure), named(items), tuple(base), tuple(keys)), share)
    if not keys:
        return None
    share = _scaled(p, Arith("/", measure, Over("total", measure)))
    items = [*shown, Item(share, _alias(p))]
    return _ordered(p, Query(measure_table(measure), named(items), tuple(base), tuple(keys)), share)


def _ordered(p: Parse, query: Query, share: Expr) -> Query:
    from dataclasses import replace

    sorts = list(p.frame.sorts)
    if not sorts:
        return query
    orders = tuple(Order(sort.expr if sort.expr is not None else share, sort.descending) for sort in sorts)
    return replace(query, order=orders, limit=p.frame.limit)


def _parts(p: Parse, root: TableName, where: tuple[Pred, ...]) -> tuple[list[Pred], list[Pred]]:
    """Conditions of the whole, and those of the part: what is said after the verb, else all but dates."""
    dates = set(map(repr, settle_dates(p, root)))
    plain = [pred for pred in where if repr(pred) not in dates]
    base = [pred for pred in where if repr(pred) in dates]
    places = {repr(condition.pred): condition.at for condition in p.frame.conditions}
    among = next((at for at, chunk in enumerate(p.chunks) if at > p.frame.share_at and chunk.text.lower() in ("among", "amongst")), None)
    if among is not None:
        # "share of each make among insured cars": those are the whole.
        base += [pred for pred in plain if places.get(repr(pred), -1) > among]
        plain = [pred for pred in plain if pred not in base]
    if len(plain) < 2:
        return base, plain
    turn = _turn(p)
    inside = [pred for pred in plain if places.get(repr(pred), 10_000) < turn]
    outside = [pred for pred in plain if pred not in inside]
    return (base + inside, outside) if outside else (base, plain)


def _turn(p: Parse) -> int:
    """Where the question goes from the whole to the part: at its verb."""
    for at, chunk in enumerate(p.chunks):
        if at > p.frame.share_at + 1 and (
            chunk.kind == "verb" or (chunk.kind == "stop" and chunk.word in ("are", "is", "were", "was", "have", "has"))
        ):
            return at
    noun = next((at for at, _ in p.tables_said if at > p.frame.share_at), 0)
    return noun if any(condition.at < noun for condition in p.frame.conditions) else 10_000


def _scaled(p: Parse, expr: Expr) -> Expr:
    return hundredfold(expr) if p.frame.share == "percentage" else expr


def _alias(p: Parse) -> str:
    return "percentage" if p.frame.share == "percentage" else "share"
