"""Comparisons and sums of kinds that cannot be meant, by what each engine does with them.

What PostgreSQL 15, DuckDB 2.0 and SQLite 3.40 do was tried out on each; where an engine is not known to refuse, it is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

from sqlglot import exp

from sqlcoder_core.sql.soundness.blocks import Block
from sqlcoder_core.sql.soundness.finding import finding, source_text
from sqlcoder_core.sql.soundness.kinds import kind_of_node
from sqlcoder_core.sql.soundness.reading import Reading
from sqlcoder_core.values.catalog import ColumnKind
from sqlcoder_core.values.problem import Problem, Severity

Side: TypeAlias = Literal["number", "text", "date", "time", "boolean"]
Verdict: TypeAlias = tuple[str, str, Severity]
"""Message, hint, severity."""

_SIDES: Final[dict[ColumnKind, Side]] = {
    "integer": "number",
    "number": "number",
    "text": "text",
    "date": "date",
    "timestamp": "date",
    "time": "time",
    "boolean": "boolean",
}
_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_STRICT: Final = frozenset({"postgres", "redshift", "duckdb", "bigquery"})
"""Engines that refuse a text which is no number where a number stands, and the like."""
_NO_NUMBER_AS_TEXT: Final = frozenset({"postgres", "redshift", "bigquery"})
"""Engines that refuse to compare text with a number at all; DuckDB does so for < and >."""
_READ_TEXT_AS_NUMBER: Final = frozenset({"mysql", "mariadb", "snowflake"})
_NO_BOOLEAN_NUMBERS: Final = frozenset({"postgres", "redshift", "bigquery"})
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*|\s*[+-]?(nan|inf|infinity)\s*", re.IGNORECASE)
_DAY: Final = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR_ONLY: Final = re.compile(r"\s*\d{4}(-\d{1,2})?\s*")
_DATE_WORDS: Final = frozenset({"today", "yesterday", "tomorrow", "now", "epoch", "infinity", "-infinity", "allballs"})
_BOOLEANS: Final = frozenset({"t", "true", "y", "yes", "1", "f", "false", "n", "no", "0", "on", "off"})


def type_mismatches(reading: Reading) -> Iterator[Problem]:
    """Comparisons, BETWEEN, IN, LIKE, arithmetic and SUM or AVG that mix kinds."""
    for block in reading.blocks:
        for node in block.own(*_COMPARISONS, exp.Between, exp.In):
            for one, other in _pairs(node):
                problem = _compared(one, other, block, reading, isinstance(node, (exp.EQ, exp.NEQ, exp.In)))
                if problem:
                    yield problem
                    break
        if reading.dialect in _STRICT:
            yield from _likes(block, reading)
        yield from _sums(block, reading)


def _pairs(node: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
    """What is compared with what."""
    if isinstance(node, exp.Between):
        return [(node.this, node.args["low"]), (node.this, node.args["high"])]
    if isinstance(node, exp.In):
        return [(node.this, each) for each in node.expressions]
    return [(node.this, node.expression)]


def _compared(one: exp.Expr, other: exp.Expr, block: Block, reading: Reading, equality: bool) -> Problem | None:
    if _is_written(one):
        one, other = other, one
    first, second = _side(one, block), _side(other, block)
    if first is None or second is None or _is_written(one):
        return None
    literal = other.unnest()
    if not isinstance(literal, exp.Literal):
        return _two_columns(one, other, (first, second), reading)
    if literal.is_string:
        if reading.dialect == "sqlite" and _holds_text(one, block):
            return None
        verdict = _against_text(first, literal.name, source_text(one, reading.text), reading.dialect)
        if verdict and isinstance(other.parent, exp.In) and reading.dialect == "duckdb":
            # It makes text of the whole list where that mixes kinds, and finds nothing.
            verdict = (*verdict[:2], "warning")
    elif first in ("date", "time") and reading.dialect == "sqlite" and not _is_stored_as_text(one, block):
        return None
    else:
        verdict = _against_number(first, literal.name, source_text(one, reading.text), reading.dialect, equality)
    if verdict is None:
        return None
    message, hint, severity = verdict
    place = one.parent if one.parent and not isinstance(one.parent, exp.Paren) else one
    return finding(reading, place, "type-mismatch", message, hint=hint, severity=severity)


def _against_number(side: Side, text: str, written: str, dialect: str, equality: bool) -> Verdict | None:
    """What is wrong with a number without quotes; None where the engine reads it as the column's kind."""
    if side in ("date", "time"):
        return f"{written} is {_a(side)}, and {text} a number", _date_hint(side, text, written, dialect), _severity(dialect)
    if side == "text" and dialect != "sqlite":
        surely = dialect in _NO_NUMBER_AS_TEXT or (dialect == "duckdb" and not equality)
        severity: Severity = "error" if surely else "note" if dialect in _READ_TEXT_AS_NUMBER else "warning"
        return f"{written} is text, and {text} a number", f"write '{text}', or cast {written} to a number", severity
    if side == "boolean" and dialect in _NO_BOOLEAN_NUMBERS:
        hint = f"write {written} = {'true' if text == '1' else 'false'}"
        return f"{written} is true or false, and {text} a number", hint, "error"
    return None


