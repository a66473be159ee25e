"""A city's libraries: books and their copies, members and what they borrow, until 22 May 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 5, 22)
BRANCHES = (
    ("Central Library", "Aldermoor", 1931, 240, 1),
    ("Harbour Branch", "Aldermoor", 1978, 85, 1),
    ("Mill Lane", "Aldermoor", 1996, 60, 0),
    ("Northfield", "Northfield", 1964, 72, 0),
    ("Castle Street", "Wexley", 1912, 118, 1),
    ("Riverside", "Wexley", 2009, 94, 0),
    ("Old Station", "Tarn", 2021, 48, 0),
)
AUTHORS = (
    ("Marit Solheim", "Norwegian", 1961),
    ("Edwin Carrow", "British", 1948),
    ("Lucia Ferrante", "Italian", 1973),
    ("Tobias Krull", "German", 1955),
    ("Adaeze Obi", "Nigerian", 1982),
    ("Hana Morita", "Japanese", 1979),
    ("Claire Aubert", "French", 1966),
    ("Samuel Pike", "American", 1939),
    ("Greta Lindholm", "Swedish", 1958),
    ("Rory McBride", "Irish", 1987),
    ("Judith Amsel", "German", 1971),
    ("Pedro Quiroga", "Argentinian", None),
    ("Violet Hargreave", "British", 1990),
    ("Dennis Okoro", "Nigerian", 1964),
    ("Ottoline Frayne", "British", None),
    ("Mira Banerjee", "Indian", 1976),
)
OPENINGS = (
    "The Silent",
    "A Distant",
    "The Last",
    "Beneath the",
    "Letters to a",
    "The Glass",
    "Winter of the",
    "The Clockmaker's",
    "My Brother's",
    "Return to the",
)
NOUNS = (
    "Lighthouse",
    "Orchard",
    "Cartographer",
    "River",
    "Winter",
    "Beekeeper",
    "Harbour",
    "Sparrow",
    "Observatory",
    "Garden",
    "Violin",
    "Border",
)
GENRES = ("crime", "crime", "fantasy", "romance", "history", "biography", "science", "children", "children", "poetry")
FIRST = (
    "Agnes",
    "Basil",
    "Corin",
    "Dora",
    "Ewan",
    "Flora",
    "Gilbert",
    "Hattie",
    "Ivor",
    "Jemima",
    "Kenji",
    "Lorna",
    "Malik",
    "Nell",
    "Oscar",
    "Prudence",
    "Rohan",
    "Sybil",
)
LAST = (
    "Ashby",
    "Blythe",
    "Corrigan",
    "Dunmore",
    "Eastwick",
    "Farrow",
    "Gillespie",
    "Hobbs",
    "Innes",
    "Khatri",
    "Lockwood",
    "Mbatha",
    "Nowak",
    "Osei",
    "Pickering",
)


def rows(chance: Random) -> Rows:
    """Every table's rows, parents before children."""
    made: Rows = {
        "branch": [(key, *branch) for key, branch in enumerate(BRANCHES, 1)],
        "author": [(key, *author) for key, author in enumerate(AUTHORS, 1)],
        "book": _books(chance),
        "copy": [],
        "member": _members(chance),
        "loan": [],
        "fine": [],
        "reservation": [],
    }
    made["copy"] = _copies(chance)
    for copy in made["copy"]:
        if not copy[7]:
            _loans(chance, made, copy[0])
    for key in range(1, 221):
        placed = datetime.combine(_day(chance, date(2025, 6, 1), END), time(chance.randint(8, 20), chance.randint(0, 59)))
        state = (
            chance.choice(("waiting", "ready"))
            if placed.date() > date(2026, 3, 20)
            else chance.choice(("collected",) * 5 + ("expired", "cancelled", "cancelled"))
        )
        made["reservation"].append(
            (key, int(1 + 119 * chance.random() ** 2), chance.randint(1, 185), str(placed), chance.randint(1, 7), state)
        )
    return made


