"""What may stand in a suite of our own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts: TypeAlias = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_listed)]
"""Several texts, or one written without a list."""
_Row: TypeAlias = tuple[Any, ...]


class Entry(BaseModel):
    """Base of all entries: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResultEntry(Entry):
    """A result that is right."""

    columns: tuple[str, ...] = Field(default=(), description="The columns' names; left out: they have none.")
    rows: tuple[_Row, ...] = Field(description="The rows, each a list of cells.")

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        if not self.rows and not self.columns:
            raise ValueError("has no rows, and these need `columns`, to say how many there are")
        width = len(self.columns) or len(self.rows[0])
        for number, row in enumerate(self.rows, 1):
            if len(row) != width:
                raise ValueError(f"has {len(row)} cells instead of {width} in row {number}")
        return self


class QuestionEntry(Entry):
    """A question with what answers it rightly."""

    id: str | int | None = Field(default=None, description="Its name, unique in the file; left out: the line's number.")
    question: str = Field(min_length=1, description="The question as people ask it.")
    category: str = Field(default="", description="What the report counts it under.")
    tags: Texts = Field(default=(), description="What else it is counted under.")
    sql: Texts = Field(default=(), description="The SQL that answers it, or a list of such, all acceptable.")
    columns: tuple[str, ...] = Field(default=(), description="The names of the columns of `rows`.")
    rows: tuple[_Row, ...] | None = Field(default=None, description="The rows that answer it, in place of SQL.")
    results: tuple[ResultEntry, ...] = Field(default=(), description="Several results, all acceptable, in place of SQL.")
    ordered: bool | None = Field(
        default=None, description="Whether the order of rows counts; left out: where the SQL ends with an ORDER BY."
    )
    instructions: str | None = Field(default=None, description="What is to be minded with this question.")
    answerable: bool = Field(default=True, description="False where the database cannot answer: right is to abstain.")

    @model_validator(mode="after")
    def _has_one_truth(self) -> Self:
        given = [f"`{name}`" for name in ("sql", "results") if getattr(self, name)] + (["`rows`"] if self.rows is not None else [])
        if not self.answerable and given:
            raise ValueError(f"says `answerable: false`, which leaves nothing for {given[0]} to say")
        if self.answerable and len(given) != 1:
            told = f"has {' and '.join(given)} beside each other" if given else "has neither `sql` nor `rows`"
            raise ValueError(f"{told}; give one of `sql`, `rows`, `results`, or `answerable: false`")
        self.all_results()
        return self

    def all_results(self) -> tuple[ResultEntry, ...]:
        """The acceptable results; none where SQL says them."""
        return self.results if self.rows is None else (ResultEntry(columns=self.columns, rows=self.rows),)


class Head(Entry):
    """The file."""

    suite: str | None = Field(default=None, description="The suite's name; left out: the file's.")
    database: str | None = Field(
        default=None, description="What --database takes; a file counts from this one. Left out: the project's own database."
    )
    database_schema: str | None = Field(
        default=None, alias="schema", description="A file of CREATE TABLE statements, in place of a database with contents."
    )
    dialect: str | None = Field(default=None, description="The dialect of the SQL in this file; left out: the database's.")
    glossary: str | None = Field(default=None, description="A glossary file.")
    now: datetime | None = Field(default=None, description="The moment that relative dates are reckoned from.")
    questions: tuple[QuestionEntry, ...] = Field(default=(), description="The questions.")
