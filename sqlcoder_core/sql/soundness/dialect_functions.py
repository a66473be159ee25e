"""Functions, operators and clauses that this engine does not have, or whose arguments it reads in another order.

`dialect_functions.json` lists functions that people and models carry from one engine to another: which engines lack each (looked up
in the function lists of DuckDB 2.0, PostgreSQL 15 and SQLite 3.40; MySQL by its manual), what to write instead, and since which
version an engine has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.sql.spelling import fold
from sqlcoder_core.values.problem import Problem

_CALL: Final = re.compile(r"(?<![\w.\"`\]])([A-Za-z_]\w*)\s*\(")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_UNITS: Final = "year|quarter|month|week|day|hour|minute|second|decade|dow|doy"
_SWAPPED: Final[Mapping[str, tuple[frozenset[str], re.Pattern[str], str]]] = {
    "date_trunc": (
        frozenset({"duckdb", "postgres", "redshift", "snowflake"}),
        re.compile(rf"date_trunc\s*\(\s*[\w.\"]+\s*,\s*'?(?:{_UNITS})'?\s*\)", re.IGNORECASE),
        "write date_trunc('month', x)",
    ),
    "date_part": (
        frozenset({"duckdb", "postgres", "redshift"}),
        re.compile(rf"date_part\s*\(\s*[\w.\"]+\s*,\s*'?(?:{_UNITS})'?\s*\)", re.IGNORECASE),
        "write date_part('month', x)",
    ),
    "strftime": (
        frozenset({"sqlite"}),
        re.compile(r"strftime\s*\(\s*[\w.\"]+\s*,\s*'[^']*%[^']*'", re.IGNORECASE),
        "write strftime('%Y-%m', x): the format comes first",
    ),
}
_DOUBLE: Final = re.compile(r"^(double( precision)?|float\d*|real)\b", re.IGNORECASE)


def dialect_functions(reading: Reading) -> Iterator[Problem]:
    """Calls by name, then constructs by kind."""
    yield from _calls(reading)
    for kind, dialects, what, hint in _CONSTRUCTS:
        if reading.dialect in dialects:
            for node in (node for block in reading.blocks for node in block.own(kind)):
                if _REALLY.get(kind, _always)(node):
                    yield finding(reading, node, "dialect-function", f"{reading.dialect} has no {what}", hint=hint, severity="error")
    if reading.dialect in ("postgres", "redshift"):
        for block in reading.blocks:
            yield from _rounded(block, reading)


def calls(text: str) -> Iterator[tuple[str, int, int]]:
    """(name in lower case, start, end of the name) of everything in the text that is written as a call, strings left out."""
    masked = _QUOTED.sub(lambda quoted: quoted[0][0] + "_" * (len(quoted[0]) - 2) + quoted[0][0], text)
    for found in _CALL.finditer(masked):
        yield found[1].lower(), found.start(1), found.end(1)


@cache
def foreign_functions() -> Mapping[str, Mapping[str, Any]]:
    """Function -> {lacks, instead, since}."""
    text = files("sqlcoder_core.sql.soundness").joinpath("dialect_functions.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def _calls(reading: Reading) -> Iterator[Problem]:
    dialect = "mysql" if reading.dialect == "mariadb" else "postgres" if reading.dialect == "redshift" else reading.dialect
    own = {fold(cte.alias) for cte in reading.tree.find_all(exp.CTE)}
    for name, start, end in calls(reading.text):
        facts = foreign_functions().get(name)
        if facts and dialect in facts["lacks"] and name not in own and reading.dialect != "redshift":
            yield _lacking(reading, name, facts, (start, end))
        dialects, pattern, hint = _SWAPPED.get(name, (frozenset(), None, ""))
        if reading.dialect in dialects and pattern and pattern.match(reading.text, start):
            message = f"{name} takes its arguments in another order in {reading.dialect}"
            yield Problem(code="dialect-arguments", message=message, hint=hint, span=(start, end), found_by="core")


def _lacking(reading: Reading, name: str, facts: Mapping[str, Any], span: tuple[int, int]) -> Problem:
    since = facts.get("since", {}).get(reading.dialect)
    instead = facts.get("instead", {}).get(reading.dialect)
    message = f"{reading.dialect} has {name}() from version {since} on" if since else f"{reading.dialect} has no function {name}()"
    hint = f"write {instead}" if instead else None
    return Problem(code="dialect-function", message=message, severity="note" if since else "error", hint=hint, span=span, found_by="core")


def _rounded(block: Block, reading: Reading) -> Iterator[Problem]:
    """PostgreSQL rounds to decimals only what is numeric, and what comes of double precision is not."""
    for node in block.own(exp.Round):
        if node.args.get("decimals") is not None and _is_double(node.this, block):
            written = source_text(node.this, reading.text)
            message = f"{reading.dialect} has no round() to decimals of double precision, which {written} is"
            hint = f"write round(CAST({written} AS numeric), ...)"
            yield finding(reading, node, "dialect-arguments", message, hint=hint, severity="error")


def _is_double(node: exp.Expr, block: Block) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Column):
        owned = block.owner(node)
        return bool(owned and owned.fact and _DOUBLE.match(owned.fact.type or ""))
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return bool(_DOUBLE.match(node.to.sql()))
    if isinstance(node, (exp.Avg, exp.Sum, exp.Max, exp.Min, exp.Abs, exp.Neg, exp.Nullif)):
        return isinstance(node.this, exp.Expr) and _is_double(node.this, block)
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div)):
        return any(_is_double(part, block) for part in (node.this, node.expression))
    return False


def _always(_: exp.Expr) -> bool:
    return True


_REALLY: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], bool]]] = {
    exp.Distinct: lambda node: node.args.get("on") is not None,
    exp.Join: lambda node: node.args.get("side") == "FULL",
    exp.Group: lambda node: bool(node.args.get("all")),
    exp.Lateral: lambda node: not isinstance(node.this, exp.Func),
}
_CONSTRUCTS: Final[tuple[tuple[type[exp.Expr], frozenset[str], str, str], ...]] = (
    (exp.ILike, frozenset({"sqlite", "mysql", "mariadb", "tsql", "bigquery"}), "ILIKE", "write lower(x) LIKE '...'"),
    (exp.Qualify, frozenset({"sqlite", "postgres", "mysql", "mariadb", "tsql"}), "QUALIFY", "filter in a query around this one"),
    (exp.Distinct, frozenset({"sqlite", "mysql", "mariadb", "tsql", "bigquery"}), "DISTINCT ON", "rank with row_number() and keep 1"),
    (exp.Join, frozenset({"mysql", "mariadb"}), "FULL JOIN", "unite a LEFT and a RIGHT JOIN"),
    (exp.Group, frozenset({"sqlite", "postgres", "mysql", "mariadb", "tsql"}), "GROUP BY ALL", "name the columns"),
    (exp.Interval, frozenset({"sqlite"}), "INTERVAL", "write date(x, '-1 month')"),
    (exp.Limit, frozenset({"tsql"}), "LIMIT", "write SELECT TOP n, or OFFSET ... FETCH"),
    (exp.Lateral, frozenset({"sqlite"}), "LATERAL", "write a correlated subquery"),
)
