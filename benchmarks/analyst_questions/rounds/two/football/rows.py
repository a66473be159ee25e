"""A league of sixteen football clubs until 20 April 2026: two seasons of matches, what happened in them, and who moved where."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
TODAY = date(2026, 4, 20)
FIRST = (
    "Adam", "Bastian", "Cristian", "Davor", "Emil", "Fabian", "Gustav", "Henrik", "Ilyas", "Joris", "Kamil", "Luca", "Mateo",
    "Nikola", "Oscar", "Pavel", "Quentin", "Rui", "Stefan", "Timo", "Ugo", "Viktor",
)  # fmt: skip
LAST = (
    "Andersen", "Barbosa", "Conti", "Dvorak", "Eriksen", "Ferreira", "Grabowski", "Hansen", "Ivanov", "Jovic", "Kovac", "Lopes",
    "Moreau", "Novak", "Okafor", "Petrov", "Rossi", "Silva", "Toure", "Urban", "Vogel", "Weber", "Zeman", "Almeida", "Bianchi",
    "Costa",
)  # fmt: skip
CLUBS = (
    ("Harbour United", "HAR", 1898, "Pier Park", "Port Ellis", 31500),
    ("Ironbridge Rovers", "IRO", 1903, "The Foundry", "Ironbridge", 24800),
    ("Kingsmead FC", "KIN", 1887, "Kingsmead Arena", "Aldera", 52300),
    ("Aldera City", "ALD", 1911, "Civic Stadium", "Aldera", 41750),
    ("Northfield Athletic", "NOR", 1924, "North Field", "Northfield", 17600),
    ("Saint Brannock", "STB", 1930, "Abbey Ground", "Brannock", 12400),
    ("Racing Lorne", "LOR", 1919, "Lorne Oval", "Lorne", 28900),
    ("Silverdale Town", "SIL", 1946, "Mine Lane", "Silverdale", 15200),
    ("Torre Vedra", "TOR", 1908, "Estadio Vedra", "Vedra", 36400),
    ("Westhaven Wanderers", "WES", 1891, "Haven Road", "Westhaven", 22050),
    ("Dynamo Castell", "DYN", 1951, "Castell Park", "Castell", 33800),
    ("Millbrook Albion", "MIL", 1896, "Weir End", "Millbrook", 19300),
    ("Olympic Corran", "OLY", 1962, "Corran Bowl", "Corran", 26700),
    ("Redcliff Rangers", "RED", 1905, "Cliff Top", "Redcliff", 20900),
    ("Fenwick Villa", "FEN", 1977, "Marsh Lane", "Fenwick", 9800),
    ("Sporting Aldera", "SPA", 1968, "Riverside", "Aldera", 18450),
)
NATIONS = ("Portugal", "Brazil", "Croatia", "Denmark", "France", "Nigeria", "Poland", "Italy", "Czech Republic", "Germany")
COUNTRY_CHANCES = (9, 14, 6, 7, 11, 8, 5, 10, 4, 12)
SQUAD = (("goalkeeper", 3), ("defender", 7), ("midfielder", 8), ("forward", 5))
SCORES = {"goalkeeper": 0, "defender": 1, "midfielder": 3, "forward": 9}
INJURIES = (
    "hamstring strain",
    "hamstring strain",
    "ankle sprain",
    "ankle sprain",
    "knee ligament tear",
    "concussion",
    "groin strain",
    "broken foot",
)


def rows(chance: Random) -> Rows:
    """Every table's rows, parents first."""
    people = [f"{first} {last}" for first in FIRST for last in LAST]
    chance.shuffle(people)
    made: Rows = {
        "seasons": [(1, "2024/25", "2024-08-10", "2025-05-18"), (2, "2025/26", "2025-08-09", "2026-05-17")],
        "stadiums": [
            (key, club[3], club[4], club[5], chance.randint(1921, 2019), chance.choice(("grass", "grass", "grass", "hybrid", "artificial")))
            for key, club in enumerate(CLUBS, 1)
        ],
        "clubs": [(key, *club[:3], key, round(club[5] * chance.uniform(900, 2600), -4) // 1) for key, club in enumerate(CLUBS, 1)],
        "coaches": _coaches(chance, people),
        "referees": _referees(chance, people),
        "players": _players(chance, people),
    }
    made |= {"matches": [], "goals": [], "bookings": []}
    squads = {club: [one for one in made["players"] if one[7] == club] for club in range(1, 17)}
    for season, start in ((1, date(2024, 8, 10)), (2, date(2025, 8, 9))):
        for matchday, pairs in enumerate(_fixtures(chance), 1):
            for home, away in pairs:
                _match(
                    chance,
                    made,
                    squads,
                    season=season,
                    matchday=matchday,
                    day=start + timedelta(days=7 * (matchday + matchday // 3)),
                    home=home,
                    away=away,
                )
    made["transfers"] = _transfers(chance, made["players"])
    made["injuries"] = _injuries(chance, made["players"])
    return made


def _coaches(chance: Random, people: list[str]) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 25):
        club = key if key <= 16 and key != 9 else None
        hired = str(_day(chance, date(2019, 6, 1), date(2026, 3, 1))) if club else None
        level = chance.choice(("UEFA Pro", "UEFA Pro", "UEFA A"))
        made.append((key, people.pop(), chance.choices(NATIONS, COUNTRY_CHANCES)[0], club, hired, level))
    return made


def _referees(chance: Random, people: list[str]) -> list[tuple[Any, ...]]:
    cities = [club[4] for club in CLUBS]
    return [
        (key, people.pop(), str(_day(chance, date(1978, 1, 1), date(1998, 1, 1))), chance.choice(cities), int(chance.random() < 0.35))
        for key in range(1, 20)
    ]


def _players(chance: Random, people: list[str]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    spots = [(club, spot) for club in range(1, 17) for spot, often in SQUAD for _ in range(often)]
    for club, spot in [*spots, *((None, "midfielder"),) * 5, *((None, "forward"),) * 4]:
        number = sum(one[7] == club for one in made) + 1
        born = _day(chance, date(1989, 1, 1), date(2008, 1, 1))
        wage = chance.randint(12, 900) * 100 if club else None
        until = f"{chance.choice((2026, 2026, 2027, 2027, 2028, 2029, 2030))}-06-30" if club else None
        foot = chance.choice(("right", "right", "right", "left", "both"))
        value = chance.randint(3, 480) * 100_000 + chance.randint(0, 9) * 10_000 + 20 * len(made)
        height = chance.randint(166, 191) + 8 * (spot == "goalkeeper")
        nation = chance.choices(NATIONS, COUNTRY_CHANCES)[0]
        made.append(
            (len(made) + 1, people.pop(), str(born), nation, spot, foot, height, club, number if club else None, value, wage, until)
        )
    return made


def _fixtures(chance: Random) -> list[list[tuple[int, int]]]:
    """Thirty matchdays: every club meets every other at home and away."""
    ring = list(range(1, 17))
    chance.shuffle(ring)
    first = []
    for number in range(15):
        pairs = [(ring[spot], ring[15 - spot]) for spot in range(8)]
        first.append([pair if number % 2 else pair[::-1] for pair in pairs])
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return first + [[pair[::-1] for pair in pairs] for pairs in first]


def _match(
    chance: Random, made: Rows, squads: dict[int, list[tuple[Any, ...]]], *, season: int, matchday: int, day: date, home: int, away: int
) -> None:
    key = len(made["matches"]) + 1
    moment = datetime(day.year, day.month, day.day, *chance.choice(((15, 0), (15, 0), (17, 30), (20, 0)))) + timedelta(
        days=chance.choice((-1, 0, 0, 1))
    )
    status = "scheduled" if moment.date() >= TODAY else "postponed" if chance.random() < 0.02 else "played"
    scores: tuple[int | None, ...] = (None, None, None)
    if status == "played":
        strength = (1.9 if home in (3, 4, 9) else 1.4, 1.6 if away in (3, 4, 11) else 1.0)
        home_score, away_score = (sum(chance.random() < one / 6 for _ in range(6)) for one in strength)
        capacity = made["stadiums"][home - 1][3]
        scores = (home_score, away_score, int(capacity * chance.uniform(0.42, 1)))
        _goals(chance, made, squads, match=key, club=home, other=away, count=home_score)
        _goals(chance, made, squads, match=key, club=away, other=home, count=away_score)
        _bookings(chance, made, squads[home] + squads[away], key)
    referee = None if status == "scheduled" and chance.random() < 0.6 else chance.randint(1, 17)
    made["matches"].append((key, season, matchday, str(moment), home, away, referee, home, status, *scores))


def _goals(chance: Random, made: Rows, squads: dict[int, list[tuple[Any, ...]]], *, match: int, club: int, other: int, count: int) -> None:
    for _ in range(count):
        kind = chance.choices(("open play", "penalty", "free kick", "corner", "own goal"), (60, 11, 8, 17, 4))[0]
        squad = squads[other if kind == "own goal" else club]
        scorer = chance.choices(squad, [SCORES[one[4]] * (1 + one[0] % 5) for one in squad])[0]
        helped = kind in ("open play", "corner") and chance.random() < 0.75
        assist = chance.choice([one for one in squad if one is not scorer])[0] if helped else None
        made["goals"].append((len(made["goals"]) + 1, match, club, scorer[0], assist, chance.randint(1, 94), kind))


def _bookings(chance: Random, made: Rows, people: list[tuple[Any, ...]], match: int) -> None:
    for player in chance.sample(people, chance.choice((0, 1, 2, 3, 3, 4, 5, 7))):
        card = chance.choices(("yellow", "second yellow", "red"), (90, 4, 5))[0]
        made["bookings"].append((len(made["bookings"]) + 1, match, player[0], chance.randint(4, 93), card))


def _transfers(chance: Random, players: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    windows = (
        (date(2024, 7, 1), date(2024, 8, 31)),
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 7, 1), date(2025, 8, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
    )
    for player in players:
        club = player[7]
        for window in reversed(windows):
            if club is None or chance.random() > 0.22:
                continue
            former = chance.choice([None, *(one for one in range(1, 17) if one != club)] + [None] * 3)
            kind = chance.choice(("permanent", "permanent", "permanent", "loan", "free"))
            fee = {
                "permanent": chance.randint(2, 350) * 100_000 + len(made) * 100,
                "loan": chance.choice((None, 250_000, 500_000, 900_000)),
            }.get(kind)
            made.append((player[0], former, club, str(_day(chance, *window)), kind, fee))
            club = former
    return [(key, *one) for key, one in enumerate(sorted(made, key=lambda one: one[3]), 1)]


def _injuries(chance: Random, players: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made = []
    for _ in range(310):
        hurt = _day(chance, date(2024, 7, 20), date(2026, 4, 18))
        diagnosis = chance.choice(INJURIES)
        back = hurt + timedelta(days=chance.randint(90, 260) if "tear" in diagnosis else chance.randint(5, 60))
        made.append((chance.choice(players[:368])[0], diagnosis, str(hurt), str(back) if back < TODAY else None))
    return [(key, *one) for key, one in enumerate(sorted(made, key=lambda one: one[2]), 1)]


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))
