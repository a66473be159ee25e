"""Functions that make one value as wide as an argument says: the width must be a small literal."""

from __future__ import annotations

import re
from typing import Final

from sqlglot import exp

MAX_WIDTH: Final = 10_000

_WIDTH_ARGUMENT: Final = {"lpad": 1, "rpad": 1, "repeat": 1, "replicate": 1, "space": 0, "bar": 3}
_FORMATS: Final = frozenset({"format", "printf"})
# A width or precision of four digits or more, or one that is taken from an argument: %9999d, %*d, %.*c, {:>9999}, {:{}}.
_WIDE: Final = re.compile(r"%[^a-zA-Z%]*(?:[0-9]{4}|\*)|\{[^}]*(?:[0-9]{4}|\{)")
_WIDE_NUMBER: Final = re.compile(r"[a-zA-Z][0-9]{4}")


def is_too_wide(call: exp.Expr, dialect: str) -> bool:
    """Whether a call's width is computed or above MAX_WIDTH, or its format is computed or asks for a width of 1,000 or more.

    `least(anything, 10000)` counts as a small width.
    """
    if isinstance(call, exp.Anonymous):
        return _is_named_too_wide(call, call.this.lower())
    if isinstance(call, exp.Format):
        return _is_wide_format(call.this, _WIDE)
    if isinstance(call, exp.NumberToStr):
        return dialect == "tsql" and _is_wide_format(call.args.get("format"), _WIDE_NUMBER)
    return not _is_small(call.args.get("times") or call.args.get("expression") or call.this)


def _is_named_too_wide(call: exp.Anonymous, name: str) -> bool:
    arguments, position = call.expressions, _WIDTH_ARGUMENT.get(name, len(call.expressions))
    too_wide = len(arguments) > position and not _is_small(arguments[position])
    return too_wide or (name in _FORMATS and bool(arguments) and _is_wide_format(arguments[0], _WIDE))


def _is_small(width: exp.Expr | None) -> bool:
    if isinstance(width, exp.Least):
        return any(_is_small(part) for part in (width.this, *width.expressions))
    digits = width.this if isinstance(width, exp.Literal) and not width.is_string else ""
    return digits.isdigit() and len(digits) <= 5 and int(digits) <= MAX_WIDTH


def _is_wide_format(text: exp.Expr | None, wide: re.Pattern[str]) -> bool:
    return not (isinstance(text, exp.Literal) and text.is_string) or wide.search(text.this) is not None
