"""A phone and internet provider's contracts, usage, bills and network until 22 June 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = datetime(2026, 6, 22, 10, 0)
FIRST = (
    "Aino",
    "Bastian",
    "Carla",
    "Denis",
    "Eva",
    "Florin",
    "Gloria",
    "Hana",
    "Ivo",
    "Judit",
    "Karel",
    "Lidia",
    "Matej",
    "Nora",
    "Ondrej",
)
LAST = ("Adamek", "Benes", "Cerny", "Dolezal", "Fiala", "Hajek", "Jelinek", "Kolar", "Kucera", "Marek", "Pokorny", "Ruzicka", "Sedlak")
CITIES = ("Brno", "Brno", "Brno", "Ostrava", "Ostrava", "Plzen", "Olomouc", "Liberec", "Zlin")
PLANS = (
    ("Mobile Light", "mobile", 9.9, 3, 100, 0, "2019-03-01", 0), ("Mobile Classic", "mobile", 19.9, 10, 500, 12, "2019-03-01", 0),
    ("Mobile Max", "mobile", 39.9, 60, None, 24, "2022-09-15", 0), ("Senior Talk", "mobile", 7.9, 1, 300, 0, "2017-05-02", 1),
    ("Home Fiber 250", "internet", 29.9, None, None, 12, "2020-01-20", 0),
    ("Home Fiber 1000", "internet", 49.9, None, None, 24, "2021-06-01", 0),
    ("DSL Basic", "internet", 24.5, None, None, 12, "2014-02-10", 1), ("Prepaid Go", "prepaid", 0.0, 2, 0, 0, "2018-08-08", 0),
    ("Business Flex", "mobile", 59.0, 100, None, 24, "2023-04-01", 0), ("Prepaid Tourist", "prepaid", 4.9, 20, 60, 0, "2025-05-01", 0),
)  # fmt: skip
REASONS = ("price", "price", "moved away", "bad coverage", "competitor offer", "competitor offer", "no longer needed")


def rows(chance: Random) -> Rows:
    """Every table's rows, parents first."""
    made: Rows = {"customers": _customers(chance), "plans": [(key, *plan) for key, plan in enumerate(PLANS, 1)]}
    made["contracts"] = _contracts(chance, made)
    made["cellTowers"] = _towers(chance)
    made["calls"] = _calls(chance, made)
    made["dataUsage"] = _usage(chance, made)
    made["invoices"] = _invoices(chance, made)
    made["outages"] = _outages(chance)
    made["supportTickets"] = _tickets(chance)
    return made


def _customers(chance: Random) -> list[tuple[Any, ...]]:
    people, days = chance.sample([(a, b) for a in FIRST for b in LAST], 190), sorted(chance.sample(range(3400), 190), reverse=True)
    made = []
    for key, (first, last) in enumerate(people, 1):
        kind = chance.choice(("private",) * 5 + ("business",))
        born = None if kind == "business" else _day(chance, date(1938, 1, 1), date(2007, 12, 1))
        email = None if chance.random() < 0.2 else f"{first}.{last}@post.example".lower()
        by = chance.randint(1, key - 1) if key > 10 and chance.random() < 0.22 else None
        made.append(
            (key, first, last, kind, born, chance.choice(CITIES), email, (END - timedelta(days=days[key - 1])).date().isoformat(), by)
        )
    return made


def _contracts(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    contracts: list[tuple[Any, ...]] = []
    for customer in made["customers"]:
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3))):
            key, plan = (
                len(contracts) + 1,
                9 if customer[3] == "business" and chance.random() < 0.5 else chance.choice((1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8)),
            )
            start = _day(chance, max(date.fromisoformat(customer[7]), date.fromisoformat(PLANS[plan - 1][6])), END.date())
            end = (date.fromisoformat(start) + timedelta(days=chance.randint(40, 1300))).isoformat() if chance.random() < 0.4 else None
            end = end if end and end < END.date().isoformat() else None
            status = "cancelled" if end else chance.choice(("active",) * 9 + ("suspended",))
            number = None if PLANS[plan - 1][1] == "internet" else f"+4207{chance.randint(10000000, 99999999)}"
            channel = chance.choice(("online", "online", "store", "store", "call center", "partner"))
            discount = chance.choice((0, 0, 0, 0, 5, 10, 10, 20))
            reason = chance.choice(REASONS) if end else None
            contracts.append(
                (key, f"K{start[2:4]}-{key * 37:05}", customer[0], plan, number, start, end, status, reason, discount, channel)
            )
    return contracts


def _towers(chance: Random) -> list[tuple[Any, ...]]:
    regions, heights = ("Moravia South", "Moravia South", "Silesia", "Bohemia West", "Bohemia North"), chance.sample(range(18, 140), 55)
    return [
        (key, f"TWR-{key:03}", chance.choice(regions), chance.choice(("4G", "4G", "4G", "5G", "5G", "3G")), heights[key - 1],
         _day(chance, date(2008, 1, 1), date(2026, 5, 1)))
        for key in range(1, 56)
    ]  # fmt: skip


