"""The two halves of a prompt for models that were tuned on no form of ours: what all questions share, and the question with its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from sqlcoder_core.api import Ask, Clock, Metric, Prompter, Room, Settings, Term
from sqlcoder_prompts.content import Content, linked_content
from sqlcoder_prompts.ddl import ddl
from sqlcoder_prompts.dropping import NoRoom, Rung, first_rung, fit, rungs
from sqlcoder_prompts.focus import Focus, focus_of, needed_tables
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.notes import (
    dialect_name,
    exposure_line,
    metric_line,
    previous_lines,
    term_line,
    time_lines,
    today_expression,
    value_lines,
    week_lines,
    wish_lines,
)
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.settings import SharingSettings
from sqlcoder_prompts.stored_values import Amounts
from sqlcoder_prompts.whole_schema import WholeSchemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """A prompt in two parts. `common` is True where `schema` is the same for every question.

    `schema`: tables, definitions, instructions of the catalog. `notes`: lines that belong to the question. `content`: what both show.
    """

    schema: str
    notes: tuple[str, ...]
    question: str
    previous: tuple[str, ...]
    content: Content
    plain: Plain
    names: Names
    dropped: tuple[str, ...] = ()
    common: bool = False


class SharingPrompter(Prompter):
    """Base of prompters that show the whole catalog first where it fits, else the part that the question is about."""

    Settings: ClassVar[type[Settings]] = SharingSettings
    settings: SharingSettings

    def fitted(self, ask: Ask, room: Room, text_of: Callable[[Halves], str]) -> Halves:
        """The fullest halves whose `text_of` fits into the room. Raises UsageError where none does."""
        focus = focus_of(ask.linked)
        return self._over_whole(ask, room, focus, text_of) or self._over_linked(ask, room, focus, text_of)

    def _over_whole(self, ask: Ask, room: Room, focus: Focus, text_of: Callable[[Halves], str]) -> Halves | None:
        def render(content: Content, names: Names, plain: Plain) -> str:
            return schema_text(content, names, plain, ask.clock)

        whole = self._schemas.get(ask, room, self.settings, render)
        if whole is None or not _has_what_is_needed(whole.content, ask, focus):
            return None
        plain, names = Plain(room), whole.names
        linked = self._linked(ask, room, focus)
        base = replace(whole.content, examples=linked.examples)
        hints = (*_missing_definitions(linked, whole.content, focus, names, plain), *_value_hints(whole.content, focus, names, room))

        def halves(content: Content) -> Halves:
            return _halves(ask, content, whole.text, hints, plain=plain, names=names, common=True)

        fewer = (Rung(replace(base, examples=base.examples[:kept]), _fewer(kept, base)) for kept in range(len(base.examples) - 1, -1, -1))
        try:
            fitted = fit(iter((Rung(base), *fewer)), lambda content: text_of(halves(content)), room)
        except NoRoom:
            return None
        return replace(halves(fitted.content), dropped=whole.dropped + fitted.dropped[-1:])

    def _over_linked(self, ask: Ask, room: Room, focus: Focus, text_of: Callable[[Halves], str]) -> Halves:
        plain, first = Plain(room), first_rung(self._linked(ask, room, focus), focus, behind=self.settings.behind)
        names = Names(ask.dialect, ask.linked.default_schema, (table.name for table in first.content.tables), plain)

        def halves(content: Content) -> Halves:
            return _halves(ask, content, schema_text(content, names, plain, ask.clock), (), plain=plain, names=names, common=False)

        fitted = fit(rungs(first, focus), lambda content: text_of(halves(content)), room)
        return replace(halves(fitted.content), dropped=fitted.dropped)

    def _linked(self, ask: Ask, room: Room, focus: Focus) -> Content:
        settings = self.settings
        return linked_content(ask, focus, Amounts.of(settings, room), examples=settings.examples)

    @property
    def _schemas(self) -> WholeSchemas:
        return self.__dict__.setdefault("_whole_schemas", WholeSchemas())  # type: ignore[no-any-return]


def schema_text(content: Content, names: Names, plain: Plain, clock: Clock) -> str:
    """Tables, definitions and rules; nothing in it depends on the question, given the content."""
    definitions = [metric_line(metric, names, plain) for metric in content.metrics]
    definitions += [term_line(term, names, plain) for term in content.terms]
    definitions += [exposure_line(exposure, names, plain) for exposure in content.exposures]
    rules = [*week_lines(clock), *(plain.line(one.text) for one in content.instructions)]
    parts = (ddl(content, names, plain), _section("Definitions", definitions), _section("Rules", rules))
    return plain.whole("\n\n".join(filter(None, parts)))


def general_rules(ask: Ask) -> tuple[str, ...]:
    """What is wanted of every answer; the same for every question."""
    rules = (
        f"Answer with exactly one SELECT statement for {dialect_name(ask.dialect)}, and nothing else",
        "Use only the tables and columns that are listed, and join tables only on the columns given",
    )
    today = f"Where the question speaks of today, write {today_expression(ask.dialect)}"
    return (*rules, today) if ask.clock.now is None else rules


def bullets(lines: Iterable[str]) -> str:
    """Lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def _section(title: str, lines: list[str]) -> str:
    return f"{title}:\n{bullets(lines)}" if lines else ""


def _halves(ask: Ask, content: Content, schema: str, hints: tuple[str, ...], *, plain: Plain, names: Names, common: bool) -> Halves:
    weeks = set(week_lines(ask.clock))
    notes = (*(line for line in time_lines(ask.clock, ask.dialect) if line not in weeks), *hints, *wish_lines(ask, plain))
    return Halves(
        schema=schema,
        notes=tuple(map(plain.whole, notes)),
        question=plain.line(ask.linked.question.text),
        previous=previous_lines(ask, plain),
        content=content,
        plain=plain,
        names=names,
        common=common,
    )


def _missing_definitions(linked: Content, whole: Content, focus: Focus, names: Names, plain: Plain) -> list[str]:
    """Metrics and terms that the question names and that the shared part had no room for."""
    metrics = [metric_line(one, names, plain) for one in linked.metrics if focus.names(one) and one not in whole.metrics]
    return metrics + [term_line(one, names, plain) for one in linked.terms if focus.names(one) and one not in whole.terms]


def _value_hints(whole: Content, focus: Focus, names: Names, room: Room) -> list[str]:
    return list(value_lines(whole.tables, focus, names)) if room.values else []


def _has_what_is_needed(content: Content, ask: Ask, focus: Focus) -> bool:
    """A question about a table that others are built on is shown that one, and nothing is shared."""
    facts: tuple[Metric | Term, ...] = (*content.metrics, *content.terms)
    needed = needed_tables(ask.linked.tables, ask.linked.relationships, focus, facts)
    return needed <= {table.name.key for table in content.tables}


def _fewer(kept: int, content: Content) -> str:
    return f"{len(content.examples) - kept} of {len(content.examples)} examples"
