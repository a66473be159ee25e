"""What can only be decided once the measure is known: which date a period or a month is about."""

from __future__ import annotations

from sqlcoder_builtin.describe import describe
from sqlcoder_builtin.expr_walk import is_aggregate, tables_of
from sqlcoder_builtin.frame import Condition, DateCondition
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.tree import All_, Any_, Col, Compare, Expr, Has, Lit, Not, Part, Pred, Trunc, When
from sqlcoder_core.api import Period, TableName, name_words


def settle_groups(p: Parse, root: TableName) -> None:
    """Give groups by month, week and the like their date column."""
    root = measured_table(p) or root
    for group in p.frame.groups:
        if group.unit is None or group.column is not None:
            continue
        group.column = p.frame.deed_column or date_column(p, root, group.at, group.unit)
        if group.column is not None:
            p.frame.read(group.at, group.phrase, describe(unit_expr(group.unit, group.column)))
    missing = [group for group in p.frame.groups if group.unit and group.column is None]
    if missing:
        p.frame.doubts += 1.0


def measured_table(p: Parse) -> TableName | None:
    """The table that is aggregated, in what is shown or in what is sorted by."""
    for expr in (*(output.expr for output in p.frame.outputs), *(sort.expr for sort in p.frame.sorts if sort.expr is not None)):
        if is_aggregate(expr):
            return next(iter(tables_of((expr,))), None)
    return None


def date_column(p: Parse, root: TableName, at: int, unit: str | None = None, near: TableName | None = None) -> Col | None:
    """The date of the measured table, of the table spoken of nearby, of what joins them."""
    deed = [p.frame.deed] if p.frame.deed is not None else []
    candidates = [*deed, root, *([near] if near else []), *([p.frame.subject] if p.frame.subject else [])]
    candidates += list(tables_of(output.expr for output in p.frame.outputs))
    candidates += [table for _, table in p.tables_said]
    for table in candidates:
        column = _date_of(p, table, unit)
        if column is not None:
            return column
    others = sorted((table.name for table in p.schema.tables.values()), key=lambda table: p.schema.distance(root, table))
    for table in others:
        if p.schema.distance(root, table) <= 2 and (column := _date_of(p, table, unit, unsaid=True)) is not None:
            return column
    return None


def _date_of(p: Parse, table: TableName, unit: str | None, *, unsaid: bool = False) -> Col | None:
    """The usual date of a table; of one that is `unsaid`, not the year in which its things came to be."""
    if unit in ("year", None):
        years = [
            column.name
            for column in p.schema.table(table).columns
            if name_words(column.name)[-1:] == ("year",)
            and not (unsaid and _BIRTH & set(name_words(column.name)))
            and column.kind in ("integer", "number", "text")
        ]
        plain = next((name for name in years if unit == "year" and name_words(name) == ("year",)), None)
        if plain is not None or (years and not p.schema.dates(table)):
            # "races after 2000": where the row keeps its year, that is what is spoken of.
            return Col(table, plain or years[0])
    dates = [name for name in p.schema.dates(table) if not _BIRTH & set(name_words(name))]
    return Col(table, dates[0]) if dates else None


_BIRTH = frozenset({"birth", "birthday", "birthdate", "dob", "born", "death", "founded", "established"})
"""No date by which things are counted, unless it is named."""


def unit_expr(unit: str | None, column: Col) -> Expr:
    """A date cut to a unit: years, weekdays and hours as numbers, the rest as their first day."""
    if unit is None or (unit == "year" and name_words(column.column)[-1:] == ("year",)):
        return column
    if unit in ("year", "weekday"):
        return Part(unit, column)  # type: ignore[arg-type]
    if unit in ("month of year", "quarter of year", "week of year", "hour of day", "day of month"):
        return Part(unit.split(" ")[0], column)  # type: ignore[arg-type]
    return Trunc(unit, column)  # type: ignore[arg-type]


def settle_dates(p: Parse, root: TableName) -> tuple[Pred, ...]:
    """Periods as conditions on their date columns."""
    root = measured_table(p) or root
    settled: list[Pred] = []
    column: Col | None = None
    for condition in p.frame.dates:
        before = column if p.is_cue(condition.at - 1, "or", "and", "but") else None
        column = (
            condition.column
            or p.frame.deed_column
            or (before if before is not None and not p.is_dated(before) else None)
            or _grouped_date(p)
            or date_column(p, _about(p, root, condition), condition.at, _unit(condition), condition.near)
        )
        if column is None:
            p.frame.doubts += 1.0
            continue
        pred = period_pred(p, column, condition.period)
        p.frame.read(condition.at, condition.phrase, f"{describe(column)} in {condition.period.label}")
        pred = Not(pred) if condition.negated else pred
        if column == before and settled and p.is_cue(condition.at - 1, "or") and not p.is_dated(column):
            # "before 1980 or after 2005", of years kept as numbers.
            settled[-1] = Any_((settled[-1], pred))
        else:
            settled.append(pred)
    return tuple(settled)


