"""Words of a question to stored values: the same text, another case or ending, short forms ("NY"), near misses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlcoder_core.linking.code_words import is_coded, legend, stands_for
from sqlcoder_core.linking.tokens import Token, tokenise
from sqlcoder_core.linking.value_text import normalise, other_forms
from sqlcoder_core.linking.words import name_words, stem, table_words
from sqlcoder_core.values.catalog import Catalog, Column, Scalar, Table, TableName, ValueHit
from sqlcoder_core.values.linked import Match

_LONGEST = 6
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "by",
        "with",
        "and",
        "or",
        "not",
        "no",
        "is",
        "are",
        "was",
        "were",
        "be",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "all",
        "any",
        "each",
        "every",
        "per",
        "from",
        "than",
        "more",
        "most",
        "less",
        "least",
        "how",
        "many",
        "what",
        "which",
        "who",
        "whose",
        "where",
        "when",
        "show",
        "list",
        "give",
        "find",
        "me",
        "us",
        "i",
        "it",
        "its",
        "as",
        "that",
        "this",
        "these",
        "those",
        "total",
        "average",
        "count",
        "number",
        "people",
        "person",
        "name",
        "id",
        "top",
        "first",
        "last",
        "order",
        "out",
        "over",
        "under",
        "between",
        "new",
        "other",
        "high",
        "low",
        "one",
        "two",
        "three",
    ]
)
"""Words that are not taken for a stored value unless they are quoted or written in capitals like it."""
_QUALITIES = frozenset({"high", "low", "new", "top", "first", "last"})
"""Those of them that a column's word behind them makes a value: high priority, first class."""


