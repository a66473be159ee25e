"""Fourteen hotels from January 2025 on, as known on the morning of 18 April 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

TODAY = date(2026, 4, 18)
HOTELS = (
    ("Harbour House", "Lisbon", "Portugal", 4), ("Casa Azulejo", "Lisbon", "Portugal", 5), ("Douro View", "Porto", "Portugal", 4),
    ("Gran Ramblas", "Barcelona", "Spain", 5), ("Playa Serena", "Valencia", "Spain", 3), ("Alameda Suites", "Seville", "Spain", 4),
    ("Vieux Port", "Marseille", "France", 3), ("Promenade", "Nice", "France", 5), ("Le Petit Jardin", "Lyon", "France", 3),
    ("Laguna Palace", "Venice", "Italy", 5), ("Via Roma", "Rome", "Italy", 4), ("Vesuvio", "Naples", "Italy", 3),
    ("Ca' Bianca", "Venice", "Italy", 4), ("Adriatica", "Trieste", "Italy", 4),
)  # fmt: skip
MANAGERS = (
    "Beatriz Pinto", "Duarte Lemos", "Ines Carvalho", "Jordi Puig", None, "Lola Ferrer", "Mathieu Roux", "Claire Aubert", "Yves Garnier",
    "Paola Conti", "Dario Greco", None, "Silvia Zorzi", "Marco Furlan",
)  # fmt: skip
TYPES = {"single": (1, 68), "double": (2, 105), "twin": (2, 98), "family": (4, 150), "suite": (3, 240)}
FIRST = (
    "Aoife", "Anton", "Bianca", "Callum", "Carla", "Daan", "Emil", "Fatima", "Freya", "Gael", "Hana", "Henrik", "Ilse", "Jakub", "Jun",
    "Katya", "Lars", "Lucia", "Malik", "Mei", "Noor", "Oscar", "Petra", "Rafael", "Saoirse", "Stefan", "Thea", "Victor", "Wanda", "Yusuf",
)  # fmt: skip
LAST = (
    "Almeida", "Andersson", "Becker", "Bianchi", "Byrne", "Costa", "de Vries", "Dupont", "Evans", "Fontaine", "Garcia", "Haddad", "Hofer",
    "Jensen", "Kowalski", "Kuznetsova", "Larsen", "Lindqvist", "Marino", "Murphy", "Nakamura", "Nowak", "Ortega", "Perrin", "Reid",
    "Santos", "Schmidt", "Taylor", "Visser", "Weber",
)  # fmt: skip
NATIONS = (
    "German",
    "German",
    "British",
    "British",
    "French",
    "Irish",
    "Dutch",
    "American",
    "American",
    "Polish",
    "Swedish",
    "Japanese",
    "Swiss",
)
CLEANERS = ("Amina Diallo", "Bruno Teixeira", "Carmen Vidal", "Elena Popa", "Gino Esposito", "Ivana Petrova", "Nadia Haddou", "Tomas Leal")
EXTRAS = {"restaurant": (18, 140), "minibar": (4, 40), "spa": (45, 210), "parking": (12, 30), "laundry": (9, 45)}

Rows = dict[str, list[tuple[Any, ...]]]


def rows(chance: Random) -> Rows:
    """All tables, parents first."""
    made: Rows = {name: [] for name in ("hotels", "rooms", "guests", "bookings", "charges", "housekeeping")}
    _guests(chance, made)
    for key, (hotel, manager) in enumerate(zip(HOTELS, MANAGERS, strict=True), 1):
        opened = date(1988, 3, 1) + timedelta(days=chance.randrange(12_500))
        made["hotels"].append((key, *hotel, opened, (hotel[3] == 5 and key != 4) or key in (3, 11), manager))
        _rooms(chance, made, key)
    for room in made["rooms"]:
        _stays(chance, made, room)
    _cleaning(chance, made)
    return made


def _guests(chance: Random, made: Rows) -> None:
    names = [(first, last) for first in FIRST for last in LAST]
    for key, (first, last) in enumerate(chance.sample(names, 420), 1):
        born = date(1941, 1, 1) + timedelta(days=chance.randrange(24_000))
        joined = date(2019, 2, 1) + timedelta(days=chance.randrange(2_620))
        email = None if chance.random() < 0.12 else f"{first}.{last.replace(' ', '')}{key}@mail.example".lower()
        tier = chance.choices((None, "silver", "gold", "platinum"), (50, 28, 15, 7))[0]
        made["guests"].append((key, first, last, email, chance.choice(NATIONS), born, tier, joined))


def _rooms(chance: Random, made: Rows, hotel: int) -> None:
    seaside = HOTELS[hotel - 1][1] not in ("Lyon", "Rome", "Seville")
    for place in range(9 + (hotel * 5) % 8):
        kind = chance.choices(tuple(TYPES), (2, 5, 3, 2, 2))[0]
        floor = 1 + place // 4
        rate = round(TYPES[kind][1] * (HOTELS[hotel - 1][3] - 1.6) / 2 + floor * 4 + chance.randrange(2_500) / 100, 2)
        view = seaside and chance.random() < 0.35
        made["rooms"].append((len(made["rooms"]) + 1, hotel, f"{floor}{place % 4 + 1:02}", kind, floor, TYPES[kind][0], rate, view))


def _stays(chance: Random, made: Rows, room: tuple[Any, ...]) -> None:
    """Bookings of one room, one after the other; the room with number 17 is never booked."""
    day = date(2025, 1, 1) + timedelta(days=chance.randrange(60))
    while day < date(2026, 8, 15) and room[0] != 17:
        nights = chance.choices((1, 2, 3, 4, 5, 7, 10), (16, 24, 22, 14, 9, 10, 2))[0]
        booked = datetime.combine(
            day - timedelta(days=chance.choice((0, 1, 3, 8, 15, 21, 34, 55, 90))), time(7 + chance.randrange(15), chance.randrange(60))
        )
        if booked.date() < TODAY:
            made["bookings"].append((len(made["bookings"]) + 1, room[0], *_booking(chance, room, booked, day, nights)))
            _extras(chance, made, made["bookings"][-1])
        season = 35 if day.month in (4, 6, 7, 8, 9) else 130
        day += timedelta(days=nights + chance.randrange(season))


def _booking(chance: Random, room: tuple[Any, ...], booked: datetime, day: date, nights: int) -> tuple[Any, ...]:
    leaves = day + timedelta(days=nights)
    status = chance.choices(("kept", "cancelled", "no_show"), (80, 16, 4))[0]
    if status == "no_show" and day >= TODAY:
        status = "kept"
    if status == "kept":
        status = "checked_out" if leaves <= TODAY else "checked_in" if day <= TODAY else "confirmed"
    gone = booked.date() + (min(day, TODAY) - booked.date()) * chance.random() if status == "cancelled" else None
    adults = chance.randint(1, min(room[5], 2))
    children = chance.randint(0, room[5] - adults) if room[3] in ("family", "suite") else 0
    rate = round(float(room[6]) * chance.choice((0.8, 0.9, 1, 1, 1.15, 1.3)) + chance.randrange(300) / 100, 2)
    score = chance.choice((3, 5, 6, 7, 8, 8, 9, 9, 10)) if status == "checked_out" and chance.random() < 0.55 else None
    channel = chance.choices(("portal", "direct", "agency", "phone"), (45, 32, 15, 8))[0]
    return (1 + int(420 * chance.random() ** 1.6), booked, day, leaves, adults, children, rate, channel, status, gone, score)


def _extras(chance: Random, made: Rows, booking: tuple[Any, ...]) -> None:
    if booking[10] not in ("checked_out", "checked_in"):
        return
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 3))):
        kind = chance.choices(tuple(EXTRAS), (9, 6, 3, 4, 2))[0]
        day = booking[4] + timedelta(days=chance.randrange((booking[5] - booking[4]).days + 1))
        cents = chance.randrange(EXTRAS[kind][0] * 100, EXTRAS[kind][1] * 100)
        settled = booking[10] == "checked_out" and chance.random() < 0.94
        made["charges"].append((len(made["charges"]) + 1, booking[0], min(day, TODAY), kind, cents / 100, settled))


def _cleaning(chance: Random, made: Rows) -> None:
    """Some jobs of the last seven months, and the plan for the coming week."""
    for _ in range(1_200):
        day = TODAY + timedelta(days=chance.randrange(-210, 7))
        room = 1 + chance.randrange(len(made["rooms"]))
        kind = chance.choices(("stayover", "turnover", "deep_clean"), (5, 4, 1))[0]
        starts = datetime.combine(day, time(8 + chance.randrange(7), chance.choice((0, 5, 10, 20, 30, 45))))
        takes = {"stayover": 14, "turnover": 32, "deep_clean": 88}[kind] + chance.randrange(26)
        began = starts if day < TODAY else None
        ended = starts + timedelta(minutes=takes) if day < TODAY else None
        seen = chance.choices(("passed", "failed", None), (50, 7, 43))[0] if ended else None
        made["housekeeping"].append((len(made["housekeeping"]) + 1, room, day, kind, chance.choice(CLEANERS), began, ended, seen))
