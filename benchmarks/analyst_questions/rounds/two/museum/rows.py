"""A museum's collection, exhibitions, loans and admissions until 14 August 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 8, 14)
FIRST = ("Agathe", "Boris", "Celia", "Dorian", "Esra", "Fabio", "Greta", "Henrik", "Irma", "Joost", "Katya", "Luca", "Mireille", "Oskar")
LAST = ("Aalto", "Brink", "Carvalho", "Duarte", "Engel", "Fontana", "Grimaldi", "Haas", "Iversen", "Jokinen", "Kowal", "Lorenz", "Marin")
DEPARTMENTS = (
    ("Paintings", 1, "Helena Voss"), ("Sculpture", 0, "Marc Olivier"), ("Photography", 2, "Sunniva Dahl"),
    ("Textiles", 2, "Amara Bello"), ("Prints and Drawings", 1, "Piero Conti"), ("Archaeology", -1, "Rhea Stathis"),
)  # fmt: skip
MEDIA = {
    1: ("oil on canvas", "oil on canvas", "tempera on wood", "acrylic"), 2: ("bronze", "marble", "terracotta"),
    3: ("gelatin silver print", "inkjet print", "daguerreotype"), 4: ("silk", "wool", "linen"),
    5: ("etching", "woodcut", "charcoal", "watercolour"), 6: ("terracotta", "bronze", "glass"),
}  # fmt: skip
NATIONS = ("Dutch", "Italian", "French", "Spanish", "German", "Norwegian", "Japanese", "British")
WORDS = ("Harbour", "Orchard", "Mother", "Winter", "Market", "Bridge", "Dancer", "Garden", "River", "Harvest", "Window", "Saint", "Storm")
LIKE = ("at Dawn", "in Blue", "with Birds", "by Night", "of Silence", "and Child", "in Ruins", "at Rest", "No. 2", "without Shadows")
SHOWS = (
    "Light and Salt", "The Quiet Century", "Faces of Labour", "Woven Worlds", "After the Flood", "Ink and Paper", "Golden Dust",
    "Cities Unseen", "Masters of the North", "Broken Marble", "The Lens Turned", "Red Thread", "Painted Music", "Gods and Traders",
    "Small Things", "First Impressions", "The Long Summer", "Bronze Age", "Travelling Light", "Unfinished",
)  # fmt: skip
HOUSES = (
    ("Musee des Quais", "Lyon", "France", "museum"), ("Kunsthalle Nord", "Hamburg", "Germany", "museum"),
    ("Galleria Arco", "Turin", "Italy", "gallery"), ("Tyne Museum", "Newcastle", "United Kingdom", "museum"),
    ("Universiteit Leiden", "Leiden", "Netherlands", "university"), ("Museo del Puerto", "Valencia", "Spain", "museum"),
    ("Stadtmuseum Graz", "Graz", "Austria", "museum"), ("Fjord Gallery", "Bergen", "Norway", "gallery"),
    ("Sorbonne Collections", "Paris", "France", "university"), ("Ueno Art House", "Tokyo", "Japan", "museum"),
    ("Galerie Delta", "Ghent", "Belgium", "gallery"), ("Boston Hall of Art", "Boston", "United States", "museum"),
)  # fmt: skip
COUNTRIES = ("Germany", "Germany", "Germany", "France", "Netherlands", "Italy", "United Kingdom", "United States", "Japan")
PRICES = {"adult": 16, "reduced": 9, "child": 5, "group": 11}


def rows(chance: Random) -> Rows:
    """Every table's rows, parents first."""
    made: Rows = {"department": [(key, *one) for key, one in enumerate(DEPARTMENTS, 1)], "artist": _artists(chance)}
    made["artwork"] = _artworks(chance, made)
    made["exhibition"] = _exhibitions(chance)
    made["exhibition_artwork"] = _shown(chance, made)
    made["institution"] = [(key, *one) for key, one in enumerate(HOUSES, 1)]
    made["loan"] = _loans(chance, made)
    made["visitor"] = _visitors(chance)
    made["ticket"] = _tickets(chance, made)
    made["condition_report"] = _reports(chance)
    return made


