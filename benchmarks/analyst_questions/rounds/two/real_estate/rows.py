"""Five estate agencies' listings, viewings, offers and sales until 15 June 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
TODAY = date(2026, 6, 15)
FIRST = (
    "Agnes",
    "Boris",
    "Clara",
    "Denis",
    "Elsa",
    "Franz",
    "Greta",
    "Hugo",
    "Irene",
    "Jonas",
    "Karin",
    "Lars",
    "Mona",
    "Nils",
    "Olga",
    "Paul",
)
LAST = (
    "Abel",
    "Brandt",
    "Cole",
    "Duval",
    "Engel",
    "Fischer",
    "Gomez",
    "Hale",
    "Ito",
    "Jansen",
    "Keller",
    "Lund",
    "Meyer",
    "North",
    "Orr",
    "Pike",
)
CITIES = ("Linden", "Marburg", "Ostend", "Pinewood", "Quay Bay", "Rosewell")
AREA_PRICES = {"Linden": 4200, "Marburg": 3100, "Ostend": 2600, "Pinewood": 3600, "Quay Bay": 5100, "Rosewell": 2900}
STREETS = ("Oak Street", "Mill Road", "Station Lane", "Church Hill", "Harbour View", "Park Avenue", "Castle Row", "Elm Close", "River Walk")
AGENCIES = (
    ("Keystone Homes", "Linden"),
    ("Marlow & Partners", "Marburg"),
    ("Seaview Estates", "Quay Bay"),
    ("Bluebird Property", "Ostend"),
    ("Hearth Realty", "Linden"),
)
BEDROOMS = {"apartment": (1, 4), "house": (3, 6), "townhouse": (2, 5), "studio": (0, 0), "villa": (4, 8)}


def rows(chance: Random) -> Rows:
    """Every table's rows, those that others point to first."""
    people = [f"{first} {last}" for first in FIRST for last in LAST]
    chance.shuffle(people)
    made: Rows = {
        "Agency": [
            (key, *one, _day(chance, date(1988, 1, 1), date(2017, 1, 1)), f"555-0{chance.randint(100, 999)}")
            for key, one in enumerate(AGENCIES, 1)
        ],
        "Agent": _agents(chance, people),
        "Client": _clients(chance, people),
    }
    made |= {"Listing": [], "PriceChange": [], "Viewing": [], "Offer": [], "Sale": []}
    for _ in range(340):
        _listing(chance, made)
    return made


def _agents(chance: Random, people: list[str]) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 29):
        joined = _day(chance, date(2012, 1, 1), date(2025, 6, 1))
        left = _day(chance, date(2025, 8, 1), date(2026, 5, 30)) if key % 7 == 3 else None
        rate = chance.choice((1.5, 2, 2, 2.5, 3))
        made.append((key, chance.choice((1, 1, 1, 2, 2, 3, 3, 4, 5)), people.pop(), f"LN-{3000 + 17 * key}", joined, left, rate))
    return made


def _clients(chance: Random, people: list[str]) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 221):
        name = people.pop()
        mail = None if chance.random() < 0.15 else f"{name.lower().replace(' ', '.')}@mail.example"
        budget = None if chance.random() < 0.25 else chance.randint(8, 120) * 10_000 + 50 * key
        city = chance.choice((None, *CITIES))
        made.append((key, name, mail, chance.random() < 0.2, budget, city, _day(chance, date(2023, 1, 1), date(2026, 6, 1))))
    return made


