"""A question in, an original form filled with it out, within the model's room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlcoder_core.api import Ask, Prompt, Room, VerifiedQuestion
from sqlcoder_prompts.content import Content, linked_content
from sqlcoder_prompts.ddl import ddl, shown
from sqlcoder_prompts.dropping import first_rung, fit, rungs
from sqlcoder_prompts.failed import failed_rule
from sqlcoder_prompts.focus import Focus, focus_of
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.notes import dialect_name, metric_line, previous_lines, term_line, time_lines, wish_lines
from sqlcoder_prompts.originals import Original
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.settings import PromptSettings
from sqlcoder_prompts.stored_values import Amounts

_LIKE_POSTGRES = frozenset({"postgres", "redshift", "duckdb", "materialize", "risingwave", ""})
"""What the models were trained for, and what understands the same SQL: nothing needs saying."""


def filled_prompt(ask: Ask, room: Room, settings: PromptSettings, choose: Callable[[bool], Original], prompter: str) -> Prompt:
    """The prompt; `choose` gives the form, told whether there are rules beside it. Raises UsageError where nothing fits."""
    plain, focus = Plain(room), focus_of(ask.linked)
    content = linked_content(ask, focus, Amounts.of(settings, room), examples=settings.examples)
    first = first_rung(_only_named(content, focus), focus, behind=settings.behind)
    names = Names(ask.dialect, ask.linked.default_schema, (table.name for table in first.content.tables), plain)
    question = plain.quoted(ask.linked.question.text)
    form = choose(any(True for _ in _rules(first.content, ask, names, plain)))

    def render(content: Content) -> str:
        rules = tuple(plain.whole(rule) for rule in _rules(content, ask, names, plain))
        return form.filled(question, ddl(content, names, plain), rules)

    fitted = fit(rungs(first, focus), render, room)
    return Prompt(
        text=fitted.text, opening=form.opening, stop=form.stop, shown=shown(fitted.content), dropped=fitted.dropped, prompter=prompter
    )


def _only_named(content: Content, focus: Focus) -> Content:
    """These forms have no place for a glossary: a rule is worth its place where the question names what it is about."""
    metrics, terms = tuple(filter(focus.names, content.metrics)), tuple(filter(focus.names, content.terms))
    return replace(content, metrics=metrics, terms=terms, exposures=())


def _rules(content: Content, ask: Ask, names: Names, plain: Plain) -> Iterator[str]:
    if ask.dialect not in _LIKE_POSTGRES:
        yield f"Write SQL for {dialect_name(ask.dialect)}"
    yield from (plain.line(instruction.text) for instruction in content.instructions)
    yield from (metric_line(metric, names, plain) for metric in content.metrics)
    yield from (term_line(term, names, plain) for term in content.terms)
    yield from filter(None, (_example(example, ask.dialect, plain) for example in content.examples))
    yield from time_lines(ask.clock, ask.dialect)
    yield from wish_lines(ask, plain)
    before = previous_lines(ask, plain)
    if before:
        yield f"The questions before this one were: {', '.join(f'`{line}`' for line in before)}"
    yield from failed_rule(ask, plain)


def _example(example: VerifiedQuestion, dialect: str, plain: Plain) -> str:
    return f"The question `{plain.quoted(example.question)}` is answered by: {one_line(example.sql, dialect, plain)}"


def one_line(sql: str, dialect: str, plain: Plain) -> str:
    """A statement in one line; comments, which would swallow the rest of it, go."""
    text = sql.strip().rstrip(";")
    if "--" in text or "/*" in text or "#" in text:
        from sqlglot import transpile
        from sqlglot.errors import SqlglotError

        try:
            text = " ".join(transpile(text, read=dialect, write=dialect, comments=False))
        except SqlglotError:
            text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("--", "#")))
    return plain.line(text)
