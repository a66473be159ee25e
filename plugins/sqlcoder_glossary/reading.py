"""One glossary file in, facts out, each with its file and line; what is wrong in an entry is a Clash, and the entry is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from rapidfuzz import process

from sqlcoder_core.api import (
    Clash,
    Column,
    Document,
    Fact,
    Instruction,
    Relationship,
    Table,
    Term,
    VerifiedQuestion,
    from_validation,
)
from sqlcoder_glossary.entries import SECTIONS, ColumnEntry, Entry, JoinEntry, TableEntry, TermEntry, VerifiedEntry
from sqlcoder_glossary.expressions import is_condition, join_sides, only_table, table_of

E = TypeVar("E", bound=Entry)
Step = str | int


@dataclass(frozen=True, slots=True)
class Glossary:
    """A file that has been read as YAML; `dialect` is that of the SQL in it."""

    document: Document
    dialect: str | None

    def facts(self) -> Iterator[Fact]:
        """All facts, tables first."""
        yield from self._odd_sections()
        yield from self._tables()
        yield from self._lone_columns()
        yield from self._joins()
        yield from self._terms()
        yield from self._verified()
        yield from self._instructions()

    # ------------------------------------------------------------------ sections

    def _odd_sections(self) -> Iterator[Clash]:
        for name, value in self.document.data.items():
            if name in SECTIONS and value is not None and not isinstance(value, SECTIONS[name]):
                shape = "a list, with `- ` before each entry" if list in SECTIONS[name] else "lines of `name: meaning`"
                yield self._error(f"section {name!r} must be {shape}", (name,), None)
            elif name not in SECTIONS:
                near = process.extractOne(name, list(SECTIONS), score_cutoff=60)
                hint = f"did you mean {near[0]}?" if near else f"the sections are {', '.join(SECTIONS)}"
                if not near and isinstance(value, str):
                    hint = "write it under `terms:`"
                yield self._error(f"unknown section {name!r}", (name,), hint)

    def _tables(self) -> Iterator[Fact]:
        for name, given in self._mapping("tables"):
            entry = yield from self._entry(TableEntry, {"description": given} if isinstance(given, str) else given, ("tables", name))
            if entry is None:
                continue
            columns = []
            for column, notes in entry.columns.items():
                columns.append(_column(column, notes, self._place("tables", name, "columns", column)))
            yield _table(name, entry, tuple(columns), self._place("tables", name))

    def _lone_columns(self) -> Iterator[Fact]:
        for name, given in self._mapping("columns"):
            table, _, column = name.rpartition(".")
            if not table:
                yield self._error(f"column {name!r} has no table before it", ("columns", name), "write it as table.column")
                continue
            entry = yield from self._entry(ColumnEntry, {"description": given} if isinstance(given, str) else given, ("columns", name))
            if entry is not None:
                place = self._place("columns", name)
                yield _table(table, TableEntry(), (_column(column, entry, place),), place)

    def _joins(self) -> Iterator[Fact]:
        for index, given in self._sequence("joins"):
            entry = yield from self._entry(JoinEntry, {"on": given} if isinstance(given, str) else given, ("joins", index))
            if entry is None:
                continue
            try:
                (left, left_columns), (right, right_columns) = join_sides(entry.on, self.dialect)
            except ValueError as error:
                yield self._error(f"join {entry.on!r} {error}", ("joins", index), "write it as orders.customer_id = customers.id")
                continue
            yield Relationship(
                left=left,
                left_columns=left_columns,
                right=right,
                right_columns=right_columns,
                cardinality=entry.cardinality,
                origin=self._place("joins", index),
            )

    def _terms(self) -> Iterator[Fact]:
        for name, given in self._mapping("terms"):
            entry = yield from self._entry(TermEntry, self._short_term(given), ("terms", name))
            if entry is None:
                continue
            if not (entry.expression or entry.filter or entry.definition):
                yield self._error(f"term {name!r} says nothing", ("terms", name), "give it an expression, a filter or a definition")
                continue
            texts = [text for text in (entry.expression, entry.filter) if text]
            table = entry.table or (only_table(texts, self.dialect) if texts else None)
            yield Term(
                name=name,
                synonyms=entry.synonyms,
                definition=entry.definition,
                expression=entry.expression,
                filter=entry.filter,
                table=table_of(table) if table else None,
                origin=self._place("terms", name),
            )

    def _short_term(self, given: Any) -> Any:
        """`revenue: sum(orders.total)`: a condition is a filter, any other SQL an expression."""
        if not isinstance(given, str):
            return given
        return {"filter" if is_condition(given, self.dialect) else "expression": given}

    def _verified(self) -> Iterator[Fact]:
        for index, given in self._sequence("verified"):
            entry = yield from self._entry(VerifiedEntry, given, ("verified", index))
            if entry is not None:
                yield VerifiedQuestion(question=entry.question, sql=entry.sql.strip(), origin=self._place("verified", index))

    def _instructions(self) -> Iterator[Fact]:
        given = self.document.data.get("instructions")
        if isinstance(given, str):
            yield Instruction(text=given.strip(), origin=self._place("instructions"))
            return
        for index, text in self._sequence("instructions"):
            if isinstance(text, str) and text.strip():
                yield Instruction(text=text.strip(), origin=self._place("instructions", index))
            else:
                yield self._error("an instruction must be text", ("instructions", index), "put it in quotes")

    # ------------------------------------------------------------------ entries and places

    def _mapping(self, section: str) -> Iterator[tuple[str, Any]]:
        given = self.document.data.get(section)
        return iter(given.items() if isinstance(given, dict) else ())

    def _sequence(self, section: str) -> Iterator[tuple[int, Any]]:
        given = self.document.data.get(section)
        return iter(enumerate(given if isinstance(given, list) else ()))

    def _entry(self, model: type[E], given: Any, steps: tuple[Step, ...]) -> Any:
        """A generator that yields what is wrong with an entry and returns the entry, or None."""
        try:
            return model.model_validate({} if given is None else given)
        except ValidationError as error:
            subject = ".".join(map(str, steps))
            for problem in from_validation(error, model, self._placed(steps), prefix=f"{subject}."):
                place = _line(problem.place)
                yield Clash(kind="glossary", subject=subject, message=problem.message, severity="error", place=place, hint=problem.hint)
            return None

    def _placed(self, steps: tuple[Step, ...]) -> Callable[[tuple[Step, ...], bool], str]:
        return lambda inner, key: self.document.place((*steps, *inner), key=key)

    def _place(self, *steps: Step) -> str:
        return _line(self.document.place(steps, key=True)) or self.document.name

    def _error(self, message: str, steps: tuple[Step, ...], hint: str | None) -> Clash:
        return Clash(
            kind="glossary", subject=".".join(map(str, steps)), message=message, severity="error", place=self._place(*steps), hint=hint
        )


def _table(name: str, entry: TableEntry, columns: tuple[Column, ...], place: str) -> Table:
    return Table(
        name=table_of(name),
        description=entry.description,
        synonyms=entry.synonyms,
        hidden=entry.hidden,
        tags=entry.tags,
        primary_key=entry.primary_key,
        columns=columns,
        origins=(("*", place),),
    )


def _column(name: str, notes: str | ColumnEntry, place: str) -> Column:
    entry = ColumnEntry(description=notes) if isinstance(notes, str) else notes
    return Column(
        name=name,
        description=entry.description,
        synonyms=entry.synonyms,
        hidden=entry.hidden,
        tags=entry.tags,
        values=entry.values,
        values_complete=bool(entry.values),
        origins=(("*", place),),
    )


def _line(place: str | None) -> str | None:
    """`file:line` of `file:line:column`."""
    if place is None or place.count(":") < 2:
        return place
    return place.rpartition(":")[0]
