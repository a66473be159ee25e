"""A report as Markdown, fit for a README or a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.evaluation.records import Report
from sqlcoder_core.evaluation.report.columns import COUNT, SCORES, Column, Section, effort_columns, sections
from sqlcoder_core.evaluation.report.markup import markdown_text
from sqlcoder_core.evaluation.report.wording import duration, headline, remarks


def render_markdown(report: Report) -> str:
    """Headline, table by category, tag and database, what the columns mean, and the signature; ends with a line feed."""
    return "\n\n".join(_blocks(report)) + "\n"


def pipe_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already, the first column at the left, the others at the right."""
    marks = ["---", *("---:" for _ in heading[1:])]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heading, marks, *rows))


def signature_block(signature: Sequence[tuple[str, str]]) -> str:
    """Names and values, folded away."""
    rows = "\n".join(f"- {markdown_text(name)}: {markdown_text(value)}" for name, value in signature)
    return f"<details><summary>Signature</summary>\n\n{rows}\n\n</details>"


def _blocks(report: Report) -> Iterator[str]:
    yield f"## {markdown_text(report.suite)} ({markdown_text(report.kind)})"
    first, *others = headline(report), *map(markdown_text, remarks(report))
    yield "\n".join([f"**{first[:1].upper()}{first[1:]}**", "", *(f"- {text}" for text in others)])
    groups, columns = sections(report, databases=True), (*SCORES, *effort_columns(report))
    if groups[-1].groups[0].figures.n:
        yield _table(groups, columns)
        meanings = "; ".join(f"*{column.name}*: {column.meaning}" for column in (COUNT, *columns))
        yield f"Shares are percent of *n*. {meanings}."
    yield f"Took {duration(report.seconds)}."
    if report.signature:
        yield signature_block(report.signature)


def _table(groups: Sequence[Section], columns: Sequence[Column]) -> str:
    rows = []
    for section in groups:
        if section.name:
            rows.append([f"*by {section.name}*", *("" for _ in range(len(columns) + 1))])
        for group in section.groups:
            cells = [markdown_text(group.name), COUNT.cell(group.figures), *(column.cell(group.figures) for column in columns)]
            rows.append(cells if section.name else [f"**{cell}**" for cell in cells])
    return pipe_table(["", COUNT.name, *(column.name for column in columns)], rows)
