"""Words of lists of columns: for figures, for names, and those that only point."""

from __future__ import annotations

COUNTS = frozenset("number count tally frequency quantity head headcount many".split())
SUMS = frozenset("total sum amount value revenue sale money much".split())
SPECIAL = frozenset(
    "rate ratio quotient share percentage percent fraction factor proportion difference change growth gap part portion".split()
)
FIGURES = COUNTS | SUMS | SPECIAL | frozenset("average mean median maximum minimum figure result score measure duration time".split())
ANY = frozenset("figure result value number measure outcome".split())
"""Words for whatever was measured."""
UNITS = frozenset("month year week quarter weekday day hour date period time".split())
TIMES = frozenset({"time", "times"})
"""Stop words elsewhere; in a list a thing to show."""
NAMES = frozenset("name full title".split())
POINTING = frozenset("that those this these the their its each both two it them his her of in how there".split())
MORE = frozenset("once together along as well with in of for and".split())
