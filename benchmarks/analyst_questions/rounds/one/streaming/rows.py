"""A video service from January 2025 on, as known on the evening of 6 May 2026; dates are text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

TODAY = date(2026, 5, 6)
ADJECTIVES = ("Silent", "Crimson", "Hidden", "Paper", "Broken", "Northern", "Electric", "Velvet", "Last", "Hollow", "Golden", "Restless")
NOUNS = ("River", "Orchard", "Kingdom", "Signal", "Harvest", "Mirror", "Tide", "Garden", "Witness", "Comet", "Bridge", "Winter")
GENRES = ("Drama", "Drama", "Comedy", "Thriller", "Crime", "Science Fiction", "Romance", "Horror", "Family", "Nature", "History")
LANGUAGES = ("English", "English", "English", "Spanish", "Korean", "French", "Danish", "Japanese")
COUNTRIES = ("United Kingdom", "United States", "United States", "Germany", "Spain", "Brazil", "South Korea", "Canada")
STUDIOS = ("Ironwood Pictures", "Meridian Films", "Blue Heron", "Studio Kaze", "Norrlys Media", "Casa Lumbre")
TERRITORIES = ("Europe", "North America", "Latin America", "Asia Pacific", "Worldwide")
DEVICES = ("tv", "phone", "tablet", "web", "console")
CHAPTERS = ("Pilot", "Arrivals", "The Letter", "Cold Water", "Debts", "Nightfall", "Old Friends", "The Long Road", "Ashes", "Homecoming")
FIRST = (
    "Abel",
    "Bo",
    "Cleo",
    "Dina",
    "Eli",
    "Fay",
    "Gus",
    "Hal",
    "Iris",
    "Jade",
    "Kit",
    "Lena",
    "Max",
    "Nell",
    "Otto",
    "Pia",
    "Remy",
    "Suki",
)
LAST = (
    "Archer",
    "Bloom",
    "Cho",
    "Drake",
    "Engel",
    "Fox",
    "Grant",
    "Hale",
    "Ito",
    "Kim",
    "Lund",
    "Mora",
    "Nash",
    "Ortiz",
    "Park",
    "Quill",
    "Rios",
    "Stone",
)
REVIEWS = ("could not stop watching", "too slow", "great cast", "weak ending", "would watch again", "not for me", "beautiful pictures")

Rows = dict[str, list[tuple[Any, ...]]]


def rows(chance: Random) -> Rows:
    """All tables, parents first."""
    made: Rows = {name: [] for name in ("titles", "episodes", "viewers", "sessions", "ratings", "licences")}
    names = chance.sample([f"{one} {other}" for one in ADJECTIVES for other in NOUNS], 120)
    for key, name in enumerate(names, 1):
        _title(chance, made, key, name)
    people = chance.sample([f"{first} {last}" for first in FIRST for last in LAST], 260)
    for key, name in enumerate(people, 1):
        made["viewers"].append(_viewer(chance, key, name))
    for _ in range(1_950):
        made["sessions"].append((len(made["sessions"]) + 1, *_session(chance, made)))
    pairs = sorted({(watched[1], watched[2]) for watched in made["sessions"] if watched[7]})
    for viewer, title in chance.sample(pairs, 520):
        lean = title % 3
        stars = min(5, max(1, chance.choice((1, 2, 3, 3, 4, 4, 5)) + lean - 1))
        review = chance.choice(REVIEWS) if chance.random() < 0.3 else None
        made["ratings"].append((len(made["ratings"]) + 1, viewer, title, stars, _between(chance, date(2025, 2, 1), TODAY), review))
    return made


def _title(chance: Random, made: Rows, key: int, name: str) -> None:
    kind = chance.choices(("movie", "series", "documentary"), (60, 30, 20))[0]
    genre = chance.choice(("Nature", "History", "Crime")) if kind == "documentary" else chance.choice(GENRES)
    year = 1978 + int(48 * chance.random() ** 0.4)
    length = None if kind == "series" else chance.randint(58, 188)
    age = chance.choices(("all", "6+", "12+", "16+", "18+"), (2, 2, 4, 4, 1))[0]
    added = _between(chance, max(date(2022, 5, 1), date(year, 1, 1)), date(2026, 4, 30))
    made["titles"].append((key, name, kind, genre, year, length, age, chance.choice(LANGUAGES), added))
    if kind == "series":
        _episodes(chance, made, key, year)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        _licence(chance, made, key)


def _episodes(chance: Random, made: Rows, title: int, year: int) -> None:
    usual = chance.choice((24, 42, 51))
    for season in range(1, chance.choice((1, 2, 2, 3)) + 1):
        for number in range(1, chance.choice((4, 6, 8)) + 1):
            aired = date(min(year + season - 1, 2026), 1, 9) + timedelta(days=7 * number)
            key = len(made["episodes"]) + 1
            made["episodes"].append((key, title, season, number, CHAPTERS[number - 1], usual + chance.randint(-4, 12), str(aired)))


def _licence(chance: Random, made: Rows, title: int) -> None:
    starts = date(2022, 5, 1) + timedelta(days=chance.randrange(1_450))
    ends = starts + timedelta(days=365 * chance.choice((1, 2, 3, 4)))
    fee = chance.randrange(4_000, 190_000) + chance.randrange(100) / 100
    key = len(made["licences"]) + 1
    made["licences"].append((key, title, chance.choice(STUDIOS), chance.choice(TERRITORIES), str(starts), str(ends), fee))


def _viewer(chance: Random, key: int, name: str) -> tuple[Any, ...]:
    plan = chance.choices(("basic", "standard", "premium"), (35, 45, 20))[0]
    signed = _between(chance, date(2022, 6, 1), date(2026, 5, 5))
    left = _between(chance, max(date(2025, 2, 1), date.fromisoformat(signed)), TODAY) if chance.random() < 0.22 else None
    email = f"{name.replace(' ', '.').lower()}@inbox.example"
    return (key, name, email, chance.choice(COUNTRIES), plan, signed, chance.randint(1946, 2007), left)


def _session(chance: Random, made: Rows) -> tuple[Any, ...]:
    """Somebody watches something while they have a subscription; viewers and titles with low numbers more than others."""
    viewer = made["viewers"][int(245 * chance.random() ** 1.7)]
    title = made["titles"][int(114 * chance.random() ** 1.5)]
    first = max(date(2025, 1, 1), date.fromisoformat(viewer[5]))
    last = min(date.fromisoformat(viewer[7] or str(TODAY)), TODAY - timedelta(days=1))
    day = _between(chance, first, last)
    started = datetime.combine(
        date.fromisoformat(day), time(chance.choice((7, 12, 15, 18, 19, 20, 20, 21, 21, 21, 22, 23)), chance.randrange(60))
    )
    parts = [one for one in made["episodes"] if one[1] == title[0]]
    episode = chance.choice(parts) if parts else None
    length = episode[5] if episode else title[5]
    finished = chance.random() < 0.62
    watched = length if finished else chance.randint(1, length - 5)
    device = chance.choices(DEVICES, (45, 22, 12, 15, 6))[0]
    return (viewer[0], title[0], episode[0] if episode else None, device, str(started), watched, int(finished))


def _between(chance: Random, first: date, last: date) -> str:
    return str(first + timedelta(days=chance.randrange(max((last - first).days, 0) + 1)))
