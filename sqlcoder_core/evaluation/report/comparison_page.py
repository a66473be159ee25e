"""A comparison as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Judged, Report
from sqlcoder_core.evaluation.report.cases import statement
from sqlcoder_core.evaluation.report.comparison import Comparison, Couple, Measure, compared
from sqlcoder_core.evaluation.report.comparison_text import verdict
from sqlcoder_core.evaluation.report.differences import broken, sql_pieces
from sqlcoder_core.evaluation.report.document import card, document, navigation
from sqlcoder_core.evaluation.report.figures import NO_CATEGORY
from sqlcoder_core.evaluation.report.markup import html_text
from sqlcoder_core.evaluation.report.wording import change, count, percent


def comparison_html(before: Report, after: Report) -> str:
    """Both runs on one page: verdict, differences with intervals, every flipped question with both statements."""
    found = compared(before, after)
    suites = " and ".join(dict.fromkeys((before.suite, after.suite)))
    return document(f"{suites}: before and after", _parts(found, suites))


def _parts(found: Comparison, suites: str) -> Iterator[str]:
    yield f"<header><h1>{html_text(suites)} <small>before and after</small></h1>"
    text = verdict(found)
    yield f"<p>{html_text(text[:1].upper() + text[1:])}.</p></header>"
    yield navigation(
        [("figures", "Figures"), ("lost", f"Lost ({len(found.lost):,})"), ("won", f"Won ({len(found.won):,})"), ("signature", "Signatures")]
    )
    yield "<main>"
    yield from (f'<p class="warning">{html_text(warning)}</p>' for warning in found.warnings)
    if found.measures:
        cards = (
            card(_signed(measure), measure.name, f"{percent(measure.before)} → {percent(measure.after)} %") for measure in found.measures
        )
        yield f'<section class="cards">{"".join(cards)}</section>'
        yield from _table(found)
    yield from _flips("lost", "Lost: right before, not after", found.lost)
    yield from _flips("won", "Won: right after, not before", found.won)
    yield from _signatures(found)
    yield "</main><footer>Made by <code>sqlcoder eval compare</code>. This page loads nothing and runs nothing.</footer>"


def _signed(measure: Measure) -> str:
    value = change(measure.difference).split(" ", 1)[0]
    return f'<span class="{_direction(measure)}">{html_text(value)}</span>' if measure.certain else html_text(value)


def _direction(measure: Measure) -> str:
    return ("better" if measure.difference.value > 0 else "worse") if measure.certain else ""


def _table(found: Comparison) -> Iterator[str]:
    names = ("n", "before", "after", "difference (95 % interval)", "lost", "won", "p")
    heading = "".join(f"<th>{name}</th>" for name in names)
    yield f'<h2 id="figures">Figures</h2><div class="scroll"><table class="figures"><thead><tr><th></th>{heading}</tr></thead><tbody>'
    yield from map(_row, found.measures)
    if found.categories:
        yield f'<tr class="section"><th colspan="{len(names) + 1}">correct by category</th></tr>'
        yield from map(_row, found.categories)
    yield "</tbody></table></div>"
    yield (
        '<p class="note">Shares are percent, differences percentage points over the common questions, each paired with itself; an interval'
        " that leaves out 0 is coloured. Lost and won are the questions that flipped; p is the exact McNemar probability of such a split by"
        " chance.</p>"
    )


def _row(measure: Measure) -> str:
    lost, won = ("-", "-") if measure.flips is None else (f"{number:,}" for number in measure.flips)
    p = "-" if measure.p is None else f"{measure.p:.3f}" if measure.p >= 0.001 else "&lt;0.001"
    cells = f"<td>{measure.n:,}</td><td>{percent(measure.before)}</td><td>{percent(measure.after)}</td>"
    difference = f'<td class="{_direction(measure)}">{html_text(change(measure.difference))}</td>'
    return f"<tr><td>{html_text(measure.name)}</td>{cells}{difference}<td>{lost}</td><td>{won}</td><td>{p}</td></tr>"


def _flips(anchor: str, title: str, couples: Sequence[Couple]) -> Iterator[str]:
    yield f'<h2 id="{anchor}"><span class="{anchor}">{title}</span> <span class="soft">({len(couples):,})</span></h2>'
    if not couples:
        yield '<p class="soft">None.</p>'
    by_category: dict[str, list[Couple]] = {}
    for couple in couples:
        by_category.setdefault(couple[0].category or NO_CATEGORY, []).append(couple)
    for name, inside in by_category.items():
        yield f'<details class="group" open><summary>{html_text(name)}: {count(len(inside), "question")}</summary>'
        yield from map(_couple, inside)
        yield "</details>"


def _couple(couple: Couple) -> str:
    one, other = couple
    gold = one.gold or other.gold
    shown = f"<div><h4>gold</h4>{statement([(broken(gold), False)])}</div>" if gold else ""
    first, second = sql_pieces(one.sql, other.sql) if one.sql and other.sql else (_plain(one), _plain(other))
    return (
        f'<article class="question"><h3>{html_text(one.question)}</h3>'
        f'<p class="facts"><span>{html_text(one.id)}</span><span>{html_text(one.base)}</span></p>{shown}'
        f'<div class="sides"><div class="{_side(one)}"><h4>before: {_outcome(one)}</h4>{statement(first)}</div>'
        f'<div class="{_side(other)}"><h4>after: {_outcome(other)}</h4>{statement(second)}</div></div></article>'
    )


def _plain(one: Judged) -> tuple[tuple[str, bool], ...]:
    return ((broken(one.sql) if one.sql else f"-- no SQL: {one.why or one.outcome}", False),)


def _side(one: Judged) -> str:
    return "gold" if one.outcome == "right" else "ours"


def _outcome(one: Judged) -> str:
    sure = f", confidence {one.confidence:.2f}" if one.confidence is not None else ""
    why = f" ({one.why})" if one.why and one.outcome != "right" else ""
    return html_text(f"{one.outcome}{why}{sure}")


def _signatures(found: Comparison) -> Iterator[str]:
    yield '<h2 id="signature">What differs in the signatures</h2>'
    if not found.signature:
        yield '<p class="soft">Nothing.</p>'
        return
    yield '<div class="scroll"><table><thead><tr><th></th><th>before</th><th>after</th></tr></thead><tbody>'
    for name, before, after in found.signature:
        cells = "".join(f"<td>{html_text('(none)' if text is None else text)}</td>" for text in (before, after))
        yield f"<tr><td>{html_text(name)}</td>{cells}</tr>"
    yield "</tbody></table></div>"