def _calls(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    lines, calls = [one for one in made["contracts"] if one[4]], []
    weights = [chance.choice((0, 1, 2, 4, 9)) for _ in lines]
    for key in range(1, 1801):
        line = chance.choices(lines, weights)[0]
        last = datetime.fromisoformat(line[6]) if line[6] else END
        first = max(datetime.fromisoformat(line[5]), datetime(2025, 6, 1))
        first = first if first < last else last - timedelta(days=30)
        start = first + timedelta(minutes=chance.randint(0, int((last - first).total_seconds() // 60)))
        start = start.replace(
            hour=chance.choice((7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 18, 19, 20, 21, 23)), second=chance.randint(0, 59)
        )
        start = start if start <= END else start - timedelta(days=1)
        kind = chance.choice(("local",) * 4 + ("national",) * 3 + ("international", "roaming"))
        length = int(chance.expovariate(1 / 210)) + 3
        rate = {"local": 0, "national": 0.04, "international": 0.35, "roaming": 0.22}[kind]
        calls.append(
            (
                key,
                line[0],
                chance.randint(1, 52),
                kind,
                f"{start:%Y-%m-%d %H:%M:%S}",
                length,
                round(rate * length / 60, 2),
                int(chance.random() < 0.06),
            )
        )
    return calls


def _usage(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    usage: list[tuple[Any, ...]] = []
    for line in made["contracts"]:
        scale = (PLANS[line[3] - 1][3] or 150) * 1000
        for month in ("2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"):
            if line[5] < month and (not line[6] or line[6] > month) and chance.random() < 0.95:
                down = round(scale * chance.uniform(0.05, 1.05), 1)
                roaming = round(chance.uniform(20, 900), 1) if line[4] and chance.random() < 0.2 else 0
                usage.append((len(usage) + 1, line[0], month, down, round(down * chance.uniform(0.04, 0.3), 1), roaming))
    return usage


def _invoices(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    invoices: list[tuple[Any, ...]] = []
    for line in made["contracts"]:
        if not PLANS[line[3] - 1][2]:
            continue
        method = chance.choice(("direct debit", "direct debit", "direct debit", "card", "bank transfer"))
        for month in range(14):
            issued = date(2025 + (4 + month) // 12, (4 + month) % 12 + 1, 3)
            if line[5] > issued.isoformat() or (line[6] and line[6] < issued.isoformat()):
                continue
            due = issued + timedelta(days=30 if method == "bank transfer" else 14)
            paid = issued + timedelta(days=chance.choice((1, 4, 9, 13, 13, 14, 18, 33)) if method != "direct debit" else 14)
            settled = paid.isoformat() if paid <= END.date() and chance.random() < 0.95 else None
            late = (paid - due).days if settled else (END.date() - due).days
            amount = round(PLANS[line[3] - 1][2] * (1 - line[9] / 100) + chance.choice((0, 0, chance.uniform(0.2, 18))), 2)
            invoices.append(
                (len(invoices) + 1, line[0], issued.isoformat(), due.isoformat(), settled, amount, method, min(3, max(0, late // 10)))
            )
    return invoices


def _outages(chance: Random) -> list[tuple[Any, ...]]:
    causes, hit, made = (
        ("power failure", "power failure", "storm", "fiber cut", "software bug", "vandalism"),
        chance.sample(range(20, 9000), 140),
        [],
    )
    for key in range(1, 141):
        start = datetime(2025, 1, 1) + timedelta(minutes=chance.randint(0, 770000))
        end = start + timedelta(minutes=chance.randint(6, 2400))
        over = f"{end:%Y-%m-%d %H:%M:%S}" if end < END and key % 29 else None
        made.append(
            (
                key,
                chance.randint(1, 50),
                f"{start:%Y-%m-%d %H:%M:%S}",
                over,
                chance.choice(causes),
                chance.choice(("minor", "minor", "major", "critical")),
                hit[key - 1],
            )
        )
    return made


def _tickets(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 321):
        start = datetime(2025, 7, 1, 8) + timedelta(minutes=chance.randint(0, 510000))
        end = start + timedelta(minutes=chance.randint(20, 20000))
        shut = f"{end:%Y-%m-%d %H:%M:%S}" if end < END and chance.random() < 0.93 else None
        score = chance.choice((1, 2, 3, 4, 4, 5, 5, None, None)) if shut else None
        topic = chance.choice(("billing", "billing", "slow internet", "coverage", "contract change", "roaming"))
        made.append(
            (
                key,
                chance.randint(1, 180),
                f"{start:%Y-%m-%d %H:%M:%S}",
                shut,
                topic,
                chance.choice(("phone", "phone", "chat", "email")),
                score,
            )
        )
    return made


def _day(chance: Random, first: date, last: date) -> str:
    return (first + timedelta(days=chance.randint(0, max((last - first).days, 0)))).isoformat()