@dataclass(slots=True)
class ValueIndex:
    """Stored values of some tables by their words in lower case, by their stems, by their initials, and codes by theirs."""

    exact: dict[tuple[str, ...], list[ValueHit]] = field(default_factory=lambda: defaultdict(list))
    stems: dict[tuple[str, ...], list[ValueHit]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[str, list[ValueHit]] = field(default_factory=lambda: defaultdict(list))
    coded: dict[str, list[ValueHit]] = field(default_factory=lambda: defaultdict(list))
    """Codes that no description explains, by their first letters in lower case."""
    nouns: set[str] = field(default_factory=set)
    """Stems of what the tables are called by."""

    def explain(self, table: TableName, column: Column) -> None:
        """Take up what the codes of one column stand for."""
        for code, words in legend(column).items():
            hit = ValueHit(table=table, column=column.name, value=code, score=0.95)
            self.exact[words].append(hit)
            self.stems[tuple(map(stem, words))].append(replace(hit, score=0.88))
        if is_coded(column):
            for code in column.values:
                self.coded[str(code).lower()[:1]].append(ValueHit(table=table, column=column.name, value=code, score=0.86))

    def by_code(self, word: str) -> list[ValueHit]:
        """Codes that may be short for a word: at most one of each column."""
        fitting = [hit for hit in self.coded.get(word[:1], ()) if stands_for(str(hit.value), word)]
        columns = [(hit.table.key, hit.column) for hit in fitting]
        return [hit for hit in fitting if columns.count((hit.table.key, hit.column)) == 1]

    def add(self, table: TableName, column: Column) -> None:
        """Take up the stored values of one column of text."""
        for value in column.values:
            if not isinstance(value, str) or not value.strip() or len(value) > 80:
                continue
            words = value_words(value)
            if not words:
                continue
            self.exact[words].append(ValueHit(table=table, column=column.name, value=value, score=1.0))
            self.stems[tuple(map(stem, words))].append(ValueHit(table=table, column=column.name, value=value, score=0.86))
            if len(words) > 1:
                for word in set(words):
                    self.inside[word].append(ValueHit(table=table, column=column.name, value=value, score=0.6))

    def of_kind(self, words: tuple[str, ...]) -> list[ValueHit]:
        """ "high priority", "late shift": a common word or what a code stands for, with the last word of its column behind it."""
        if len(words) != 2 or stem(words[1]) in self.nouns:
            return []
        hits = [hit for hit in self.exact.get(words[:1], ()) if words[0] in _COMMON or str(hit.value).lower() != words[0]]
        return [replace(hit, score=0.95) for hit in hits if stem(words[1]) == stem(_kind(hit.column))]

    def lookup(self, words: tuple[str, ...]) -> list[ValueHit]:
        """Values that are these words, or whose words have the same stems."""
        if len(words) == 1 and len(words[0]) < 4:
            return self.exact.get(words, [])
        return self.exact.get(words) or self.stems.get(tuple(map(stem, words))) or []


def _kind(column: str) -> str:
    """The last word of a column's name that is no word for how it is kept: priority of priority_cd."""
    words = [word for word in name_words(column) if word not in ("code", "cd", "type", "level", "key", "id", "name", "flag")]
    return words[-1] if words else ""


def value_words(text: str) -> tuple[str, ...]:
    """The words of a value as they are compared: lower case, marks dropped, `in_transit` like "in transit"."""
    return tuple(token.lower for token in tokenise(text.replace("_", " ").replace("-", " ")) if token.kind != "mark")


def value_index(tables: Sequence[Table], said: Sequence[Token] | None = None) -> ValueIndex:
    """The index over the stored values of these tables' columns of text; with `said`, only of values that share a word with these."""
    index = ValueIndex()
    fits = _sharing(said) if said is not None else None
    for table in tables:
        index.nouns.update(stem(word) for word in table_words(table.name.name)[-1:])
        for column in table.columns:
            if column.hidden:
                continue
            if column.kind in ("text", "other", "integer"):
                index.explain(table.name, column)
            if column.values and column.kind in ("text", "other", "boolean"):
                index.add(table.name, column if fits is None else replace(column, values=tuple(filter(fits, column.values))))
    return index


def _sharing(said: Sequence[Token]) -> Callable[[Scalar], bool]:
    """Whether a value may hold one of the words or a short form of one: a quick look that lets too many pass, never too few."""
    texts = {token.lower for token in said if token.kind not in ("mark", "quoted") and (not _too_common(token) or token.text.isupper())}
    texts.update(token.lower for token in said if token.lower in _QUALITIES)
    texts.update(word for token in said if token.kind == "quoted" for word in value_words(token.text))
    for start, end in _spans(said):
        forms = other_forms(normalise(" ".join(token.text for token in said[start:end])))
        texts.update(word for form in forms for word in form.split())
    # An inflection may change the last letter that two words share: "companies", "company".
    begins = {stem(text)[: max(3, len(stem(text)) - 1)] if text.isalpha() else text for text in texts}
    pattern = re.compile("|".join(map(re.escape, sorted(begins, key=len))) or "(?!)")
    return lambda value: isinstance(value, str) and pattern.search(value.lower()) is not None


def value_matches(tokens: Sequence[Token], index: ValueIndex, catalog: Catalog | None, tables: Sequence[Table]) -> tuple[Match, ...]:
    """Every span that may be a stored value of these tables; quoted text and unknown names are asked of the catalog's own index."""
    found: list[Match] = []
    spans = list(_spans(tokens))
    for start, end in spans:
        found += [_match(tokens, start, end, hit, how) for hit, how in _local(tokens[start:end], index)]
    if catalog is not None:
        found += _from_catalog(tokens, spans, found, catalog, {table.name.key for table in tables})
    return tuple(found)


def _spans(tokens: Sequence[Token]) -> Iterable[tuple[int, int]]:
    for start, token in enumerate(tokens):
        if token.kind in ("quoted", "number"):
            yield start, start + 1
        if token.kind == "mark":
            continue
        for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
            if tokens[end - 1].kind in ("quoted",):
                break
            if tokens[end - 1].kind != "mark" and (end - start > 1 or token.kind == "word"):
                yield start, end


def _local(span: Sequence[Token], index: ValueIndex) -> list[tuple[ValueHit, str]]:
    text = " ".join(token.text for token in span)
    words = value_words(text)
    if len(span) == 1 and _too_common(span[0]):
        if span[0].text.isupper() and len(span[0].text) > 1 and (short := _by_short_form(text, index)):
            return [(hit, "short form") for hit in short]
        return [
            (hit, "stored value")
            for hit in index.exact.get(words, ())
            if hit.value == span[0].text and span[0].text.isupper() and len(span[0].text) > 1
        ]
    hits = [(hit, "stored value") for hit in index.lookup(words) or index.of_kind(words)]
    if not hits and all(token.kind == "word" for token in span):
        hits += [(hit, "short form") for hit in _by_short_form(text, index)]
    if not hits and len(span) == 1 and span[0].kind == "word" and len(span[0].text) > 3:
        hits += [(hit, "a code for it") for hit in index.by_code(span[0].lower)]
    return [(_scored(hit, text), how) for hit, how in hits]


def _too_common(token: Token) -> bool:
    return token.kind == "word" and (token.lower in _COMMON or len(token.text) == 1)


def _by_short_form(text: str, index: ValueIndex) -> list[ValueHit]:
    """ "NY" for a stored "New York" and the other way round; a short form counts only in capitals."""
    short = text.isupper() and len(text) > 1
    hits = [hit for form in other_forms(normalise(text)) for hit in index.exact.get(tuple(form.split()), ())]
    long = len(text) > 4
    fitting = [
        hit
        for hit in hits
        if (short and len(str(hit.value)) > len(text)) or (str(hit.value).isupper() and text[:1].isupper()) or (long and not short)
    ]
    return [ValueHit(table=hit.table, column=hit.column, value=hit.value, score=0.9) for hit in fitting]


def _scored(hit: ValueHit, text: str) -> ValueHit:
    if hit.score < 1.0 or str(hit.value) == text:
        return hit
    return ValueHit(table=hit.table, column=hit.column, value=hit.value, score=0.97)


def _from_catalog(
    tokens: Sequence[Token], spans: list[tuple[int, int]], found: list[Match], catalog: Catalog, within: set[str]
) -> list[Match]:
    """Ask the catalog for quoted text and for names in capitals that the linked tables' samples do not hold."""
    known = {(match.start, match.end) for match in found}
    asked = {
        " ".join(token.text for token in tokens[start:end]): (start, end)
        for start, end in spans
        if (start, end) not in known and _named(tokens[start:end])
    }
    if not asked:
        return []
    answers = catalog.values_like(tuple(asked))
    return [
        _match(tokens, *asked[text], hit, "stored value, nearly" if hit.score < 1.0 else "stored value")
        for text, hits in answers
        if text in asked
        for hit in hits
        if hit.table.key in within
    ]


def _named(span: Sequence[Token]) -> bool:
    if any(token.kind == "quoted" for token in span):
        return len(span) == 1
    return (
        len(span) <= 4
        and all(token.capital or token.kind == "number" for token in (span[0], span[-1]))
        and not _too_common(span[0])
        and span[0].kind == "word"
    )


def _match(tokens: Sequence[Token], start: int, end: int, hit: ValueHit, how: str) -> Match:
    return Match(
        start=start,
        end=end,
        phrase=" ".join(token.text for token in tokens[start:end]),
        kind="value",
        score=round(hit.score, 3),
        table=hit.table,
        column=hit.column,
        value=hit.value,
        how=how,
    )
