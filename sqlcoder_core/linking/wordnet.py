"""What WordNet knows of a word: its kinds, what it measures, its family, its neighbours; read from `wordnet.txt` beside this module.

Nothing is parsed before it is asked for: the file's lines are found by halving.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_KINDS = "nvar"
_RARELY = 0.12
"""Part of a word's uses below which a kind is not what is meant."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What an adjective measures: nouns, best first; `low` where it means their low end (cheap, short)."""

    nouns: tuple[str, ...]
    low: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One word: how often tagged texts use it as each kind (0 for never, absent where it is no such word), and other words by field."""

    uses: Mapping[str, int]
    person: bool
    worker: bool
    fields: Mapping[str, tuple[str, ...]]

    def share(self, kind: str) -> float:
        """The part of its uses as this kind; even parts where no text uses it."""
        if kind not in self.uses:
            return 0.0
        total = sum(self.uses.values())
        return self.uses[kind] / total if total else 1.0 / len(self.uses)


@lru_cache(maxsize=4_000)
def entry(word: str) -> Entry | None:
    """The entry of a lower-case base form; None for words that the extract lacks."""
    lines = _lines()
    at = bisect_left(lines, f"{word}\t")
    if at == len(lines) or not lines[at].startswith(f"{word}\t"):
        return None
    _, kinds, *fields = lines[at].split("\t")
    return Entry(_uses(kinds), "p" in kinds, "w" in kinds, {field[0]: tuple(field[1:].split(",")) for field in fields})


def _uses(kinds: str) -> dict[str, int]:
    found: dict[str, int] = {}
    last = ""
    for letter in kinds:
        if letter in _KINDS:
            last = letter
            found[last] = 0
        elif letter.isdigit():
            found[last] = found[last] * 10 + int(letter)
    return found


def measured_by(adjective: str) -> Measured | None:
    """What an adjective measures, in any of its degrees: "pricey", "pricier" and "priciest" price and cost; None for other words."""
    for base in adjective_bases(adjective):
        found = entry(base)
        if found is not None and "a" in found.uses and "=" in found.fields:
            first, *others = found.fields["="]
            return Measured((first[1:], *others), first[0] == "-")
    return None


def family(word: str) -> tuple[str, ...]:
    """Words of the same root as one said: expired gives expire, expiration; payment gives pay."""
    found = [base for base in bases(word) if base != word]
    for base in bases(word):
        known = entry(base)
        found += known.fields.get("+", ()) if known is not None else ()
    return tuple(dict.fromkeys(other for other in found if other != word))


def doers(word: str) -> tuple[str, ...]:
    """People who do what a verb says: donated gives donor where WordNet tells, publish publisher."""
    return _of_field(word, "*")


def same(word: str) -> tuple[str, ...]:
    """Words that mean the same in the usual sense of one said."""
    return _of_field(word, "~")


def broader(word: str) -> tuple[str, ...]:
    """One step up from the usual sense of a noun in singular: policyholder gives customer."""
    known = entry(word)
    return known.fields.get("@", ()) if known is not None else ()


def _of_field(word: str, field: str) -> tuple[str, ...]:
    found = (known.fields.get(field, ()) for base in bases(word) if (known := entry(base)) is not None)
    return tuple(dict.fromkeys(other for others in found for other in others))


def is_person(noun: str) -> bool:
    """A noun, in singular, whose usual sense is people: customer, donor, inspector."""
    known = entry(noun)
    return known is not None and known.person


def is_worker(noun: str) -> bool:
    """A noun, in singular, for people by their work: inspector, manager."""
    known = entry(noun)
    return known is not None and known.worker


def is_verb(word: str) -> bool:
    """A form of a verb that is hardly ever a noun, an adjective or an adverb: "attracted", "filed", "stand", not "place"."""
    read = word if entry(word) is not None else word.removesuffix("s")
    if word not in _irregular() and (known := entry(read)) is not None and sum(known.share(kind) for kind in "nar") > _RARELY:
        return False
    return any((known := entry(base)) is not None and "v" in known.uses for base in verb_bases(word))


def is_adverb(word: str) -> bool:
    """A word that is only an adverb: "currently", "altogether"."""
    known = entry(word)
    return known is not None and "r" in known.uses and known.share("r") > 1 - _RARELY


def is_known(word: str) -> bool:
    """An English word, in its base form or not: what is none may be a short form of one."""
    return any(entry(base) is not None for base in bases(word))


# ------------------------------------------------------------------ inflections


def bases(word: str) -> tuple[str, ...]:
    """The word and what it may be an inflected form of."""
    nouns = (word[:-1], word[:-2] if word.endswith("es") else "") if word.endswith("s") else ()
    plural = f"{word[:-3]}y" if word.endswith("ies") else ""
    found = (word, *(noun for noun in (*nouns, plural) if noun), *verb_bases(word), *adjective_bases(word))
    return tuple(base for base in dict.fromkeys(found) if base == word or entry(base) is not None)


def verb_bases(word: str) -> tuple[str, ...]:
    """Base forms that a verb's form may come from, those that are known verbs; the word itself among them."""
    forms = (word, *_irregular().get(word, ()), *_stripped(word, ("ed", "ing", "s")))
    return tuple(form for form in dict.fromkeys(forms) if (known := entry(form)) is not None and "v" in known.uses)


def adjective_bases(word: str) -> tuple[str, ...]:
    """Base forms that a degree of an adjective may come from, those that are known adjectives; the word itself among them."""
    forms = (word, *_irregular().get(word, ()), *_stripped(word, ("est", "er")))
    return tuple(form for form in dict.fromkeys(forms) if (known := entry(form)) is not None and "a" in known.uses)


def _stripped(word: str, endings: Sequence[str]) -> Iterator[str]:
    for ending in endings:
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < 2:
            continue
        yield from (rest, f"{rest}e")
        if rest.endswith("i"):
            yield from (f"{rest[:-1]}y", f"{rest[:-1]}ey")
        if rest[-1] == rest[-2]:
            yield rest[:-1]
        if ending == "s" and rest.endswith("ie"):
            yield f"{rest[:-2]}y"


@cache
def _irregular() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _text("irregular_forms.txt"):
        base, *forms = line.split()
        for form in forms:
            found[form] = (*found.get(form, ()), base)
    return found


@cache
def _lines() -> list[str]:
    return _text("wordnet.txt")


def _text(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and line[0] != "#"]
