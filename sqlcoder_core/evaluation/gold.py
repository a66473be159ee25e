"""What the author of a suite wrote as gold in, the acceptable queries out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

_MOST = 10
"""Choices between one pair of braces: 1,023 queries; whoever wrote more meant something else."""


def acceptable(text: str) -> tuple[str, ...]:
    """Every query that a gold field accepts, by the rules of sql-eval (its `get_all_minimal_queries`), duplicates dropped.

    The text is split on every `;`, empty parts are dropped. In each part the first `{a, b, c}` stands for every non-empty subset
    of what its commas separate, in written order and joined by ", ", the smaller ones first; each `GROUP BY {}` to the right of it
    takes the same list. A part without a closed pair of braces is a query as it stands. Raises ValueError for more than 10 choices.
    """
    return tuple(dict.fromkeys(chain.from_iterable(expanded(part) for part in map(str.strip, text.split(";")) if part)))


def expanded(query: str) -> Iterator[str]:
    """The queries that one query with braces stands for; see `acceptable`."""
    start = query.find("{")
    end = query.find("}", start + 1)
    if start < 0 or end < 0:
        yield query
        return
    left, right = query[:start], query[end + 1 :]
    for columns in _subsets(query[start + 1 : end]):
        yield f"{left}{columns}{right.replace('GROUP BY {}', f'GROUP BY {columns}')}"


def _subsets(inside: str) -> Iterator[str]:
    choices = [choice.strip() for choice in inside.split(",")]
    if len(choices) > _MOST:
        raise ValueError(f"{len(choices)} choices between braces make {2 ** len(choices) - 1} queries; at most {_MOST} are taken")
    for size in range(1, len(choices) + 1):
        for chosen in combinations(choices, size):
            yield ", ".join(chosen)
