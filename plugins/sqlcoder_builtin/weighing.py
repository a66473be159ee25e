"""Traits of a reading in, how likely it is right out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp
from pathlib import Path

from sqlcoder_builtin.traits import Traits


@cache
def weights() -> Mapping[str, float]:
    """Trait -> weight, read from `weights.txt` beside this module."""
    text = (Path(__file__).parent / "weights.txt").read_text(encoding="utf-8")
    entries = (line.rsplit(": ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(weight) for name, weight in entries}


def likelihood(found: Traits) -> float:
    """Between 0 and 1: a logistic regression on the traits, so scores of different questions can be compared."""
    table = weights()
    total = sum(table.get(name, 0.0) * amount for name, amount in found.items())
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
