"""Which tables, columns, values and facts a question speaks of, and how far other tables are from them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlcoder_core.api import Linked, Match, Metric, Relationship, Scalar, Table, TableName, Term, rematch, stem, tokenise

ORDINARY = 1.0
"""The rank of an ordinary table; others are built on those below it (staging, raw)."""
_NEARLY = 0.75
_SURE = 0.9
"""A stored value that the linker is so sure of is one that the question speaks of."""
_COMMON = frozenset(
    """
    a all an and any are at by did do does each find for from give had has have how in is it list many me much of on or per show
    tell that the their there these this those to was we were what when where which who whose will with you your
    """.split()  # noqa: SIM905 - words as a text block
)


@dataclass(frozen=True)
class Focus:
    """What the linker found in one question. Without arguments: no question in particular."""

    matches: tuple[Match, ...] = ()
    words: frozenset[str] = field(default_factory=frozenset)

    # ------------------------------------------------------------------ matches

    def values(self, table: TableName, column: str) -> tuple[Scalar, ...]:
        """Stored values of a column that the question speaks of, surest first."""
        found = [
            match
            for match in self.matches
            if match.kind == "value" and match.score >= _SURE and match.table and match.value is not None
            if match.table.key == table.key and (match.column or "").lower() == column.lower()
        ]
        return tuple(dict.fromkeys(match.value for match in sorted(found, key=lambda one: -one.score) if match.value is not None))

    def names(self, fact: Metric | Term) -> bool:
        """Whether the question says this metric or term."""
        return fact.name.lower() in self._facts

    @cached_property
    def _facts(self) -> frozenset[str]:
        return frozenset(match.name.lower() for match in self.matches if match.kind in ("metric", "term") and match.name)

    @cached_property
    def _columns(self) -> frozenset[tuple[str, str]]:
        pairs = ((match.table, match.column) for match in self.matches)
        return frozenset((table.key, column.lower()) for table, column in pairs if table and column)

    def touches(self, table: TableName, column: str) -> bool:
        """Whether words of the question may mean this column, or a value in it."""
        return (table.key, column.lower()) in self._columns

    def strength(self, table: TableName) -> float:
        """How sure the question speaks of this table: above 1 by its own name or a value, up to 1 by a column, 0 not at all."""
        own = [match for match in self.matches if match.table and match.table.key == table.key]
        return max((match.score + (1 if match.kind != "column" else 0) for match in own), default=0.0)

    def meant(self, tables: Sequence[Table], kinds: Collection[str] = ("table", "column", "value")) -> set[str]:
        """Keys of the tables that some words of the question most likely mean: of several that fit the same words, by score and rank,
        the best and those nearly as good."""
        ranks = {table.name.key: table.rank for table in tables}
        weighed = [
            ((match.start, match.end, match.phrase), match.table.key, match.score * ranks[match.table.key])
            for match in self.matches
            if match.kind in kinds and match.table and match.table.key in ranks
        ]
        best: dict[tuple[int, int, str], float] = {}
        for span, _, weight in weighed:
            best[span] = max(best.get(span, 0.0), weight)
        return {key for span, key, weight in weighed if weight >= _NEARLY * best[span]}

    # ------------------------------------------------------------------ words

    def likeness(self, text: str) -> float:
        """How many words this question has in common with a text: 0 none, 1 all (Jaccard's index over stems)."""
        other = content_words(text)
        return len(self.words & other) / len(self.words | other) if self.words and other else 0.0


def focus_of(linked: Linked) -> Focus:
    """What a linked question speaks of; for a follow-up, also what the questions before it spoke of."""
    before = linked.question.previous
    matches = linked.matches + rematch(before, linked).matches if before else linked.matches
    return Focus(matches=matches, words=content_words(linked.question.text))


def content_words(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    tokens = (token for token in tokenise(text) if token.kind != "mark" and token.lower not in _COMMON)
    return frozenset(stem(token.lower) for token in tokens)


# ------------------------------------------------------------------ distances


def needed_tables(tables: Sequence[Table], relationships: Sequence[Relationship], focus: Focus, facts: Iterable[Metric | Term]) -> set[str]:
    """Keys of the tables without which the question cannot be answered: those it speaks of, and those on the ways between them."""
    said = {fact.table.key for fact in facts if fact.table and focus.names(fact)}
    meant = focus.meant(tables, ("table", "value"))
    sure = [table.name.key for table in tables if table.name.key in meant or table.name.key in said]
    if not sure:
        best = max(tables, key=lambda table: (focus.strength(table.name) * table.rank, table.rank), default=None)
        return {best.name.key} if best else set()
    parents = _parents(sure[0], _graph(relationships))
    needed = set(sure)
    for key in sure[1:]:
        at: str | None = key
        while at in parents:
            needed.add(at)
            at = parents[at]
    return needed


def distances(needed: set[str], relationships: Sequence[Relationship]) -> dict[str, int]:
    """Joins from each table to the nearest needed one; a table that none leads to is missing."""
    graph, found = _graph(relationships), dict.fromkeys(needed, 0)
    queue = deque(sorted(needed))
    while queue:
        key = queue.popleft()
        for other in graph.get(key, ()):
            if other not in found:
                found[other] = found[key] + 1
                queue.append(other)
    return found


def _parents(start: str, graph: dict[str, list[str]]) -> dict[str, str | None]:
    parents: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue:
        key = queue.popleft()
        for other in graph.get(key, ()):
            if other not in parents:
                parents[other] = key
                queue.append(other)
    return parents


def _graph(relationships: Sequence[Relationship]) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for join in relationships:
        graph.setdefault(join.left.key, []).append(join.right.key)
        graph.setdefault(join.right.key, []).append(join.left.key)
    return graph
