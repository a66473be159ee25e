"""The names of all traits: weights for others are refused, since nothing would ever have them."""

from __future__ import annotations

_FAMILIES = ("rule ", "without ", "shape ", "opens ", "left ", "refused ")
"""Beginnings of names whose ends are rules, clauses of a query, or kinds of words."""

_FUNCTIONS = ("count", "sum", "avg")

_NAMES = """
    aggregates; always; and; and or; arithmetic; catalog; chart words; columns; columns shown; commas; conditions; dates; distinct done,
    not said; distinct said, not done; doubts; each said often; each said, not done; either or; formula of the glossary; frame of its
    own; group by table; group done, not said; group said, done; guessed joins; having; having without groups; how many, more shown; how
    many, one figure; how many, rows shown; how much; how often said, not counted; joins to many; joins to one; key compared; key shown;
    key shown by default; keys added up; keys unsaid; left; left, contents known; left, much like a name; left, nothing shown; limit
    alone; long; many joins; mentioned; mixed; more shown than asked; named tables unused; names in other tables; names taken as words;
    names' doubt; near rivals; negated; nested; no conditions; not done, not said; not said, not done; notes; nothing shown; number
    lost; number of, counted; numbers compared; one column, two values; one row; one row of several; opinion; ordered by text; patterns;
    per group; quoted text lost; quoted texts; rank done, not said; rank said, not done; ranks not done; refused; related rows; relative
    clauses; same word shown twice; second step; sentences; set operation; several keys; several orders; several ranks; several rows;
    several tables shown; several ways to join; share unused; short; shown; shown by default; sort not said, done; sort said; sort said,
    not done; stored value lost; tables; tables not named; text from plain words; text in lower case; text is a name; text not stored;
    text ranked by value; text stored; text unknown; texts compared; ties; verb left; very weak names; weak names; weakest name; whole
    rows; words
"""


def is_declared(name: str) -> bool:
    """True for a trait that a reading may have."""
    made = any(name == f"{function} {how}" for function in _FUNCTIONS for how in ("said, not done", "said more often", "not said, done"))
    return made or name in _DECLARED or name.startswith(_FAMILIES)


_DECLARED = frozenset(" ".join(name.split()) for name in _NAMES.split(";"))
