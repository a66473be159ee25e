"""Frames with a shape of their own: two steps, shares, comparisons of groups, growth, both of two."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes import both_of, but_not, comparing, growing, sharing, stepping, two_figures, two_values, which_of_two
from sqlcoder_builtin.tree import Pred, Query
from sqlcoder_core.api import TableName


def special(p: Parse, root: TableName, where: tuple[Pred, ...]) -> Query | None:
    """The query of the first special frame that fits, None for the plain shape."""
    for shape in (
        two_figures.query,
        which_of_two.query,
        comparing.query,
        both_of.query,
        but_not.query,
        sharing.query,
        growing.query,
        stepping.query,
        two_values.query,
    ):
        found = shape(p, root, where)
        if found is not None:
            return found
    return None
