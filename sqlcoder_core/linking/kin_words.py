"""What else a word of a question may stand for among names: short forms, the same root, the same meaning, broader, people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlcoder_core.linking.wordnet import adjective_bases, bases, broader, entry, family, is_known, measured_by, same

_SAYS_TOO_LITTLE = frozenset(
    """
    about above according across actually after again against along also amount anything around asked available average based been
    before being below best between both bring brought came come coming compare compared contain cost could count course current
    data different does doing done down each either else ever every everything exact figure find first following form from gave
    general getting give given goes going gone good group have having held here high higher highest history hold include included
    including into just keep keeping kept kind know known large larger largest last late least leave left less like list listed
    look looking made make making many mean means might month more most much must name need needs never next none note nothing
    number once only order other output over overall part people percent percentage person piece place please portion present
    provide quarter rank rather recent record report respective result return same separate several should show shown side since
    single size small smaller smallest some someone something sort sorted sorting split still such take taken taking tell than
    that their them then there these they thing this those through time together told took total type under unit until used using
    value very want wanted week well went were what when where which while whole whose will with within without work would year
    yield
    """.split()
)
"""Words whose neighbours would match too much, or that the grammar reads by itself."""
_SERVED = frozenset("customer client buyer consumer user member visitor guest subscriber purchaser".split())
"""People by what they are to whoever keeps the tables: any of these may be said where one table of such people is."""
_SERVED_SOMEWHERE = frozenset(
    """
    attendee borrower client customer donor fan guest insured listener participant passenger patient patron player policyholder
    reader renter resident shopper spectator student tenant traveler traveller viewer
    """.split()
)
"""What these are called where they are tables."""
_TOO_GENERAL = frozenset(
    "account amount code count date day first id key last line make name number order part record set state time title type value".split()
)
"""Words of names that stand for too many things to be what another word means."""
_NO_SHORT_FORMS = frozenset("and any for from has its non not per the via with".split())
NARROWER, BROADER, PEOPLE = "narrower word", "broader word", "word for whoever is served"
OF_THINGS = frozenset({NARROWER, BROADER, PEOPLE})
"""Kinship of things, which columns do not take part in."""
_SHORTEST = 4
_MOSTLY = 0.4
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Kin:
    """A word of names, how well it stands for the word that was said, and how it does."""

    word: str
    weight: float
    how: str


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words of the names of some tables and columns: all, those that are short forms, and the nouns that tables are called."""

    every: frozenset[str]
    short: frozenset[str]
    tables: tuple[str, ...]


def name_words_of(words: frozenset[str], tables: frozenset[str]) -> NameWords:
    """Sort out the words of names; short forms are short and no words of English."""
    short = frozenset(
        word for word in words if 2 <= len(word) <= 5 and word.isalpha() and word not in _NO_SHORT_FORMS and entry(word) is None
    )
    return NameWords(words, short, tuple(sorted(tables)))


def may_have_kin(said: str) -> bool:
    """A word with enough of a meaning of its own."""
    return len(said) >= _SHORTEST and said not in _SAYS_TOO_LITTLE and said.isalpha() and not _is_degree(said)


def _is_degree(said: str) -> bool:
    """ "dearest", "expensive": adjectives of something measured, which columns of numbers answer."""
    return measured_by(said) is not None and any(found.share("a") > _MOSTLY for base in adjective_bases(said) if (found := entry(base)))


def near_words(said: str) -> Iterator[tuple[str, str]]:
    """Words that may be stored for one that is said, nearest first, and how they are kin: other spellings, synonyms of each other."""
    yield from ((word, "other spelling") for word in spellings(said))
    yield from ((word, "word of the same meaning") for word in same(said) if word not in _TOO_GENERAL and _each_other(said, word))


def kin_of(said: str, names: NameWords) -> tuple[Kin, ...]:
    """What a word in singular may stand for among the words of names: the closest kind of kinship that there is."""
    if not may_have_kin(said):
        return ()
    for weight, how, found in _kinds(said, names):
        kin = tuple(Kin(word, weight, how) for word in dict.fromkeys(found) if word != said and word not in _TOO_GENERAL)
        if kin:
            return kin
    return ()


def _kinds(said: str, names: NameWords) -> Iterator[tuple[float, str, list[str]]]:
    shorts = [word for word in names.short if is_short_for(word, said)]
    yield 0.92, "short form", shorts if len(shorts) == 1 else []
    yield 0.97, "other spelling", [word for word in spellings(said) if word in names.every]
    if not is_known(said):
        return
    yield 0.72, NARROWER, _alone([word for word in names.tables if said in broader(word)])
    yield 0.62, PEOPLE, _alone(_people(said, names))
    if said in names.every:
        return
    yield 0.8, "word of the same root", [word for word in family(said) if word in names.every and not word.endswith(("er", "or"))]
    yield 0.72, "word of the same meaning", [word for word in same(said) if word in names.every and _each_other(said, word)]
    yield 0.68, BROADER, _alone([word for word in broader(said) if word in names.tables])


_SPELLINGS = (
    *(
        ("our", "or"),
        ("is", "iz"),
        ("ys", "yz"),
        ("tre", "ter"),
        ("ence", "ense"),
        ("ogue", "og"),
        ("mme", "m"),
        ("ll", "l"),
        ("cheque", "check"),
    ),
    *(("grey", "gray"), ("tyre", "tire"), ("ae", "e")),
)
"""Letters that British and American English write differently."""


def spellings(said: str) -> tuple[str, ...]:
    """A word as it is written on the other side of the Atlantic: "licence" and "license", "catalogue" and "catalog"."""
    return tuple(
        said.replace(one, other) for pair in _SPELLINGS for one, other in (pair, pair[::-1]) if one in said and len(said) > len(one) + 1
    )


def _each_other(said: str, word: str) -> bool:
    """Both in their usual senses: "earned" may be made, but "make" is not to earn."""
    return any(base in same(word) for base in bases(said))


def _alone(words: list[str]) -> list[str]:
    return words if len(words) == 1 else []


def _people(said: str, names: NameWords) -> list[str]:
    """The tables of whoever is served, for the words that any of them may be called by."""
    return [word for word in names.tables if word in _SERVED | _SERVED_SOMEWHERE] if said in _SERVED else []


def is_short_for(short: str, word: str) -> bool:
    """ "mtr" for meter, "outg" for outage, "rdg" for reading: its beginning, or its consonants with few left out."""
    if len(short) >= len(word) or short[0] != word[0]:
        return False
    if word.startswith(short):
        return len(short) >= 3 and len(word) >= len(short) + 3
    letters = iter(word)
    if not all(letter in letters for letter in short):
        return False
    consonants = sum(letter not in _VOWELS for letter in word)
    kept = sum(letter not in _VOWELS for letter in short)
    return short[-1] not in _VOWELS and kept >= 0.6 * consonants and (len(short) > 2 or kept == consonants)
