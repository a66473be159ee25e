"""What runs of tokens have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two lists begin with alike."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while low < high:  # alike up to low, not up to high + 1
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def distinct_tokens(runs: Sequence[Sequence[int]]) -> int:
    """How many tokens a tree of these runs holds, where what they begin with alike is held once."""
    ordered = sorted(list(run) for run in runs)
    shared = sum(common_length(one, other) for one, other in pairwise(ordered))
    return sum(map(len, ordered)) - shared
