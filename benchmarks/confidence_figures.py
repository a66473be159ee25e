"""Answers with their probabilities in, coverage, precision, accuracy and calibration out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WANTED = 0.8


@dataclass(slots=True)
class Top:
    """What would be answered to one question; `possible` says that one of the first five readings is right, `right` that this one is."""

    source: str
    answerable: bool
    possible: bool
    probability: float | None = None
    right: bool = False


def lines_of(tops: Sequence[Top], floor: float) -> Iterator[str]:
    """Lines for all, then for each set, then the curve and the calibration."""
    groups = {"all": list(tops)}
    for top in tops:
        groups.setdefault(top.source, []).append(top)
    for name, some in groups.items() if len(groups) > 2 else [("all", list(tops))]:
        yield f"  {name:26} {at_floor(some, floor)}"
        yield f"  {'':26} {at_precision(some)}"
    yield f"  {curve(tops)}"
    yield f"  {calibration(tops)}"


def at_floor(tops: Sequence[Top], floor: float) -> str:
    """Figures when answers below the floor are abstained from; to abstain where nothing can be answered is right."""
    given = [top for top in tops if top.probability is not None and top.probability >= floor]
    right = sum(top.right for top in given)
    deserved = sum(not top.answerable for top in tops) - sum(not top.answerable for top in given)
    everything = sum(top.right for top in tops), sum(top.possible for top in tops)
    return (
        f"asked {len(tops):5}  floor {floor:.2f}: coverage {_share(len(given), len(tops))} precision {_share(right, len(given))}"
        f" accuracy {_share(right + deserved, len(tops))}  first right {_share(everything[0], len(tops))}"
        f" one of five right {_share(everything[1], len(tops))}"
    )


def at_precision(tops: Sequence[Top]) -> str:
    """The lowest floor at which WANTED of the answers are right."""
    ranked, right, best = _ranked(tops), 0, ""
    for count, top in enumerate(ranked, 1):
        right += top.right
        if right >= WANTED * count:
            best = f"floor {top.probability:.3f}: coverage {_share(count, len(tops))} right of all {_share(right, len(tops))}"
    return f"{WANTED:.0%} right at {best}" if best else f"{WANTED:.0%} right at no floor"


def curve(tops: Sequence[Top]) -> str:
    """Precision at each tenth of coverage."""
    ranked, points = _ranked(tops), []
    for tenth in range(1, 11):
        some = ranked[: round(len(tops) * tenth / 10)]
        if len(some) == round(len(tops) * tenth / 10):
            points.append(f"{tenth * 10}: {_share(sum(top.right for top in some), len(some))}")
    return "precision by coverage  " + "  ".join(points)


def calibration(tops: Sequence[Top]) -> str:
    """Said and true shares in ten bands, and the mean distance between them."""
    bands: dict[int, list[Top]] = {}
    for top in _ranked(tops):
        bands.setdefault(min(9, int(10 * (top.probability or 0))), []).append(top)
    total, distance, parts = len(_ranked(tops)), 0.0, []
    for _, some in sorted(bands.items()):
        said = sum(top.probability or 0.0 for top in some) / len(some)
        true = sum(top.right for top in some) / len(some)
        distance += abs(said - true) * len(some) / total
        parts.append(f"{said:.2f}:{true:.2f} ({len(some)})")
    return f"ECE {distance:.3f}  said:true  " + "  ".join(parts)


def _ranked(tops: Sequence[Top]) -> list[Top]:
    return sorted((top for top in tops if top.probability is not None), key=lambda top: -(top.probability or 0.0))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
