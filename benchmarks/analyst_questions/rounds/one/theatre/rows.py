"""What is in the theatre's tables: two seasons of performances, tickets and gifts until 3 February 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
_NOW = datetime(2026, 2, 3, 10)
_VENUES = (
    (1, "Grand Playhouse", "Bristol", 1904, 14),
    (2, "The Foundry", "Bristol", 1998, 8),
    (3, "Harbour Stage", "Cardiff", 2011, 20),
    (4, "Old Corn Exchange", "Bath", 1862, 4),
    (5, "Riverside Studio", "Exeter", 1976, 6),
    (6, "Quayside Pavilion", "Exeter", None, None),
)
_BANDS = (("Stalls", 1.0), ("Dress Circle", 0.8), ("Balcony", 0.45), ("Box", 1.6))
_PLAYS = (
    ("The Cherry Orchard", "drama", "Imogen Hale"), ("A Winter's Tale", "drama", "Rafe Morrow"), ("The Rivals", "comedy", "Imogen Hale"),
    ("Noises Off", "comedy", "Sunita Rao"), ("Carousel", "musical", "Theo Lind"), ("Guys and Dolls", "musical", "Theo Lind"),
    ("Tosca", "opera", "Bianca Ferro"), ("La Boheme", "opera", "Bianca Ferro"), ("Giselle", "ballet", "Anton Weiss"),
    ("Coppelia", "ballet", "Anton Weiss"), ("Puss in Boots", "family", None), ("The Snow Queen", "family", "Sunita Rao"),
    ("Hedda Gabler", "drama", "Rafe Morrow"), ("Macbeth", "drama", "Imogen Hale"), ("The Mousetrap", "drama", "Gwen Pryce"),
    ("Blithe Spirit", "comedy", "Gwen Pryce"), ("Oklahoma", "musical", None), ("Rigoletto", "opera", "Bianca Ferro"),
    ("Matilda", "family", "Theo Lind"), ("Arcadia", "drama", "Sunita Rao"),
)  # fmt: skip
_FIRST = (
    "Alice", "Bernard", "Clara", "Dylan", "Edith", "Felix", "Gillian", "Harold", "Iris", "Joan", "Kenneth", "Lydia", "Martin", "Nora",
    "Oscar", "Pippa", "Roger", "Stella", "Tobias", "Una", "Victor", "Winifred",
)  # fmt: skip
_LAST = (
    "Ashworth", "Bevan", "Cartwright", "Davies", "Ellery", "Fairfax", "Griffiths", "Hopkins", "Ingram", "Jessop", "Kendall", "Llewellyn",
    "Mortimer", "Nash", "Oakley", "Penrose", "Rowlands", "Sheldon",
)  # fmt: skip
_CITIES = ("Bristol", "Bristol", "Bristol", "Bath", "Cardiff", "Cardiff", "Exeter", "Taunton", "Newport", None)
_CAMPAIGNS = ("Roof Appeal", "Youth Theatre", "New Writing", "Spring Gala", None)


def rows(chance: Random) -> Rows:
    """All tables; a ticket without a patron was sold at the counter."""
    made: Rows = {"Venue": list(_VENUES), "productions": _productions(chance), "priceBands": _bands(chance), "patrons": _patrons(chance)}
    made["Performances"] = _performances(chance, made["productions"])
    made["tickets"] = [_ticket(chance, key, made) for key in range(1, 1901)]
    made["donations"] = [_gift(chance, key, made["patrons"]) for key in range(1, 361)]
    order = ("Venue", "productions", "Performances", "priceBands", "patrons", "tickets", "donations")
    return {name: made[name] for name in order}


def _productions(chance: Random) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    minutes = chance.sample(range(70, 200), len(_PLAYS))
    for key, (title, genre, director) in enumerate(_PLAYS, 1):
        opening = (date(2024, 9, 5) + timedelta(days=27 * key + chance.randint(-9, 9))).isoformat()
        lines.append((key, title, genre, director, minutes[key - 1], round(chance.uniform(18, 240), 1) * 1000, opening))
    return lines


def _bands(chance: Random) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    for venue, _, _, _, places in _VENUES:
        top = 2 * chance.randint(15, 34)
        for name, factor in _BANDS[: 4 if venue < 4 else 2]:
            seats = chance.randint(8, 24) if name == "Box" else chance.randint(60, 420)
            lines.append((len(lines) + 1, venue, name, seats if places else 90, round(top * factor * 2) / 2))
    return lines


def _patrons(chance: Random) -> list[tuple[Any, ...]]:
    names = chance.sample([(one, other) for one in _FIRST for other in _LAST], 260)
    lines: list[tuple[Any, ...]] = []
    for key, (first, last) in enumerate(names, 1):
        email = None if chance.random() < 0.2 else f"{first}.{last}@mail.example".lower()
        born = _day(chance, date(1936, 1, 1), date(2007, 6, 1)) if chance.random() < 0.85 else None
        joined = _day(chance, date(2019, 1, 2), date(2026, 1, 30))
        member = chance.choice((None, None, "Friend", "Friend", "Patron", "Gold"))
        lines.append((key, first, last, email, chance.choice(_CITIES), born, joined, member, int(chance.random() < 0.55)))
    return lines


def _performances(chance: Random, productions: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    for production in productions:
        opening, venue = date.fromisoformat(production[6]), chance.choice((1, 1, 2, 3, 3, 4, 5))
        for number in range(chance.randint(4, 11)):
            start = datetime(opening.year, opening.month, opening.day) + timedelta(
                days=2 * number, hours=chance.choice((14, 19, 19, 20)), minutes=30
            )
            status = "cancelled" if chance.random() < 0.08 else "scheduled" if start > _NOW else "played"
            lines.append(
                (len(lines) + 1, production[0], venue if number < 6 else 1 + venue % 5, f"{start}", status, int(chance.random() < 0.2))
            )
    return lines


def _ticket(chance: Random, key: int, made: Rows) -> tuple[Any, ...]:
    started = [line for line in made["Performances"] if line[3] < "2026-03-20"]
    performance = chance.choice(started[: 1 + int(len(started) * chance.random() ** 0.6)])
    band = chance.choice([line for line in made["priceBands"] if line[1] == performance[2]])
    latest = min(datetime.fromisoformat(performance[3]), _NOW)
    sold = latest - timedelta(minutes=chance.randint(5, 60 * 24 * chance.choice((1, 10, 60))))
    kind = chance.choice((None, None, None, None, "student", "senior", "child"))
    price = round(band[4] * (0.7 if kind else 1.0) * chance.choice((1, 1, 1, 0.9)), 2)
    patron = chance.choice(made["patrons"][:215])[0] if chance.random() < 0.9 else None
    channel = "box office" if patron is None else chance.choice(("web", "web", "web", "phone", "box office", "app"))
    refunded = performance[4] == "cancelled" or chance.random() < 0.03
    return (key, performance[0], band[0], patron, f"{sold}", price, channel, kind, int(refunded))


def _gift(chance: Random, key: int, patrons: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    day = _day(chance, date(2024, 1, 3), date(2026, 2, 2))
    amount = float(chance.choice((10, 20, 25, 50, 50, 100, 250))) if chance.random() < 0.7 else round(chance.lognormvariate(5, 1), 2)
    method = chance.choice(("card", "card", "bank transfer", "cheque"))
    return (key, chance.choice(patrons[40:])[0], day, amount, chance.choice(_CAMPAIGNS), method, int(chance.random() < 0.12))


def _day(chance: Random, first: date, last: date) -> str:
    return (first + timedelta(days=chance.randint(0, (last - first).days))).isoformat()
