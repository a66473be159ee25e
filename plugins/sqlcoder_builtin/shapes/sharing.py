"""Shares: of the whole per group, or of the rows that satisfy a condition."""

from __future__ import annotations

from sqlcoder_builtin.assemble_parts import keys_of, named
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import settle_dates
from sqlcoder_builtin.shapes.measure import hundredfold, limited, measure_of, measure_table
from sqlcoder_builtin.tree import All_, Arith, Expr, Has, Item, Order, Over, Pred, Query
from sqlcoder_core.api import TableName


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """measure of the part / measure of the whole."""
    if p.frame.share is None or p.frame.growth is not None:
        return None
    if p.frame.subject is None:
        p.frame.subject = _whole_rows(p)
    measure = measure_of(p, root)
    keys, shown = keys_of(p, p.frame.groups)
    base, part = _parts(p, root, where)
    if part:
        table = measure_table(measure)
        preds = [_without_loss(p, table, pred, keys) for pred in part]
        numerator = limited(p.schema, measure, preds[0] if len(preds) == 1 else All_(tuple(preds)))
        share = _scaled(p, Arith("/", numerator, measure))
        items = [*shown, *_figure_too(p, measure, numerator if _said_before(p, part) else measure), Item(share, _alias(p))]
        return _ordered(p, Query(table, named(items), tuple(base), tuple(keys)), share)
    if not keys:
        return None
    share = _scaled(p, Arith("/", measure, Over("total", measure)))
    items = [*shown, *_figure_too(p, measure, measure), Item(share, _alias(p))]
    return _ordered(p, Query(measure_table(measure), named(items), tuple(base), tuple(keys)), share)


def _whole_rows(p: Parse) -> TableName | None:
    """ "share of orders that ...", "among the orders, what share ...": the table said behind, or before."""
    behind = next((table for at, table in p.tables_said if 0 < at - p.frame.share_at <= 3), None)
    if behind is not None or not _whole_said_first(p):
        return behind
    return next((table for at, table in p.tables_said if 0 <= at < p.frame.share_at), None)


def _without_loss(p: Parse, table: TableName, pred: Pred, keys: list[Expr]) -> Pred:
    """Rows that point to nothing are part of the whole: a join for the part alone may not lose them."""
    far = [other for other in tables_of((pred,)) if other.key != table.key]
    if len(far) != 1 or isinstance(pred, Has) or far[0] in tables_of(keys) or not p.schema.to_one(table, far[0]):
        return pred
    steps = p.schema.path(table, far[0]) or ()
    pointing = [p.schema.column(step.source, pair[0]) for step in steps for pair in step.pairs]
    return Has(table, far[0], (pred,)) if any(column.null_fraction for column in pointing) else pred


def _said_before(p: Parse, part: list[Pred]) -> bool:
    """ "how many were cancelled, and what share is that": of the part."""
    return any(condition.at < p.frame.share_at and condition.pred in part for condition in p.frame.conditions)


def _in_a_list(p: Parse, at: int) -> bool:
    """In a sentence behind the one that asks for the share: of what is to be shown."""
    return any(chunk.kind == "mark" for chunk in p.chunks[p.frame.share_at : at])


def _figure_too(p: Parse, measure: Expr, shown: Expr) -> list[Item]:
    """ "how many orders each city has and what share of all that is": the figure was asked for by itself."""
    asked = any(output.expr == measure and (output.at < p.frame.share_at or _in_a_list(p, output.at)) for output in p.frame.outputs)
    return [Item(shown)] if asked else []


def _ordered(p: Parse, query: Query, share: Expr) -> Query:
    from dataclasses import replace

    sorts = list(p.frame.sorts)
    if not sorts:
        return query
    orders = tuple(Order(sort.expr if sort.expr is not None else share, sort.descending) for sort in sorts)
    return replace(query, order=orders, limit=p.frame.limit)


def _last_turn(p: Parse) -> int:
    """The last verb before the last condition."""
    last = max((condition.at for condition in p.frame.conditions), default=0)
    verbs = ("is", "are", "was", "were", "got", "became", "have", "has")
    return max((at for at in range(last) if p.chunks[at].text.lower() in verbs), default=0)


def set_part_apart(p: Parse) -> None:
    """ "of the campaigns that succeeded or failed, what share succeeded": one column limits the whole and tells the part."""
    frame = p.frame
    if frame.share is None:
        return
    turn = frame.share_at if _whole_said_first(p) else _last_turn(p)
    inside = [condition for condition in frame.conditions if condition.at < turn]
    outside = [condition for condition in frame.conditions if condition.at > turn]
    columns = {getattr(condition.pred, "left", None) for condition in inside} - {None}
    if inside and outside and columns & {getattr(condition.pred, "left", None) for condition in outside}:
        frame.conditions, frame.part = inside, outside


def _parts(p: Parse, root: TableName, where: tuple[Pred, ...]) -> tuple[list[Pred], list[Pred]]:
    """Conditions of the whole, and those of the part: what is said after the verb, else all but dates."""
    dates = set(map(repr, settle_dates(p, root)))
    plain = [pred for pred in where if repr(pred) not in dates]
    base = [pred for pred in where if repr(pred) in dates]
    if p.frame.part:
        return list(where), [condition.pred for condition in p.frame.part]
    places = {repr(condition.pred): condition.at for condition in p.frame.conditions}
    if _whole_said_first(p):
        # "of the loans that were returned, what share ...": those are the whole.
        base += [pred for pred in plain if places.get(repr(pred), p.frame.share_at) < p.frame.share_at]
        plain = [pred for pred in plain if pred not in base]
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


_WHOLES = frozenset("of among amongst from out for in".split())


def _whole_said_first(p: Parse) -> bool:
    """The question opens with the rows of which a share is asked for."""
    return p.frame.share_at > 1 and p.chunks[0].text.lower().split()[0] in _WHOLES


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
