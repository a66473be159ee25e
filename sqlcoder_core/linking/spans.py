"""Spans of a question and the tables, columns, metrics and terms that they may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlcoder_core.linking.described_forms import described_forms
from sqlcoder_core.linking.kin_words import NameWords, name_words_of
from sqlcoder_core.linking.lexicon import stems_of_names
from sqlcoder_core.linking.name_forms import Form, column_forms, said_forms, table_forms
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.linking.told_forms import told_forms
from sqlcoder_core.linking.wordnet import family, same
from sqlcoder_core.linking.words import name_words, split_name, stem, table_words
from sqlcoder_core.values.catalog import Column, Metric, Table, TableName, Term
from sqlcoder_core.values.linked import Match, MatchKind

LONGEST = 6
"""Words in the longest span that is looked up."""

_INNER = frozenset({"of", "the"})
_STEM_PENALTY = 0.88
_JOINTS = frozenset(
    [
        "by",
        "in",
        "for",
        "to",
        "from",
        "with",
        "at",
        "on",
        "and",
        "or",
        "named",
        "called",
        "titled",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "be",
        "been",
        "not",
        "per",
        "as",
        "than",
        "that",
        "who",
        "which",
    ]
)
"""Words at the edge of a span that only belong to it when the whole name is said."""


@dataclass(frozen=True, slots=True)
class Target:
    """What some words may mean."""

    kind: MatchKind
    score: float
    how: str
    table: TableName | None = None
    column: str | None = None
    name: str | None = None


@dataclass(slots=True)
class NameIndex:
    """Words in singular, and stems, to targets. Built once per catalog and set of tables; with `said`, of these stems only."""

    said: frozenset[str] | None = None
    lemmas: dict[tuple[str, ...], list[Target]] = field(default_factory=lambda: defaultdict(list))
    stems: dict[tuple[str, ...], list[Target]] = field(default_factory=lambda: defaultdict(list))
    name_words: NameWords | None = None

    def add(
        self, forms: Iterable[Form], kind: MatchKind, table: TableName | None = None, column: str | None = None, name: str | None = None
    ) -> None:
        """Take up one thing with all the ways to say it."""
        best: dict[tuple[str, ...], Form] = {}
        for form in forms:
            if (form[0] not in best or best[form[0]][1] < form[1]) and self._may_be_asked(form[0]):
                best[form[0]] = form
        for words, score, how in best.values():
            self.lemmas[words].append(Target(kind, score, how, table, column, name))
        stems: dict[tuple[str, ...], Form] = {}
        for words, score, how in best.values():
            key = tuple(map(stem, words))
            if key not in stems or stems[key][1] < score:
                stems[key] = (words, score, how)
        for key, (_, score, how) in stems.items():
            self.stems[key].append(Target(kind, score * _STEM_PENALTY, f"{how}, by its stem", table, column, name))

    def _may_be_asked(self, words: tuple[str, ...]) -> bool:
        return self.said is None or all(stem(word) in self.said for word in words)

    def lookup(self, tokens: Sequence[Token]) -> tuple[Target, ...]:
        """What these words mean, best first; the words themselves before their stems."""
        return self.find(tuple(token.lemma for token in tokens))

    def find(self, lemmas: tuple[str, ...]) -> tuple[Target, ...]:
        """The same of words in singular."""
        key = tuple(word for word in lemmas if word not in _INNER)
        exact = list(self.lemmas.get(key, ())) or list(self.lemmas.get(tuple(word for lemma in key for word in name_words(lemma)), ()))
        seen = {(target.kind, target.table, target.column, target.name) for target in exact}
        stemmed = [
            target
            for target in self.stems.get(tuple(map(stem, key)), ())
            if (target.kind, target.table, target.column, target.name) not in seen
        ]
        return tuple(sorted(exact + stemmed, key=lambda target: -target.score))

    def words(self) -> NameWords:
        """The words of all names, looked through once."""
        if self.name_words is None:
            tables = frozenset(words[-1] for words, found in self.lemmas.items() if any(_is_table_name(target) for target in found))
            self.name_words = name_words_of(frozenset(word for words in self.lemmas for word in words), tables)
        return self.name_words


def _is_table_name(target: Target) -> bool:
    return target.kind == "table" and target.how == "name"


def name_index(
    tables: Sequence[Table], metrics: Sequence[Metric] = (), terms: Sequence[Term] = (), said: Sequence[Token] | None = None
) -> NameIndex:
    """The index of everything that has a name; with `said`, only of columns that some of these words can stand for.

    A warehouse has tables of hundreds of columns: writing out all that each may be called takes longer than the question may.
    """
    stems = None if said is None else _stems(said)
    index = NameIndex(stems)
    meant = None if stems is None else _may_be_meant(stems)
    taken = _words_taken(tables)
    for table in tables:
        index.add(_forms_of_table(table, taken), "table", table=table.name)
        for column in table.columns:
            if not column.hidden and (meant is None or meant(column)):
                index.add(_forms_of_column(column, table), "column", table=table.name, column=column.name)
    for metric in metrics:
        if not metric.hidden:
            index.add(
                said_forms((metric.name, *filter(None, (metric.label,)), *metric.synonyms), "metric"),
                "metric",
                metric.table,
                name=metric.name,
            )
    for term in terms:
        index.add(said_forms((term.name, *term.synonyms), "glossary"), "term", term.table, name=term.name)
    return index


def _stems(said: Sequence[Token]) -> frozenset[str]:
    lemmas = [token.lemma for token in said if token.kind == "word"]
    return frozenset(stem(word) for lemma in lemmas for word in (lemma, *name_words(lemma), *family(lemma), *same(lemma)))


def _may_be_meant(said: frozenset[str]) -> Callable[[Column], bool]:
    """Whether some of the words may stand for a column: a quick look that lets too many pass, never too few."""
    stems = stems_of_names(said)
    # A word and its stem begin alike; stemming every name of a warehouse would take most of the time.
    begins = frozenset(one[:2] for one in stems)

    def meant(column: Column) -> bool:
        names = (column.name, *split_name(column.name), *(word for synonym in column.synonyms for word in synonym.split()))
        words = {word for name in names for word in (name.lower(), *name_words(name))}
        words.update(word for described, _, _ in _described(column) for word in described)
        ends_in_id = "id" in stems and column.name[-2:].lower() == "id"
        return ends_in_id or any(word[:2] in begins and stem(word) in stems for word in words)

    return meant


def _forms_of_table(table: Table, taken: frozenset[str]) -> list[Form]:
    words = table_words(table.name.name)
    rows = [((*words, row), 0.85, "name and a word for its rows") for row in _ROW_NOUNS if row not in taken]
    return [*said_forms(table.synonyms, "synonym in the catalog"), *table_forms(table.name.name), *told_forms(table.description), *rows]


_ROW_NOUNS = ("record", "entry", "row", "claim", "request", "posting", "line", "information")
"""Behind a table's name, and where no table or column is called so, these say no more than the name: expense claims, budget lines."""


