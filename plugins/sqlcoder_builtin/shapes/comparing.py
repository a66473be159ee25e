"""Two groups side by side: "revenue in A compared to B, and the difference"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlcoder_builtin.assemble_parts import keys_of, named, time_order
from sqlcoder_builtin.clauses.places import amount_column
from sqlcoder_builtin.concepts import money_measures
from sqlcoder_builtin.expr_walk import tables_of
from sqlcoder_builtin.frame import Condition, Group
from sqlcoder_builtin.naming import alias_for
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.settle import date_column, period_pred
from sqlcoder_builtin.shapes.measure import hundredfold, limited, measure_of, measure_table
from sqlcoder_builtin.tree import Agg, Any_, Arith, Col, Compare, Expr, Item, Like, Lit, Null, OneOf, Pred, Query, Truth
from sqlcoder_core.api import Period, TableName


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the groups compared."""

    label: str
    pred: Pred


def query(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """One row: the measure of each group, then their difference or ratio where that was asked for."""
    frame = p.frame
    if frame.growth == "any" and not frame.groups and len(frame.dates) == 1 and frame.dates[0].parts:
        frame.versus_at, frame.growth = max(frame.versus_at, 0), None
        later_first = True
    else:
        later_first = False
    if _beside_the_one_before(p):
        frame.versus_at, frame.growth = max(frame.versus_at, 0), None
    if frame.versus_at < 0 and frame.difference_at < 0 and frame.ratio_at < 0:
        return None
    measure = _money(p, measure_of(p, root))
    arms, rest = _arms(p, measure_table(measure), where)
    if len(arms) != 2:
        return None
    if frame.difference_at < 0 and frame.ratio_at < 0 and (grouped := _grouped(p, measure, where, arms)) is not None:
        return grouped
    first, second = (limited(p.schema, measure, arm.pred) for arm in arms)
    items = [Item(first, _slug(arms[0].label, measure)), Item(second, _slug(arms[1].label, measure))]
    if frame.ratio_at >= 0:
        shown = items if frame.difference_at >= 0 or frame.versus_at >= 0 else []
        items = [*shown, Item(Arith("/", first, second), "ratio")]
    if frame.difference_at >= 0 or (frame.versus_at >= 0 and frame.ratio_at < 0):
        items.append(Item(Arith("-", second, first), "change") if later_first else Item(Arith("-", first, second), "difference"))
    if _relative(p) and (later_first or len(frame.dates) > 1 or (frame.dates and frame.dates[0].parts)):
        items.append(Item(hundredfold(Arith("/", Arith("-", second, first), first)), "change_percent"))
    if frame.difference_at >= 0 and frame.versus_at < 0 and not _each_asked(p):
        items = items[-1:]
    p.frame.read(max(frame.versus_at, frame.difference_at, frame.ratio_at), "comparison", f"{arms[0].label} beside {arms[1].label}")
    union: Pred = Any_(tuple(arm.pred for arm in arms))
    groups = [group for group in frame.groups if not _of_arms(group, arms)]
    keys, shown = keys_of(p, groups)
    return Query(measure_table(measure), named([*shown, *items]), (*rest, _merged(arms) or union), tuple(keys), order=time_order(groups))


def _of_arms(group: Group, arms: list[Arm]) -> bool:
    """ "... for each city": what the two values are values of is no key beside them."""
    about = {table.key for arm in arms for table in tables_of((arm.pred,))}
    if group.column is not None:
        return any(getattr(arm.pred, "left", None) == group.column for arm in arms)
    return group.table is not None and group.table.key in about


def _relative(p: Parse) -> bool:
    """ "percentage change", "growth rate": said somewhere."""
    return any(word in chunk.text.lower() for chunk in p.chunks for word in ("percent", "%", "growth", "rate"))


def _money(p: Parse, measure: Expr) -> Expr:
    """ "how much more did we bill": of the amounts, where rows that have one would be counted."""
    asked = p.frame.difference_at >= 0 and p.chunks[p.frame.difference_at].text.lower().startswith("how much")
    counted = isinstance(measure, Agg) and measure.function == "count" and measure.arg is None
    if not asked or not counted or not isinstance(measure, Agg):
        return measure
    amount = amount_column(p, measure.table)
    if amount is not None:
        return Agg("sum", measure.table, amount)
    found = money_measures(p.schema, measure.table)
    return Agg("sum", *found[0]) if found else measure


_STEPS = {"mom": "month", "yoy": "year", "qoq": "quarter", "wow": "week"}


def _beside_the_one_before(p: Parse) -> bool:
    """ "revenue last month compared to the month before": one period and the one before it."""
    frame = p.frame
    unit = _STEPS.get(frame.growth or "")
    if (
        unit is None
        or frame.groups
        or len(frame.dates) != 1
        or frame.dates[0].period.unit not in (unit, None)
        or frame.dates[0].period.start is None
    ):
        return False
    period = frame.dates[0].period
    if period.unit is None and not (unit == "year" and period.label.isdigit()):
        return False
    assert period.start is not None and period.end is not None
    earlier = Period(start=period.start.plus(-1, unit), end=period.end.plus(-1, unit), label=f"the {unit} before", unit=period.unit)  # type: ignore[arg-type]
    frame.dates[0].parts = (period, earlier)
    return True


def _each_asked(p: Parse) -> bool:
    """ "... for each city, and the difference": more than the bare difference."""
    return (
        bool(p.frame.groups)
        or any(chunk.is_cue("per", "both") for chunk in p.chunks)
        or sum(chunk.is_cue("show") for chunk in p.chunks) > 2
    )


def _merged(arms: list[Arm]) -> Pred | None:
    left, right = arms[0].pred, arms[1].pred
    if (
        isinstance(left, Compare)
        and isinstance(right, Compare)
        and isinstance(left.right, Lit)
        and isinstance(right.right, Lit)
        and left.left == right.left
        and left.op == "="
    ):
        return OneOf(left.left, (left.right.value, right.right.value))
    return None


def _slug(label: str, measure: Expr) -> str:
    words = "_".join(re.findall(r"[a-z0-9]+", label.lower())) or "group"
    return f"{alias_for(measure) or 'value'}_{words}" if not words[0].isalpha() else words


def _arms(p: Parse, table: TableName, where: tuple[Pred, ...]) -> tuple[list[Arm], list[Pred]]:
    """The two conditions that exclude each other, and the other conditions."""
    for at, pred in enumerate(where):
        arms = _split(pred)
        if arms:
            return arms, [other for place, other in enumerate(where) if place != at]
    for at, pred in enumerate(where):
        twin = next((place for place in range(at + 1, len(where)) if _opposed(pred, where[place])), None)
        if twin is not None:
            pair = [Arm(_label(pred), pred), Arm(_label(where[twin]), where[twin])]
            return pair, [other for place, other in enumerate(where) if place not in (at, twin)]
    return _date_arms(p, table, where)


def _split(pred: Pred) -> list[Arm]:
    if isinstance(pred, OneOf) and len(pred.values) == 2 and not pred.negated:
        return [Arm(str(value), Compare("=", pred.left, Lit(value))) for value in pred.values]
    if isinstance(pred, Any_) and len(pred.parts) == 2 and _opposed(*pred.parts):
        return [Arm(_label(part), part) for part in pred.parts]
    return []


def _opposed(one: Pred, other: Pred) -> bool:
    if isinstance(one, Truth) and isinstance(other, Truth):
        return one.left == other.left and one.value != other.value
    if isinstance(one, Null) and isinstance(other, Null):
        return one.left == other.left and one.negated != other.negated
    if isinstance(one, Like) and isinstance(other, Like):
        return one.left == other.left and one.pattern != other.pattern
    return (
        isinstance(one, Compare)
        and isinstance(other, Compare)
        and one.left == other.left
        and one.op == other.op == "="
        and one.right != other.right
    )


def _label(pred: Pred) -> str:
    if isinstance(pred, Like):
        return pred.pattern.strip("%")
    if isinstance(pred, Null):
        name = pred.left.column if isinstance(pred.left, Col) else "value"
        return f"{'with' if pred.negated else 'without'} {name}"
    if isinstance(pred, Truth):
        return f"{'' if pred.value else 'not '}{pred.left.column}"
    return str(pred.right.value) if isinstance(pred, Compare) and isinstance(pred.right, Lit) else "group"


def _date_arms(p: Parse, table: TableName, where: tuple[Pred, ...]) -> tuple[list[Arm], list[Pred]]:
    """Two periods, said one after the other or as "between 2022 and 2023"."""
    dates = p.frame.dates
    periods: list[Period] = (
        [date.period for date in dates] if len(dates) == 2 else list(dates[0].parts) if len(dates) == 1 and dates[0].parts else []
    )
    if len(periods) != 2:
        return [], list(where)
    column = next((date.column for date in dates if date.column), None) or date_column(
        p, table, dates[0].at, periods[0].unit, dates[0].near
    )
    if column is None:
        return [], list(where)
    arms = [Arm(period.label, period_pred(p, column, period)) for period in periods]
    settled = {repr(period_pred(p, date.column or column, date.period)) for date in dates}
    return arms, [pred for pred in where if repr(pred) not in settled]


def _grouped(p: Parse, measure: Expr, where: tuple[Pred, ...], arms: list[Arm]) -> Query | None:
    """ "Compare revenue in A and B": one row per value."""
    left = arms[0].pred
    if not isinstance(left, Compare) or (p.frame.dates and len(p.frame.dates) == 2) or any(isinstance(pred, Any_) for pred in where):
        return None
    if not any(
        chunk.is_cue("versus") and chunk.text.lower().startswith("compar") and not chunk.text.lower().startswith("compared")
        for chunk in p.chunks
    ):
        return None
    groups = [group for group in p.frame.groups if not _of_arms(group, arms)]
    keys, shown = keys_of(p, groups)
    items = named([*shown, Item(left.left), Item(measure)])
    return Query(measure_table(measure), items, where, (*keys, left.left), order=time_order(groups))


def conditions_on(conditions: list[Condition], column: Expr) -> list[Condition]:
    """Conditions about one column."""
    return [condition for condition in conditions if getattr(condition.pred, "left", None) == column]
