"""The ways in which people say a table, a column, a metric or a term, each with how likely it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlcoder_core.linking.lexicon import synonyms
from sqlcoder_core.linking.words import name_words, split_name, table_words

Words = tuple[str, ...]
Form = tuple[Words, float, str]
"""Words in singular, score (1.0 is the name itself), how they come from the name."""

_GENERIC = frozenset({
    "id", "name", "code", "date", "number", "type", "key", "value", "text", "time", "at", "of", "in", "is", "has", "the",
    "and", "to", "for", "by", "on", "no", "up", "down", "out", "off", "over", "from", "with", "per", "other", "new", "old",
    "this", "that", "all", "any", "not", "was", "are", "be",
})  # fmt: skip
"""Words that alone never stand for a longer name."""

_UNIT_ENDINGS = (
    ("in", "billion"), ("in", "million"), ("in", "thousand"), ("usd",), ("eur",), ("gbp",), ("dollar",), ("in", "usd"), ("kg",),
    ("km",), ("cm",),
    ("percent",), ("in", "dollar"), ("in", "kg"), ("in", "hour"), ("in", "minute"), ("in", "second"), ("m",), ("minute",), ("mi",),
    ("cent",), ("kwh",), ("mwh",), ("kw",), ("mw",), ("sqm",), ("sqft",), ("square", "meter"), ("m", "2"), ("m", "3"), ("mm",), ("lb",),
    ("oz",), ("gb",), ("mb",), ("kb",), ("kmh",), ("mph",), ("liter",), ("litre",), ("ml",), ("hour",), ("day",), ("sec",), ("ms",),
)  # fmt: skip
_FLAGS = ("is", "has", "was", "flag")


@lru_cache(maxsize=50_000)
def table_forms(name: str) -> tuple[Form, ...]:
    """Ways to say a table by its name alone."""
    words = table_words(name)
    forms: list[Form] = [(words, 1.0, "name")]
    if name_words(name) != words:
        forms.append((name_words(name), 1.0, "name"))
    forms += [(other, 0.8 * score, "synonym") for other, score in _replaced(words)]
    if len(words) > 1:
        forms.append((words[-1:], 0.75, "last word"))
        if words[0] not in _GENERIC:
            forms.append((words[:1], 0.55, "first word"))
    return _best(forms)


@lru_cache(maxsize=100_000)
def column_forms(column: str, table: str) -> tuple[Form, ...]:
    """Ways to say a column of a table: its name, with or without the table's, unit endings dropped, synonyms, its main words."""
    own, owner = name_words(column), table_words(table)
    core = _without_owner(own, owner)
    forms: list[Form] = [(own, 1.0, "name"), ((*owner, *core), 1.0, "table and name")]
    if len(owner) > 1:
        forms.append(((*owner[-1:], *core), 0.97, "table and name"))
    if core != own:
        forms.append((core, 0.93, "name without the table's"))
    raw = split_name(column)
    if raw != own:
        forms.append((raw, 0.97, "name as written"))
    for words in dict.fromkeys((own, core)):
        forms += _shorter(words)
        forms += [(other, 0.8 * score, "synonym") for other, score in _replaced(words)]
        forms += [((*owner[-1:], *other), 0.8 * score, "synonym") for other, score in _replaced(words)]
    return _best(forms)


def said_forms(names: tuple[str, ...], how: str) -> Iterator[Form]:
    """Forms of names written by people (synonyms, labels): as they stand."""
    for name in names:
        words = tuple(word for piece in name.replace("-", " ").split() for word in name_words(piece))
        if words:
            yield (words, 1.0, how)


def _shorter(words: Words) -> Iterator[Form]:
    for ending in _UNIT_ENDINGS:
        if len(words) > len(ending) and words[-len(ending) :] == ending:
            yield (words[: -len(ending)], 0.95, "name without its unit")
            words = words[: -len(ending)]
            break
    if len(words) > 1 and words[0] in _FLAGS:
        yield (words[1:], 0.95, "flag")
    if len(words) > 1 and words[-1] == "flag":
        yield (words[:-1], 0.95, "flag")
    if len(words) > 1 and words[-1] in ("name", "title", "description", "type", "date", "time", "at", "amount", "number", "code", "status"):
        yield (words[:-1], 0.7 if words[-1] != "code" else 0.6, "main word")
    if len(words) > 1 and words[-1] == "count":
        yield (words[:-1], 0.62, "main word")
    if len(words) > 1 and words[-1] in ("id", "key"):
        yield (words[:-1], 0.42, "the thing it identifies")
    if len(words) > 1:
        yield from (
            (words[at : at + 1], 0.6 if at == len(words) - 1 else 0.5, "one of its words")
            for at in range(len(words))
            if words[at] not in _GENERIC
        )
    if len(words) > 2:
        yield from (
            (words[at : at + 2], 0.75, "some of its words") for at in range(len(words) - 1) if not set(words[at : at + 2]) <= _GENERIC
        )
    if len(words) == 2 and not set(words) & _GENERIC:
        yield ((words[1], words[0]), 0.9, "its words turned round")
    if len(words) == 2 and words[0] == "number":
        yield (("number", "of", words[1]), 1.0, "name")


def _without_owner(words: Words, owner: Words) -> Words:
    for prefix in (owner, owner[-1:], owner[:1]):
        if len(words) > len(prefix) and words[: len(prefix)] == prefix:
            return words[len(prefix) :]
    if len(words) > 1 and len(words[0]) == 1 and words[0].isalpha():
        return words[1:]
    if len(words) > 1 and len(owner) > 1 and words[0] == "".join(word[0] for word in owner):
        # `ccNm` of cost centers: its table's initials.
        return words[1:]
    if len(words) > 1 and 3 <= len(words[0]) < len(owner[-1] if owner else "") and owner[-1].startswith(words[0]):
        # `res_status` of reservation: its table's name in short.
        return words[1:]
    if len(words) == 1 and owner and words[0] in (f"{owner[0][0]}id", f"{owner[-1][0]}id"):
        return ("id",)
    return words


def _replaced(words: Words) -> Iterator[tuple[Words, float]]:
    """The words with a synonym for all of them, for the last two, or for one."""
    table = synonyms()
    if len(words) > 1:
        yield from ((other, 1.0) for other in table.get(words, ()))
    for at, word in enumerate(words):
        weight = 1.0 if len(words) == 1 else 0.95
        yield from (((*words[:at], *other, *words[at + 1 :]), weight) for other in table.get((word,), ()))


def _best(forms: list[Form]) -> tuple[Form, ...]:
    best: dict[Words, Form] = {}
    for form in forms:
        key = tuple(word for word in form[0] if word not in ("of", "the")) or form[0]
        if key not in best or best[key][1] < form[1]:
            best[key] = (key, form[1], form[2])
    return tuple(best.values())
