"""What is in the factory's tables: plants, machines and their work until 30 June 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
_NOW = datetime(2026, 6, 30, 8)
_PLANTS = (
    (1, "Linz", "AT", date(1994, 5, 2), 18400, 412),
    (2, "Győr", "HU", date(2003, 9, 15), 22150, 538),
    (3, "Brno", "CZ", date(2008, 3, 1), 12700, 276),
    (4, "Monterrey", "MX", date(2012, 11, 19), 31900, 803),
    (5, "Graz", "AT", date(1987, 1, 12), 9350, 188),
    (6, "Chattanooga", "US", date(2019, 6, 24), 27600, 467),
)
_TYPES = {"CNC": 240_000, "LATHE": 130_000, "PRESS": 410_000, "WELD": 95_000, "MOLD": 300_000}
_MAKERS = ("Haas", "Mazak", "Trumpf", "Engel", "Okuma", "Kuka")
_SUPPLIERS = (
    "Alpine Steel", "Baltic Castings", "Corvus Metals", "Danube Polymers", "Ebro Alloys", "Fenwick Fasteners", "Gotland Bearings",
    "Hanse Rubber", "Iberia Tubes", "Jade Plastics", "Kestrel Coatings", "Lakeshore Foundry", "Mistral Seals", "Norrland Iron",
    "Orinoco Bauxite", "Pacific Resins", "Quarry & Sons", "Rhine Wire", "Sonora Copper", "Tyrol Aluminium",
)  # fmt: skip
_COUNTRIES = ("DE", "DE", "DE", "AT", "IT", "PL", "CN", "US", "MX", "SE")
_FAMILIES = {"BRK": "Bracket", "SHF": "Shaft", "HSG": "Housing", "GER": "Gear", "VLV": "Valve", "CVR": "Cover"}
_REASONS = ("TOOL", "TOOL", "ELEC", "HYDR", "CLEAN", "MATL", "SETUP", "SETUP")
_TECHNICIANS = ("Petra Vogel", "Istvan Kiss", "Marek Dvorak", "Luis Garza", "Dana Cole", None)
_INSPECTORS = ("Anna Huber", "Zoltan Farkas", "Jana Kralova", "Carmen Rios", "Bill Weaver")


def rows(chance: Random) -> Rows:
    """All tables; machines that stand still and orders under way have no end."""
    made: Rows = {"plant": list(_PLANTS), "machine": _machines(chance), "supplier": _suppliers(chance), "part": _parts(chance)}
    made |= {"work_order": [], "downtime_event": [], "quality_inspection": []}
    working = [line[0] for line in made["machine"] if line[0] % 19]
    for key in range(1, 1201):
        made["work_order"].append(_order(chance, 500_000 + key, working))
    for line in made["work_order"]:
        _inspect(chance, made["quality_inspection"], line)
    for key in range(1, 801):
        made["downtime_event"].append(_stop(chance, key, working))
    return made


def _machines(chance: Random) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    for key in range(1, 85):
        kind = chance.choice(tuple(_TYPES))
        status = chance.choice(("RUN",) * 7 + ("IDLE", "MNT", "RET"))
        cost = round(_TYPES[kind] * chance.uniform(0.6, 1.7), 2)
        installed = _day(chance, date(2005, 1, 3), date(2026, 5, 20))
        plant = chance.choice((1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 5, 6, 6))
        lines.append(
            (key, plant, f"{kind}-{key:03d}", kind, chance.choice(_MAKERS), installed, status, cost, round(chance.uniform(4, 95), 1))
        )
    return lines


def _suppliers(chance: Random) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    for key, name in enumerate(_SUPPLIERS, 1):
        end = _day(chance, date(2025, 10, 1), date(2028, 12, 31)) if key % 6 else None
        rating = round(chance.uniform(1.8, 5), 1)
        lines.append((key, name, chance.choice(_COUNTRIES), rating, 3 + 4 * key % 61, chance.random() < 0.4, end))
    return lines


def _parts(chance: Random) -> list[tuple[Any, ...]]:
    stocks = chance.sample(range(2400), 140)
    lines: list[tuple[Any, ...]] = []
    for key in range(1, 141):
        family = chance.choice(tuple(_FAMILIES))
        size = chance.choice(("small", "medium", "large", "heavy duty", "slim"))
        source = chance.randint(1, 17) if chance.random() < 0.88 else None
        stock, reorder = stocks[key - 1], chance.choice((100, 150, 200, 300, 500))
        cost, weight = round(chance.lognormvariate(2.6, 0.9), 2), round(chance.lognormvariate(0, 1), 3)
        lines.append((key, f"{family}-{1000 + 7 * key}", f"{_FAMILIES[family]} {size}", family, source, cost, weight, stock, reorder))
    return lines


def _order(chance: Random, key: int, machines: list[int]) -> tuple[Any, ...]:
    start = _moment(chance, datetime(2025, 1, 2, 6), _NOW + timedelta(days=25))
    finish = start + timedelta(minutes=chance.randint(90, 60 * 70))
    due = start.date() + timedelta(days=chance.choice((0, 1, 2, 3, 3, 4, 6)))
    planned = chance.randint(4, 120) * 10
    scrap = round(planned * chance.choice((0, 0.01, 0.02, 0.03, 0.06, 0.15)) * chance.random())
    status = "OPEN" if start > _NOW else "WIP" if finish > _NOW else "DONE"
    status = "CANC" if chance.random() < 0.06 else status
    good = planned - scrap - chance.choice((0, 0, 0, 5, 12)) if status == "DONE" else 0
    done: tuple[Any, ...] = (good, scrap, due, start, finish) if status == "DONE" else (0, 0, due, None, None)
    shift = "E" if 6 <= start.hour < 14 else "L" if 14 <= start.hour < 22 else "N"
    part = 1 + int(140 * chance.random() ** 1.3)
    if status == "WIP":
        done = (planned // 3, scrap // 2, due, start, None)
    return (key, part if part % 23 else 1, chance.choice(machines), status, chance.choice("HMMML"), shift, planned, *done)


def _inspect(chance: Random, lines: list[tuple[Any, ...]], order: tuple[Any, ...]) -> None:
    if order[3] != "DONE" or chance.random() < 0.25:
        return
    for _ in range(chance.choice((1, 1, 1, 2))):
        sample = chance.choice((10, 20, 20, 32, 50))
        defects = chance.choice((0, 0, 0, 0, 1, 1, 2, 3, 5, 8))
        result = "PASS" if defects < 2 else "RWK" if defects < 4 else "FAIL"
        day = min(order[11].date() + timedelta(days=chance.randint(0, 3)), _NOW.date())
        lines.append((len(lines) + 1, order[0], chance.choice(_INSPECTORS), day, result, sample, defects))


def _stop(chance: Random, key: int, machines: list[int]) -> tuple[Any, ...]:
    start = _moment(chance, datetime(2025, 1, 2, 0), _NOW) if key > 7 else _moment(chance, datetime(2026, 6, 28, 6), _NOW)
    reason = chance.choice(_REASONS)
    end = start + timedelta(minutes=chance.randint(6, 60 * chance.choice((1, 3, 8, 30)))) if key > 7 else None
    planned = reason in ("CLEAN", "SETUP") and chance.random() < 0.8
    cost = None if planned or not end else round(chance.lognormvariate(6, 1), 2)
    return (
        key,
        chance.choice(machines),
        reason,
        planned,
        start,
        end if end is None or end < _NOW else _NOW,
        chance.choice(_TECHNICIANS),
        cost,
    )


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, (last - first).days))


def _moment(chance: Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(minutes=chance.randint(0, int((last - first).total_seconds() // 60) - 1))
