"""The linked tables as the parser needs them: keys, display columns, dates, measures, and the ways from table to table."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, replace

from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import Column, Linked, Relationship, Table, TableName, name_words, table_words

_DISPLAY = ("name", "title", "label", "full name", "display name")
_FIRST = (("first", "name"), ("forename",), ("given", "name"))
_LAST = (("last", "name"), ("surname",), ("family", "name"))
_DESCRIBED = (("description",), ("subject",), ("detail",))
_DATE_WORDS = frozenset({"date", "day", "datetime", "timestamp"})
_NOT_MEASURES = frozenset(
    {"id", "key", "code", "year", "month", "zip", "postal", "phone", "latitude", "longitude", "number", "index", "rank", "fk", "pk"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One join: from `source` to `target` over equal columns; `many` says that a source row may meet several target rows."""

    source: TableName
    target: TableName
    pairs: tuple[tuple[str, str], ...]
    many: bool
    cost: float


_BESIDE = 0.3
"""What a join over a table in a role costs more, so that only what asks for the role goes that way."""


class Schema:
    """Answers questions about the linked tables; everything is looked up once and kept."""

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self.tables = {table.name.key: _with_figures(table) for table in linked.tables}
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._paths: dict[str, dict[str, tuple[Step, ...]]] = {}
        self._real: dict[str, TableName] = {}
        for relationship in linked.relationships:
            self._add(relationship)

    def _add(self, join: Relationship) -> None:
        if join.left.key not in self.tables or join.right.key not in self.tables:
            return
        pairs = tuple(zip(join.left_columns, join.right_columns, strict=False))
        cost = 1.0 + (1.0 - join.certainty)
        to_one = join.cardinality in ("many_to_one", "one_to_one")
        back_one = join.cardinality == "one_to_one" or self._unique(join.left, join.left_columns)
        self._steps[join.left.key].append(Step(join.left, join.right, pairs, not to_one, cost))
        flipped = tuple((right, left) for left, right in pairs)
        self._steps[join.right.key].append(Step(join.right, join.left, flipped, not back_one, cost + 0.05))

    def _unique(self, table: TableName, columns: tuple[str, ...]) -> bool:
        found = self.tables[table.key]
        wanted = {column.lower() for column in columns}
        return any({part.lower() for part in key} == wanted for key in (found.primary_key, *found.unique_keys) if key)

    # ------------------------------------------------------------------ roles

    def real(self, name: TableName) -> TableName:
        """The table that stands in a role; any other table itself."""
        return self._real.get(name.key, name)

    def ways_out(self, name: TableName) -> tuple[Step, ...]:
        """All direct joins to rows that each row points to."""
        return tuple(step for step in self._steps[name.key] if not step.many)

    def by_one_way(self, way: Step) -> Schema:
        """The schema in which rows of the way's target are pointed to over this way only."""
        found = self._copied()
        target = way.target.key
        kept = {(way.source.key, way.pairs), (target, tuple((right, left) for left, right in way.pairs))}
        for key, steps in self._steps.items():
            found._steps[key] = [
                step
                for step in steps
                if (step.source.key, step.pairs) in kept
                or not ((step.target.key == target and not step.many) or (step.source.key == target and step.many))
            ]
        return found

    def beside(self, way: Step, name: TableName) -> Schema:
        """The schema in which the target of a way stands a second time, under a name of its own and over this way only."""
        found = self._copied()
        found.tables[name.key] = replace(self.table(way.target), name=name)
        found._real[name.key] = self.real(way.target)
        flipped = tuple((right, left) for left, right in way.pairs)
        found._steps[way.source.key] = [*self._steps[way.source.key], replace(way, target=name, cost=way.cost + _BESIDE)]
        back = Step(name, way.source, flipped, True, way.cost + _BESIDE)
        onward = (
            replace(step, source=name, cost=step.cost + _BESIDE) for step in self.ways_out(way.target) if step.target.key != way.target.key
        )
        found._steps[name.key] = [back, *onward]
        return found

    def _copied(self) -> Schema:
        found = copy(self)
        found.tables, found._real, found._paths = dict(self.tables), dict(self._real), {}
        found._steps = defaultdict(list, self._steps)
        return found

    # ------------------------------------------------------------------ columns

    def table(self, name: TableName) -> Table:
        """The table of that name, which must be linked."""
        return self.tables[name.key]

    def column(self, table: TableName, name: str) -> Column:
        """The column; raises KeyError when the table has none of that name."""
        found = self.table(table).column(name)
        if found is None:
            raise KeyError(f"{table}.{name}")
        return found

    def of(self, column: Col) -> Column:
        """What is known of a column."""
        return self.column(column.table, column.column)

    def key(self, name: TableName) -> tuple[str, ...]:
        """Columns that tell rows apart: the primary key, a unique key, or what is named like one; empty when unknown."""
        table = self.table(name)
        if table.primary_key:
            return table.primary_key
        if table.unique_keys:
            return table.unique_keys[0]
        words = table_words(self.real(name).name)
        for column in table.columns:
            if name_words(column.name) in (("id",), (*words, "id"), (*words[-1:], "id"), (*words, "key")):
                return (column.name,)
        return self._pointed_at(name)

    def _pointed_at(self, name: TableName) -> tuple[str, ...]:
        """The lone column by which other tables refer to its rows."""
        found = {step.pairs[0][0] for step in self._steps[name.key] if step.many and len(step.pairs) == 1}
        return tuple(found) if len(found) == 1 else ()

    def display(self, name: TableName) -> tuple[str, ...]:
        """Columns that name a row for people: name, title, first and last name; else the key; else the first column."""
        table, name = self.table(name), self.real(name)
        owner = table_words(name.name)
        by_words = {name_words(column.name): column.name for column in table.columns if not column.hidden}
        own = by_words | {
            words[len(owner) :]: name for words, name in by_words.items() if words[: len(owner)] == owner and len(words) > len(owner)
        }
        people = [next((own[words] for words in forms if words in own), None) for forms in (_FIRST, _LAST)]
        for wanted in _DISPLAY:
            words = tuple(wanted.split())
            for form in (words, (*owner, *words), (*owner[-1:], *words), (*owner[:1], *words)):
                if form in by_words and not (wanted == "title" and all(people)):
                    # People have a first and a last name; their title is what they do.
                    return (by_words[form],)
        if any(people):
            return tuple(name for name in people if name is not None)
        named = [
            column.name
            for column in table.columns
            if name_words(column.name)[-1:] in (("name",), ("title",)) and not self.refers(name, column.name)
        ]
        described = tuple(own[words] for words in (*_DESCRIBED, (*owner[-1:], "description"), (*owner[-1:], "detail")) if words in own)[:1]
        return (
            tuple(named[:1])
            or self._self_named(table)
            or described
            or self.key(name)[:1]
            or tuple(column.name for column in table.columns[:1])
        )

    def _self_named(self, table: Table) -> tuple[str, ...]:
        """`city.city`: a column of text called like its table."""
        words = table_words(table.name.name)
        return tuple(column.name for column in table.columns if name_words(column.name) in (words, words[-1:]) and column.kind == "text")[
            :1
        ]

    def refers(self, table: TableName, column: str) -> bool:
        """True for a column that points to another table."""
        return any(
            len(step.pairs) == 1 and step.pairs[0][0].lower() == column.lower() and not step.many
            for step in self._steps[self.real(table).key]
        )

    def is_key(self, table: TableName, column: str) -> bool:
        """True for keys and references: numbers that are not added up."""
        words = name_words(column)
        return column in self.key(table) or words[-1:] in (("id",), ("key",)) or self.refers(table, column)

    def is_date(self, table: TableName, column: Column) -> bool:
        """Dates and timestamps, also where they are stored as text."""
        if column.kind in ("date", "timestamp"):
            return True
        words = name_words(column.name)
        if column.kind == "time":
            return True
        if column.kind not in ("text", "other"):
            return False
        named = bool(_DATE_WORDS & set(words)) or words[-1:] == ("at",)
        return _looks_dated(column) if named else bool(_seen(column)) and _looks_dated(column, all)

    def dates(self, name: TableName) -> tuple[str, ...]:
        """The table's date columns, the most usual one first."""
        table = self.table(name)
        found = [column for column in table.columns if not column.hidden and self.is_date(name, column)]
        owner = table_words(name.name)
        return tuple(column.name for column in sorted(found, key=lambda column: _date_order(column, owner)))

    def is_flagged(self, column: Col) -> bool:
        """A column of yes and no, by its type or its name."""
        found = self.of(column)
        return found.kind == "boolean" or name_words(found.name)[-1:] == ("flag",)

    def is_measure(self, table: TableName, column: Column) -> bool:
        """A number that can be added up or averaged."""
        words = set(name_words(column.name))
        return (
            column.kind in ("integer", "number")
            and name_words(column.name)[-1:] != ("number",)
            and not self.is_key(table, column.name)
            and not words & _NOT_MEASURES - ({"number"} if len(words) > 1 else set())
        )

    # ------------------------------------------------------------------ ways

    def path(self, source: TableName, target: TableName) -> tuple[Step, ...] | None:
        """The cheapest joins from one table to another; empty for the same table, None where there is no way."""
        if source.key not in self._paths:
            self._paths[source.key] = self._all_paths(source.key)
        return self._paths[source.key].get(target.key)

    def _all_paths(self, source: str) -> dict[str, tuple[Step, ...]]:
        done: dict[str, tuple[Step, ...]] = {}
        waiting: list[tuple[float, int, str, tuple[Step, ...]]] = [(0.0, 0, source, ())]
        serial = 0
        while waiting:
            cost, _, at, path = heapq.heappop(waiting)
            if at in done:
                continue
            done[at] = path
            for step in self._steps[at]:
                if step.target.key not in done:
                    serial += 1
                    heapq.heappush(waiting, (cost + step.cost, serial, step.target.key, (*path, step)))
        return done

    def distance(self, source: TableName, target: TableName) -> int:
        """Joins between two tables; 99 where there is no way."""
        path = self.path(source, target)
        return 99 if path is None else len(path)

    def to_one(self, source: TableName, target: TableName) -> bool:
        """Every row of `source` meets at most one of `target`."""
        path = self.path(source, target)
        return path is not None and not any(step.many for step in path)

    def steps_between(self, source: TableName, target: TableName) -> tuple[Step, ...]:
        """All direct joins between two tables: more than one where a table refers twice (home and away team)."""
        return tuple(step for step in self._steps[source.key] if step.target.key == target.key)


