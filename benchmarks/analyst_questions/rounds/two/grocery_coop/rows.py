"""A neighbourhood food co-operative's members, suppliers, stock and receipts until 24 October 2026."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 10, 24)
FIRST = ("Annika", "Bao", "Clemens", "Dunja", "Emre", "Franka", "Gil", "Hedwig", "Imran", "Jette", "Kofi", "Leila", "Malte", "Nadja")
LAST = ("Ackermann", "Bauer", "Celik", "Demir", "Ehlers", "Friese", "Gruber", "Huang", "Ibrahim", "Jung", "Kraft", "Lange", "Mensah")
PLACES = ("Old Harbour", "Old Harbour", "Mill Quarter", "Mill Quarter", "Mill Quarter", "Station", "Westend", "Lindenhof")
SUPPLIERS = (
    ("Apfelhof Brandt", "Jork", 32, True, 14),
    ("Backstube Nord", "Hamburg", 4, False, 7), ("Muehle Sander", "Bardowick", 51, True, 30),
    ("Molkerei Geest", "Heide", 96, True, 21), ("Gemuese Petersen", "Vierlanden", 18, True, 14),
    ("Kaffee Kontor", "Bremen", 119, False, 30),
    ("Biogrosshandel Elbe", "Hamburg", 9, True, 30), ("Imkerei Wald", "Soltau", 84, False, 14),
    ("Fischerei Jansen", "Cuxhaven", 124, False, 7),
    ("Huehnerhof Lutz", "Stade", 43, True, 14), ("Saftkelterei Moor", "Zeven", 67, False, 21), ("Tofu Werkstatt", "Kiel", 98, True, 14),
    ("Nudelhaus Lenz", "Celle", 128, False, 30), ("Seifenmanufaktur Ahoi", "Wismar", 140, False, 30),
)  # fmt: skip
CATEGORIES = (
    ("FRU", "Fruit", 7), ("VEG", "Vegetables", 7), ("BRD", "Bread", 7), ("DAI", "Dairy and Eggs", 7), ("DRY", "Dry Goods", 7),
    ("DRK", "Drinks", 19), ("HOU", "Household", 19), ("FSH", "Fish", 7),
)  # fmt: skip
GOODS = {
    "FRU": ((1, 1, 7), "kg", ("Apples Elstar", "Apples Boskoop", "Pears", "Plums", "Lemons", "Bananas", "Grapes")),
    "VEG": ((5, 5, 7), "kg", ("Carrots", "Potatoes", "Leeks", "Beetroot", "Spinach", "Tomatoes", "Onions", "Pumpkin", "Kale")),
    "BRD": ((2,), "pc", ("Rye Loaf", "Spelt Loaf", "Baguette", "Seeded Roll", "Cinnamon Bun")),
    "DAI": ((4, 4, 10), "pc", ("Whole Milk", "Yoghurt", "Butter", "Gouda", "Quark", "Eggs 6 Pack", "Eggs 10 Pack", "Cream")),
    "DRY": ((3, 7, 13, 12, 8), "pc", ("Wheat Flour", "Oats", "Red Lentils", "Spaghetti", "Penne", "Smoked Tofu", "Honey",
        "Basmati Rice", "Chickpeas", "Rapeseed Oil")),
    "DRK": ((6, 11, 11), "bt", ("Espresso Beans", "Filter Coffee", "Apple Juice", "Pear Juice", "Rhubarb Spritz", "Elderflower Syrup")),
    "HOU": ((14, 7), "pc", ("Dish Soap", "Hand Soap", "Laundry Powder", "Candles", "Sponges")),
    "FSH": ((9,), "pc", ("Smoked Trout", "Herring", "Shrimps")),
}  # fmt: skip


def rows(chance: Random) -> Rows:
    """Every table's rows, parents first."""
    made: Rows = {"mbr": _members(chance), "sup": [(key, *one) for key, one in enumerate(SUPPLIERS, 1)], "cat": list(CATEGORIES)}
    made["prod"] = _products(chance)
    made["stk"] = _stock(chance, made)
    made["dlv"], made["dlv_ln"] = _deliveries(chance, made)
    made["purch"], made["purch_ln"] = _purchases(chance, made)
    made["shift"] = _shifts(chance, made)
    return made


def _members(chance: Random) -> list[tuple[Any, ...]]:
    people = chance.sample([(a, b) for a in FIRST for b in LAST], 150)
    days = sorted(chance.sample(range(2500), 150), reverse=True)
    made = []
    for key, (first, last) in enumerate(people, 1):
        joined = END - timedelta(days=days[key - 1])
        left = joined + timedelta(days=chance.randint(90, 1500))
        kind = chance.choice(("regular", "regular", "regular", "regular", "reduced", "supporting"))
        email = None if chance.random() < 0.13 else f"{first}.{last}@coop.example".lower()
        gone = left if chance.random() < 0.3 and left < END else None
        capital = chance.choice((50, 100, 100, 150, 200, 500)) if kind != "reduced" else 25
        made.append(
            (1000 + key, first, last, kind, chance.choice((1, 1, 2, 2, 3, 4, 5)), chance.choice(PLACES), email, joined, gone, capital)
        )
    return made