def _books(chance: Random) -> list[tuple[Any, ...]]:
    titles = [f"{opening} {noun}" for opening in OPENINGS for noun in NOUNS]
    chance.shuffle(titles)
    made = []
    for key, (title, pages) in enumerate(zip(titles, chance.sample(range(60, 890), 120), strict=True), 1):
        language = chance.choice(("English",) * 6 + ("German", "French", "Spanish"))
        publisher = chance.choice(("Foxglove Press", "Meridian", "Penhallow & Sons", "Blue Heron", None))
        isbn = f"978{chance.randint(10**9, 10**10 - 1)}"
        made.append(
            (
                key,
                isbn,
                title,
                chance.randint(1, 15),
                chance.choice(GENRES),
                language,
                pages,
                chance.randint(1958, 2025),
                publisher,
            )
        )
    return made


def _copies(chance: Random) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for book in range(1, 121):
        for _ in range(chance.choice((1, 1, 2, 3, 5)) if book % 17 else 0):
            key = len(made) + 1
            branch = chance.choice((1, 1, 1, 2, 3, 4, 5, 5, 6))
            bought = _day(chance, date(2008, 1, 1), date(2026, 4, 30))
            state = chance.choice(("new", "good", "good", "good", "worn", "damaged"))
            made.append(
                (key, f"BC{70000 + 3 * key}", book, branch, str(bought), round(chance.uniform(6, 60), 2), state, int(chance.random() < 0.1))
            )
    return made


def _members(chance: Random) -> list[tuple[Any, ...]]:
    names = [(first, last) for first in FIRST for last in LAST]
    chance.shuffle(names)
    made = []
    for key, (first, last) in enumerate(names[:190], 1):
        kind = chance.choice(("adult", "adult", "adult", "child", "student", "senior"))
        born = {"adult": (1962, 2000), "child": (2012, 2019), "student": (2000, 2008), "senior": (1938, 1960)}[kind]
        email = None if chance.random() < 0.25 else f"{first}.{last}@post.example".lower()
        birth = _day(chance, date(born[0], 1, 1), date(born[1], 12, 31))
        joined = _day(chance, max(date(2012, 1, 1), date(birth.year + 5, 1, 1)), date(2026, 5, 15))
        made.append(
            (
                key,
                f"L-{2000 + 11 * key}",
                first,
                last,
                str(birth),
                kind,
                chance.randint(1, 6),
                str(joined),
                email,
                int(chance.random() < 0.07),
            )
        )
    return made


def _loans(chance: Random, made: Rows, copy: int) -> None:
    day = _day(chance, date(2025, 1, 2), date(2025, 6, 1))
    while day <= END:
        key, member = len(made["loan"]) + 1, int(1 + 180 * chance.random() ** 1.5)
        renewals = chance.choice((0, 0, 0, 1, 2))
        due = day + timedelta(days=21 * (1 + renewals))
        back: date | None = day + timedelta(days=chance.randint(2, 21 * (1 + renewals) + chance.choice((0, 0, 20))))
        if back is not None and back > END:
            back = None
        made["loan"].append((key, copy, member, str(day), str(due), str(back) if back else None, renewals))
        late = ((back or END) - due).days
        if late > 0:
            _fine(chance, made, key, ("late return", round(0.25 * late, 2)), back or END)
        elif back and chance.random() < 0.04:
            _fine(chance, made, key, (chance.choice(("damaged item", "lost item")), round(chance.uniform(5, 45), 2)), back)
        day = (back or END) + timedelta(days=chance.randint(1, 130))


def _fine(chance: Random, made: Rows, loan: int, why: tuple[str, float], issued: date) -> None:
    paid = issued + timedelta(days=chance.randint(0, 60)) if chance.random() < 0.8 else None
    made["fine"].append((len(made["fine"]) + 1, loan, *why, str(issued), str(paid) if paid and paid <= END else None))


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))
