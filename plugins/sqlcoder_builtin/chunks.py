"""A linked question into chunks: cues, names, values, numbers, dates and words that nothing is known of, best cover first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypeAlias

from sqlcoder_builtin.cue_words import (
    ADJECTIVE_OF_UNIT,
    FILLER_VERBS,
    PLACE_VERBS,
    STOP_WORDS,
    UNIT_WORDS,
    comparatives,
    cues,
    superlatives,
)
from sqlcoder_builtin.degrees import degrees
from sqlcoder_core.api import Clock, DateSpan, Linked, Match, NumberSpan, Token, find_dates, find_numbers, tokenise

ChunkKind = Literal[
    "cue", "name", "value", "number", "date", "unit", "superlative", "comparative", "quoted", "stop", "verb", "word", "mark"
]


@dataclass(slots=True)
class Chunk:
    """Tokens `start:end` taken together. `word` is the cue, the unit or the text; `names` and `values` what it may mean, best first."""

    kind: ChunkKind
    start: int
    end: int
    text: str
    word: str = ""
    names: tuple[Match, ...] = ()
    values: tuple[Match, ...] = ()
    number: NumberSpan | None = None
    date: DateSpan | None = None
    capital: bool = False
    used: bool = False
    weight: float = 0.0

    def is_cue(self, *words: str) -> bool:
        """True for one of these cues."""
        return self.kind == "cue" and self.word in words

    def best(self, kind: str) -> Match | None:
        """The best name of a kind: table, column, metric or term."""
        return next((match for match in self.names if match.kind == kind), None)

    def score(self, kind: str) -> float:
        """How well it names something of a kind."""
        found = self.best(kind)
        return found.score if found else 0.0


@cache
def _phrases() -> dict[tuple[str, ...], tuple[ChunkKind, str]]:
    phrases: dict[tuple[str, ...], tuple[ChunkKind, str]] = {}
    for cue, texts in cues().items():
        for text in texts:
            phrases.setdefault(tuple(text.split()), ("cue", cue))
    kinds: tuple[tuple[ChunkKind, Sequence[str]], ...] = (
        ("superlative", list(superlatives())),
        ("comparative", list(comparatives())),
        ("unit", list(UNIT_WORDS)),
    )
    for kind, words in kinds:
        for text in words:
            phrases[tuple(text.split())] = (kind, text)
    for text in ADJECTIVE_OF_UNIT:
        phrases[(text,)] = ("unit", text)
    return phrases


_LONGEST_PHRASE = 7
_ONE_ORDER = frozenset(
    [
        "per",
        "each",
        "an",
        "every",
        "the",
        "last",
        "first",
        "latest",
        "recent",
        "of",
        "this",
        "that",
        "single",
        "average",
        "largest",
        "biggest",
        "highest",
        "smallest",
        "newest",
        "oldest",
    ]
)
"""Before "order by" and "order of", these say that an order is a thing."""
_MORE = {"sum": 0.1, "avg": 0.1, "count": 0.05, "mom": 0.3, "yoy": 0.3, "qoq": 0.3, "wow": 0.3} | dict.fromkeys(UNIT_WORDS, 0.1)
"""Aggregate words mean an aggregate though a column may be called "total" too."""
_PER_CHUNK = 0.25
"""Each chunk costs a little, so that one long chunk wins over several short ones."""


@dataclass(slots=True)
class _Options:
    by_start: dict[int, list[Chunk]] = field(default_factory=lambda: defaultdict(list))

    def add(self, chunk: Chunk, weight: float) -> None:
        chunk.weight = weight - _PER_CHUNK
        self.by_start[chunk.start].append(chunk)


Spans: TypeAlias = frozenset[tuple[int, int]]


def chunks_of(linked: Linked, clock: Clock) -> tuple[Chunk, ...]:
    """The chunks that cover the question best."""
    return Covers(linked, clock).best()


class Covers:
    """All chunks that a question may be cut into; the best cover of it, also where some spans are not to be taken together."""

    def __init__(self, linked: Linked, clock: Clock) -> None:
        self._tokens = tokenise(linked.question.text)
        self._options = options = _Options()
        _add_cues(self._tokens, options)
        _add_matches(self._tokens, linked.matches, options)
        for number in find_numbers(self._tokens):
            text, at = _text(self._tokens, number.start, number.end), (number.start, number.end)
            options.add(Chunk("number", *at, text, text, number=number, values=_values_at(linked.matches, *at)), at[1] - at[0])
        for date in find_dates(self._tokens, clock):
            _add_date(self._tokens, date, options)
        _add_degrees(self._tokens, linked.matches, options)
        _add_single(self._tokens, options)

    def best(self, apart: Spans = frozenset()) -> tuple[Chunk, ...]:
        """Chunks of its own for each caller, none of them one of the spans `apart` (of tokens)."""
        return _asked_anew(tuple(replace(chunk) for chunk in _best_cover(len(self._tokens), self._options, apart)))

    def divisible(self, chunk: Chunk) -> bool:
        """True for a name of several words of which the first or the last is a cue or a name by itself."""
        if chunk.kind != "name" or chunk.end - chunk.start < 2:
            return False
        edges = (chunk.start, chunk.start + 1), (chunk.end - 1, chunk.end)
        return any(self._says_something(start, end) for start, end in edges)

    def _says_something(self, start: int, end: int) -> bool:
        here = (option for option in self._options.by_start[start] if option.end == end)
        return any(option.kind in ("cue", "superlative") or (option.kind == "name" and option.names[0].score >= 0.85) for option in here)


def _text(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def _add_cues(tokens: Sequence[Token], options: _Options) -> None:
    phrases = _phrases()
    shouted = all(token.text.isupper() for token in tokens if token.kind == "word")
    lowers = ["" if _capitals(token) and not shouted else token.lower for token in tokens]
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(tokens)) + 1):
            if tokens[end - 1].kind == "quoted":
                break
            if lowers[start] == "order" and start and lowers[start - 1] in _ONE_ORDER:
                break
            found = phrases.get(tuple(lowers[start:end])) or _plural_unit(tokens, start, end)
            if found:
                # "from the previous month" alone is a period.
                more = 0.0 if lowers[start] == "from" else _MORE.get(found[1], 0.0)
                if start and lowers[start] == "number" and lowers[start - 1] in _NUMBERED:
                    # "the phone number of employees" counts nothing.
                    more -= 1.0
                options.add(Chunk(found[0], start, end, _text(tokens, start, end), found[1]), (end - start) * 0.98 + 0.05 + more)


def _add_degrees(tokens: Sequence[Token], matches: Sequence[Match], options: _Options) -> None:
    """Adjectives that no list holds; listed phrases come first."""
    listed = {(chunk.start, chunk.end) for chunks in options.by_start.values() for chunk in chunks if chunk.kind in ("superlative", "cue")}
    named = frozenset((match.start, match.end) for match in matches if match.score >= 0.8)
    for kind, start, end in degrees(tokens, named):
        if (start, end) not in listed:
            options.add(Chunk(kind, start, end, _text(tokens, start, end), tokens[end - 1].lower), (end - start) * 0.98 + 0.05)


def _capitals(token: Token) -> bool:
    """US, IN, OR: a name, not a word of grammar."""
    return token.kind == "word" and len(token.text) > 1 and token.text.isupper()


def _plural_unit(tokens: Sequence[Token], start: int, end: int) -> tuple[ChunkKind, str] | None:
    lemma = tokens[start].lemma
    return ("unit", lemma) if end == start + 1 and lemma in UNIT_WORDS and lemma != tokens[start].lower else None


def _add_matches(tokens: Sequence[Token], matches: Sequence[Match], options: _Options) -> None:
    names: dict[tuple[int, int], list[Match]] = defaultdict(list)
    values: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in matches:
        (values if match.kind == "value" else names)[(match.start, match.end)].append(match)
    for options_here in options.by_start.values():
        for chunk in options_here:
            if chunk.kind == "unit" or chunk.is_cue("sum"):
                chunk.names = tuple(sorted(names.get((chunk.start, chunk.end), ()), key=lambda match: -match.score))
    for (start, end), found in names.items():
        ranked = tuple(sorted(found, key=lambda match: -match.score))
        if ranked[0].score < 0.4 or (end == start + 1 and tokens[start].lower in PLACE_VERBS and ranked[0].score < 0.95):
            continue
        if end > start + 1 and tokens[end - 1].lower in (*FILLER_VERBS, *_NAMED) and ranked[0].score < 0.95:
            # "campuses located": the table, and a verb that a column of it is a little like.
            continue
        both = tuple(sorted(values.get((start, end), ()), key=lambda match: -match.score))
        whole = ranked[0].kind == "column" and tokens[start].lower in _COUNTED and ranked[0].how == "name"
        content = sum(1.0 if token.lower not in ("of", "the") or whole else 0.45 for token in tokens[start:end])
        weight = content * (0.55 + 0.45 * ranked[0].score) + 0.08 - (0.3 if tokens[end - 1].lower in ("at", "on", "in", "by") else 0.0)
        if _goes_on_about_owner(tokens, start, end):
            weight -= 1.0
        options.add(Chunk("name", start, end, _text(tokens, start, end), names=ranked, values=both, capital=tokens[start].capital), weight)
    for (start, end), found in values.items():
        ranked = tuple(sorted(found, key=lambda match: -match.score))
        quoted = tokens[start].kind == "quoted"
        if _part_of_a_noun(tokens, start, end):
            continue
        strong = ranked[0].score >= 0.85 or quoted
        if strong and tokens[start].kind != "number":
            weight = (end - start) * (0.5 + 0.45 * ranked[0].score) + (0.11 if ranked[0].score >= 0.97 else 0.06)
            options.add(
                Chunk(
                    "value",
                    start,
                    end,
                    _text(tokens, start, end),
                    names=tuple(sorted(names.get((start, end), ()), key=lambda match: -match.score)),
                    values=ranked,
                    capital=tokens[start].capital,
                ),
                weight,
            )
        elif ranked[0].score >= 0.6 and tokens[start].capital:
            options.add(Chunk("value", start, end, _text(tokens, start, end), values=ranked, capital=True), (end - start) * 0.55)


_NUMBERED = frozenset("phone telephone card account room flight serial invoice id contact house model tracking license vat".split())
_NAMED = ("named", "called", "titled")
_TELLS_WHICH = frozenset("named called titled with whose that which who code id number".split())


def _goes_on_about_owner(tokens: Sequence[Token], start: int, end: int) -> bool:
    """ "the description of the role named X": two things, of which the second is told apart by what follows."""
    if end >= len(tokens) or not any(token.lower == "of" for token in tokens[start + 1 : end - 1]):
        return False
    return tokens[end].lower in _TELLS_WHICH or tokens[end].kind == "quoted"


_COUNTED = frozenset({"number", "count", "total", "amount"})
"""First words of columns that keep a count: said whole, they mean the column rather than a count of rows."""

_HEADS = frozenset({"number", "numbers", "address", "addresses", "code", "codes"})
"""Nouns that make one thing with the noun before them: a phone number is no phone."""


def _part_of_a_noun(tokens: Sequence[Token], start: int, end: int) -> bool:
    """A lone common noun before such a head, which a column called like both would have taken together."""
    plain = end == start + 1 and tokens[start].kind == "word" and not tokens[start].capital
    return plain and end < len(tokens) and tokens[end].lower in _HEADS


def _values_at(matches: Sequence[Match], start: int, end: int) -> tuple[Match, ...]:
    return tuple(match for match in matches if match.kind == "value" and match.start == start and match.end == end)


def _add_date(tokens: Sequence[Token], date: DateSpan, options: _Options) -> None:
    text = _text(tokens, date.start, date.end)
    weight = (date.end - date.start) * 1.02 + 0.05 - (0.1 if date.doubtful else 0.0)
    options.add(Chunk("date", date.start, date.end, text, date=date), weight)


def _add_single(tokens: Sequence[Token], options: _Options) -> None:
    """Every token as something, so that there is always a cover."""
    for at, token in enumerate(tokens):
        if token.kind == "quoted":
            options.add(Chunk("quoted", at, at + 1, token.text, token.text, capital=True), 0.9)
        elif token.kind == "mark" and token.text in (".", "?", "!", ";"):
            options.add(Chunk("mark", at, at + 1, token.text, token.text), 0.2)
        elif token.kind == "mark" or (token.lower in STOP_WORDS and not _begins_a_name(token, at)):
            options.add(Chunk("stop", at, at + 1, token.text, token.lower, capital=token.capital), 0.4)
        elif token.lower in FILLER_VERBS:
            options.add(Chunk("verb", at, at + 1, token.text, token.lower, capital=token.capital and at > 0), 0.5)
        else:
            options.add(Chunk("word", at, at + 1, token.text, token.lower, capital=token.capital and at > 0), -0.3)


def _begins_a_name(token: Token, at: int) -> bool:
    """New York, Far East: in capitals these are no filling words."""
    return at > 0 and token.capital and token.lower in ("new", "far", "own")


def _best_cover(length: int, options: _Options, apart: Spans = frozenset()) -> tuple[Chunk, ...]:
    """Dynamic programming from the right: the sum of weights decides."""
    best: list[tuple[float, Chunk | None]] = [(0.0, None)] * (length + 1)
    for at in range(length - 1, -1, -1):
        allowed = (chunk for chunk in options.by_start[at] if (at, chunk.end) not in apart)
        best[at] = max(((chunk.weight + best[chunk.end][0], chunk) for chunk in allowed), key=lambda pair: pair[0])
    chunks: list[Chunk] = []
    at = 0
    while at < length:
        chunk = best[at][1]
        assert chunk is not None
        chunks.append(chunk)
        at = chunk.end
    return tuple(chunks)


def _asked_anew(chunks: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
    """ "which" and "who" at the start of a sentence or after a comma ask; elsewhere they relate."""
    for at, chunk in enumerate(chunks):
        if chunk.is_cue("show") and chunk.text.lower() == "name" and at and _names_something(chunks[at - 1]):
            # "their name", "first name and name": a thing, not the verb.
            chunk.kind, chunk.word = "word", "name"
        if _commands(chunks, at):
            # "Return the ...", though a table is called so.
            chunk.kind, chunk.word, chunk.names = "cue", "show", ()
        if (
            chunk.is_cue("show")
            and chunk.text.lower() in ("who are", "who is", "who were", "which are")
            and at
            and chunks[at - 1].kind in ("name", "value")
        ):
            chunk.word = "that"
        if chunk.is_cue("that", "whose") and chunk.text.lower() in (
            "which",
            "who",
            "whom",
            "in which",
            "for which",
            "on which",
            "at which",
            "where",
            "when",
        ):
            before = chunks[at - 1] if at else None
            if before is None or (before.kind == "stop" and before.word in (",", ".", ":", ";") and _leads(chunks, at)):
                chunk.word = "show"
    return chunks


_COMMANDS = frozenset("return show give list include provide display report output state".split())
_ARTICLES = frozenset("the their its all only each both me us also every".split())


def _commands(chunks: tuple[Chunk, ...], at: int) -> bool:
    """A verb at the start of a sentence, an article or another name behind it."""
    before, following = chunks[at - 1] if at else None, chunks[at + 1] if at + 1 < len(chunks) else None
    if chunks[at].kind not in ("name", "value", "verb", "word") or chunks[at].text.lower() not in _COMMANDS or following is None:
        return False
    if following.kind == "stop" and following.word in _ARTICLES:
        return before is None or before.kind == "mark" or before.word == ","
    return before is not None and before.kind == "mark" and following.kind in ("name", "cue", "unit")


def _names_something(before: Chunk) -> bool:
    return (before.kind == "stop" and before.word in _POSSESSIVES) or before.is_cue("and", "show") or before.kind == "name"


_POSSESSIVES = frozenset("the their its his her each a , all".split())


def _leads(chunks: tuple[Chunk, ...], at: int) -> bool:
    """No subject stands before the comma, or only a "for each ..."."""
    return chunks[0].is_cue("per") or chunks[0].text.lower() in ("for", "of", "in", "among")
