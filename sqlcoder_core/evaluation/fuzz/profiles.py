"""What makes one instance differ from the next: how many rows, how many ties, NULLs, near misses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`rows` in each table that a gold reads; `few` different values in each column, so that there are ties and duplicates.

    `nulls` is the share of NULLs where a column is declared to hold them, `near_misses` adds rows that fail one condition only,
    `other_case` texts that differ in their case from a constant that the gold compares without regard to it, `idle` is the share of
    childless parents, `skew` how uneven children are spread (1: evenly), `misses_first` gives near misses the keys that conditions
    name, `constants` is how often a cell holds a constant of the gold.
    """

    rows: int
    few: bool = False
    nulls: float = 0.0
    near_misses: bool = True
    other_case: bool = False
    witnesses: int = 2
    misses_first: bool = False
    idle: float = 0.3
    skew: float = 2.2
    constants: float = 0.3


_PROFILES = (
    Profile(rows=14),
    Profile(rows=20, skew=1.4, constants=0.5),
    Profile(rows=18, few=True, constants=0.5),
    Profile(rows=16, nulls=0.2, skew=3.0, misses_first=True),
    Profile(rows=12, other_case=True, idle=0.5, witnesses=3),
    Profile(rows=28, skew=1.0, idle=0.1, near_misses=False, witnesses=1, constants=0.2),
)


def profile_of(index: int) -> Profile:
    """The profile of instance `index`; after the last they begin again, with other values."""
    return _PROFILES[index % len(_PROFILES)]
