"""Expressions and conditions in plain words, for the reading beside an answer."""

from __future__ import annotations

from sqlcoder_builtin import tree as t

_FUNCTIONS = {"count": "number of", "sum": "sum of", "avg": "average of", "min": "smallest", "max": "largest", "median": "median of"}
_OPS = {"=": "is", "!=": "is not", "<": "below", "<=": "at most", ">": "above", ">=": "at least"}


def describe(expr: t.Expr) -> str:
    """An expression as a reader would say it."""
    match expr:
        case t.Col(table, name):
            return f"{table.name}.{name}"
        case t.Lit(value):
            return str(value)
        case t.Agg(function, table, None):
            return f"number of {table.name}"
        case t.Agg(function, table, arg, distinct):
            assert arg is not None
            return f"{_FUNCTIONS[function]} {'different ' if distinct else ''}{describe(arg)}"
        case t.Arith(op, left, right):
            return f"{describe(left)} {op} {describe(right)}"
        case t.Trunc(unit, arg):
            return f"{unit} of {describe(arg)}"
        case t.Part(part, arg):
            return f"{part} of {describe(arg)}"
        case t.Span(unit, start, end):
            return f"{unit}s from {describe(start)} to {describe(end)}"
        case t.Age(arg):
            return f"years since {describe(arg)}"
        case t.Today():
            return "today"
        case t.Either(first, second):
            return f"{describe(first)}, else {describe(second)}"
        case t.Raw(sql):
            return sql
        case t.Over(kind, arg):
            return {
                "total": f"total of {describe(arg)}",
                "lag": f"{describe(arg)} one period before",
                "running": f"running total of {describe(arg)}",
            }[kind]
        case t.When():
            return "a date"
        case t.Scalarq(query):
            return describe(query.select[0].expr)
        case t.Figure(has):
            return f"{describe(has.measure) if has.measure is not None else has.table.name} per {has.of.name}"


def describe_pred(pred: t.Pred) -> str:
    """A condition as a reader would say it."""
    match pred:
        case t.Compare(op, left, right):
            return f"{describe(left)} {_OPS[op]} {describe(right)}"
        case t.Like(left, pattern, negated):
            return f"{describe(left)} {'not like' if negated else 'like'} {pattern}"
        case t.OneOf(left, values, negated):
            return f"{describe(left)} {'none of' if negated else 'one of'} {', '.join(map(str, values))}"
        case t.Null(left, negated):
            return f"{describe(left)} {'known' if negated else 'missing'}"
        case t.Truth(left, value):
            return f"{describe(left)} {'true' if value else 'false'}"
        case t.RawPred(sql, _, negated):
            return f"not ({sql})" if negated else sql
        case t.Has():
            return _describe_has(pred)
        case t.All_(parts):
            return " and ".join(map(describe_pred, parts))
        case t.Any_(parts):
            return " or ".join(map(describe_pred, parts))
        case t.Not(part):
            return f"not ({describe_pred(part)})"


def _describe_has(has: t.Has) -> str:
    if has.count:
        what = describe(has.measure) if has.measure is not None else f"number of {has.table.name}"
        return f"{what} per {has.of.name} {_OPS[has.count[0]]} {has.count[1]}"
    inside = " and ".join(map(describe_pred, has.where))
    return f"{has.of.name} with{'out' if has.negated else ''} {has.table.name}{f' where {inside}' if inside else ''}"
