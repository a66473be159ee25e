"""A query tree in, SQL text in the connection's dialect out."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlcoder_builtin.date_sql import DateSql
from sqlcoder_builtin.expr_sql import ExprSql
from sqlcoder_builtin.expr_walk import aggregates_of, is_aggregate, parts, tables_of
from sqlcoder_builtin.fan_out import Once, counted_once, distinct_rows, needs_split, split
from sqlcoder_builtin.joining import JoinPlan, NoWay, merged_has, plan_joins
from sqlcoder_builtin.rounding import round_figures
from sqlcoder_builtin.schema import Schema, Step
from sqlcoder_builtin.scope import Scope
from sqlcoder_builtin.shapes.measure import reachable
from sqlcoder_builtin.tree import Agg, Col, Expr, Has, Item, Order, PerGroup, Pred, Query
from sqlcoder_core.api import Clock, TableName

_ONE_LINE = 78
"""Characters of a statement that still fits one line of a terminal."""


class Renderer:
    """Renders query trees for one connection. Raises `NoWay` when tables cannot be joined. `notes` collects what should be said."""

    def __init__(self, schema: Schema, dialect: str, clock: Clock) -> None:
        self.schema = schema
        self.dialect = dialect
        self.notes: list[str] = []
        self.steps: list[Step] = []
        self.exprs = ExprSql(schema, DateSql(dialect, clock), dialect, self.subquery, self.has)

    def sql(self, query: Query) -> str:
        """The statement, on one line when it is short: what is shown is what runs, so it is written to be read."""
        tree = self.select(query, Scope())
        if query.digits is not None:
            round_figures(tree, query.digits)
        _unqualify(tree)
        _unwrap(tree)
        line = tree.sql(dialect=self.dialect, identify=False)
        return line if len(line) <= _ONE_LINE else tree.sql(dialect=self.dialect, identify=False, pretty=True)

    def condition(self, root: TableName, preds: tuple[Pred, ...]) -> str:
        """Conditions on rows of `root` as SQL text with every column behind its table's own name."""
        placed = (reachable(self.schema, root, pred) for pred in merged_has(preds, self.schema))
        return str(exp.and_(*(self.exprs.pred(pred, Scope()) for pred in placed)).sql(dialect=self.dialect))

    def expression(self, expr: Expr) -> str:
        """An expression as SQL text with every column behind its table's own name."""
        return str(self.exprs.expr(expr, Scope()).sql(dialect=self.dialect))

    # ------------------------------------------------------------------ SELECT

    def select(self, query: Query, scope: Scope) -> exp.Select | exp.SetOperation:
        """One query as a tree."""
        if query.outer:
            return self._two_steps(query)
        if query.per_group:
            return self._per_group(query)
        if query.combine:
            return self._combined(query)
        if needs_split(query):
            return self._split(query)
        return self._plain(query, scope)

    def _plain(self, query: Query, scope: Scope) -> exp.Select:
        plan = plan_joins(query, self.schema)
        plan.where = merged_has(plan.where, self.schema)
        counted = [agg for agg in aggregates_of((*query.select, *query.having, *query.order)) if isinstance(agg, Agg)]
        if counted and any(self._repeats(plan, agg) for agg in counted):
            rewritten, note = distinct_rows(query, self.schema)
            once = counted_once(query, self.schema) if note else None
            if once is not None:
                return self._once(once, query.limit)
            if note:
                self.notes.append(note)
            query = rewritten
        select = self._from(exp.Select(), plan, scope)
        return self._clauses(select, query, plan, scope)

    def _once(self, once: Once, limit: int | None) -> exp.Select:
        """Aggregates over distinct rows in a derived table."""
        select = exp.Select()
        for function, source, alias in once.select:
            value = exp.column(source)
            select = select.select(exp.alias_(self.exprs.aggregate(function, value), alias) if function else value, copy=False)
        select = select.from_(self.select(once.inner, Scope()).subquery("once"), copy=False)
        if once.keys:
            select = select.group_by(*(exp.column(key) for key in once.keys), copy=False)
        for alias, descending in once.orders:
            ordered = exp.Ordered(this=exp.column(alias), desc=descending, nulls_first=self._nulls_first(descending))
            select = select.order_by(ordered, copy=False)
        return select.limit(limit, copy=False) if limit is not None else select

    def _repeats(self, plan: JoinPlan, agg: Agg) -> bool:
        """True when the joins show a row of the aggregate's table several times."""
        if agg.function in ("min", "max") or agg.distinct:
            return False
        return any(not self.schema.to_one(agg.table, table) for table in plan.joined() if table.key != agg.table.key)

    def _clauses(self, select: exp.Select, query: Query, plan: JoinPlan, scope: Scope) -> exp.Select:
        if plan.where:
            select = select.where(exp.and_(*(self.exprs.pred(pred, scope) for pred in plan.where), copy=False), copy=False)
        if not query.select:
            star = exp.Star() if not plan.steps else exp.Column(this=exp.Star(), table=exp.to_identifier(scope.name(query.root)))
            select = select.select(star, copy=False)
        for item in query.select:
            select = select.select(self._item(item, scope), copy=False)
        aggregated = query.per_group is not None or any(map(is_aggregate, (*query.select, *query.having, *query.order)))
        if query.group and aggregated:
            select = select.group_by(*(self.exprs.expr(key, scope) for key in query.group), copy=False)
        elif query.group:
            query = Query(query.root, query.select, order=query.order, limit=query.limit, distinct=True)
        for pred in query.having:
            select = select.having(self.exprs.pred(pred, scope), copy=False)
        for order in query.order:
            select = select.order_by(self._order(order, query, scope), copy=False)
        if query.distinct:
            select = select.distinct(copy=False)
        return select.limit(query.limit, copy=False) if query.limit is not None else select

    def _item(self, item: Item, scope: Scope) -> exp.Expr:
        tree = self.exprs.expr(item.expr, scope)
        return exp.alias_(tree, item.alias, quoted=False) if item.alias else tree

    def _order(self, order: Order, query: Query, scope: Scope) -> exp.Expr:
        """By the alias where the expression is an output, since that reads better."""
        alias = next((item.alias for item in query.select if item.expr == order.expr and item.alias), None)
        tree = exp.column(alias) if alias else self.exprs.expr(order.expr, scope)
        first = self._nulls_first(order.descending) and not (query.limit is not None and self._may_be_null(order))
        return exp.Ordered(this=tree, desc=order.descending, nulls_first=first)

    def _may_be_null(self, order: Order) -> bool:
        """True where a column is known to take NULL: rows without a value are neither the first nor the last of anything."""
        if isinstance(order.expr, Agg) and order.expr.function == "count":
            return False
        columns = (part for part in parts(order.expr) if isinstance(part, Col))
        return any(self.schema.of(column).nullable is True for column in columns)

    def _nulls_first(self, descending: bool) -> bool:
        """What this engine does anyway when nothing is said, so that nothing is written."""
        from sqlglot import Dialect

        ordering = Dialect.get_or_raise(self.dialect).NULL_ORDERING
        return (ordering == "nulls_are_small") != descending if ordering != "nulls_are_last" else False

    # ------------------------------------------------------------------ FROM

    def _from(self, select: exp.Select, plan: JoinPlan, scope: Scope) -> exp.Select:
        select = select.from_(self._table(plan.root, scope), copy=False)
        self.steps += plan.steps
        for step in plan.steps:
            table = self._table(step.target, scope)
            select = select.join(table, on=self._on(step, scope), join_type="left" if plan.keep else "", copy=False)
        return select

    def _table(self, name: TableName, scope: Scope) -> exp.Expr:
        alias = scope.enter(name)
        real = self.schema.real(name)
        schema = real.schema if real.schema and real.schema != self.schema.linked.default_schema else None
        table = exp.Table(this=self.exprs.identifier(real.name), db=self.exprs.identifier(schema) if schema else None)
        return exp.alias_(table, alias, table=True) if alias != real.name else table

    def _on(self, step: Step, scope: Scope) -> exp.Expr:
        sides = [
            exp.EQ(this=self.exprs.column(step.source, left, scope), expression=self.exprs.column(step.target, right, scope))
            for left, right in step.pairs
        ]
        return exp.and_(*sides, copy=False)

    def has(self, has: Has, scope: Scope) -> exp.Expr:
        """EXISTS, NOT EXISTS, an aggregate of related rows, or a comparison with their number or sum."""
        path = self.schema.path(has.of, has.table)
        if not path:
            raise NoWay(has.of, has.table)
        self.steps += path
        inner = scope.inner()
        select = exp.Select().from_(self._table(path[0].target, inner), copy=False)
        for step in path[1:]:
            select = select.join(self._table(step.target, inner), on=self._on(step, inner), copy=False)
        joined = {step.target.key for step in path}
        extra = [table for table in tables_of(has.where) if table.key not in joined and table.key != has.of.key]
        for table in extra:
            for step in self.schema.path(has.table, table) or ():
                if step.target.key not in joined:
                    select = select.join(self._table(step.target, inner), on=self._on(step, inner), copy=False)
                    joined.add(step.target.key)
        conditions = (self._on_outer(path[0], scope, inner), *(self.exprs.pred(pred, inner) for pred in has.where))
        select = select.where(exp.and_(*conditions, copy=False), copy=False)
        return self._counted(has, select, inner, path)

    def _on_outer(self, step: Step, outer: Scope, inner: Scope) -> exp.Expr:
        sides = [
            exp.EQ(this=self.exprs.column(step.target, right, inner), expression=self.exprs.column(step.source, left, outer))
            for left, right in step.pairs
        ]
        return exp.and_(*sides, copy=False)

    def _counted(self, has: Has, select: exp.Select, inner: Scope, path: tuple[Step, ...]) -> exp.Expr:
        if has.count is None and has.measure is not None:
            return exp.Subquery(this=select.select(self._measured(has, inner, path), copy=False))
        if has.count is None:
            found = exp.Exists(this=select.select(exp.Literal.number(1), copy=False))
            return exp.Not(this=found) if has.negated else found
        op, bound = has.count
        counted = exp.Subquery(this=select.select(self._measured(has, inner, path), copy=False))
        return self.exprs.compared(op, counted, exp.Literal.number(bound))

    def _measured(self, has: Has, inner: Scope, path: tuple[Step, ...]) -> exp.Expr:
        """The aggregate of related rows; their number where none is named."""
        if has.measure is None or has.measure == Agg("count", has.table):
            return self._number_of(has.table, inner, path)
        return self.exprs.expr(has.measure, inner)

    def _number_of(self, table: TableName, inner: Scope, path: tuple[Step, ...]) -> exp.Expr:
        key = self.schema.key(table)
        again = any(step.many for step in path) and not path[-1].many
        if (again or sum(step.many for step in path) > 1) and len(key) == 1:
            return exp.Count(this=exp.Distinct(expressions=[self.exprs.column(table, key[0], inner)]))
        return exp.Count(this=exp.Star())

    def subquery(self, query: Query, same: tuple[Col, ...], scope: Scope) -> exp.Expr:
        """A query in parentheses, over rows that agree with the row outside on the columns of `same`."""
        inner = Scope(used=scope.used)
        select = self.select(query, inner)
        if same and isinstance(select, exp.Select):
            sides = [
                exp.EQ(this=self.exprs.column(col.table, col.column, inner), expression=self.exprs.column(col.table, col.column, scope))
                for col in same
            ]
            select = select.where(exp.and_(*sides, copy=False), copy=False)
        return exp.Subquery(this=select)

    # ------------------------------------------------------------------ more than one SELECT

    def _two_steps(self, query: Query) -> exp.Select:
        """WITH step AS (the query), then aggregates of its columns."""
        assert query.outer is not None
        inner = Query(query.root, query.select, query.where, query.group, query.having, need=query.need)
        outer = exp.Select()
        for key in query.outer.keys:
            outer = outer.select(exp.column(key), copy=False).group_by(exp.column(key), copy=False)
        for function, source, alias in query.outer.select:
            outer = outer.select(exp.alias_(self.exprs.aggregate(function, exp.column(source)), alias), copy=False)
        return outer.from_("step", copy=False).with_("step", as_=self.select(inner, Scope()), copy=False)

    def _per_group(self, query: Query) -> exp.Select:
        """ROW_NUMBER per group in a derived table, then the first ones of each."""
        assert query.per_group is not None
        per: PerGroup = query.per_group
        named = tuple(Item(item.expr, item.alias or self._name_of(item)) for item in query.select)
        body = replace(query, select=named, order=(), limit=None)
        scope = Scope()
        ranked = replace(query, select=(*named, *(Item(order.expr) for order in query.order)), order=())
        plan = plan_joins(ranked, self.schema)
        plan.where = merged_has(plan.where, self.schema)
        inner = self._clauses(self._from(exp.Select(), plan, scope), body, plan, scope)
        window = exp.Window(
            this=exp.Rank() if per.limit == 1 else exp.RowNumber(),
            partition_by=[self.exprs.expr(key, scope) for key in per.keys],
            order=exp.Order(
                expressions=[
                    exp.Ordered(
                        this=self.exprs.expr(order.expr, scope), desc=order.descending, nulls_first=self._nulls_first(order.descending)
                    )
                    for order in query.order
                ]
            ),
        )
        inner = inner.select(exp.alias_(window, "place"), copy=False)
        outer = exp.Select().select(*(exp.column(item.alias) for item in named if item.alias), copy=False)
        outer = outer.from_(inner.subquery("ranked"), copy=False)
        for order in per.order:
            alias = next((item.alias for item in named if item.expr == order.expr and item.alias), None)
            if alias is not None:
                ordered = exp.Ordered(this=exp.column(alias), desc=order.descending, nulls_first=self._nulls_first(order.descending))
                outer = outer.order_by(ordered, copy=False)
        return outer.where(exp.LTE(this=exp.column("place"), expression=exp.Literal.number(per.limit)), copy=False)

    def _name_of(self, item: Item) -> str:
        return getattr(item.expr, "column", "value")

    def _combined(self, query: Query) -> exp.SetOperation:
        assert query.combine is not None
        kind, other = query.combine
        left = self._plain(
            Query(query.root, query.select, query.where, query.group, query.having, distinct=query.distinct, need=query.need), Scope()
        )
        right = self.select(other, Scope())
        node = {"intersect": exp.Intersect, "except": exp.Except, "union": exp.Union}[kind]
        return node(this=left, expression=right, distinct=True)

    def _split(self, query: Query) -> exp.Select:
        """One CTE per aggregated table, joined on the group keys."""
        parts, final = split(query, self.schema)
        select = exp.Select()
        names = list(parts)
        for item in final.items:
            select = select.select(exp.alias_(self.exprs.composed(item.expr, final.places), item.alias), copy=False)
        select = select.from_(names[0], copy=False)
        for name in names[1:]:
            on = [exp.EQ(this=exp.column(key, table=names[0]), expression=exp.column(key, table=name)) for key in final.keys]
            select = select.join(name, on=exp.and_(*on) if on else None, join_type="left" if on else "cross", copy=False)
        for order in final.orders:
            tree = self.exprs.composed(order.expr, final.places)
            select = select.order_by(
                exp.Ordered(this=tree, desc=order.descending, nulls_first=self._nulls_first(order.descending)), copy=False
            )
        for name, part in parts.items():
            select = select.with_(name, as_=self.select(part, Scope()), copy=False)
        return select.limit(query.limit, copy=False) if query.limit is not None else select


def _unwrap(tree: exp.Expression) -> None:
    """Brackets around AND within AND say nothing."""
    for paren in list(tree.find_all(exp.Paren)):
        if isinstance(paren.this, exp.And) and isinstance(paren.parent, exp.And | exp.Where | exp.Having):
            paren.replace(paren.this)


def _unqualify(tree: exp.Expr) -> None:
    """Take the table off column names where the whole statement reads one table once."""
    if len(list(tree.find_all(exp.Table))) > 1 or tree.find(exp.Subquery):
        return
    for column in tree.find_all(exp.Column):
        column.set("table", None)
