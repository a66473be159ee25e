"""A measure said in words or signs: "quantity * price", "paid amount divided by due amount", "number of seats times the monthly price"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlcoder_builtin.chunks import chunks_of
from sqlcoder_builtin.clauses.measures import measured
from sqlcoder_builtin.clauses.taken import everything_taken
from sqlcoder_builtin.combine import conditions
from sqlcoder_builtin.expr_walk import aggregates_of, is_aggregate, tables_of
from sqlcoder_builtin.joining import NoWay
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.recognise import recognise
from sqlcoder_builtin.render import Renderer
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.shapes.measure import limited
from sqlcoder_builtin.tree import Agg, Arith, Col, Expr, Lit
from sqlcoder_core.api import Ask, TableName, rematch

_SIGNS = {
    "times": "*", "multiplied by": "*", "*": "*", "×": "*", "divided by": "/", "over": "/", "/": "/", "÷": "/", "per": "/",
    "minus": "-", "less": "-", "-": "-", "plus": "+", "+": "+",
}  # fmt: skip
_OPERATOR = re.compile(r"\s+(times|multiplied by|divided by|over|minus|plus|less|per)\s+|\s*([*×/÷+])\s*|\s+(-)\s+", re.IGNORECASE)
_MEASURE = re.compile(
    r"^(?:calculated as\s+|computed as\s+)?(?:the\s+)?(?:number|sum|total|average|count|ratio|amount|difference|product|share)\b|"
    r"[*×/÷+]|\s-\s|\b(?:times|multiplied by|divided by|minus|plus)\b",
    re.IGNORECASE,
)
_LIMITED = re.compile(
    r",?\s+(?:over|for|of|among|across|from|considering|where|counting)\s+(?:only\s+|all\s+)?"
    r"(?P<rest>[a-z ]+\s(?:with|that|who|which|whose|where|in)\s.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Formula:
    """SQL text of an aggregate over `table`, and of the condition under which its rows count."""

    sql: str
    table: TableName
    filter: str | None = None


def formula(ask: Ask, text: str) -> Formula | None:
    """The measure that a text says; None where an operand is not understood."""
    text = _spoken(text)
    if not _MEASURE.search(text):
        return None
    schema = Schema(ask.linked)
    limited = _LIMITED.search(text)
    for body, tail in ((text[: limited.start()], limited["rest"]) if limited else (text, None), (text, None)):
        expr = expression(ask, schema, body)
        if expr is None:
            continue
        if len({aggregate.table.key for aggregate in aggregates_of((expr,))}) > 1:
            # Figures of two tables are no one value over the rows of either.
            continue
        table = _widest(schema, expr)
        where = _condition(ask, schema, table, tail) if tail and table else None
        if table is not None and (not tail or where is not None):
            renderer = Renderer(schema, ask.dialect, ask.clock)
            return Formula(renderer.expression(expr), table, where)
    return None


_SPOKEN = (
    (re.compile(r"^(?:by\s+)?divid(?:e|ing)\s+(.+?)\s+by\s+(.+)$", re.IGNORECASE), r"\1 divided by \2"),
    (re.compile(r"^(?:by\s+)?multiply(?:ing)?\s+(.+?)\s+(?:by|with)\s+(.+)$", re.IGNORECASE), r"\1 times \2"),
    (re.compile(r"^(?:by\s+)?subtract(?:ing)?\s+(.+?)\s+from\s+(.+)$", re.IGNORECASE), r"\2 minus \1"),
    (re.compile(r"^(?:by\s+)?add(?:ing)?\s+(.+?)\s+(?:and|to)\s+(.+)$", re.IGNORECASE), r"\1 plus \2"),
    (re.compile(r"^(?:the\s+)?sum of\s+(.+?)\s+and\s+(.+)$", re.IGNORECASE), r"\1 plus \2"),
    (re.compile(r"^(?:the\s+)?(?:ratio|quotient) (?:of|between)\s+(.+?)\s+(?:to|and|over)\s+(.+)$", re.IGNORECASE), r"\1 divided by \2"),
    (re.compile(r"^(?:the\s+)?difference (?:of|between)\s+(.+?)\s+and\s+(.+)$", re.IGNORECASE), r"\1 minus \2"),
    (re.compile(r"^(?:the\s+)?product of\s+(.+?)\s+and\s+(.+)$", re.IGNORECASE), r"\1 times \2"),
)


def _spoken(text: str) -> str:
    """ "divide A by B", "the sum of A and B": A and B with the operator between them."""
    for pattern, made in _SPOKEN:
        if pattern.match(text):
            return pattern.sub(made, text)
    return text


def expression(ask: Ask, schema: Schema, text: str) -> Expr | None:
    """Operands and signs, from left to right, products first."""
    text = re.sub(
        r"^(?:calculated as|computed as|the ratio of|ratio of|the product of|the difference between)\s+", "", text.strip(), flags=re.I
    )
    ends = [(match.start(), match.end(), _SIGNS[next(filter(None, match.groups())).lower()]) for match in _OPERATOR.finditer(text)]
    starts = [0, *(end for _, end, _ in ends)]
    stops = [*(start for start, _, _ in ends), len(text)]
    operands = [_operand(ask, schema, text[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    if any(operand is None for operand in operands):
        return None
    return _added([operand for operand in operands if operand is not None], [sign for _, _, sign in ends])


def _operand(ask: Ask, schema: Schema, text: str) -> Expr | None:
    text = text.strip(" ().,")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Lit(float(text) if "." in text else int(text))
    p = Parse(chunks_of(rematch(text, ask.linked), ask.clock), schema, ask.clock)
    found = measured(p, 0)
    if found is None or any(chunk.kind not in ("stop", "mark") for chunk in p.chunks[found.end :]) or found.nested:
        return None
    expr = found.expr
    for pred in conditions(p, found.table):
        # "completed reservations": only these are counted.
        expr = limited(schema, expr if is_aggregate(expr) else Agg("sum", found.table, expr), pred)
    return expr


def _added(operands: list[Expr], signs: list[str]) -> Expr | None:
    """One expression over whole groups of rows: numbers of one row are multiplied before they are added up."""
    if "/" in signs:
        at = signs.index("/")
        top, bottom = _added(operands[: at + 1], signs[:at]), _added(operands[at + 1 :], signs[at + 1 :])
        return Arith("/", top, bottom) if top is not None and bottom is not None else None
    if not signs:
        only = operands[0]
        return only if is_aggregate(only) or isinstance(only, Lit) else Agg("sum", tables_of((only,))[0], only)
    rows = [_of_a_row(operand) for operand in operands]
    if all(row is not None for row in rows):
        built = rows[0]
        for sign, row in zip(signs, rows[1:], strict=True):
            assert built is not None and row is not None
            built = Arith(sign, built, row)  # type: ignore[arg-type]
        assert built is not None
        return Agg("sum", tables_of((built,))[0], built)
    whole = operands[0]
    for sign, operand in zip(signs, operands[1:], strict=True):
        whole = Arith(sign, whole, operand)  # type: ignore[arg-type]
    return whole


def _of_a_row(expr: Expr) -> Expr | None:
    """The value of one row: a column, a constant, or what a sum adds up."""
    if isinstance(expr, (Col, Lit)):
        return expr
    return expr.arg if isinstance(expr, Agg) and expr.function == "sum" and expr.where is None else None


def _widest(schema: Schema, expr: Expr) -> TableName | None:
    """The table whose rows meet at most one of every other table named."""
    tables = tables_of((expr,))
    return next((table for table in tables if all(schema.to_one(table, other) for other in tables)), tables[0] if tables else None)


def _condition(ask: Ask, schema: Schema, table: TableName, text: str) -> str | None:
    p = Parse(chunks_of(rematch(f"Which {text}", ask.linked), ask.clock), schema, ask.clock)
    recognise(p)
    preds = conditions(p, table)
    try:
        return Renderer(schema, ask.dialect, ask.clock).condition(table, preds) if preds and everything_taken(p) else None
    except NoWay:
        return None


_KEY_CUES = (
    "gt",
    "ge",
    "lt",
    "le",
    "ne",
    "between",
    "like",
    "starts",
    "ends",
    "null",
    "not null",
    "never",
    "without",
    "high",
    "low",
    "avg",
)


def understood(p: Parse) -> bool:
    """Every word that says something was taken."""
    return all(
        chunk.used or chunk.kind in ("stop", "mark", "verb") or (chunk.kind == "cue" and not chunk.is_cue(*_KEY_CUES)) for chunk in p.chunks
    )
