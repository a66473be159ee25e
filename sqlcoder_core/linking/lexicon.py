"""Words that people use for one another, read from `lexicon.txt` beside this module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlcoder_core.linking.words import stem


@cache
def synonyms() -> Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """For the words of a name, the words somebody may say for them: `("client",)` is said for `("customer",)` and back."""
    said: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for line in _lines():
        one_way = line.startswith(">")
        group = [tuple(word.split("_")) for word in line.lstrip("> ").split()]
        for position, name in enumerate(group):
            for other in group[:1] if one_way else group:
                if other != name and not (one_way and position == 0) and other not in said[name]:
                    said[name].append(other)
    return {name: tuple(others) for name, others in said.items()}


@cache
def _names_by_said_word() -> Mapping[str, tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    """Stem of a word that is said -> (stems said together, stems of the name they may stand for)."""
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = defaultdict(list)
    for name, others in synonyms().items():
        for other in others:
            found[stem(other[0])].append((frozenset(map(stem, other)), frozenset(map(stem, name))))
    return {word: tuple(pairs) for word, pairs in found.items()}


def stems_of_names(said: frozenset[str]) -> frozenset[str]:
    """The stems `said` and those of all words that they may be said for: a name that has none of them is not meant."""
    table = _names_by_said_word()
    return said.union(*(name for word in said for together, name in table.get(word, ()) if together <= said))


@cache
def names_said_as(word: str) -> tuple[str, ...]:
    """The words of names that one word of a question may be said for: "client" gives customer, buyer and the like."""
    found = (name for name, others in synonyms().items() if (word,) in others and len(name) == 1)
    return tuple(name[0] for name in found)


def _lines() -> list[str]:
    text = (Path(__file__).parent / "lexicon.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