_FIGURES = frozenset({"age", "weight", "height", "price", "percent", "percentage", "population", "salary", "capacity"})
_COUNTS = ("days_", "years_", "hours_", "months_", "number_of_", "num_of_")


def _with_figures(table: Table) -> Table:
    """The table, where columns of text of which no value is known hold figures by their names: ages, prices, days of something."""
    found = [column for column in table.columns if column.kind == "text" and not column.values and _is_figure(column)]
    if not found:
        return table
    kept = tuple(replace(column, kind="number") if column in found else column for column in table.columns)
    return replace(table, columns=kept)


def _is_figure(column: Column) -> bool:
    said = column.name.lower()
    return column.minimum is None and (said.rpartition("_")[2] in _FIGURES or (said.startswith(_COUNTS) and "name" not in said))


def _seen(column: Column) -> list[str]:
    return [value for value in column.values if isinstance(value, str)] or [text for text in (column.minimum, column.maximum) if text]


def _looks_dated(column: Column, quantifier: Callable[[Iterable[bool]], bool] = any) -> bool:
    """Some (or all) of what is known of it begins like an ISO date; True where nothing is known."""
    samples = _seen(column)
    return not samples or quantifier(text[:4].isdigit() and text[4:5] == "-" and text[5:7].isdigit() for text in samples)


def _date_order(column: Column, owner: tuple[str, ...]) -> tuple[int, int]:
    words = name_words(column.name)
    if words in (
        ("date",),
        (*owner, "date"),
        (*owner[-1:], "date"),
        ("created", "at"),
        (*owner, "at"),
        (*owner[-1:], "at"),
        ("timestamp",),
        (*owner[-1:], "timestamp"),
        (*owner[-1:], "time"),
    ):
        return (0, 0 if owner and owner[-1] in words else 1)
    if "created" in words or "start" in words or "begin" in words or words[:1] == owner[-1:]:
        return (1, 0)
    if words[-1:] in (("date",), ("at",), ("on",)):
        return (3 if {"updated", "modified", "deleted", "birth", "end", "due", "loaded", "cancelled"} & set(words) else 2, 0)
    return (4, 0)
