"""The vehicle fleet of a city's works department until 12 May 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 5, 12)
MODELS = (
    ("Skoda", "Octavia", "car", "petrol", 50, 27000),
    ("Renault", "Zoe", "car", "electric", None, 31000),
    ("Volkswagen", "ID.3", "car", "electric", None, 36000),
    ("Toyota", "Yaris", "car", "hybrid", 36, 22000),
    ("Ford", "Transit", "van", "diesel", 70, 38000),
    ("Renault", "Master", "van", "diesel", 80, 41000),
    ("Opel", "Vivaro-e", "van", "electric", None, 44000),
    ("Fiat", "Doblo", "van", "petrol", 60, 25000),
    ("MAN", "TGM", "truck", "diesel", 150, 118000),
    ("Volvo", "FE", "truck", "diesel", 200, 139000),
    ("Mercedes-Benz", "Sprinter", "minibus", "diesel", 71, 56000),
)
DEPOTS = ("North", "North", "Riverside", "Riverside", "Riverside", "Quarry Hill", "Central")
FIRST = ("Aaron", "Birgit", "Cem", "Dunja", "Erik", "Farah", "Goran", "Heidi", "Ismail", "Jette", "Klaus", "Lucia", "Marek", "Nadine")
LAST = ("Albers", "Brandt", "Cordes", "Demir", "Ebert", "Fischer", "Gerdes", "Hoffmann", "Ivanov", "Jansen", "Kovac", "Lindner")
PLACES = (
    "Airport",
    "City Hall",
    "Harbour",
    "Landfill",
    "Botanical Garden",
    "Central Station",
    "Hospital",
    "Stadium",
    "Recycling Centre",
    "Zoo",
)
PURPOSES = {
    "car": ("passenger transport", "passenger transport", "delivery", "private"),
    "van": ("delivery", "delivery", "park maintenance", "park maintenance", "private"),
    "truck": ("waste collection", "waste collection", "waste collection", "park maintenance"),
    "minibus": ("passenger transport",),
}
BRANDS = (("Petrola", 0.0), ("Nordfuel", 0.04), ("Gasline", -0.03), ("Sunny Pumps", -0.06))
WORKSHOPS = (
    ("Autohaus Keller", "Linden", True),
    ("City Works Garage", "Marburg", True),
    ("Quick Fit", "Linden", False),
    ("Truck Clinic", "Altstadt", True),
    ("Schmidt and Sons", "Altstadt", False),
    ("Bodyshop Nine", "Marburg", False),
    ("Old Mill Motors", "Brunn", False),
)
TYPES = {"inspection": (180, 20), "repair": (420, 510), "tyre change": (90, 340), "oil change": (60, 75), "bodywork": (650, 420)}
OFFENCES = {"speeding": (40, 260), "parking": (15, 55), "red light": (90, 240), "phone use": (100, 130), "overloading": (80, 235)}


def rows(chance: Random) -> Rows:
    """Every table's rows."""
    made: Rows = {"vehicle": _vehicles(chance), "driver": _drivers(chance)}
    made["trip"] = _trips(chance, made)
    made["fuelFill"] = _fills(chance, made)
    made["workshop"] = [(key, *one) for key, one in enumerate(WORKSHOPS, 1)]
    made["service"] = _services(chance, made["vehicle"])
    made["fine"] = _fines(chance, made)
    return made


def _vehicles(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 65):
        make, model, kind, fuel, tank, price = MODELS[chance.choice((0, 0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 8, 9, 10))]
        bought = _day(chance, date(2014, 3, 1), date(2025, 12, 1))
        driven = int((END - bought).days * chance.uniform(18, 75)) + chance.randint(0, 99)
        retired = _day(chance, date(2025, 6, 1), date(2026, 5, 1)) if bought.year < 2018 and chance.random() < 0.3 else None
        plate = f"CW-{chance.choice('ABCDEFGH')}{chance.choice('KLMNP')} {1000 + 17 * key}"
        paid = round(price * chance.uniform(0.86, 1.12), 2)
        made.append(
            (key, plate, make, model, kind, fuel, bought, paid, tank, driven, chance.choice(DEPOTS), chance.random() < 0.3, retired)
        )
    return made


def _drivers(chance: Random) -> list[tuple[Any, ...]]:
    people = [f"{first} {last}" for first in FIRST for last in LAST]
    chance.shuffle(people)
    made = []
    for key, name in enumerate(people[:58], 1):
        born = _day(chance, date(1961, 1, 1), date(2003, 12, 31))
        hired = _day(chance, max(date(1990, 1, 1), date(born.year + 20, 1, 1)), date(2025, 12, 31))
        expires = _day(chance, date(2026, 3, 1), date(2034, 1, 1)) if key % 6 else _day(chance, date(2026, 4, 1), date(2026, 10, 1))
        kind = chance.choice(("B", "B", "B", "C", "C", "D"))
        made.append((key, name, kind, expires, born, hired, chance.choice(DEPOTS), chance.random() < 0.88))
    return made