def _artists(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key, name in enumerate(chance.sample([f"{a} {b}" for a in FIRST for b in LAST], 70), 1):
        born = chance.randint(1790, 1992)
        died = born + chance.randint(31, 89)
        made.append((key, name, chance.choice(NATIONS), born, died if died < 2024 else None))
    return made


def _artworks(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    titles = chance.sample([f"{a} {b}" for a in WORDS for b in LIKE], 125)
    values = chance.sample(range(8, 4000), 420)
    works = []
    for key in range(1, 421):
        department = chance.choice((1, 1, 1, 2, 3, 3, 4, 5, 5, 6))
        artist = chance.choice(made["artist"][:66]) if department != 6 else None
        year = artist[3] + chance.randint(20, 30) if artist else -chance.randint(20, 900)
        how = chance.choice(("purchase", "purchase", "purchase", "gift", "gift", "bequest", "transfer"))
        size = (round(chance.uniform(8, 240), 1), round(chance.uniform(8, 300), 1))
        row = (
            key,
            f"{DEPARTMENTS[department - 1][0][:2].upper()}.{1000 + 3 * key}",
            chance.choice(titles),
            artist and artist[0],
            department,
        )
        bought = _day(chance, date(max(1950, year + 1), 1, 1), END)
        works.append((*row, chance.choice(MEDIA[department]), year, bought, how, values[key - 1] * 550, *size, chance.random() < 0.37))
    return works


def _exhibitions(chance: Random) -> list[tuple[Any, ...]]:
    made, budgets, lengths = [], chance.sample(range(30, 500), len(SHOWS)), chance.sample(range(60, 190), len(SHOWS))
    opens = date(2023, 2, 3)
    for key, title in enumerate(SHOWS, 1):
        sponsor = chance.choice(("Nordbank", "Alpina Air", "Keller Optics", None, None))
        closes = opens + timedelta(days=lengths[key - 1])
        made.append((key, title, chance.randint(1, 6), opens, closes, budgets[key - 1] * 1150, sponsor))
        opens += timedelta(days=chance.randint(52, 84))
    return made


def _shown(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    counts = chance.sample(range(9, 48), len(SHOWS))
    return [
        (show, work, f"Room {chance.randint(1, 9)}", chance.random() < 0.12)
        for show in range(1, len(SHOWS) + 1)
        for work in sorted(chance.sample(range(1, 391), counts[show - 1]))
    ]


def _loans(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    loans = []
    for key in range(1, 161):
        asked = _day(chance, date(2021, 1, 4), END - timedelta(days=20))
        sent = asked + timedelta(days=chance.randint(30, 200))
        due = sent + timedelta(days=chance.choice((60, 90, 120, 180, 365)))
        back = due + timedelta(days=chance.choice((-12, -6, -3, -1, 0, 2, 5, 9, 21, 40)))
        gone = sent if sent <= END and key not in (57, 93, 140) else None
        back = END if not gone or (due > date(2026, 3, 1) and chance.random() < 0.3) else back
        house = 10 if key == 93 else chance.choice((1, 1, 1, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 10))
        costs = (chance.choice((0, 0, 500, 1200, 2500, 4000)), round(chance.uniform(180, 9800), 2))
        loans.append((key, chance.randint(1, 420), house, asked, gone, due, back if back < END else None, *costs))
    return loans


def _visitors(chance: Random) -> list[tuple[Any, ...]]:
    names = chance.sample([f"{a} {b}" for a in FIRST for b in LAST], 180)
    kinds = ("friend", "friend", "patron", "student", None, None, None)
    days = chance.sample(range(1300), 180)
    return [
        (key, name, chance.choice(COUNTRIES), _day(chance, date(1940, 1, 1), date(2010, 1, 1)), chance.choice(kinds),
         END - timedelta(days=days[key - 1]), chance.random() < 0.55)
        for key, name in enumerate(names, 1)
    ]  # fmt: skip


def _tickets(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    tickets = []
    for key in range(1, 1801):
        show = chance.choice(made["exhibition"][4:-1]) if chance.random() < 0.6 else None
        first, last = (show[3], show[4]) if show else (date(2024, 1, 1), END)
        visit = _day(chance, first, min(last, END + timedelta(days=25)))
        visit += timedelta(days=1 if visit.weekday() == 0 else 0)
        sold = datetime.combine(
            visit - timedelta(days=chance.choice((0, 0, 0, 1, 3, 8, 17))), time(chance.randint(9, 18), chance.randint(0, 59))
        )
        sold = min(sold, datetime(2026, 8, 14, 11, 30) - timedelta(minutes=key))
        kind = chance.choice(("adult",) * 5 + ("reduced", "reduced", "child", "group"))
        refunded = chance.random() < 0.05
        used = not refunded and visit <= END and chance.random() < 0.9
        door = (
            datetime.combine(visit, time(chance.choice((10, 11, 11, 12, 13, 14, 14, 15, 16, 17)), chance.randint(0, 59))) if used else None
        )
        who = chance.randint(1, 165) if chance.random() < 0.45 else None
        price = PRICES[kind] + (4 if show else 0)
        channel = chance.choice(("online", "online", "online", "ticket desk", "ticket desk", "travel agency"))
        tickets.append((key, who, show and show[0], kind, sold, visit, price, channel, door, refunded))
    return tickets


def _reports(chance: Random) -> list[tuple[Any, ...]]:
    people = ("Ilse Maurer", "Ilse Maurer", "Tomas Reyes", "Tomas Reyes", "Tomas Reyes", "Yuki Arai")
    made = []
    for key in range(1, 341):
        state = chance.choice(("good",) * 5 + ("fair",) * 3 + ("poor",))
        hours = 0 if state == "good" else round(chance.uniform(1, 20) * (1 if state == "fair" else 4), 1)
        made.append((key, chance.randint(1, 400), _day(chance, date(2022, 1, 1), END), chance.choice(people), state, hours))
    return made


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
