"""A column's name in, plausible texts and ranges out: a small table, since golds bring the values that matter."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.linking.words import name_words

_FIRST = ("Alice", "Bob", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas", "Kira", "Liam", "Mona", "Nils")
_LAST = ("Abe", "Brown", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haas", "Ivanov", "Jansen", "Khan", "Lopez", "Meyer", "Novak")
_CITIES = ("Oslo", "Lima", "Cairo", "Boston", "Kyoto", "Porto", "Turin", "Perth", "Quito", "Seoul", "Dakar", "Lyon")
_COUNTRIES = ("Norway", "Peru", "Egypt", "USA", "Japan", "Portugal", "Italy", "Australia", "Ecuador", "Korea", "Senegal", "France")
_STATES = ("active", "inactive", "open", "closed", "pending", "cancelled")
_WORDS = ("alpha", "beta", "gamma", "delta", "kappa", "omega", "north", "south", "amber", "coral", "ivory", "maple", "onyx", "pearl")

TEXTS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset(("email", "mail")), tuple(f"{first.lower()}@example.{end}" for first in _FIRST for end in ("com", "org"))),
    (frozenset(("phone", "fax", "mobile", "telephone")), tuple(f"555-01{number:02}" for number in range(10, 40))),
    (frozenset(("url", "website", "homepage")), tuple(f"https://{word}.example.com" for word in _WORDS)),
    (frozenset(("country", "nation", "nationality")), _COUNTRIES),
    (frozenset(("city", "town", "location", "hometown")), _CITIES),
    (frozenset(("status", "state")), _STATES),
    (frozenset(("gender", "sex")), ("F", "M")),
    (frozenset(("currency",)), ("EUR", "USD", "NOK")),
    (frozenset(("first", "fname", "forename")), _FIRST),
    (frozenset(("last", "lname", "surname")), _LAST),
    (frozenset(("author", "person", "customer", "employee", "student", "owner", "manager")), _FIRST),
    (frozenset(("name", "title")), tuple(f"{one} {two}" for one in _WORDS for two in ("one", "two", "three"))),
)
"""Words of a column's name and texts for it; the first that fits counts."""
YEARS = (1990, 2024)
RANGES: tuple[tuple[frozenset[str], tuple[int, int]], ...] = (
    (frozenset(("year", "founded", "built", "established")), YEARS),
    (frozenset(("age",)), (16, 80)),
    (frozenset(("month",)), (1, 12)),
    (frozenset(("day",)), (1, 28)),
    (frozenset(("hour",)), (0, 23)),
    (frozenset(("percent", "percentage", "pct", "score")), (0, 100)),
    (frozenset(("rating", "stars", "rank", "level", "grade")), (1, 10)),
    (frozenset(("latitude", "lat")), (-90, 90)),
    (frozenset(("longitude", "lng", "lon")), (-180, 180)),
)


def texts_for(name: str) -> Sequence[str]:
    """Texts for a column of that name."""
    words = set(name_words(name))
    return next((texts for known, texts in TEXTS if known & words), _WORDS)


def range_for(name: str, *, few: bool) -> tuple[int, int]:
    """Lowest and highest number for a column of that name."""
    words = set(name_words(name))
    low, high = next((bounds for known, bounds in RANGES if known & words), (1, 600))
    return (low, min(high, low + 5)) if few else (low, high)


def looks_like_time(name: str) -> bool:
    """True for names that say a date or a moment."""
    return bool({"date", "datetime", "timestamp", "day"} & set(name_words(name)))
