"""How sure a share of questions is, and how sure the difference of two runs over the same questions."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A share, or a difference of shares, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """A yes-or-no measure over the same questions in two runs: how often both, the first only, the second only, neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def count(self) -> int:
        """How many questions."""
        return self.both + self.first + self.second + self.neither


def wilson(successes: int, count: int, z: float = Z95) -> Interval | None:
    """The score interval of a share; None without trials.

    Holds its level for small counts and for shares near 0 and 1, where the usual one does not. E. B. Wilson, "Probable inference,
    the law of succession, and statistical inference", Journal of the American Statistical Association 22 (1927) 209-212.
    """
    if not count:
        return None
    share = successes / count
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    middle, scale = share + z * z / (2 * count), 1 + z * z / count
    # At the ends of the range the exact result is 0 or 1, and rounding must not miss it.
    low = 0.0 if successes == 0 else (middle - spread) / scale
    high = 1.0 if successes == count else (middle + spread) / scale
    return Interval(value=share, low=low, high=high)


def pairs(outcomes: Iterable[tuple[bool, bool]]) -> Pairs:
    """Count (first run, second run) of each question."""
    counts = Counter(outcomes)
    return Pairs(both=counts[True, True], first=counts[True, False], second=counts[False, True], neither=counts[False, False])


def paired_difference(table: Pairs, z: float = Z95) -> Interval | None:
    """Share in the second run minus share in the first, with its interval over paired questions; None without questions.

    The square-and-add method on Wilson intervals with the continuity-corrected correlation of the pairs, method 10 of
    R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data",
    Statistics in Medicine 17 (1998) 2635-2650.
    """
    count = table.count
    first, second = wilson(table.both + table.first, count, z), wilson(table.both + table.second, count, z)
    if first is None or second is None:
        return None
    value, shared = second.value - first.value, _correlation(table)
    below, above = (second.value - second.low, first.high - first.value), (second.high - second.value, first.value - first.low)
    return Interval(value=value, low=value - _added(*below, shared), high=value + _added(*above, shared))


def _added(one: float, other: float, shared: float) -> float:
    return math.sqrt(max(one * one - 2 * shared * one * other + other * other, 0.0))


def _correlation(table: Pairs) -> float:
    """Newcombe's phi: the correlation of the pairs, moved towards 0 by half the count where it is positive."""
    product = (table.both + table.first) * (table.second + table.neither) * (table.both + table.second) * (table.first + table.neither)
    if not product:
        return 0.0
    excess = table.both * table.neither - table.first * table.second
    corrected = max(excess - table.count / 2, 0.0) if excess > 0 else float(excess)
    return corrected / math.sqrt(product)


def mcnemar(table: Pairs) -> float:
    """Two-sided exact p-value of "neither run is better": how unusual the split of the flips is if each were a fair coin.

    The binomial form of Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947) 153-157. 1 where nothing flipped.
    """
    flips, fewer = table.first + table.second, min(table.first, table.second)
    tail = sum(math.comb(flips, number) for number in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**flips))


def bootstrap_ratio_difference(
    questions: Sequence[tuple[bool, bool, bool, bool]], *, rounds: int = 2000, seed: int = 20261124
) -> Interval | None:
    """Difference of two ratios whose denominators differ by run, such as right of answered; None where a run has an empty one.

    Each question gives (in the first's denominator, in its numerator, the same of the second). Questions are drawn with
    replacement, a pair staying together, and the 2.5 % and 97.5 % points of the differences are the interval: the percentile
    bootstrap of B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979) 1-26. Seeded, so
    that the same two reports give the same figures. Rounds in which a denominator comes out empty are left out.
    """
    kinds = Counter(questions)
    value = _ratio_difference(kinds)
    if value is None:
        return None
    draw = random.Random(seed)
    names, weights = list(kinds), list(kinds.values())
    drawn = (Counter(draw.choices(names, weights, k=len(questions))) for _ in repeat(None, rounds))
    found = sorted(each for each in map(_ratio_difference, drawn) if each is not None)
    return Interval(value=value, low=percentile(found, 0.025), high=percentile(found, 0.975))


def _ratio_difference(kinds: Counter[tuple[bool, bool, bool, bool]]) -> float | None:
    sums = [sum(count for kind, count in kinds.items() if kind[place]) for place in range(4)]
    return sums[3] / sums[2] - sums[1] / sums[0] if sums[0] and sums[2] else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of sorted values lies, interpolated between neighbours; needs at least one value.

    Type 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996) 361-365.
    """
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
