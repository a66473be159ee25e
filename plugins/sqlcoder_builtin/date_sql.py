"""Dates in SQL: moments, truncation, parts and differences, in each engine's own words."""

from __future__ import annotations

from datetime import date, datetime

from sqlglot import exp

from sqlcoder_builtin.tree import DatePart, DateUnit
from sqlcoder_core.api import Clock, Moment, resolve

_SQLITE_START = {"month": ("start of month",), "year": ("start of year",)}
_MYSQL_LIKE = frozenset({"mysql", "doris", "starrocks"})


class DateSql:
    """Writes date expressions for one dialect and clock. `stored_as_text` tells columns whose dates are ISO text."""

    def __init__(self, dialect: str, clock: Clock) -> None:
        self.dialect = dialect
        self.clock = clock

    # ------------------------------------------------------------------ moments

    def moment(self, moment: Moment, kind: str) -> exp.Expr:
        """A bound: a literal where the day is known or `now` is set, else reckoned from CURRENT_DATE by the engine."""
        if not moment.relative or self.clock.now is not None:
            return self.literal(resolve(moment, self.clock), kind)
        if moment.unit in ("hour", "minute", "second"):
            return self._instant(moment)
        if self.dialect == "sqlite":
            return self._sqlite_moment(moment)
        first = self._shift(self._unit_start(moment.unit), moment.shift, moment.shift_unit)
        return self._shift(first, moment.more, moment.more_unit)

    def literal(self, value: date | datetime, kind: str) -> exp.Expr:
        """ISO text, which every engine compares with dates."""
        text = value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        return exp.Literal.string(text)

    def today(self) -> exp.Expr:
        """Today as the clock has it."""
        if self.clock.now is not None:
            literal = exp.Literal.string(self.clock.today().isoformat())
            return literal if self.dialect == "sqlite" else exp.cast(literal, exp.DataType.Type.DATE)
        return self._call("DATE", exp.Literal.string("now")) if self.dialect == "sqlite" else exp.CurrentDate()

    def _instant(self, moment: Moment) -> exp.Expr:
        if self.dialect == "sqlite":
            return self._call("DATETIME", exp.Literal.string("now"), exp.Literal.string(f"{moment.shift} {moment.shift_unit}s"))
        return self._shift(exp.CurrentTimestamp(), moment.shift, moment.shift_unit)

    def _sqlite_moment(self, moment: Moment) -> exp.Expr:
        """DATE('now', modifiers): SQLite reckons with words."""
        modifiers: list[str] = list(_SQLITE_START.get(moment.unit, ()))
        if moment.unit in ("week", "quarter", "fiscal_year"):
            return self.literal(resolve(moment, self.clock), "text")
        for count, unit in ((moment.shift, moment.shift_unit), (moment.more, moment.more_unit)):
            if count:
                count, name = {"week": (count * 7, "day"), "quarter": (count * 3, "month")}.get(unit, (count, unit))
                modifiers.append(f"{count:+d} {name}s" if abs(count) != 1 else f"{count:+d} {name}")
        return self._call("DATE", exp.Literal.string("now"), *(exp.Literal.string(modifier) for modifier in modifiers))

    def _unit_start(self, unit: str) -> exp.Expr:
        today = exp.CurrentDate()
        if unit == "day":
            return today
        if unit == "fiscal_year":
            months = self.clock.fiscal_year_start - 1
            return self._shift(self._truncated("year", self._shift(today, -months, "month")), months, "month")
        if unit == "week" and self.clock.week_start != "monday":
            days = {"sunday": 1, "saturday": 2}[self.clock.week_start]
            return self._shift(self._truncated("week", self._shift(today, days, "day")), -days, "day")
        return self._truncated(unit, today)

    def _shift(self, base: exp.Expr, count: int, unit: str) -> exp.Expr:
        if not count:
            return base
        unit, count = {"quarter": ("month", count * 3), "week": ("day", count * 7)}.get(unit, (unit, count))
        if self.dialect in ("duckdb", "postgres", "redshift", "materialize", "risingwave"):
            interval = exp.Interval(this=exp.Literal.string(f"{abs(count)} {unit}{'s' * (abs(count) != 1)}"))
            return exp.Sub(this=base, expression=interval) if count < 0 else exp.Add(this=base, expression=interval)
        node = exp.DateSub if count < 0 else exp.DateAdd
        return node(this=base, expression=exp.Literal.number(abs(count)), unit=exp.var(unit.upper()))

    # ------------------------------------------------------------------ columns

    def trunc(self, unit: DateUnit, arg: exp.Expr, kind: str) -> exp.Expr:
        """The first day of the unit that `arg` lies in."""
        if self.dialect == "sqlite":
            return self._sqlite_trunc(unit, arg)
        arg = self.dated(arg, kind)
        if unit == "day":
            return arg if kind == "date" else exp.cast(arg, exp.DataType.Type.DATE)
        start = self._truncated(unit, arg)
        midnight = unit != "hour" and (self.dialect == "postgres" or (self.dialect == "duckdb" and kind != "date"))
        return exp.cast(start, exp.DataType.Type.DATE) if midnight else start

    def dated(self, arg: exp.Expr, kind: str) -> exp.Expr:
        """`arg` as a date, cast where it is text."""
        return exp.cast(arg, exp.DataType.Type.TIMESTAMP) if kind in ("text", "other", "json") and self.dialect != "sqlite" else arg

    def _truncated(self, unit: str, arg: exp.Expr) -> exp.Expr:
        if self.dialect in _MYSQL_LIKE:
            return self._mysql_trunc(unit, arg)
        if self.dialect in ("bigquery", "tsql", "oracle", "hive", "spark2"):
            return exp.func("DATE_TRUNC", arg, exp.Literal.string(unit.upper()), dialect="bigquery")
        return self._call("DATE_TRUNC", exp.Literal.string(unit), arg)

    def _mysql_trunc(self, unit: str, arg: exp.Expr) -> exp.Expr:
        if unit == "week":
            return exp.DateSub(this=self._call("DATE", arg), expression=self._call("WEEKDAY", arg.copy()), unit=exp.var("DAY"))
        if unit == "quarter":
            months = exp.Mul(
                this=exp.paren(exp.Sub(this=self._call("QUARTER", arg), expression=exp.Literal.number(1))), expression=exp.Literal.number(3)
            )
            start = self._call("MAKEDATE", self._call("YEAR", arg.copy()), exp.Literal.number(1))
            return exp.DateAdd(this=start, expression=months, unit=exp.var("MONTH"))
        formats = {"month": "%Y-%m-01", "year": "%Y-01-01", "hour": "%Y-%m-%d %H:00:00"}
        return self._call("DATE_FORMAT", arg, exp.Literal.string(formats[unit]))

    def _sqlite_trunc(self, unit: str, arg: exp.Expr) -> exp.Expr:
        if unit in ("day", "month", "year"):
            modifiers = [] if unit == "day" else [exp.Literal.string(f"start of {unit}")]
            return self._call("DATE", arg, *modifiers)
        if unit == "week":
            return self._call("DATE", arg, exp.Literal.string("weekday 0"), exp.Literal.string("-6 days"))
        if unit == "hour":
            return self._call("STRFTIME", exp.Literal.string("%Y-%m-%d %H:00"), arg)
        year = self._call("STRFTIME", exp.Literal.string("%Y"), arg)
        return exp.DPipe(this=exp.DPipe(this=year, expression=exp.Literal.string("-Q")), expression=self._sqlite_quarter(arg.copy()))

    def _sqlite_quarter(self, arg: exp.Expr) -> exp.Expr:
        month = exp.cast(self._call("STRFTIME", exp.Literal.string("%m"), arg), exp.DataType.Type.INT)
        shifted = exp.paren(exp.Add(this=month, expression=exp.Literal.number(2)))
        return exp.paren(exp.Div(this=shifted, expression=exp.Literal.number(3), typed=True))

    def part(self, part: DatePart, arg: exp.Expr, kind: str) -> exp.Expr:
        """Year, quarter, month, week, day, hour as numbers; weekday with Sunday as 0."""
        if self.dialect == "sqlite":
            return self._sqlite_part(part, arg)
        arg = self.dated(arg, kind)
        if part != "weekday":
            return exp.Extract(this=exp.var(part.upper()), expression=arg)
        if self.dialect in _MYSQL_LIKE:
            return exp.Sub(this=self._call("DAYOFWEEK", arg), expression=exp.Literal.number(1))
        if self.dialect in ("duckdb", "postgres", "redshift"):
            return exp.Extract(this=exp.var("DOW"), expression=arg)
        return exp.DayOfWeek(this=arg)

    def _sqlite_part(self, part: DatePart, arg: exp.Expr) -> exp.Expr:
        if part == "quarter":
            return self._sqlite_quarter(arg)
        letter = {"year": "%Y", "month": "%m", "week": "%W", "day": "%d", "hour": "%H", "weekday": "%w"}[part]
        return exp.cast(self._call("STRFTIME", exp.Literal.string(letter), arg), exp.DataType.Type.INT)

    def span(self, unit: str, start: exp.Expr, end: exp.Expr, kinds: tuple[str, str]) -> exp.Expr:
        """Time between two dates in units: whole days between dates, fractions between timestamps for hours and less."""
        if self.dialect == "sqlite":
            return self._sqlite_span(unit, start, end)
        start, end = self.dated(start, kinds[0]), self.dated(end, kinds[1])
        if self.dialect == "postgres":
            return self._postgres_span(unit, start, end, kinds)
        if self.dialect == "duckdb":
            return self._call("DATE_DIFF", exp.Literal.string(unit), start, end)
        if self.dialect in _MYSQL_LIKE:
            return self._call("TIMESTAMPDIFF", exp.var(unit.upper()), start, end)
        return exp.DateDiff(this=end, expression=start, unit=exp.var(unit.upper()))

    def _sqlite_span(self, unit: str, start: exp.Expr, end: exp.Expr) -> exp.Expr:
        days = exp.Sub(this=self._call("JULIANDAY", end), expression=self._call("JULIANDAY", start))
        factor = {
            "day": 1.0,
            "week": 1 / 7,
            "hour": 24.0,
            "minute": 1440.0,
            "second": 86400.0,
            "month": 1 / 30.436875,
            "year": 1 / 365.2425,
        }[unit]
        if factor == 1.0:
            return exp.paren(days)
        span = exp.Mul(this=exp.paren(days), expression=exp.Literal.number(round(factor, 9)))
        # Days are fractions in binary: fifteen minutes would be a little more or less than that.
        return self._call("ROUND", span, exp.Literal.number(4)) if unit in ("hour", "minute", "second") else span

    def _postgres_span(self, unit: str, start: exp.Expr, end: exp.Expr, kinds: tuple[str, str]) -> exp.Expr:
        if unit in ("year", "month"):
            age = self._call("AGE", end, start)
            years = exp.Extract(this=exp.var("YEAR"), expression=age)
            if unit == "year":
                return years
            months = exp.Extract(this=exp.var("MONTH"), expression=age.copy())
            return exp.paren(exp.Add(this=exp.Mul(this=years, expression=exp.Literal.number(12)), expression=months))
        if kinds == ("date", "date"):
            days: exp.Expr = exp.paren(exp.Sub(this=end, expression=start))
            factor = {"day": 1, "week": 1, "hour": 24, "minute": 1440, "second": 86400}[unit]
            if unit == "week":
                return exp.Div(this=days, expression=exp.Literal.number(7))
            return days if factor == 1 else exp.Mul(this=days, expression=exp.Literal.number(factor))
        seconds = exp.Extract(this=exp.var("EPOCH"), expression=exp.paren(exp.Sub(this=end, expression=start)))
        divisor = {"day": 86400, "week": 604800, "hour": 3600, "minute": 60, "second": 1}[unit]
        return seconds if divisor == 1 else exp.Div(this=seconds, expression=exp.Literal.number(divisor))

    def age(self, arg: exp.Expr, kind: str) -> exp.Expr:
        """Whole years from a date to today."""
        if self.dialect == "postgres":
            return exp.Extract(this=exp.var("YEAR"), expression=self._call("AGE", self.today(), self.dated(arg, kind)))
        if self.dialect == "duckdb":
            return self._call("DATE_SUB", exp.Literal.string("year"), self.dated(arg, kind), self.today())
        if self.dialect == "sqlite":
            return exp.cast(self._sqlite_span("year", arg, self.today()), exp.DataType.Type.INT)
        return self.span("year", arg, self.today(), (kind, "date"))

    def _call(self, name: str, *arguments: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this=name, expressions=list(arguments))