def _grouped_date(p: Parse) -> Col | None:
    """ "goals per month in 2025": the date by whose months they are counted."""
    return next((group.column for group in p.frame.groups if group.unit is not None and group.column is not None), None)


def _unit(condition: DateCondition) -> str | None:
    """Whole years, also where only one end is said: "after 2000", "since 1995"."""
    period = condition.period
    days = [moment.day for moment in (period.start, period.end) if moment is not None]
    years = bool(days) and all(day is not None and (day.month, day.day) == (1, 1) for day in days)
    said = condition.phrase.split()[-1:]
    return "year" if period.unit is None and years and said and said[0].isdigit() and len(said[0]) == 4 else period.unit


def _judged(condition: Condition) -> TableName | None:
    """ "spent more than 1000 in 2025": the rows that are counted or added up, not those that have them."""
    pred = condition.pred
    return pred.table if isinstance(pred, Has) and pred.count is not None and not pred.where else condition.about


def _about(p: Parse, root: TableName, condition: DateCondition) -> TableName:
    """The rows that the period is about: those of the many-side table spoken of before it, else those that are counted.

    "customers with completed orders in April" is about orders; "orders of customers in Madrid in April" too.
    """
    spoken: list[tuple[int, TableName | None]] = [(at, table) for at, table in (*p.tables_said, *p.frame.mentioned) if at < condition.at]
    spoken += [(other.at, _judged(other)) for other in p.frame.conditions if other.at < condition.at]
    known = [(at, table) for at, table in spoken if table is not None]
    measured = measured_table(p)
    table = max(known, key=lambda entry: entry[0])[1] if known else root
    grouped = {
        key.key for group in p.frame.groups for key in (group.table, group.column.table if group.column else None) if key is not None
    }
    if (
        table.key not in {root.key, *grouped}
        and not p.schema.to_one(root, table)
        and (measured is None or not p.schema.to_one(measured, table))
    ):
        dated = _dated_on_the_way(p, root, table)
        if dated is not None:
            return dated
    near = condition.near
    return near if near is not None and p.schema.dates(near) and not p.schema.dates(root) else root


def _dated_on_the_way(p: Parse, root: TableName, table: TableName) -> TableName | None:
    """The table itself, or the nearest one on the way to it that has a date: payments of orders are dated by the orders."""
    path = p.schema.path(root, table) or ()
    return next((step.target for step in reversed(path) if p.schema.dates(step.target)), None)


def period_pred(p: Parse, column: Col, period: Period) -> Pred:
    """A period as bounds; whole years on a column of years as numbers."""
    if period.part is not None:
        return _part_pred(column, period)
    found = p.schema.of(column)
    if found.kind in ("integer", "number") or (name_words(column.column)[-1:] == ("year",) and not p.schema.is_date(column.table, found)):
        return _year_pred(p, column, period, text=found.kind == "text")
    bounds: list[Pred] = []
    if period.start is not None and period.start.at is not None:
        return Compare("=", column, When(period.start, column))
    if period.start is not None:
        bounds.append(Compare(">=", column, When(period.start, column)))
    if period.end is not None:
        bounds.append(Compare("<", column, When(period.end, column)))
    return bounds[0] if len(bounds) == 1 else All_(tuple(bounds))


def _part_pred(column: Col, period: Period) -> Pred:
    assert period.part is not None
    part, numbers = period.part
    sunday_first = [(number + 1) % 7 for number in numbers] if part == "weekday" else list(numbers)
    first, last = sunday_first[0], sunday_first[-1]
    if len(sunday_first) > 2 and sunday_first == list(range(first, last + 1)):
        return All_((Compare(">=", Part(part, column), Lit(first)), Compare("<=", Part(part, column), Lit(last))))
    parts = tuple(Compare("=", Part(part, column), Lit(number)) for number in sunday_first)
    return parts[0] if len(parts) == 1 else Any_(parts)


def _year_pred(p: Parse, column: Col, period: Period, *, text: bool) -> Pred:
    from sqlcoder_core.api import resolve

    start = resolve(period.start, p.clock).year if period.start else None
    end = resolve(period.end, p.clock).year if period.end else None

    def lit(year: int) -> Lit:
        return Lit(str(year) if text else year)

    if start is not None and end is not None:
        return (
            Compare("=", column, lit(start))
            if end - start == 1
            else All_((Compare(">=", column, lit(start)), Compare("<", column, lit(end))))
        )
    if start is not None:
        return Compare(">=", column, lit(start))
    assert end is not None
    return Compare("<", column, lit(end))