def _trips(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    trips: list[tuple[Any, ...]] = []
    busy = {vehicle[0]: chance.uniform(0.2, 2.5) for vehicle in made["vehicle"]}
    regulars = {vehicle[0]: chance.sample(range(1, 59), chance.randint(4, 14)) for vehicle in made["vehicle"]}
    for key in range(1, 1601):
        vehicle = chance.choices(made["vehicle"], weights=list(busy.values()))[0]
        day = _day(chance, date(2025, 1, 2), (vehicle[12] or END) - timedelta(days=1))
        day = day if day.weekday() < 5 or chance.random() < 0.4 else day - timedelta(days=2)
        start = datetime(day.year, day.month, day.day, chance.randint(5, 18), chance.choice(range(0, 60, 5)))
        far = round(min(chance.lognormvariate(2.7, 0.8), 320) + 1, 1)
        end = start + timedelta(minutes=int(far * chance.uniform(1.4, 4)) + chance.choice((4, 10, 25, 70)))
        purpose = chance.choice(PURPOSES[vehicle[4]])
        place = chance.choice(("Landfill", "Recycling Centre", "Harbour") if purpose == "waste collection" else PLACES)
        most = {"car": 0, "minibus": 0, "van": 900, "truck": 7500}[vehicle[4]]
        load = chance.randint(20, most) if most and purpose != "private" else 0
        trips.append((key, vehicle[0], chance.choice(regulars[vehicle[0]]), start, end, place, far, purpose, load))
    return trips


def _fills(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    fills: list[tuple[Any, ...]] = []
    tanks = {vehicle[0]: vehicle[8] for vehicle in made["vehicle"]}
    for trip in made["trip"]:
        if not tanks[trip[1]] or chance.random() > 0.55:
            continue
        brand, more = chance.choice(BRANDS[:3] if chance.random() < 0.8 else BRANDS)
        full = chance.random() < 0.75
        litres = round(tanks[trip[1]] * (chance.uniform(0.6, 0.97) if full else chance.uniform(0.1, 0.5)), 2)
        price = round(1.61 + more + chance.uniform(-0.08, 0.14), 3)
        fills.append((len(fills) + 1, trip[1], trip[2], trip[4] - timedelta(minutes=3), litres, price, brand, full))
    return fills


def _services(chance: Random, vehicles: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for vehicle in vehicles:
        if vehicle[0] % 9 == 0:
            continue
        for _ in range(chance.choice((1, 2, 3, 4, 6))):
            kind = chance.choice(("inspection", "inspection", "repair", "repair", "tyre change", "oil change", "bodywork"))
            opened = _day(chance, date(2024, 6, 1), (vehicle[12] or END) - timedelta(days=1))
            done = opened + timedelta(days=1 + int(chance.expovariate(0.12 if kind in ("repair", "bodywork") else 0.5)))
            labour, parts = (round(most * chance.uniform(0.5, 1.8), 2) for most in TYPES[kind])
            garage = 4 if vehicle[4] == "truck" and chance.random() < 0.6 else chance.choice((1, 1, 2, 2, 2, 3, 5, 6))
            garage = 6 if kind == "bodywork" and chance.random() < 0.7 and opened.year < 2026 else 1 if garage == 6 else garage
            made.append((len(made) + 1, vehicle[0], garage, kind, opened, None if done > END else done, labour, parts))
    for number, key in enumerate((4, 17, 31, 40, 52)):
        opened = END - timedelta(days=3 + 4 * number)
        made.append((len(made) + 1, key, 2, "repair", opened, None, 110.0 + 7 * number, 64.5 + 31 * number))
    return made


def _fines(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    fines: list[tuple[Any, ...]] = []
    for trip in made["trip"]:
        if trip[2] % 7 == 0 or trip[1] in (18, 45) or chance.random() > 0.12:
            continue
        kinds = ("speeding", "speeding", "speeding", "parking", "parking", "parking", "red light", "phone use")
        kind = chance.choice((*kinds, "overloading") if trip[8] else kinds)
        low, high = OFFENCES[kind]
        day = trip[3].date()
        due = day + timedelta(days=30)
        paid = day + timedelta(days=chance.randint(5, 48))
        points = 0 if kind == "parking" else chance.choice((0, 1, 1, 2))
        settled = paid if paid <= END and chance.random() < 0.86 else None
        fines.append((len(fines) + 1, trip[2], trip[1], day, kind, float(chance.randint(low, high)), points, due, settled))
    return fines


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
