"""A question and the catalog in, the part of the catalog that the question is about out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TypeAlias

from sqlcoder_core.linking.grounding import ValueIndex, value_index, value_matches
from sqlcoder_core.linking.join_paths import bridges_between
from sqlcoder_core.linking.kin_matches import kin_matches
from sqlcoder_core.linking.kin_values import kin_values
from sqlcoder_core.linking.spans import NameIndex, name_index, name_matches
from sqlcoder_core.linking.table_vectors import fused
from sqlcoder_core.linking.tokens import Token, tokenise
from sqlcoder_core.linking.words import name_words
from sqlcoder_core.values.catalog import Catalog, Metric, Relationship, Table, TableName, Term
from sqlcoder_core.values.linked import Linked, Match
from sqlcoder_core.values.question import Question

SMALL = 60
"""Catalogs of at most so many tables are linked whole."""

FOUND = 18
"""Tables that a search of a larger catalog brings, before bridges."""

BRIDGES = 6
"""Tables at most that join those."""

Near: TypeAlias = Callable[[str, int], Sequence[TableName]]
"""Tables near to a text in meaning, nearest first, at most so many."""

_STOP = frozenset(
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
        "is",
        "are",
        "was",
        "were",
        "be",
        "has",
        "have",
        "do",
        "does",
        "did",
        "all",
        "any",
        "each",
        "what",
        "which",
        "who",
        "how",
        "many",
        "much",
        "me",
        "show",
        "list",
        "give",
        "find",
    ]
)


class _Kept:
    """The name and value indexes of the last few sets of tables: building them costs more than using them."""

    def __init__(self, size: int = 8) -> None:
        self._size = size
        self._indexes: OrderedDict[tuple[str, ...], tuple[NameIndex, ValueIndex]] = OrderedDict()
        self._lock = Lock()

    def get(
        self, catalog_hash: str, tables: Sequence[Table], metrics: Sequence[Metric], terms: Sequence[Term]
    ) -> tuple[NameIndex, ValueIndex]:
        key = (catalog_hash, *(table.name.key for table in tables))
        with self._lock:
            if key not in self._indexes:
                self._indexes[key] = (name_index(tables, metrics, terms), value_index(tables))
                if len(self._indexes) > self._size:
                    self._indexes.popitem(last=False)
            self._indexes.move_to_end(key)
            return self._indexes[key]


_KEPT = _Kept()


def link(question: Question, catalog: Catalog, near: Near | None = None) -> Linked:
    """Tables that the question needs, joins kept, and what each span of words may mean (`Linked.matches`).

    On catalogs of up to `SMALL` tables all tables are linked; on larger ones those that the catalog's search, its stored values,
    and the metrics and terms named in the question bring, and the tables that join them; with `near` also those found by meaning.
    """
    tokens = tokenise(question.text)
    everything = tokens if not question.previous else (*tokenise(question.previous), *tokens)
    metrics, terms = catalog.metrics(), catalog.terms()
    names = _all_names(catalog) if len(catalog) <= SMALL else _needed(everything, catalog, metrics, terms, _nearby(question, near))
    tables = tuple(_shown(table) for name in names if (table := catalog.table(name)) is not None and not table.hidden)
    relationships = _among(catalog.relationships([table.name for table in tables]), tables)
    return Linked(
        question=question,
        tokens=tuple(token.text for token in tokens),
        tables=tables,
        relationships=relationships,
        metrics=metrics,
        terms=terms,
        verified=catalog.verified(),
        instructions=catalog.instructions(),
        exposures=catalog.exposures(),
        matches=_matches(tokens, catalog, tables, metrics, terms),
        default_schema=catalog.default_schema,
    )


def _shown(table: Table) -> Table:
    """Without its hidden columns: whoever writes SQL, a model on another machine included, does not hear of them."""
    hidden = any(column.hidden for column in table.columns)
    return replace(table, columns=tuple(column for column in table.columns if not column.hidden)) if hidden else table


def rematch(text: str, linked: Linked) -> Linked:
    """The same part of the catalog linked to other words: for the previous question of a conversation."""
    tokens = tokenise(text)
    names, values = _KEPT.get(str(hash((linked.tables, linked.metrics, linked.terms))), linked.tables, linked.metrics, linked.terms)
    matches = _with_kin(tokens, names, values, (*name_matches(tokens, names), *value_matches(tokens, values, None, linked.tables)))
    return Linked(
        question=Question(text=text, id=linked.question.id, limit=linked.question.limit),
        tokens=tuple(token.text for token in tokens),
        tables=linked.tables,
        relationships=linked.relationships,
        metrics=linked.metrics,
        terms=linked.terms,
        matches=matches,
        default_schema=linked.default_schema,
    )


def _matches(
    tokens: Sequence[Token], catalog: Catalog, tables: Sequence[Table], metrics: Sequence[Metric], terms: Sequence[Term]
) -> tuple[Match, ...]:
    if len(catalog) <= SMALL:
        names, values = _KEPT.get(catalog.content_hash, tables, metrics, terms)
    else:
        names, values = name_index(tables, metrics, terms, tokens), value_index(tables, tokens)
    return _with_kin(tokens, names, values, (*name_matches(tokens, names), *value_matches(tokens, values, catalog, tables)))


def _with_kin(tokens: Sequence[Token], names: NameIndex, values: ValueIndex, found: tuple[Match, ...]) -> tuple[Match, ...]:
    known = (*found, *kin_matches(tokens, names, found))
    return (*known, *kin_values(tokens, values, known))


def _all_names(catalog: Catalog) -> tuple[TableName, ...]:
    return tuple(catalog.names())


def _nearby(question: Question, near: Near | None) -> Sequence[TableName]:
    return near(" ".join(filter(None, (question.previous, question.text))), FOUND) if near is not None else ()


def _needed(
    tokens: Sequence[Token], catalog: Catalog, metrics: Sequence[Metric], terms: Sequence[Term], nearby: Sequence[TableName]
) -> tuple[TableName, ...]:
    """Of a large catalog: what is found by words and meaning, where stored values lie, what metrics and terms stand on, and bridges."""
    words = [token.lemma for token in tokens if token.kind == "word" and token.lower not in _STOP]
    said = catalog.search(words, FOUND)
    found = list(fused((said, nearby), FOUND) if nearby else said)
    found += _with_values(tokens, catalog)
    found += [named.table for named in _named(tokens, metrics, terms) if named.table]
    chosen = list({name.key: name for name in found}.values())
    bridges = bridges_between(chosen, catalog.relationships(chosen), BRIDGES)
    return tuple({name.key: name for name in (*chosen, *bridges)}.values())


def _with_values(tokens: Sequence[Token], catalog: Catalog) -> Iterable[TableName]:
    texts = [token.text for token in tokens if token.kind == "quoted" or (token.capital and token.start)]
    return [hit.table for _, hits in catalog.values_like(tuple(texts), 4) for hit in hits if hit.score >= 0.9] if texts else []


def _named(tokens: Sequence[Token], metrics: Sequence[Metric], terms: Sequence[Term]) -> Iterable[Metric | Term]:
    said = {token.lemma for token in tokens}
    everything: list[Metric | Term] = [*metrics, *terms]
    for named in everything:
        if any(set(name_words(name)) <= said for name in (named.name, *named.synonyms)):
            yield named


def _among(relationships: Sequence[Relationship], tables: Sequence[Table]) -> tuple[Relationship, ...]:
    keys = {table.name.key for table in tables}
    return tuple(join for join in relationships if join.left.key in keys and join.right.key in keys)
