"""A report as one self-contained HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Outcome, Report
from sqlcoder_core.evaluation.report import calibration, plots
from sqlcoder_core.evaluation.report.cases import Chapter, chapters
from sqlcoder_core.evaluation.report.columns import COUNT, SCORES, effort_columns, sections
from sqlcoder_core.evaluation.report.document import card, document, facts, navigation
from sqlcoder_core.evaluation.report.figures import Figures, Group, answers, bases, categories, figures, tags, unanswerable
from sqlcoder_core.evaluation.report.intervals import wilson
from sqlcoder_core.evaluation.report.markup import html_text
from sqlcoder_core.evaluation.report.wording import count, duration, milliseconds, percent, remarks, span

_OUTCOMES: tuple[Outcome, ...] = ("right", "wrong", "abstained", "failed", "unscored")


def render_html(report: Report) -> str:
    """A page without scripts or outside parts: figures, plots, and every question that did not go well, side by side with its gold."""
    found = chapters(report)
    return document(f"{report.suite}: accuracy", _parts(report, found))


def _parts(report: Report, found: Sequence[Chapter]) -> Iterator[str]:
    about = f"{report.kind} suite, {count(len(report.judged), 'question')}"
    yield f"<header><h1>{html_text(report.suite)} <small>{html_text(about)}</small></h1>"
    yield f'<p class="soft">Took {duration(report.seconds)}.</p></header>'
    links = [("figures", "Figures"), ("plots", "Plots"), *((each.anchor, f"{each.title} ({each.count:,})") for each in found if each.count)]
    yield navigation([*links, ("signature", "Signature")])
    yield "<main>"
    yield from _headline(report)
    yield from _table(report)
    yield from _plots(report, {name: anchor for each in found if each.anchor == "wrong" for name, anchor in each.anchors})
    for each in found:
        yield from each.parts
    yield '<h2 id="signature">Signature</h2>'
    yield facts(report.signature) if report.signature else '<p class="soft">None was recorded.</p>'
    yield "</main><footer>Made by <code>sqlcoder eval</code>. This page loads nothing and runs nothing.</footer>"


def _headline(report: Report) -> Iterator[str]:
    found = figures(report.judged)
    yield f'<section class="cards">{"".join(_cards(report, found))}</section>'
    outcomes = Counter(one.outcome for one in report.judged)
    shown = [(name, outcomes[name]) for name in _OUTCOMES if outcomes[name]]
    yield plots.outcome_bar(shown)
    yield f'<ul class="key">{"".join(_key(name, f"{number:,} {name}") for name, number in shown)}</ul>'
    for place, text in enumerate(remarks(report)):
        yield f'<p class="{"warning" if report.interrupted and not place else "note"}">{html_text(text)}</p>'


def _key(name: str, text: str) -> str:
    return f'<li><svg viewBox="0 0 10 10"><rect class="{name}" width="10" height="10" rx="2"/></svg>{html_text(text)}</li>'


def _cards(report: Report, found: Figures) -> Iterator[str]:
    interval = wilson(found.correct, found.n)
    if interval:
        yield card(_percent(interval.value), "correct", f"{found.correct:,} of {found.n:,}; 95 %: {span(interval)}", main=True)
        yield card(_percent(found.share(found.strict)), "strict", "no extra column, rows as often, order")
    told, right = answers(report.judged)
    if told:
        yield card(_percent(right / told), "right of answered", f"{right:,} of {told:,} answers")
        yield card(_percent(found.share(found.answered)), "answered", f"{found.abstained:,} abstained, {found.failed:,} failed")
    apart = unanswerable(report.judged)
    if apart.n:
        yield card(f"{apart.right:,}<small> of {apart.n:,}</small>", "rightly abstained", "of the unanswerable questions")
    if found.p50_ms is not None:
        yield card(f"{milliseconds(found.p50_ms)}<small> ms</small>", "median latency", f"p95 {milliseconds(found.p95_ms)} ms")
    if found.tokens_read is not None:
        yield card(f"{found.tokens_written:,.0f}", "tokens written", f"{found.tokens_read:,.0f} read, means per question")
    if report.kill and report.kill.rate is not None:
        yield card(_percent(report.kill.rate), "mutants caught", "slightly wrong queries that the fuzzed databases tell apart")


def _percent(share: float | None) -> str:
    return f"{percent(share)}<small> %</small>"


def _table(report: Report) -> Iterator[str]:
    groups, columns = sections(report, databases=True), (COUNT, *SCORES, *effort_columns(report))
    yield '<h2 id="figures">Figures</h2>'
    if not groups[-1].groups[0].figures.n:
        yield '<p class="soft">No answerable question was scored.</p>'
        return
    heading = "".join(f'<th title="{html_text(column.meaning)}">{html_text(column.name)}</th>' for column in columns)
    yield f'<div class="scroll"><table class="figures"><thead><tr><th></th>{heading}</tr></thead><tbody>'
    for section in groups:
        if section.name:
            yield f'<tr class="section"><th colspan="{len(columns) + 1}">by {section.name}</th></tr>'
        for group in section.groups:
            cells = "".join(f"<td>{html_text(column.cell(group.figures))}</td>" for column in columns)
            yield f'<tr class="{"" if section.name else "all"}"><td>{html_text(group.name)}</td>{cells}</tr>'
    yield "</tbody></table></div>"
    meanings = "; ".join(f"<b>{html_text(column.name)}</b>: {html_text(column.meaning)}" for column in columns)
    yield f'<p class="note">Shares are percent of n. {meanings}.</p>'


def _plots(report: Report, links: dict[str, str]) -> Iterator[str]:
    yield '<h2 id="plots">Plots</h2><div class="plots">'
    yield from _bars("category", categories(report), links)
    yield from _confidence(report)
    times = sorted(one.latency_ms for one in report.judged if one.latency_ms > 0)
    if times:
        yield _figure("Latency", plots.latency_plot(times), f"{count(len(times), 'question')}, logarithmic.")
    yield from _bars("tag", tags(report), {})
    yield from _bars("database", bases(report), {})
    yield "</div>"


def _bars(name: str, groups: Sequence[Group], links: dict[str, str]) -> Iterator[str]:
    if groups:
        note = "The line is the 95 % interval (Wilson), the upright tick the strict score."
        yield _figure(f"Correct by {name}", plots.category_bars(groups, links), note)


def _confidence(report: Report) -> Iterator[str]:
    scored = [one for one in report.judged if one.outcome != "unscored"]
    given, withheld = calibration.given(scored), calibration.withheld(scored)
    if not given:
        yield '<figure><figcaption>Confidence</figcaption><p class="soft">No answer has a confidence.</p></figure>'
        return
    told, right = answers(scored)
    curves = (calibration.coverage_curve(given, len(scored)), calibration.coverage_curve((*given, *withheld), len(scored)))
    plot = plots.coverage_plot(*curves, (told / len(scored), right / told))
    note = f"The most confident answers first, of {count(len(scored), 'scored question')}. "
    note += f"Area under the risk-coverage curve: {calibration.area_under_risk(given):.3f} (0 is best)."
    note += f" Dashed: {count(len(withheld), 'withheld answer')} that would have been added." if withheld else ""
    yield _figure("Accuracy against coverage", plot, note)
    note = f"Expected calibration error {calibration.calibration_error(given):.3f}, Brier score {calibration.brier(given):.3f}, "
    note += f"over {count(len(given), 'answer')}. On the diagonal, confidence can be believed; large dots are many answers."
    yield _figure("Reliability of the confidence", plots.reliability_plot(calibration.reliability(given)), note)


def _figure(title: str, plot: str, note: str) -> str:
    return f'<figure><figcaption>{html_text(title)}</figcaption>{plot}<p class="note">{html_text(note)}</p></figure>'
