"""Small stand-ins for what the core hands to a plugin; every value not given has a plain default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlcoder_core.contracts.prompter import Room
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.catalog import Column, ColumnKind, Relationship, Table, TableName
from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.question import Clock, Question
from sqlcoder_core.values.result import ColumnProfile, Limits, ResultSet


def fake_table(name: str, columns: Mapping[str, ColumnKind], **facts: Any) -> Table:
    """A table from `schema.name` or `name` and its columns' kinds: `fake_table("orders", {"id": "integer"}, row_count=10)`."""
    schema, _, bare = name.rpartition(".")
    return Table(
        name=TableName(name=bare, schema=schema or None),
        columns=tuple(Column(name=column, kind=kind) for column, kind in columns.items()),
        **facts,
    )


def fake_linked(question: str, *tables: Table, **facts: Any) -> Linked:
    """A question beside the tables it is about, as `link` would give it, with the words of the question as tokens."""
    return Linked(question=Question(text=question), tokens=tuple(question.lower().split()), tables=tables, **facts)


def fake_candidate(sql: str, **facts: Any) -> Candidate:
    """A statement as a runtime would propose it."""
    return Candidate(sql=sql, **{"proposer": "fake", "dialect": "duckdb", **facts})


def fake_ask(question: str, *tables: Table, **facts: Any) -> Ask:
    """A question as a prompter or a proposer gets it, beside its tables: `fake_ask("how many orders", ORDERS, limit=10)`."""
    return Ask(linked=fake_linked(question, *tables), **{"dialect": "duckdb", "clock": Clock(), **facts})


def fake_room(tokens: int = 4000, *, specials: Sequence[str] = (), values: bool = True) -> Room:
    """Room for so many tokens of one character each, in a model to which `specials` mean control tokens."""
    facts = ModelFacts(name="fake", context=tokens, special_texts=tuple(specials))
    return Room(tokens=tokens, count=lambda texts: tuple(map(len, texts)), model=facts, values=values)


def fake_answer(
    rows: Sequence[Sequence[object]] | None = ((3,),),
    columns: Sequence[str] = ("orders",),
    *,
    question: str = "how many orders are there",
    id: str = "q1",
    **facts: Any,
) -> Answer:
    """An answered question with these rows; `rows=None` and `status="abstained"` make one that has none."""
    result = None
    if rows is not None:
        result = ResultSet(columns=tuple(columns), types=("",) * len(columns), rows=tuple(tuple(row) for row in rows))
    given = {"status": "answered", "dialect": "duckdb", "sql": "SELECT count(*) AS orders FROM orders", **facts}
    return Answer(question=Question(text=question, id=id), result=result, **given)


class FakeProbe:
    """A database that holds just these facts, for tests of metadata sources (implements `Probe`)."""

    dialect = "duckdb"
    default_schema: str | None = None
    default_database: str | None = None

    def __init__(self, *facts: Table | Relationship, profiles: Mapping[str, Sequence[ColumnProfile]] | None = None) -> None:
        self._facts = facts
        self._profiles = profiles or {}

    def fingerprint(self) -> str | None:
        """The same facts, the same text."""
        return repr((self._facts, self._profiles))

    def describe(self) -> tuple[Table | Relationship, ...]:
        """The given facts."""
        return self._facts

    def profile(self, table: TableName, columns: Sequence[str], limits: Limits) -> tuple[ColumnProfile, ...]:
        """The given profiles of the table, by its name, of the wanted columns."""
        return tuple(profile for profile in self._profiles.get(table.name, ()) if profile.column in columns)
