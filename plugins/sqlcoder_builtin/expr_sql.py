"""Expressions and predicates of the query tree as sqlglot nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp, parse_one

from sqlcoder_builtin import tree as t
from sqlcoder_builtin.date_sql import DateSql
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.scope import Scope
from sqlcoder_core.api import Scalar, TableName

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_ANYCASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_COMPARE: dict[str, type[exp.Binary]] = {"=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_ARITH: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}
_CASE_SENSITIVE = frozenset({"postgres", "redshift", "snowflake", "oracle", "materialize", "risingwave"})
_RESERVED = frozenset(
    """
    all analyse analyze and anti any array as asc asof asymmetric authorization between binary both by call case cast change char
    character check collate column comment concurrently condition constraint create cross current current_date current_time
    current_user date day default deferrable desc describe distinct do else end escape except exists false fetch for foreign
    freeze from full function generated glob grant group groups having hour ilike in index initially inner insert int integer
    intersect interval into is isnull join key keys lag lateral lead leading left like limit localtime lock match minute month
    natural not notnull ntile null number of offset on only option or order outer over overlaps partition percent pivot placing
    position primary qualify range rank read reference references regexp release rename replace returning right role row rows
    schema second select semi session_user set show similar some summarize symmetric system table tablesample then time timestamp
    to trailing trigger true union unique unpivot update usage user using value values variadic verbose view when where window
    with year
    """.split()
)
"""Names that one engine or another reads as its own words."""


class NotComposed(Exception):
    """A statement over parts asks for something that no part has."""


class ExprSql:
    """Turns one expression or predicate into a node, names looked up in a scope."""

    def __init__(
        self,
        schema: Schema,
        dates: DateSql,
        dialect: str,
        subquery: Callable[[t.Query, tuple[t.Col, ...], Scope], exp.Expr],
        has: Callable[[t.Has, Scope], exp.Expr],
    ) -> None:
        self.schema = schema
        self.dates = dates
        self.dialect = dialect
        self._subquery = subquery
        self._has = has

    # ------------------------------------------------------------------ names

    def identifier(self, name: str) -> exp.Identifier:
        """The name, quoted only where the engine would read it otherwise."""
        plain = _PLAIN if self.dialect in _CASE_SENSITIVE else _ANYCASE
        if self.dialect in ("snowflake", "oracle") and name.isupper():
            plain = _ANYCASE
        return exp.to_identifier(name, quoted=not plain.match(name) or name.lower() in _RESERVED)

    def column(self, table: TableName, name: str, scope: Scope) -> exp.Column:
        """A column behind the name that its table goes by."""
        return exp.Column(this=self.identifier(name), table=self.identifier(scope.name(table)))

    def kind(self, expr: t.Expr) -> str:
        """The kind of an expression's values, as far as known."""
        if isinstance(expr, t.Col):
            column = self.schema.of(expr)
            return column.kind
        if isinstance(expr, t.Either):
            return self.kind(expr.first)
        return "date" if isinstance(expr, (t.Trunc, t.Today)) else "number"

    # ------------------------------------------------------------------ expressions

    def expr(self, expr: t.Expr, scope: Scope) -> exp.Expr:
        """The node of an expression."""
        match expr:
            case t.Col(table, name):
                return self.column(table, name, scope)
            case t.Lit(value):
                return literal(value)
            case t.When(moment, against):
                return self.dates.moment(moment, self.kind(against))
            case t.Agg():
                return self._agg(expr, scope)
            case t.Arith():
                return self._arith(expr.op, self.expr(expr.left, scope), self.expr(expr.right, scope))
            case t.Trunc(unit, arg):
                return self.dates.trunc(unit, self.expr(arg, scope), self.kind(arg))
            case t.Part(part, arg):
                return self.dates.part(part, self.expr(arg, scope), self.kind(arg))
            case t.Span(unit, start, end):
                return self.dates.span(unit, self.expr(start, scope), self.expr(end, scope), (self.kind(start), self.kind(end)))
            case t.Age(arg):
                return self.dates.age(self.expr(arg, scope), self.kind(arg))
            case t.Today():
                return self.dates.today()
            case t.Either(first, second):
                return exp.Coalesce(this=self.expr(first, scope), expressions=[self.expr(second, scope)])
            case t.Raw():
                return self.raw(expr.sql, expr.table, scope, expr.where)
            case t.Over():
                return self._over(expr, scope)
            case t.Scalarq(query, same):
                return self._subquery(query, same, scope)
            case t.Figure(has):
                return self._has(has, scope)

    def composed(self, expr: t.Expr, places: Mapping[t.Expr, tuple[str, str]]) -> exp.Expr:
        """An expression over columns of CTEs: `places` says in which (CTE, column) each part has been computed.

        Raises NotComposed for a part that none of them has.
        """
        if expr in places:
            cte, column = places[expr]
            return exp.column(column, table=cte)
        if isinstance(expr, t.Arith):
            return self._arith(expr.op, self.composed(expr.left, places), self.composed(expr.right, places))
        if not isinstance(expr, t.Lit):
            raise NotComposed
        return literal(expr.value)

    def aggregate(self, function: t.Function, arg: exp.Expr) -> exp.Expr:
        """An aggregate of a node."""
        if function == "median":
            return self._median(arg)
        node = {"count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}[function]
        return node(this=arg)

    def _agg(self, agg: t.Agg, scope: Scope) -> exp.Expr:
        arg: exp.Expr = self.expr(agg.arg, scope) if agg.arg is not None else exp.Star()
        if agg.where is not None:
            then = exp.Literal.number(1) if agg.arg is None else arg
            arg = exp.Case(ifs=[exp.If(this=self.pred(agg.where, scope), true=then)])
        if agg.distinct:
            arg = exp.Distinct(expressions=[arg])
        return self.aggregate(agg.function, arg)

    def _median(self, arg: exp.Expr) -> exp.Expr:
        if self.dialect in ("postgres", "redshift", "tsql", "materialize"):
            order = exp.Order(expressions=[exp.Ordered(this=arg, nulls_first=False)])
            return exp.WithinGroup(this=exp.PercentileCont(this=exp.Literal.number("0.5")), expression=order)
        return exp.Anonymous(this="MEDIAN", expressions=[arg])

    def _arith(self, op: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        left, right = _enclosed(left), _enclosed(right)
        if op != "/":
            return _ARITH[op](this=left, expression=right)
        one = exp.Literal.number("1.0")
        top = left if _is_fraction(left) else exp.Mul(this=left, expression=one)
        below = right if isinstance(right, exp.Literal) else exp.Nullif(this=right, expression=exp.Literal.number(0))
        return exp.Div(this=top, expression=below, typed=True)

    def _over(self, over: t.Over, scope: Scope) -> exp.Expr:
        arg = self.expr(over.arg, scope)
        order = (
            exp.Order(expressions=[exp.Ordered(this=self.expr(over.order, scope), nulls_first=self.dialect not in ("duckdb",))])
            if over.order
            else None
        )
        if over.kind == "lag":
            lag = exp.Lag(this=arg) if over.offset == 1 else exp.Lag(this=arg, offset=exp.Literal.number(over.offset))
            return exp.Window(this=lag, order=order)
        return exp.Window(this=exp.Sum(this=arg), order=order if over.kind == "running" else None)

    def raw(self, sql: str, table: TableName, scope: Scope, where: t.Pred | None = None) -> exp.Expr:
        """SQL of a metric or term, its columns qualified; `where` goes into its aggregates as CASE."""
        tree = parse_one(sql, dialect=self.dialect)
        for column in list(tree.find_all(exp.Column)):
            name = column.table or table.name
            owner = next((found.name for found in self.schema.tables.values() if found.name.name.lower() == name.lower()), table)
            real = self.schema.table(owner).column(column.name)
            column.replace(self.column(owner, real.name if real else column.name, scope))
        if where is not None:
            tree = self._filtered(tree, where, scope)
        return exp.paren(tree) if isinstance(tree, (exp.Binary, exp.Connector)) else tree

    def _filtered(self, tree: exp.Expr, where: t.Pred, scope: Scope) -> exp.Expr:
        aggregates = [node for node in tree.find_all(exp.AggFunc) if not node.find_ancestor(exp.AggFunc)]
        for node in aggregates:
            inside = node.this
            distinct = isinstance(inside, exp.Distinct)
            value = inside.expressions[0] if distinct else inside
            then = exp.Literal.number(1) if isinstance(value, exp.Star) else value.copy()
            case = exp.Case(ifs=[exp.If(this=self.pred(where, scope), true=then)])
            node.set("this", exp.Distinct(expressions=[case]) if distinct else case)
        return tree

    # ------------------------------------------------------------------ predicates

    def pred(self, pred: t.Pred, scope: Scope) -> exp.Expr:
        """The node of a condition."""
        match pred:
            case t.Compare(op, left, right):
                return self.compared(op, self.expr(left, scope), self.expr(right, scope))
            case t.Like(left, pattern, negated):
                return _maybe_not(self._like(self.expr(left, scope), pattern), negated)
            case t.OneOf(left, values, negated):
                return _maybe_not(exp.In(this=self.expr(left, scope), expressions=[literal(value) for value in values]), negated)
            case t.Null(left, negated):
                return exp.Is(this=self.expr(left, scope), expression=exp.Not(this=exp.Null()) if negated else exp.Null())
            case t.Truth(left, value):
                return self._truth(left, value, scope)
            case t.RawPred(sql, table, negated):
                return _maybe_not(exp.paren(self.raw(sql, table, scope)) if negated else self.raw(sql, table, scope), negated)
            case t.Has():
                return self._has(pred, scope)
            case t.All_(parts):
                return exp.paren(exp.and_(*(self.pred(part, scope) for part in parts)))
            case t.Any_(parts):
                return exp.paren(exp.or_(*(self.pred(part, scope) for part in parts)))
            case t.Not(part):
                return exp.Not(this=exp.paren(self.pred(part, scope)))

    def compared(self, op: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        """left op right."""
        return _COMPARE[op](this=left, expression=right)

    def _like(self, left: exp.Expr, pattern: str) -> exp.Expr:
        text = exp.Literal.string(pattern)
        if self.dialect in ("postgres", "duckdb", "snowflake", "redshift", "databricks", "spark", "clickhouse"):
            return exp.ILike(this=left, expression=text)
        return exp.Like(this=left, expression=text)

    def _truth(self, left: t.Col, value: bool, scope: Scope) -> exp.Expr:
        column = self.schema.of(left)
        node = self.column(left.table, left.column, scope)
        if column.kind == "boolean":
            if self.dialect in ("sqlite", "mysql", "tsql", "oracle"):
                return exp.EQ(this=node, expression=exp.Literal.number(int(value)))
            return node if value else exp.Not(this=node)
        if column.kind in ("integer", "number"):
            return exp.EQ(this=node, expression=exp.Literal.number(int(value)))
        return exp.EQ(this=node, expression=literal(_stored_truth(column.values, value)))


def _stored_truth(values: tuple[Scalar, ...], wanted: bool) -> Scalar:
    for yes, no in (
        ("Y", "N"),
        ("y", "n"),
        ("yes", "no"),
        ("Yes", "No"),
        ("true", "false"),
        ("True", "False"),
        ("T", "F"),
        ("t", "f"),
        ("1", "0"),
        ("YES", "NO"),
    ):
        if yes in values or no in values:
            return yes if wanted else no
    return "Y" if wanted else "N"


def literal(value: Scalar) -> exp.Expr:
    """A constant as a node."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, (int, float)):
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
    return exp.Literal.string(value)


def _maybe_not(node: exp.Expr, negated: bool) -> exp.Expr:
    return exp.Not(this=node) if negated else node


def _enclosed(node: exp.Expr) -> exp.Expr:
    return exp.paren(node) if isinstance(node, (exp.Binary, exp.Case)) and not isinstance(node, exp.Mul) else node


def _is_fraction(node: exp.Expr) -> bool:
    return isinstance(node, exp.Mul) and any(
        isinstance(side, exp.Literal) and "." in str(side.this) for side in (node.this, node.expression)
    )
