"""Whether an answer has fallen into saying the same over and over."""

from __future__ import annotations

from collections.abc import Sequence

TIMES = 4
LEAST = 48
"""Tokens that repeating must fill: SQL repeats short runs for good reasons, as in a list of values or a row of brackets."""


def repeats(tokens: Sequence[int]) -> bool:
    """True where the last `LEAST` tokens or more are one run said `TIMES` times or more."""
    last = len(tokens) - 1
    for run in range(1, len(tokens) // TIMES + 1):
        if tokens[last] == tokens[last - run]:
            size = max(LEAST, run * TIMES)
            if size <= len(tokens) and tokens[-size + run :] == tokens[-size:-run]:
                return True
    return False
