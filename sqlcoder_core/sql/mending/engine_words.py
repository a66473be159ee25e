"""An engine's words for what it refused in, codes of ours out, so that one repair serves guard, findings and engines alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sqlcoder_core.values.problem import Problem

_WORDS: Final = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("column-ambiguous", r"ambiguous (column|reference)|column (reference )?\S+ is ambiguous|is ambiguous"),
        ("group-key-missing", r"must appear in the GROUP BY|must be part of|not in GROUP BY|isn't in GROUP BY|not a GROUP BY expression"),
        (
            "aggregate-misplaced",
            r"cannot contain aggregates|aggregate functions are not allowed|misuse of aggregate|invalid use of group function",
        ),
        ("window-misplaced", r"cannot contain window|window functions are not allowed|misuse of window"),
        (
            "column-unknown",
            r"no such column|referenced column .* not found|column \S+ does not exist|unknown column|does not have a column",
        ),
        (
            "column-unknown",
            r"invalid column name|missing FROM-clause entry|referenced table .* not found|invalid identifier|unrecognized name",
        ),
        ("table-unknown", r"no such table|table with name .* does not exist|relation \S+ does not exist|table \S+ doesn't exist"),
        ("dialect-function", r"no such function|(scalar|table|aggregate) function with name|function \S+ does not exist|unknown function"),
        (
            "type-mismatch",
            r"operator does not exist|cannot compare|cannot mix values|no function matches|function \w+\(.*\) does not exist",
        ),
        ("type-mismatch", r"conversion error|invalid input syntax|could not convert|out of range|unimplemented type for cast"),
        ("dialect-arguments", r"function round\(double precision"),
        ("division-by-zero", r"division by zero"),
        ("statement-syntax", r"syntax error|parser error|incomplete input"),
    )
)
_BINDINGS: Final = re.compile(r"Referenced column \"(?P<name>[^\"]+)\" not found.*?Candidate bindings: (?P<found>.*)", re.DOTALL)
_QUOTED: Final = re.compile(r"\"([^\"]+)\"")


def in_our_words(problem: Problem) -> Iterator[Problem]:
    """The problem itself, and for an engine's the same under each of our codes that its message stands for."""
    yield problem
    if problem.code == "database":
        for code in dict.fromkeys(code for code, pattern in _WORDS if pattern.search(problem.message)):
            yield Problem(code=code, message=problem.message, hint=problem.hint, found_by=problem.found_by)


def candidate_bindings(message: str) -> tuple[str, tuple[str, ...]] | None:
    """DuckDB names the column that it did not find and those that come near: (name, candidates without their tables)."""
    found = _BINDINGS.search(message)
    if not found:
        return None
    return found["name"], tuple(name.rpartition(".")[2] for name in _QUOTED.findall(found["found"]))
