"""What may stand in a glossary file, section by section."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Several texts, or one written without a list."""


class Entry(BaseModel):
    """Base of all entries: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TermEntry(Entry):
    """A word of the business."""

    synonyms: Texts = Field(default=(), description="Other words for the same.")
    definition: str | None = Field(default=None, description="What it means, for people and for prompts.")
    expression: str | None = Field(default=None, description="A SQL value or aggregate, as in sum(orders.total).")
    filter: str | None = Field(default=None, description="A SQL condition, as in orders.status = 'paid'.")
    table: str | None = Field(default=None, description="The table that names without a table before them belong to.")


class ColumnEntry(Entry):
    """Notes on a column."""

    description: str | None = Field(default=None, description="What it holds.")
    synonyms: Texts = Field(default=(), description="Other words for it.")
    hidden: bool = Field(default=False, description="Not shown, not sampled, not to be queried.")
    tags: Texts = Field(default=(), description="Words such as `pii`, by which it is not sampled.")
    values: tuple[str | int | float | bool, ...] = Field(default=(), description="All values that it may hold.")


class TableEntry(Entry):
    """Notes on a table."""

    description: str | None = Field(default=None, description="What one row of it is.")
    synonyms: Texts = Field(default=(), description="Other words for it.")
    hidden: bool = Field(default=False, description="Not offered to questions.")
    tags: Texts = Field(default=(), description="Words such as `pii`, by which none of it is sampled.")
    primary_key: Texts = Field(default=(), description="The columns that tell its rows apart.")
    columns: dict[str, str | ColumnEntry] = Field(default_factory=dict, description="Notes on its columns.")


class JoinEntry(Entry):
    """How two tables are joined."""

    on: str = Field(description="The condition, as in orders.customer_id = customers.id.")
    cardinality: Literal["many_to_one", "one_to_one", "many_to_many"] = Field(
        default="many_to_one", description="How many rows of the left table find how many on the right."
    )


class VerifiedEntry(Entry):
    """A question whose SQL a person has checked."""

    question: str = Field(min_length=1, description="The question as people ask it.")
    sql: str = Field(min_length=1, description="The SQL that answers it.")


SECTIONS: dict[str, tuple[type, ...]] = {
    "terms": (dict,),
    "tables": (dict,),
    "columns": (dict,),
    "joins": (list,),
    "verified": (list,),
    "instructions": (list, str),
}
"""The sections, and what each is written as."""
