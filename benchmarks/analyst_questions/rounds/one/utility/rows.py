"""What is in the energy supplier's database, until 15 February 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

_END = date(2026, 2, 15)
_FIRST = ("Anna", "Bruno", "Clara", "Dario", "Edith", "Felix", "Gesa", "Henrik", "Ida", "Jakob", "Katja", "Lars")
_LAST = ("Albers", "Behrens", "Claussen", "Dierks", "Ehlers", "Frank", "Gerdes", "Harms")
_FIRMS = (
    "Nordbäckerei",
    "Hafenkühlhaus",
    "Stahlwerk Elbe",
    "Papier & Co",
    "Klinik am See",
    "Druckhaus West",
    "Autohaus Krüger",
    "Molkerei Marsch",
)
_CITIES = ("Hamburg", "Bremen", "Kiel", "Lübeck", "Rostock", "Oldenburg")
_ZONES = (
    ("N1", "Harbour", "North", "Petra Voss"),
    ("N2", "Old Town", "North", "Petra Voss"),
    ("S1", "Airport", "South", "Ole Brandt"),
    ("S2", "University", "South", "Ole Brandt"),
    ("E1", "Riverside", "East", "Mia Keller"),
    ("E2", "Forest Hill", "East", "Mia Keller"),
    ("W1", "Industrial Park", "West", "Jan Peters"),
    ("W2", "Meadows", "West", None),
)
_TARIFFS: tuple[tuple[str, str, str, float, float, bool], ...] = (
    ("EB1", "Basic Power", "electricity", 0.3490, 9.90, False),
    ("EC2", "Comfort Power", "electricity", 0.3215, 12.50, False),
    ("EG3", "Green Power", "electricity", 0.3380, 11.20, True),
    ("EN4", "Night Saver", "electricity", 0.2795, 14.00, False),
    ("EX5", "Business Power", "electricity", 0.2640, 29.00, False),
    ("GB1", "Basic Gas", "gas", 0.1180, 8.50, False),
    ("GC2", "Comfort Gas", "gas", 0.1065, 11.00, False),
    ("GG3", "Bio Gas", "gas", 0.1320, 10.40, True),
    ("GF9", "Fixed Gas 2027", "gas", 0.1010, 12.90, False),
)
_USUAL = {"residential": 260, "commercial": 1400, "industrial": 9000}
_SEASON = (1.5, 1.4, 1.2, 1.0, 0.8, 0.7, 0.65, 0.7, 0.8, 1.0, 1.25, 1.45)


def rows(chance: Random) -> dict[str, list[tuple[Any, ...]]]:
    """Customers with their meters, monthly readings since 2025, invoices by the quarter, and the outages."""
    made: dict[str, list[tuple[Any, ...]]] = {"zone": list(_ZONES), "trf": list(_TARIFFS)}
    made |= {name: [] for name in ("cust", "mtr", "mtr_rdg", "inv", "outg")}
    people = [(f"{first} {last}", "residential") for first in _FIRST for last in _LAST]
    firms = [(name, "commercial" if number % 3 else "industrial") for number, name in enumerate(_FIRMS)]
    known = people + firms
    chance.shuffle(known)
    for number, (name, kind) in enumerate(known, 1001):
        since = _day(chance, date(2017, 3, 1), date(2025, 12, 20))
        email = None if chance.random() < 0.14 else f"{name.lower().replace(' ', '.').replace('&', 'und')}@mail.example"
        paying = chance.choice(("direct debit", "direct debit", "direct debit", "bank transfer", "bank transfer", "card"))
        made["cust"].append((number, name, kind, chance.choice(_CITIES), email, paying, since))
        if number % 17:
            _meters(chance, made, number, kind, since)
        _invoices(chance, made["inv"], number, kind, since)
    _outages(chance, made["outg"])
    return made


def _meters(chance: Random, made: dict[str, list[tuple[Any, ...]]], customer: int, kind: str, since: date) -> None:
    zone = chance.choice(_ZONES)[0] if kind == "residential" else chance.choice(("W1", "W1", "N1", "S1"))
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        tariff = "EX5" if kind != "residential" and chance.random() < 0.7 else chance.choice(_TARIFFS[:-1])[0]
        smart = chance.random() < 0.45
        gone = _day(chance, date(2025, 2, 1), date(2026, 1, 30)) if chance.random() < 0.1 and since < date(2025, 1, 1) else None
        number = f"M{70000 + 13 * len(made['mtr'])}"
        installed = since + timedelta(days=chance.randint(0, 60))
        made["mtr"].append((number, customer, tariff, zone, smart, installed, gone))
        _readings(chance, made["mtr_rdg"], made["mtr"][-1], _USUAL[kind] * chance.uniform(0.5, 1.8))


def _readings(chance: Random, readings: list[tuple[Any, ...]], mtr: tuple[Any, ...], usual: float) -> None:
    meter, smart, begin, end = mtr[0], mtr[4], mtr[5], mtr[6] or _END
    value = chance.randint(500, 90000)
    # Some meters fall silent before autumn.
    for month in range(chance.randint(4, 8) if chance.random() < 0.06 else 13):
        day = date(2025 + month // 12, month % 12 + 1, chance.randint(1, 14))
        used = int(usual * _SEASON[month % 12] * chance.uniform(0.8, 1.25))
        if begin < day < end and chance.random() < 0.9:
            source = "smart" if smart else chance.choice(("manual", "manual", "estimate"))
            value += used
            readings.append((len(readings) + 1, meter, day, value, used, source))


def _invoices(chance: Random, invoices: list[tuple[Any, ...]], customer: int, kind: str, since: date) -> None:
    for quarter in range(9):
        issued = date(2024 + quarter // 4, quarter % 4 * 3 + 1, chance.randint(2, 28))
        if issued < since or issued > _END:
            continue
        net = round(_USUAL[kind] * 3 * 0.3 * chance.uniform(0.6, 1.5), 2)
        due = issued + timedelta(days=21 if kind == "residential" else 30)
        paid = issued + timedelta(days=min(90, max(1, int(chance.gauss(17, 9)))))
        state = "P" if chance.random() < 0.9 and paid <= _END else "O"
        state = "W" if state == "O" and issued < date(2025, 4, 1) else state
        invoices.append((500001 + len(invoices), customer, issued, due, net, round(net * 0.19, 2), state, paid if state == "P" else None))


def _outages(chance: Random, outages: list[tuple[Any, ...]]) -> None:
    moments = sorted(datetime(2024, 1, 3) + timedelta(minutes=chance.randint(0, 771 * 24 * 60)) for _ in range(150))
    for begun in moments:
        planned = chance.random() < 0.3
        cause = "maintenance" if planned else chance.choice(("storm", "storm", "cable damage", "equipment failure", "animal", None))
        lasts = chance.randint(30, 240) if planned else chance.randint(5, 900)
        end = None if begun > datetime(2026, 2, 3) else begun + timedelta(minutes=lasts)
        zone = chance.choice(("N1", "N2", "S1", "S2", "E1", "E1", "E2", "E2", "W1"))
        outages.append((len(outages) + 1, zone, begun, end, cause, chance.randint(12, 4800), planned))


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))