def _products(chance: Random) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    prices = chance.sample(range(79, 1299), sum(len(one[2]) for one in GOODS.values()))
    for code, (suppliers, unit, names) in GOODS.items():
        for name in names:
            supplier, price = chance.choice(suppliers), prices[len(made)] / 100
            organic = SUPPLIERS[supplier - 1][3] and chance.random() < 0.85
            cost = round(price * chance.uniform(0.5, 0.82), 2)
            made.append((101 + len(made), name, code, supplier, unit, price, cost, organic, chance.choice((5, 8, 10, 12, 20))))
    return made


def _stock(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    stock = []
    for product in made["prod"]:
        cold = product[2] in ("DAI", "FSH", "VEG")
        for place in ("shop floor", "cold room" if cold else "cellar")[: chance.choice((1, 2, 2))]:
            amount = round(chance.uniform(0, 26), 1) if product[4] == "kg" else float(chance.randint(0, 24))
            counted = END - timedelta(days=chance.randint(1, 75))
            stock.append((product[0], place, 0.0 if chance.random() < 0.08 else amount, counted))
    return stock


def _deliveries(chance: Random, made: Rows) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    heads: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    for key in range(5001, 5301):
        supplier = chance.choice((1, 1, 2, 2, 2, 3, 4, 4, 5, 5, 5, 6, 7, 7, 7, 8, 9, 9, 10, 11, 12, 13))
        ordered = END - timedelta(days=chance.randint(1, 640) if key < 5280 else chance.randint(0, 6))
        promised = ordered + timedelta(days=chance.randint(1, 9))
        came = promised + timedelta(days=chance.choice((-1, 0, 0, 0, 0, 0, 1, 1, 2, 5)))
        arrived = max(came, ordered) if came <= END else None
        freight = round(SUPPLIERS[supplier - 1][2] * chance.uniform(0.3, 0.9) + 5, 2)
        heads.append((key, supplier, ordered, promised, arrived, freight, chance.randint(1001, 1120) if arrived else None))
        goods = [one for one in made["prod"] if one[3] == supplier] or made["prod"][:3]
        for number, product in enumerate(chance.sample(goods, min(len(goods), chance.randint(1, 5))), 1):
            wanted = chance.randint(4, 60)
            got = wanted if chance.random() < 0.85 else chance.randint(0, wanted - 1)
            life = (arrived or promised) + timedelta(
                days=chance.randint(4, 40) if product[2] in ("FRU", "VEG", "BRD", "DAI", "FSH") else 300
            )
            lines.append((key, number, product[0], wanted, got if arrived else None, None if product[2] == "HOU" else life))
    return heads, lines


def _purchases(chance: Random, made: Rows) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    heads: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    keen = {one[0]: chance.choice((0, 1, 2, 4, 8)) for one in made["mbr"]}
    goods = made["prod"][:-1]
    popular = [chance.choice((1, 2, 3, 6)) for _ in goods]
    popular[16] = 10
    while len(heads) < 640:
        member = chance.choices(made["mbr"], list(keen.values()))[0]
        last = member[8] or END - timedelta(days=1)
        day = last - timedelta(days=chance.randint(0, min(640, (last - member[7]).days)))
        if day.weekday() == 6 or day < date(2025, 1, 1):
            continue
        at = datetime.combine(day, time(chance.choice((9, 10, 10, 11, 12, 14, 16, 17, 17, 17, 18, 19)), chance.randint(0, 59)))
        way = chance.choice(("card", "card", "card", "cash", "cash", "app"))
        key = 80001 + len(heads)
        off = round(chance.uniform(0.5, 4), 2) if chance.random() < 0.25 else 0
        heads.append((key, member[0], at, chance.choice((1, 1, 2, 3)), way, off))
        for number, index in enumerate(_basket(chance, popular), 1):
            product = goods[index]
            amount = round(chance.uniform(0.2, 2.6), 2) if product[4] == "kg" else chance.choice((1, 1, 1, 2, 3))
            price = product[5] if day > date(2026, 2, 1) else round(product[5] * 0.95, 2)
            lines.append((key, number, product[0], amount, price))
    return heads, lines


def _basket(chance: Random, popular: list[int]) -> list[int]:
    return list(dict.fromkeys(chance.choices(range(len(popular)), popular, k=chance.choice((1, 2, 3, 3, 4, 5)))))


def _shifts(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    shifts = []
    tasks = ("checkout", "checkout", "shelf stocking", "shelf stocking", "cleaning", "bookkeeping", "deliveries")
    for key in range(1, 421):
        member = chance.choice(made["mbr"][:125])
        last = member[8] or END + timedelta(days=20)
        day = last - timedelta(days=chance.randint(0, min(500, (last - member[7]).days)))
        missed = day < END and chance.random() < 0.07
        shifts.append((key, member[0], day, chance.choice(tasks), chance.choice((1.5, 2, 2.5, 3, 3, 4)), missed))
    unreliable = next(one for one in made["mbr"] if not one[8])
    for key in range(421, 435):
        day = END - timedelta(days=chance.randint(1, 500))
        shifts.append((key, unreliable[0], day, chance.choice(tasks), chance.choice((2, 2.5, 3, 4)), True))
    return shifts
