"""Every finding that the checks make, as stable codes with one sentence each."""

from __future__ import annotations

from typing import Final

FINDINGS: Final[dict[str, str]] = {
    "type-mismatch": "values of two kinds are compared or computed with, which cannot be meant",
    "literal-unknown": "a text that the column never holds: its values are known completely",
    "literal-unseen": "a text that is not among the values known of the column, and looks like one of them",
    "fan-out": "an aggregate counts rows of one side several times, because a join multiplies them",
    "fan-out-chasm": "two joins multiply each other's rows under an aggregate",
    "dialect-function": "a function or operator that this engine does not have",
    "dialect-arguments": "arguments in an order or number that this engine reads differently",
    "division-by-zero": "a division whose divisor may be zero, with what the engine does then",
    "division-truncated": "a whole number divided by a whole number, where the engine drops the fraction",
    "group-key-lost": "rows are grouped by something that the result does not show",
    "group-key-missing": "a bare column beside an aggregate that is not grouped by",
    "aggregate-misplaced": "an aggregate where the engine has not grouped yet: WHERE, GROUP BY, ON, or inside another aggregate",
    "window-misplaced": "a window function where the engine has not reached the windows yet",
    "alias-out-of-reach": "a name that SELECT gives, used in a clause that this engine reads before SELECT",
    "join-cartesian": "two relations that nothing joins: every row meets every row",
    "join-unsupported": "a join on columns that no relationship and no key name supports",
    "join-wrong-key": "a join of a key with a column that refers to another table",
    "period-cut": "a moment is compared with a day, so that the day counts with its midnight only",
    "null-comparison": "a comparison with NULL by = or <>, which is never true",
    "null-not-in": "NOT IN over a query that may have a NULL, which then gives no rows",
}
"""Code -> what it stands for. Codes are never renamed; a code that is no longer given stays listed."""
