"""Plots as SVG: bars with intervals, accuracy against coverage, reliability, latency."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlcoder_core.evaluation.report.calibration import Bin, CurvePoint
from sqlcoder_core.evaluation.report.figures import Group
from sqlcoder_core.evaluation.report.intervals import percentile, wilson
from sqlcoder_core.evaluation.report.markup import html_text
from sqlcoder_core.evaluation.report.wording import milliseconds, percent, span

_WIDE = 480
"""Units across a plot: text of 13 units stays readable where a phone shows it 340 pixels wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The inside of a plot with both axes from 0 to 1, in SVG units."""

    left: float = 46
    top: float = 14
    width: float = 418
    height: float = 240

    def x(self, share: float) -> float:
        """Units from the left."""
        return round(self.left + share * self.width, 1)

    def y(self, share: float) -> float:
        """Units from the top."""
        return round(self.top + (1 - share) * self.height, 1)

    def at(self, x: float, y: float) -> str:
        """A point of a path."""
        return f"{self.x(x)},{self.y(y)}"


def category_bars(groups: Sequence[Group], links: dict[str, str]) -> str:
    """A bar of *correct* for each group with its 95 % interval, and a tick where *strict* is; `links` are anchors by name."""
    row = 46
    parts = [_bar(group, number * row, links.get(group.name)) for number, group in enumerate(groups)]
    return _svg("correct by category, with 95 % intervals", len(groups) * row + 8, parts)


def _bar(group: Group, top: float, link: str | None) -> str:
    found, box = group.figures, Box(left=6, width=468)
    interval = wilson(found.correct, found.n)
    if interval is None:
        return ""
    name, strict, y = html_text(group.name), found.strict / found.n, top + 31
    said = f"{percent(interval.value)} % of {found.n:,}, 95 % interval {span(interval)}, strict {percent(strict)} %"
    label = f'<text x="6" y="{top + 16}" class="name">{_cut(name, group.name)}</text>'
    label = f'<a href="#{link}">{label}</a>' if link else label
    return (
        f"<g><title>{name}: {said}</title>{label}"
        f'<text x="474" y="{top + 16}" class="end">{percent(interval.value)} % <tspan class="soft">of {found.n:,}</tspan></text>'
        f'<rect class="ground" x="6" y="{top + 23}" width="468" height="16" rx="3"/>'
        f'<rect class="right" x="6" y="{top + 23}" width="{round(468 * interval.value, 1)}" height="16" rx="3"/>'
        f'<path class="whisker" d="M{box.x(interval.low)},{y}H{box.x(interval.high)}'
        f'M{box.x(interval.low)},{y - 4}v8M{box.x(interval.high)},{y - 4}v8"/>'
        f'<path class="strict" d="M{box.x(strict)},{top + 21}v20"/></g>'
    )


def _cut(escaped: str, text: str, most: int = 40) -> str:
    return escaped if len(text) <= most else html_text(text[: most - 1]) + "…"


def outcome_bar(parts: Sequence[tuple[str, int]]) -> str:
    """One bar, cut into outcomes in proportion; the names are also the classes of their colours."""
    total, start, drawn = sum(number for _, number in parts), 0.0, []
    for name, number in parts:
        width = 960 * number / total if total else 0
        if number:
            rect = f'<rect class="{name}" x="{start:.1f}" y="0" width="{max(width - 2, 1):.1f}" height="18" rx="3"/>'
            drawn.append(f"<g><title>{name}: {number:,} of {total:,}</title>{rect}</g>")
        start += width
    label = "outcomes: " + ", ".join(f"{number:,} {name}" for name, number in parts)
    return f'<svg class="outcomes" viewBox="0 0 960 18" preserveAspectRatio="none" role="img" aria-label="{label}">{"".join(drawn)}</svg>'


def coverage_plot(given: Sequence[CurvePoint], whole: Sequence[CurvePoint], now: tuple[float, float] | None) -> str:
    """Right of answered against coverage: of the answers given, on to those withheld (dashed); `now` is (coverage, right) of the run."""
    box = Box()
    parts = [_frame(box, "questions answered", "right of answered")]
    if len(whole) > len(given):
        parts.append(f'<path class="curve withheld" d="{_line(whole, box)}"/>')
    if given:
        parts.append(f'<path class="curve" d="{_line(given, box)}"/>')
    parts += [_dot(box, point) for point in (whole if len(whole) <= 60 else [])]
    if now:
        said = f"this run: {percent(now[0])} % answered, {percent(now[1])} % of them right"
        parts.append(f'<g><title>{said}</title><circle class="now" cx="{box.x(now[0])}" cy="{box.y(now[1])}" r="6"/></g>')
        side, shift = ("end", -10) if now[0] > 0.5 else ("start", 10)
        parts.append(f'<text class="{side}" x="{box.x(now[0]) + shift}" y="{_below(box, now[1])}">this run</text>')
    return _svg("right of answered against questions answered", 300, parts)


def _below(box: Box, share: float) -> float:
    """A label under a point, or over it at the foot of the plot."""
    return box.y(share) + (20 if share > 0.15 else -12)


def _line(points: Sequence[CurvePoint], box: Box) -> str:
    return "M" + "L".join(box.at(point.coverage, point.precision) for point in points)


def _dot(box: Box, point: CurvePoint) -> str:
    said = f"confidence at least {point.confidence:.2f}: {percent(point.coverage)} % answered, {percent(point.precision)} % of them right"
    return f'<g><title>{said}</title><circle class="dot" cx="{box.x(point.coverage)}" cy="{box.y(point.precision)}" r="3"/></g>'


def reliability_plot(bins: Sequence[Bin]) -> str:
    """How many answers of a confidence are right, against that confidence; on the diagonal it can be believed. Width says how many."""
    box = Box()
    most = max((each.count for each in bins), default=1)
    parts = [_frame(box, "confidence", "right"), f'<path class="diagonal" d="M{box.at(0, 0)}L{box.at(1, 1)}"/>']
    for each in bins:
        interval = wilson(round(each.accuracy * each.count), each.count)
        said = f"{each.count:,} answers of confidence {each.low:.1f} to {each.high:.1f}: {percent(each.accuracy)} % right"
        x, width = box.x(each.confidence), 6 + 20 * math.sqrt(each.count / most)
        whisker = f'<path class="whisker" d="M{x},{box.y(interval.low)}V{box.y(interval.high)}"/>' if interval else ""
        parts.append(f'<g><title>{said}</title>{whisker}<circle class="bin" cx="{x}" cy="{box.y(each.accuracy)}" r="{width / 2:.1f}"/></g>')
    return _svg("share right against confidence", 300, parts)


def latency_plot(times: Sequence[float]) -> str:
    """How many questions took how long, on a logarithmic axis, with the median and the 95th percentile; `times` sorted, over 0."""
    low, high = _decades(times)
    count = min(36, 12 * (high - low))
    bars = [0] * count
    for time in times:
        bars[min(int((math.log10(time) - low) / (high - low) * count), count - 1)] += 1
    box, most = Box(left=26, top=44, width=430, height=210), max(bars)
    parts = [_grounds(box, low, high)]
    for number, bar in enumerate(bars):
        if bar:
            top, width = box.y(bar / most), box.width / count - 1
            parts.append(
                f"<g><title>{bar:,} questions</title>"
                f'<rect class="bar" x="{box.x(number / count)}" y="{top}" width="{width:.1f}" height="{box.y(0) - top:.1f}"/></g>'
            )
    parts += list(_marks(times, box, low, high))
    return _svg("how long questions took", 280, parts)


def _decades(times: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(times[0])), math.ceil(math.log10(times[-1]))
    return low, max(high, low + 1)


def _marks(times: Sequence[float], box: Box, low: int, high: int) -> Iterator[str]:
    for name, share, line in (("p50", 0.5, 14), ("p95", 0.95, 32)):
        value = percentile(times, share)
        x = box.x((math.log10(value) - low) / (high - low))
        side, shift = ("end", -5) if x > _WIDE * 0.75 else ("start", 5)
        yield f'<path class="mark" d="M{x},{line - 10}V{box.y(0)}"/>'
        yield f'<text class="{side}" x="{x + shift}" y="{line}">{name} {milliseconds(value)} ms</text>'


def _grounds(box: Box, low: int, high: int) -> str:
    parts = [f'<path class="axis" d="M{box.at(0, 0)}H{box.x(1)}"/>']
    step = max(1, math.ceil((high - low) / 6))
    for power in range(low, high + 1, step):
        x = box.x((power - low) / (high - low))
        value = f"{10**power:,} ms" if power < 3 else f"{10 ** (power - 3):,} s"
        parts.append(f'<text class="middle soft" x="{x}" y="{box.y(0) + 18}">{value if power >= 0 else f"{10**power:g} ms"}</text>')
    return "".join(parts)


def _frame(box: Box, below: str, beside: str) -> str:
    parts = []
    for step in range(5):
        share = step / 4
        parts.append(f'<path class="grid" d="M{box.at(0, share)}H{box.x(1)}"/>')
        parts.append(f'<text class="end soft" x="{box.left - 6}" y="{box.y(share) + 4}">{share * 100:.0f}</text>')
        parts.append(f'<text class="middle soft" x="{box.x(share)}" y="{box.y(0) + 18}">{share * 100:.0f}</text>')
    parts.append(f'<text class="middle soft" x="{box.x(0.5)}" y="{box.y(0) + 36}">{below}, percent</text>')
    middle = box.y(0.5)
    parts.append(f'<text class="middle soft" x="12" y="{middle}" transform="rotate(-90 12 {middle})">{beside}, percent</text>')
    return "".join(parts)


def _svg(label: str, height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDE} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
