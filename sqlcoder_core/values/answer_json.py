"""An answer as JSON: the object that `ask --format json` prints and that `batch` writes per line."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlcoder_core.values.answer import Alternative, Answer
from sqlcoder_core.values.candidate import Reading
from sqlcoder_core.values.problem import Problem

_INVISIBLE = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Characters that end a line for some readers, reorder or hide text, or cannot be encoded; JSON may escape any character."""


def answer_object(answer: Answer) -> dict[str, object]:
    """The answer as plain dicts and lists, keys in the documented order.

    Where nothing ran, `columns`, `types` and `rows` are empty and `row_count` is None; a result without rows has `row_count` 0.
    """
    result = answer.result
    return {
        "id": answer.question.id,
        "question": answer.question.text,
        "status": answer.status,
        "sql": answer.sql,
        "dialect": answer.dialect,
        "route": answer.route,
        "columns": list(result.columns) if result else [],
        "types": list(result.types) if result else [],
        "rows": [[json_value(cell) for cell in row] for row in result.rows] if result else [],
        "row_count": len(result.rows) if result else None,
        "truncated": result.truncated if result else None,
        "reading": _readings(answer.reading),
        "confidence": answer.confidence,
        "problems": [_problem(problem) for problem in answer.problems],
        "alternatives": [_alternative(other) for other in answer.alternatives],
        "timings_ms": dict(answer.timings_ms),
        "signature": dict(answer.signature),
    }


def answer_json(answer: Answer) -> str:
    """The answer on one line, without a line end."""
    return json_text(answer_object(answer))


def json_text(value: object) -> str:
    """JSON on one line; letters of all languages stay readable, invisible characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_value(cell: object) -> object:
    """One cell as JSON has it: dates ISO 8601, decimals text when a float would lose digits, bytes base64, NaN and infinities text."""
    if cell is None or isinstance(cell, bool | int | str):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else float_name(cell)
    if isinstance(cell, Decimal):
        return _decimal(cell)
    if isinstance(cell, list | tuple | set | frozenset):
        return [json_value(part) for part in cell]
    if isinstance(cell, dict):
        return {str(json_value(key)): json_value(part) for key, part in cell.items()}
    return cell_text(cell)


def cell_text(cell: object) -> str:
    """A cell that JSON has no type for, as text: ISO 8601 dates, times and durations, base64 bytes; else `str`."""
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return duration(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(cell)).decode()
    return str(cell)


def float_name(value: float) -> str:
    """`NaN`, `Infinity` or `-Infinity`."""
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def duration(span: timedelta) -> str:
    """A duration by ISO 8601 in days, hours, minutes and seconds (`P1DT2H3M4.5S`); a negative one has the sign in front."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{span.microseconds:06d}".rstrip("0") if span.microseconds else ""
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{span.days}D" if span.days else ""
    return f"{sign}P{days}" + (f"T{clock}" if clock else "") if days or clock else "P0D"


def _decimal(value: Decimal) -> object:
    if not value.is_finite():
        return float_name(float(value)) if not value.is_snan() else "NaN"
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) and Decimal(repr(number)) == value else str(value)


def _problem(problem: Problem) -> dict[str, object]:
    message = f"{problem.place}: {problem.message}" if problem.place else problem.message
    return {"code": problem.code, "severity": problem.severity, "message": message, "hint": problem.hint}


def _readings(readings: Iterable[Reading]) -> list[dict[str, str]]:
    return [{"phrase": reading.phrase, "meaning": reading.meaning} for reading in readings]


def _alternative(other: Alternative) -> dict[str, object]:
    return {"sql": other.sql, "reading": _readings(other.reading)}
