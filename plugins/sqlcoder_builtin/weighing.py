"""Traits of a question's readings in, how likely each is right out."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from sqlcoder_builtin.trait_names import is_declared
from sqlcoder_builtin.traits import Traits
from sqlcoder_core.api import ConfigError

FILE = Path(__file__).parent / "weights.toml"


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression over traits, and what its sums are worth.

    A reading's rating is the sum of its traits times `weights`. Its lead is its rating less the best other one's, at most `reach` either
    way. Its probability is read off `knots`, (rating + `lead` x lead, probability) in rising order, straight lines between them.
    """

    weights: Mapping[str, float]
    lead: float
    reach: float
    knots: tuple[tuple[float, float], ...]

    def rating(self, found: Traits) -> float:
        """How much speaks for a reading, comparable across questions; a trait without a weight says nothing."""
        return sum(self.weights.get(name, 0.0) * amount for name, amount in found.items())

    def probability(self, rating: float, best_other: float | None = None) -> float:
        """That a reading is right, 0 to 1: never falls with its rating, never rises with that of the best other reading."""
        ahead = self.reach if best_other is None else max(-self.reach, min(self.reach, rating - best_other))
        return self._read_off(rating + self.lead * ahead)

    def probabilities(self, ratings: Sequence[float]) -> list[float]:
        """Those of one question's readings, which amount to different queries."""
        best = sorted(range(len(ratings)), key=lambda at: -ratings[at])[:2]
        others = {at: next((ratings[other] for other in best if other != at), None) for at in range(len(ratings))}
        return [self.probability(rating, others[at]) for at, rating in enumerate(ratings)]

    def _read_off(self, place: float) -> float:
        after = bisect_right(self.knots, place, key=lambda knot: knot[0])
        if after in (0, len(self.knots)):
            return self.knots[max(0, after - 1)][1]
        (left, low), (right, high) = self.knots[after - 1], self.knots[after]
        return low + (high - low) * (place - left) / (right - left)


@cache
def fitted() -> Weights:
    """Those that come with this package, from `weights.toml`."""
    return read(FILE.read_text(encoding="utf-8"), str(FILE))


@cache
def digest() -> str:
    """Twelve digits that change with the weights."""
    return sha256(FILE.read_bytes()).hexdigest()[:12]


def read(text: str, place: str) -> Weights:
    """Weights from the text of such a file; raises ConfigError for what is no number, traits that nobody finds, knots that fall."""
    try:
        data: dict[str, Any] = tomllib.loads(text)
        calibration = data["calibration"]
        knots = tuple((float(at), float(probability)) for at, probability in calibration["knots"])
        found = Weights({name: float(weight) for name, weight in data["weights"].items()}, *_leads(calibration), knots)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"the weights cannot be read: {error}", place=place, hint="fit them again") from error
    _validate(found, place)
    return found


def _leads(calibration: Mapping[str, Any]) -> tuple[float, float]:
    return float(calibration["lead"]), float(calibration["reach"])


def _validate(found: Weights, place: str) -> None:
    unknown = next((name for name in found.weights if not is_declared(name)), None)
    if unknown is not None:
        raise ConfigError(f"no reading has the trait {unknown!r}", place=place, hint="fit the weights again")
    if not all(map(isfinite, (*found.weights.values(), found.lead, found.reach, *(part for knot in found.knots for part in knot)))):
        raise ConfigError("a weight is no finite number", place=place, hint="fit the weights again")
    rising = all(left[0] < right[0] and left[1] <= right[1] for left, right in pairwise(found.knots))
    if not found.knots or not rising or found.lead < 0 or not all(0 <= probability <= 1 for _, probability in found.knots):
        raise ConfigError("probabilities must lie between 0 and 1 and rise with the rating", place=place, hint="fit the weights again")