def _listing(chance: Random, made: Rows) -> None:
    key, listed = len(made["Listing"]) + 1, _day(chance, date(2024, 2, 1), date(2026, 6, 12))
    kind = chance.choices(tuple(BEDROOMS), (45, 25, 14, 9, 7))[0]
    city, bedrooms = chance.choice(CITIES), chance.randint(*BEDROOMS[kind])
    area = 24 + bedrooms * chance.randint(19, 31) + chance.randint(0, 14)
    plot = area * chance.randint(2, 8) if kind in ("house", "villa", "townhouse") else None
    built = chance.randint(1890, 2025)
    price = int(area * AREA_PRICES[city] * chance.uniform(0.75, 1.3) * (1.5 if kind == "villa" else 1)) // 1000 * 1000 + 13 * key
    agent = chance.choice([one for one in made["Agent"] if one[5] is None and one[0] <= 26] + made["Agent"][2:5])
    over = listed + timedelta(days=chance.randint(20, 260))
    end = over if over < TODAY else None
    sold = end is not None and chance.random() < 0.72
    if chance.random() < 0.3:
        price = _cut(chance, made["PriceChange"], key, listed=listed, end=end or TODAY, price=price)
    _viewings(chance, made, key, agent[0], listed=listed, end=end or TODAY)
    accepted = _offers(chance, made, key, price=price, listed=listed, end=end or TODAY, sold=sold)
    status = "sold" if sold else "withdrawn" if end else "under offer" if accepted else "active"
    energy = chance.choice(("A", "B", "C", "C", "D", "D", "E", "F", "G", None))
    seller, baths = chance.randint(1, 90), max(1, bedrooms // 2 + chance.randint(0, 1))
    street = f"{chance.choice(STREETS)} {chance.randint(1, 180)}"
    made["Listing"].append(
        (
            key,
            agent[0],
            seller,
            kind,
            street,
            city,
            bedrooms,
            baths,
            area,
            plot,
            built,
            energy,
            chance.random() < 0.55,
            price,
            listed,
            end if status == "withdrawn" else None,
            status,
        )
    )
    if sold and accepted and end:
        handed = end + timedelta(days=chance.randint(14, 95))
        fee = round(accepted[1] * agent[6] / 100, 2)
        made["Sale"].append((len(made["Sale"]) + 1, key, *accepted, end, handed if handed <= TODAY else None, fee))


def _cut(chance: Random, changes: list[tuple[Any, ...]], key: int, *, listed: date, end: date, price: int) -> int:
    for _ in range(chance.choice((1, 1, 2, 3))):
        lower = int(price * chance.uniform(0.88, 1.01)) // 500 * 500 + key
        changes.append((key, _day(chance, listed, end), price, lower))
        price = lower
    return price


def _viewings(chance: Random, made: Rows, key: int, agent: int, *, listed: date, end: date) -> None:
    for _ in range(chance.choice((0, 1, 2, 3, 4, 5, 7, 9))):
        start = datetime.combine(_day(chance, listed, end), time(chance.randint(9, 19), chance.choice((0, 15, 30))))
        missed = chance.random() < 0.1
        rating = None if missed or chance.random() < 0.3 else chance.choice((1, 2, 3, 3, 4, 4, 4, 5))
        guide = agent if chance.random() < 0.8 else chance.randint(1, 26)
        length = 0 if missed else chance.choice((15, 20, 30, 30, 45, 60))
        made["Viewing"].append((len(made["Viewing"]) + 1, key, chance.randint(30, 205), guide, start, length, missed, rating))


def _offers(chance: Random, made: Rows, key: int, *, price: int, listed: date, end: date, sold: bool) -> tuple[int, int] | None:
    count, accepted = chance.choice((1, 1, 2, 2, 3, 5)) if sold else chance.choice((0, 0, 0, 0, 1, 2)), None
    taken = sold or (end == TODAY and chance.random() < 0.4)
    for number in range(count):
        last = number == count - 1
        status = (
            "accepted" if last and taken else chance.choice(("rejected", "rejected", "retracted") if taken else ("rejected", "pending"))
        )
        worth = int(price * chance.uniform(0.86, 1.07)) // 500 * 500 + chance.randint(1, 99)
        offer = len(made["Offer"]) + 1
        moment = datetime.combine(_day(chance, listed, end), time(chance.randint(8, 21), chance.randint(0, 59)))
        made["Offer"].append((offer, key, chance.randint(60, 215), worth, moment, status, chance.random() < 0.3))
        accepted = (offer, worth) if status == "accepted" else accepted
    return accepted


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
