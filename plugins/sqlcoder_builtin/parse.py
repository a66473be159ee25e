"""The state of parsing one question: its chunks, the frame so far, and what a name means at its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sqlcoder_builtin.chunks import Chunk
from sqlcoder_builtin.dimension_names import dimensions_named
from sqlcoder_builtin.frame import Frame
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.told_columns import told
from sqlcoder_builtin.tree import Col
from sqlcoder_core.api import Clock, Column, Match, TableName, table_words

Want: TypeAlias = Callable[[TableName, Column], bool]

Refusal: TypeAlias = tuple[int, str, str]
"""A decision that is not to be taken again, at a token of the question: (place, table, column) or (place, table, "") for what a name
means, (place, recogniser, "") for a clause, (place, "", end) for words taken together."""

Around: TypeAlias = tuple[TableName | None, TableName | None, TableName | None]
"""The table behind a place, the one of what is listed beside it, the one named last before it."""

_IDENTIFIERS = frozenset({"id", "ids", "identifier", "identifiers"})
_NAMES = frozenset({"name", "names"})

_EACH = frozenset({"of each", "for each", "of every", "for every", "of different", "of the different"})

TABLE_SCORE = 0.5
"""Names below this hardly mean a table."""


class Parse:
    """Chunks and frame of one question; recognisers read the one and fill the other."""

    def __init__(self, chunks: Sequence[Chunk], schema: Schema, clock: Clock, refused: frozenset[Refusal] = frozenset()) -> None:
        self.chunks = dimensions_named(told(chunks, schema), schema)
        for chunk in self.chunks:
            if chunk.kind == "word" and chunk.text.lower() in _IDENTIFIERS | _NAMES:
                # Whose it is, and so which column, shows where it stands.
                chunk.kind = "name"
                chunk.names = (Match(start=chunk.start, end=chunk.end, phrase=chunk.text, kind="term", score=0.9),)
        self.schema = schema
        self.clock = clock
        self.frame = Frame()
        self.zone = "select"
        self.refused = refused
        self.decided: list[Refusal] = []
        self.rivals: dict[Refusal, float] = {}
        self.inner_from: list[int] = []
        self.tables_said: list[tuple[int, TableName]] = []
        for _ in range(2):
            # The second time each name is read beside the others.
            self.tables_said = [(at, table) for at in range(len(self.chunks)) if (table := self.table(at)) is not None]

    # ------------------------------------------------------------------ looking around

    def chunk(self, at: int) -> Chunk | None:
        """The chunk at a place, None beyond the ends."""
        return self.chunks[at] if 0 <= at < len(self.chunks) else None

    def past(self, at: int, *words: str) -> int:
        """The first place from `at` on that is none of these stop words (all stop words when none are given)."""
        while (chunk := self.chunk(at)) is not None and chunk.kind == "stop" and (not words or chunk.word in words):
            at += 1
        return at

    def before(self, at: int) -> Chunk | None:
        """The nearest chunk before `at` that is no stop word and no mark."""
        return next((chunk for chunk in reversed(self.chunks[:at]) if chunk.kind != "stop"), None)

    def before_any(self, at: int) -> Chunk | None:
        """The nearest chunk before `at`, articles skipped."""
        return next(
            (chunk for chunk in reversed(self.chunks[:at]) if not (chunk.kind == "stop" and chunk.word in ("the", "a", "an"))), None
        )

    def is_cue(self, at: int, *words: str) -> bool:
        """True when one of these cues stands there."""
        chunk = self.chunk(at)
        return chunk is not None and chunk.is_cue(*words)

    def take(self, start: int, end: int) -> None:
        """Mark chunks as placed."""
        for chunk in self.chunks[start:end]:
            chunk.used = True

    def phrase(self, start: int, end: int) -> str:
        """The question's words of some chunks."""
        return " ".join(chunk.text for chunk in self.chunks[start:end]).strip()

    # ------------------------------------------------------------------ what names mean

    def _table_match(self, chunk: Chunk) -> Match | None:
        if chunk.kind != "name":
            return None
        table, column = chunk.best("table"), chunk.best("column")
        if table is None or table.score < TABLE_SCORE or (chunk.start, "table", "") in self.refused or self._listed_column(chunk):
            return None
        if column is not None and column.score >= table.score and self._values_meant(chunk, column):
            return None
        if "stem" in table.how and "synonym" in table.how and chunk.text.lower().endswith("ed"):
            # "issued": what is done, not the thing that a synonym of its stem names.
            return None
        return table if column is None or table.score >= column.score - 0.05 else None

    def _values_meant(self, chunk: Chunk, column: Match) -> bool:
        """ "different allergy types", "which allergy type is most common": values of a column that is called like its table."""
        at = next((at for at, other in enumerate(self.chunks) if other is chunk), -1)
        own = column.table is not None and column.table.key in self.schema.tables and column.column not in self.schema.key(column.table)
        behind = at + 1 + self.is_cue(at + 1, "eq")
        return own and (self.is_cue(at - 1, "distinct") or self.is_cue(self.past(behind), "common", "rare"))

    def _listed_column(self, chunk: Chunk) -> bool:
        """ "the grape and name of wines": a column of the table behind "of", though another table is called so too."""
        columns = [match for match in chunk.names if match.kind == "column" and match.score >= 0.9 and match.table]
        at = next((at for at, other in enumerate(self.chunks) if other is chunk), -1) if columns else -1
        following = self.chunk(at + 1)
        if not columns or following is None or not (following.is_cue("and") or following.word == ","):
            return False
        owner = self.owner_after(at)
        return owner is not None and any(match.table is not None and match.table.key == owner.key for match in columns)

    def table(self, at: int, *, lenient: bool = False) -> TableName | None:
        """The table that a chunk names; `lenient` also where a column is the likelier meaning."""
        chunk = self.chunk(at)
        if chunk is None or chunk.kind != "name" or not chunk.names:
            return None
        match = chunk.best("table") if lenient else self._table_match(chunk)
        if match is None or match.score < TABLE_SCORE:
            return None
        rivals = [name.table for name in chunk.names if name.kind == "table" and name.score >= match.score - 0.06 and name.table]
        return max(rivals, key=self._nearness) if len(rivals) > 1 else match.table

    def _nearness(self, table: TableName) -> float:
        """Tables that are spoken of, marts before staging, those that join the others."""
        said = [name for _, name in self.tables_said if name and name.key != table.key]
        near = sum(1.0 / (1 + self.schema.distance(table, other)) for other in said)
        return near + self.schema.table(table).rank

    def column(self, at: int, want: Want | None = None, prefer: TableName | None = None, floor: float = 0.4) -> Col | None:
        """The column that a chunk names, by how well the words fit and how near its table is to what is spoken of there."""
        chunk = self.chunk(at)
        if chunk is None or (chunk.kind not in ("name", "unit") and not chunk.is_cue("sum")):
            return None
        found = [match for match in chunk.names if match.kind == "column" and match.score >= floor and match.table and match.column]
        around = self._around(at) if found else None
        scored = sorted(
            (
                (self.column_score(match, at, want, prefer, around), -index, match)
                for index, match in enumerate(found)
                if self._place(at, match) not in self.refused
            ),
            reverse=True,
        )
        own = self._identified(chunk, at, scored[0][2].table if scored else None)
        if own is not None or not scored:
            return own
        best = scored[0][2]
        rival = next((entry for entry in scored[1:] if not _copies(entry[2], best)), None)
        if rival is not None:
            # What else it may mean, and by how much less: for second readings.
            self.rivals[self._place(at, best)] = scored[0][0] - rival[0]
        assert best.table is not None and best.column is not None
        return Col(best.table, best.column)

    def _identified(self, chunk: Chunk, at: int, found: TableName | None) -> Col | None:
        """ "ids of nurses", "names of campuses": what tells or names their rows, whatever it is called."""
        said = chunk.text.lower()
        if said not in _IDENTIFIERS and said not in _NAMES:
            return None
        owner = self.owner_after(at)
        if owner is None or (found is not None and found.key == owner.key):
            return None
        if all(place < at or table.key != owner.key for place, table in self.tables_said):
            # "name of film studio": the owner of a column that is named there, not rows of its own.
            return None
        columns = self.schema.key(owner) if said in _IDENTIFIERS else self.schema.display(owner)
        if (
            len(columns) != 1
            or (said in _NAMES and columns == self.schema.key(owner))
            or (chunk.start, owner.key, columns[0]) in self.refused
        ):
            return None
        self.rivals[chunk.start, owner.key, columns[0]] = 0.1
        return Col(owner, columns[0])

    def _place(self, at: int, match: Match) -> Refusal:
        return (self.chunks[at].start, match.table.key if match.table else "", match.column or "")

    def _around(self, at: int) -> Around:
        return self.owner_after(at), self._listed_beside(at), self.near_table(at)

    def column_score(self, match: Match, at: int, want: Want | None, prefer: TableName | None, around: Around | None = None) -> float:
        """The match's own score and its table's place in the question."""
        assert match.table is not None and match.column is not None
        score = match.score + 0.3 * self.schema.table(match.table).rank + self.table_bonus(match.table, at, prefer, around)
        if want is not None:
            score += 0.25 if want(match.table, self.schema.column(match.table, match.column)) else 0.0
        if self.schema.refers(match.table, match.column):
            score -= 0.06
        return score

    def table_bonus(self, table: TableName, at: int, prefer: TableName | None = None, around: Around | None = None) -> float:
        """How much the question speaks of a table around a place; `around` where what stands there has been looked up."""
        bonus = 0.0
        owner, beside, near = around or self._around(at)
        if prefer is not None:
            bonus += 0.35 if table.key == prefer.key else -0.05 * min(self.schema.distance(prefer, table), 6)
        if owner is not None:
            bonus += 0.4 if owner.key == table.key else -0.04 * min(self.schema.distance(owner, table), 6)
        if (
            self.frame.outputs
            and isinstance(self.frame.outputs[-1].expr, Col)
            and at - self.frame.outputs[-1].at <= 3
            and self.zone == "select"
        ):
            bonus += 0.25 if self.frame.outputs[-1].expr.table.key == table.key else 0.0
        if beside is not None:
            bonus += 0.15 if beside.key == table.key else 0.0
        if near is not None:
            bonus += 0.2 if near.key == table.key else -0.03 * min(self.schema.distance(near, table), 6)
        if any(said.key == table.key for _, said in self.tables_said):
            bonus += 0.15
        subject = self.frame.subject
        if subject is not None and subject.key != table.key and self.schema.path(subject, table) is None:
            bonus -= 0.5
        if subject is not None:
            bonus += 0.08 if subject.key == table.key else -0.02 * min(self.schema.distance(subject, table), 6)
        return bonus

    def spoken_near(self, at: int) -> TableName | None:
        """The table named near a place, the subject, else the one whose stored values were said last."""
        judged = (condition.about for condition in reversed(self.frame.conditions) if condition.at < at)
        return self.near_table(at) or self.subject() or next((table for table in judged if table is not None), None)

    def _listed_beside(self, at: int) -> TableName | None:
        """ "the id and salary of Ada Wu": the one table that has the next column listed."""
        if self.zone != "select" or not self.is_cue(at + 1, "and"):
            return None
        chunk = self.chunk(self.past(at + 2))
        best = chunk.best("column") if chunk is not None and chunk.kind == "name" else None
        if chunk is None or best is None or best.score < 0.9 or chunk.score("table") >= best.score:
            return None
        tables = {match.table.key for match in chunk.names if match.kind == "column" and match.table and match.score >= best.score - 0.1}
        return best.table if len(tables) == 1 else None

    def owner_after(self, at: int) -> TableName | None:
        """The table behind "of", "for" or in a list that ends so: "name and age of students"."""
        place = at + 1
        while (chunk := self.chunk(place)) is not None:
            opens = chunk.is_cue("per") and chunk.text.lower() in _EACH
            if opens or (chunk.kind == "stop" and chunk.word in ("of", "for", "from")):
                after = self.past(place + 1)
                while self.is_cue(after, "all", "distinct", "ever", "high", "low") or (
                    self.chunk(after) and self.chunks[after].kind in ("superlative", "value", "stop", "number")
                ):
                    after += 1
                if not self.table(after) and (match := self._best_column(after)) is not None:
                    if match.score >= 0.97 and match.how == "table and name":
                        return match.table
                    place = after + 1
                    continue
                return self.table(after)
            listing = (
                chunk.is_cue("and", "high", "low", "avg", "sum", "count", "distinct", "all")
                or chunk.kind in ("stop", "mark")
                or (chunk.kind == "name" and not self.table(place))
            )
            if not listing or chunk.word in (".", "?"):
                return None
            place += 1
        return None

    def _best_column(self, at: int) -> Match | None:
        chunk = self.chunk(at)
        return chunk.best("column") if chunk is not None and chunk.kind == "name" else None

    def near_table(self, at: int) -> TableName | None:
        """The last table named before a place, or named by the very next chunk ("customer name", "French singers")."""
        following = self.table(self.past(at + 1))
        if following is not None and self.past(at + 1) == at + 1:
            return following
        return next((table for place, table in reversed(self.tables_said) if place < at), following)

    # ------------------------------------------------------------------ kinds of columns

    def measures(self, table: TableName, column: Column) -> bool:
        """A number that may be added up or compared."""
        return self.schema.is_measure(table, column)

    def numbers(self, table: TableName, column: Column) -> bool:
        """Any number."""
        return column.kind in ("integer", "number")

    def dated(self, table: TableName, column: Column) -> bool:
        """A date or timestamp."""
        return self.schema.is_date(table, column)

    def texts(self, table: TableName, column: Column) -> bool:
        """Text that is no date."""
        return column.kind in ("text", "other") and not self.schema.is_date(table, column)

    def is_measure(self, column: Col) -> bool:
        """True for a number that may be added up or compared."""
        return self.schema.is_measure(column.table, self.schema.of(column))

    def is_number(self, column: Col) -> bool:
        """True for any number."""
        return self.numbers(column.table, self.schema.of(column))

    def is_dated(self, column: Col) -> bool:
        """True for a date or timestamp."""
        return self.dated(column.table, self.schema.of(column))

    def concept(self, words: Sequence[str], table: TableName, want: Want | None = None) -> Col | None:
        """The column of a table (or of one to-one from it) that is about one of these concepts, best concept first."""
        from sqlcoder_builtin.concepts import concept_column

        return concept_column(self.schema, words, table, want)

    def subject(self) -> TableName | None:
        """What the question is about so far, else the first table that is named."""
        if self.frame.subject is not None:
            return self.frame.subject
        return self.tables_said[0][1] if self.tables_said else None


def _copies(one: Match, other: Match) -> bool:
    """The same column in another layer: staging beside mart."""
    same = one.column is not None and other.column is not None and one.column.lower() == other.column.lower()
    return same and one.table is not None and other.table is not None and table_words(one.table.name) == table_words(other.table.name)