def _against_text(side: Side, text: str, written: str, dialect: str) -> Verdict | None:
    """What is wrong with a quoted text; None where the engine reads it as the column's kind."""
    severity = _severity(dialect)
    if side == "number" and not _NUMBER.fullmatch(text):
        never = "" if severity == "error" else ", so the two are never equal"
        hint = "compare with a number, or with the column that holds this text"
        return f"{written} is a number, and {text!r} is none{never}", hint, severity
    if side == "date" and dialect != "sqlite" and (wrong := _wrong_date(text)):
        hint = f"write a whole date, as in '{text.strip()[:4]}-01-01'" if _YEAR_ONLY.fullmatch(text) else "write a date as 'YYYY-MM-DD'"
        return f"{written} is a date, and {text!r} {wrong}", hint, severity
    if side == "boolean" and text.lower() not in _BOOLEANS and dialect != "sqlite":
        return f"{written} is true or false, and {text!r} is neither", f"write {written} or NOT {written}", severity
    return None


def _severity(dialect: str) -> Severity:
    return "error" if dialect in _STRICT else "warning"


def _two_columns(one: exp.Expr, other: exp.Expr, sides: tuple[Side, Side], reading: Reading) -> Problem | None:
    """Columns or expressions of two kinds; SQLite and MySQL turn one into the other, mostly as meant."""
    if sides[0] == sides[1] or reading.dialect in ("sqlite", "mysql", "mariadb") or _is_written(one) or _is_written(other):
        return None
    mixed = frozenset(sides)
    surely = reading.dialect in _NO_NUMBER_AS_TEXT or mixed == {"date", "number"}
    if mixed == {"number", "boolean"} and reading.dialect not in _NO_BOOLEAN_NUMBERS:
        return None
    first, second = source_text(one, reading.text), source_text(other, reading.text)
    message = f"{first} is {_a(sides[0])}, and {second} {_a(sides[1])}"
    hint = "cast one of them, or join on the columns that hold the same" if one.find_ancestor(exp.Join) else "cast one of them"
    place = one.parent or one
    return finding(reading, place, "type-mismatch", message, hint=hint, severity="error" if surely else "warning")


def _likes(block: Block, reading: Reading) -> Iterator[Problem]:
    for node in block.own(exp.Like, exp.ILike):
        side = _side(node.this, block)
        if side in ("number", "date", "boolean"):
            written = source_text(node.this, reading.text)
            message = f"LIKE reads text, and {written} is {_a(side)}"
            hint = f"compare {written} with a range of dates" if side == "date" else f"cast {written} to text"
            yield finding(reading, node, "type-mismatch", message, hint=hint, severity="error")


def _sums(block: Block, reading: Reading) -> Iterator[Problem]:
    """SUM and AVG of text or dates, and arithmetic with text."""
    for node in block.own(exp.Sum, exp.Avg, exp.Add, exp.Sub, exp.Mul, exp.Div):
        parts = [node.this] if isinstance(node, (exp.Sum, exp.Avg)) else [node.this, node.expression]
        for part in parts:
            side = _side(part, block) if isinstance(part, exp.Column) else None
            wrong = side == "text" or (side == "date" and isinstance(node, (exp.Sum, exp.Mul, exp.Div)))
            if not wrong or (reading.dialect not in _STRICT and not _is_wordy(part, block)):
                continue
            if side == "date" and reading.dialect == "sqlite":
                continue
            what = f"{'added up' if isinstance(node, exp.Sum) else 'averaged'}" if len(parts) == 1 else "computed with"
            message = f"{source_text(part, reading.text)} is {_a(side or 'text')}, which cannot be {what}"
            severity: Severity = "error" if reading.dialect in _STRICT else "warning"
            yield finding(reading, node, "type-mismatch", message, hint="use a column of numbers, or cast it", severity=severity)


def _side(node: exp.Expr, block: Block) -> Side | None:
    kind = kind_of_node(node, block)
    return _SIDES.get(kind) if kind else None


def _wrong_date(text: str) -> str | None:
    """What is wrong with a text that stands for a date; None where some engine may read it."""
    found = _DAY.match(text)
    if found:
        try:
            date(*map(int, found.groups()))
        except ValueError:
            return "is no day of the calendar"
        return None
    if _YEAR_ONLY.fullmatch(text):
        return "is no whole date"
    if not any(char.isdigit() for char in text) and text.strip().lower() not in _DATE_WORDS:
        return "is none"
    return None


def _date_hint(side: Side, text: str, written: str, dialect: str) -> str:
    if side == "date" and len(text) == 4 and text.isdigit():
        year = f"strftime('%Y', {written}) = '{text}'" if dialect == "sqlite" else f"extract(year FROM {written}) = {text}"
        return f"for the year write {year}"
    return f"write the {side} in quotes"


def _is_stored_as_text(node: exp.Expr, block: Block) -> bool:
    """SQLite keeps dates as the program writes them: only what was seen tells."""
    owned = block.owner(node) if isinstance(node, exp.Column) else None
    fact = owned.fact if owned else None
    seen = [*fact.values, fact.minimum, fact.maximum] if fact else []
    return any(isinstance(value, str) and _DAY.match(value) for value in seen)


def _holds_text(node: exp.Expr, block: Block) -> bool:
    """SQLite keeps text in a column of numbers, if it is given some."""
    owned = block.owner(node) if isinstance(node, exp.Column) else None
    return any(isinstance(value, str) for value in (owned.fact.values if owned and owned.fact else ()))


def _is_wordy(node: exp.Expr, block: Block) -> bool:
    """Whether values were seen in the column that are no numbers."""
    owned = block.owner(node) if isinstance(node, exp.Column) else None
    values = owned.fact.values if owned and owned.fact else ()
    return bool(values) and all(isinstance(value, str) and not re.search(r"\d", value) for value in values)


def _is_written(node: exp.Expr) -> bool:
    return isinstance(node.unnest(), exp.Literal)


def _a(side: Side) -> str:
    return {"number": "a number", "text": "text", "date": "a date", "time": "a time", "boolean": "true or false"}[side]