def _words_taken(tables: Sequence[Table]) -> frozenset[str]:
    names = (name for table in tables for name in (table.name.name, *(column.name for column in table.columns)))
    return frozenset(word for name in names for word in name_words(name))


def _forms_of_column(column: Column, table: Table) -> list[Form]:
    said = list(said_forms(column.synonyms, "synonym in the catalog"))
    return [*said, *column_forms(column.name, table.name.name), *_described(column)]


def _described(column: Column) -> list[Form]:
    """The first words of a short description: "Total order amount in USD" says "total order amount"."""
    return described_forms(column.description)


def name_matches(tokens: Sequence[Token], index: NameIndex) -> tuple[Match, ...]:
    """Every span of up to six words that names something; spans do not start or end with "of" or "the"."""
    matches: list[Match] = []
    for start, token in enumerate(tokens):
        if token.kind != "word" or token.lower in _INNER:
            continue
        for end in range(start + 1, min(start + LONGEST, len(tokens)) + 1):
            if tokens[end - 1].kind != "word":
                break
            if tokens[end - 1].lower in _INNER:
                continue
            bare = token.lower not in _JOINTS and tokens[end - 1].lower not in _JOINTS
            matches += [matched(tokens, start, end, target) for target in index.lookup(tokens[start:end]) if bare or target.score >= 0.93]
    return tuple(matches)


def matched(tokens: Sequence[Token], start: int, end: int, target: Target) -> Match:
    """A target as what tokens `start:end` mean."""
    return Match(
        start=start,
        end=end,
        phrase=" ".join(token.text for token in tokens[start:end]),
        kind=target.kind,
        score=round(target.score, 3),
        table=target.table,
        column=target.column,
        name=target.name,
        how=target.how,
    )
