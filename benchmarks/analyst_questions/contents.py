"""What is in four of the databases: rows from a fixed seed, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
FIRST = (
    "Ada", "Ben", "Chloe", "Dev", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Mona", "Nils", "Olga",
    "Pavel", "Quinn", "Rosa", "Sami", "Tara", "Umar", "Vera", "Wim", "Yara", "Zoe",
)  # fmt: skip
LAST = (
    "Abbott", "Brandt", "Castro", "Dubois", "Eriksen", "Fischer", "Gupta", "Hansen", "Ivanov", "Jansen", "Kaur", "Lopez",
    "Moreau", "Novak", "Okafor", "Price", "Quist", "Rossi", "Silva", "Tanaka",
)  # fmt: skip


def subscriptions(random: Random) -> Rows:
    """A business that sells plans by the month, until 20 May 2026."""
    end = date(2026, 5, 20)
    names = [f"{a} {b}" for a in ("Acme", "Blue", "Cobalt", "Delta", "Evergreen", "Falcon", "Granite", "Harbor") for b in _COMPANY]
    rows: Rows = {name: [] for name in ("accounts", "plans", "subscriptions", "invoices", "events")}
    rows["plans"] += [(key, *plan) for key, plan in enumerate(_PLANS, 1)]
    for key, name in enumerate(names, 1):
        signup = _day(random, date(2023, 1, 5), date(2026, 5, 18))
        email = None if random.random() < 0.15 else f"billing@{name.lower().replace(' ', '')}.example"
        manager = random.choice(("Priya Nair", "Tom Becker", "Lucy Grant", None))
        referrer = random.randint(1, key - 1) if key > 5 and random.random() < 0.25 else None
        country = random.choice(("Germany", "France", "United States", "United States", "Canada", "Japan"))
        rows["accounts"].append((key, name, random.choice(_INDUSTRIES), country, signup, email, manager, referrer))
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            _subscribe(random, rows, key, signup, end)
        for _ in range(random.choice((0, 4, 9, 20, 35)) if key % 9 else 0):
            moment = _moment(random, max(signup, date(2025, 9, 1)), end)
            kind, device = random.choice(_EVENTS), random.choice(("web", "web", "ios", "android"))
            rows["events"].append((len(rows["events"]) + 1, key, kind, device, moment))
    return rows


def _subscribe(random: Random, rows: Rows, account: int, signup: date, end: date) -> None:
    key, plan = len(rows["subscriptions"]) + 1, random.choice((1, 2, 2, 3, 3, 4, 5))
    started = _moment(random, signup, end)
    trial = started + timedelta(days=14) if random.random() < 0.4 else None
    gone = _moment(random, started.date(), end) if random.random() < 0.35 else None
    gone = gone if gone and gone > started else None
    kept = "trialing" if trial and trial.date() > end else random.choice(("active", "active", "active", "past_due"))
    status = "canceled" if gone else kept
    seats = random.randint(1, 60)
    rows["subscriptions"].append((key, account, plan, status, seats, started, trial, gone))
    issued = started.date()
    while issued < (gone.date() if gone else end):
        due = round(float(_PLANS[plan - 1][2]) * seats, 2)
        kind = random.choice(("paid",) * 7 + ("open", "void"))
        paid = issued + timedelta(days=random.randint(0, 45)) if kind == "paid" else None
        if paid and paid > end:
            kind, paid = "open", None
        number = len(rows["invoices"]) + 1
        rows["invoices"].append((number, key, kind, due, due if paid else 0, issued, issued + timedelta(days=30), paid))
        issued += timedelta(days=30)


def clinic(random: Random) -> Rows:
    """A clinic with seven specialties, until 11 March 2026."""
    end = date(2026, 3, 11)
    rows: Rows = {name: [] for name in ("patients", "doctors", "appointments", "diagnoses", "prescriptions", "bills")}
    for key in range(1, 141):
        born = _day(random, date(1938, 1, 1), date(2021, 12, 31))
        insurer = random.choice(("Aetna", "Cigna", "BlueShield", "Humana", None))
        city = random.choice(("Springfield", "Riverside", "Lakewood", "Fairview"))
        person = (random.choice(FIRST), random.choice(LAST), born.isoformat(), random.choice("FM"), city, insurer)
        rows["patients"].append((key, *person, _day(random, date(2023, 1, 1), end).isoformat()))
    for key, specialty in enumerate(_SPECIALTIES * 2, 1):
        name = f"Dr. {FIRST[key]} {LAST[-key]}"
        hired = _day(random, date(2008, 1, 1), date(2025, 9, 1))
        rows["doctors"].append((key, name, specialty, _DEPARTMENTS[specialty], hired.isoformat()))
    for key in range(1, 701):
        _appointment(random, rows, key, end)
    return rows


def _appointment(random: Random, rows: Rows, key: int, end: date) -> None:
    moment = _moment(random, date(2024, 6, 1), end + timedelta(days=40)).replace(second=0)
    status = "scheduled" if moment.date() > end else random.choice(("completed",) * 7 + ("cancelled", "no_show"))
    seen = (moment + timedelta(minutes=random.randint(-10, 50))).isoformat(" ") if status == "completed" else None
    minutes = random.choice((10, 15, 20, 30, 45, 60))
    who = (random.randint(1, 125), random.randint(1, 13))
    rows["appointments"].append((key, *who, moment.isoformat(" "), seen, minutes, status, random.choice(_REASONS)))
    if status != "completed":
        return
    for code, text in random.sample(_DIAGNOSES, random.choice((0, 1, 1, 2))):
        severity = random.choice(("mild", "mild", "moderate", "severe"))
        rows["diagnoses"].append((len(rows["diagnoses"]) + 1, key, code, text, severity))
    for medication in random.sample(_MEDICATIONS, random.choice((0, 0, 1, 2))):
        dose = (random.choice((5, 10, 20, 250, 500)), random.choice((7, 14, 30, 90)), random.choice((0, 0, 1, 3)))
        rows["prescriptions"].append((len(rows["prescriptions"]) + 1, key, medication, *dose))
    total = random.randint(6000, 90000) / 100
    insured = rows["patients"][who[0] - 1][6] is not None
    by_insurer = round(total * random.choice((0.5, 0.7, 0.8)), 2) if insured else 0
    billed = moment.date() + timedelta(days=random.randint(0, 6))
    paid = billed + timedelta(days=random.randint(1, 60))
    state = random.choice(("paid", "paid", "paid", "written_off")) if paid <= end else "unpaid"
    done = state == "paid"
    rest = round(total - by_insurer, 2) if done else 0
    rows["bills"].append((key, key, total, by_insurer, rest, billed.isoformat(), paid.isoformat() if done else None, state))


def logistics(random: Random) -> Rows:
    """Shipments between eleven warehouses, until 5 November 2025; all dates are text."""
    end = date(2025, 11, 5)
    rows: Rows = {"carriers": list(_CARRIERS), "warehouses": list(_WAREHOUSES), "routes": [], "shipments": [], "packages": [], "delays": []}
    pairs = random.sample([(a, b) for a in range(1, 11) for b in range(1, 11) if a != b], 26)
    for key, (origin, goal) in enumerate(pairs, 1):
        rows["routes"].append((key, origin, goal, random.randint(80, 2400), int(random.random() < 0.8)))
    for key in range(1, 601):
        _ship(random, rows, key, end)
    return rows


def _ship(random: Random, rows: Rows, key: int, end: date) -> None:
    booked = _moment(random, date(2024, 3, 1), end)
    shipped: datetime | None = booked + timedelta(hours=random.randint(2, 90))
    arrived: datetime | None = booked + timedelta(hours=random.randint(100, 380))
    promised = booked.date() + timedelta(days=random.randint(6, 14))
    status = "delivered"
    if random.random() < 0.05:
        status, shipped, arrived = "cancelled", None, None
    elif shipped and shipped.date() > end:
        status, shipped, arrived = "booked", None, None
    elif arrived and arrived.date() > end:
        status, arrived = "in_transit", None
    elif random.random() < 0.03:
        status, arrived = "lost", None
    cost = random.randint(9000, 480000) / 100
    texts = (booked.isoformat(" "), shipped.isoformat(" ") if shipped else None, arrived.isoformat(" ") if arrived else None)
    ids = (f"TRK{100000 + key * 37}", random.randint(1, 24), random.choice((1, 1, 2, 3, 3, 4, 5, 6)))
    priority = random.choice(("standard", "standard", "express", "economy"))
    rows["shipments"].append((key, *ids, status, priority, cost, *texts, promised.isoformat()))
    for _ in range(random.choice((1, 1, 2, 3, 4, 6))):
        load = (random.randint(4, 900) / 10, random.randint(2000, 500000) / 100, int(random.random() < 0.2), random.choice(_CONTENTS))
        rows["packages"].append((len(rows["packages"]) + 1, key, *load))
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        reported = booked + timedelta(hours=random.randint(20, 90))
        rows["delays"].append((len(rows["delays"]) + 1, key, random.choice(_DELAYS), random.randint(1, 72), reported.isoformat(" ")))


def hr(random: Random) -> Rows:
    """A warehouse of staff, pay, leave, expenses and training, until 15 July 2026."""
    end = date(2026, 7, 15)
    rows: Rows = {"dim_dept": [(100 + i, f"D{i:02}", *one) for i, one in enumerate(_DEPTS, 1)]}
    rows |= {name: [] for name in ("dim_emp", "fct_pay", "fct_leave", "fct_exp", "fct_trn")}
    for number in range(1, 121):
        hired = _day(random, date(2015, 1, 5), date(2026, 7, 1))
        left = _day(random, hired, end) if random.random() < 0.2 else None
        left = left if left and left > hired else None
        boss = 5000 + random.randint(1, 8) if number > 8 else None
        job = random.choice(_JOBS)
        person = (FIRST[number % 25], LAST[number % 19 if number % 3 else number % 20], random.choice("FMX" if number % 17 == 0 else "FM"))
        where = random.choice(("Berlin", "Madrid", "Oslo", "Remote"))
        rows["dim_emp"].append((5000 + number, f"E{number:04}", *person, job, 100 + random.randint(1, 7), boss, where, hired, left))
        _pay(random, rows, 5000 + number, hired, left or end)
    return rows


def _pay(random: Random, rows: Rows, emp: int, hired: date, last: date) -> None:
    gross = random.randint(2800, 9800)
    for month in range(18):
        day = date(2025 + month // 12, month % 12 + 1, 28)
        if hired <= day <= last:
            tax = round(gross * 0.31, 2)
            bonus = random.randint(2, 30) * 100 if random.random() < 0.12 else None
            rows["fct_pay"].append((len(rows["fct_pay"]) + 1, emp, day, gross, tax, round(gross - tax, 2), bonus))
    start = max(hired, date(2025, 1, 1))
    if start >= last:
        return
    for _ in range(random.choice((0, 1, 2, 4))):
        begin, days = _day(random, start, last), random.randint(1, 15)
        kind = random.choice(("vacation", "vacation", "sick", "parental", "unpaid"))
        finish = begin + timedelta(days=days - 1)
        rows["fct_leave"].append((len(rows["fct_leave"]) + 1, emp, kind, begin, finish, days, random.random() < 0.85))
    for _ in range(random.choice((0, 0, 2, 5, 9))):
        spent = (_day(random, start, last), random.choice(_EXPENSES), random.randint(900, 240000) / 100)
        rows["fct_exp"].append((len(rows["fct_exp"]) + 1, emp, *spent, random.choice(("APPR", "APPR", "PEND", "REJ"))))
    for course in random.sample(_COURSES, random.choice((0, 1, 2))):
        score = None if random.random() < 0.2 else random.randint(40, 100)
        rows["fct_trn"].append((len(rows["fct_trn"]) + 1, emp, course, _day(random, start, last), score))


def _day(random: Random, first: date, last: date) -> date:
    return first + timedelta(days=random.randint(0, (last - first).days))


def _moment(random: Random, first: date, last: date) -> datetime:
    return datetime.combine(_day(random, first, last), time(random.randint(7, 19), random.randint(0, 59), random.randint(0, 59)))


_COMPANY = ("Analytics", "Bakery", "Clinics", "Dynamics", "Energy", "Foods", "Games", "Hotels", "Insurance", "Labs")
_INDUSTRIES = ("Software", "Retail", "Healthcare", "Finance", "Manufacturing", None)
_PLANS = (
    ("Free", "free", 0, True), ("Starter", "basic", 9, True), ("Team", "standard", 19.5, True),
    ("Business", "premium", 39, True), ("Enterprise", "premium", 79, True), ("Legacy Gold", "standard", 25, False),
)  # fmt: skip
_EVENTS = ("login", "login", "login", "report_created", "export", "invite_sent", "api_call")
_SPECIALTIES = ("Cardiology", "Dermatology", "Pediatrics", "Neurology", "Orthopedics", "General Practice", "Psychiatry")
_DEPARTMENTS = dict(zip(_SPECIALTIES, ("Heart", "Skin", "Children", "Brain", "Surgery", "Primary Care", "Mental Health"), strict=True))
_REASONS = ("checkup", "follow-up", "pain", "vaccination", "rash", "headache")
_DIAGNOSES = [
    ("I10", "Hypertension"), ("E11", "Type 2 diabetes"), ("J45", "Asthma"), ("L20", "Eczema"), ("G43", "Migraine"), ("M54", "Back pain"),
]  # fmt: skip
_MEDICATIONS = ("Lisinopril", "Metformin", "Albuterol", "Ibuprofen", "Sumatriptan", "Amoxicillin")
_CARRIERS = (
    (1, "NordFreight", "road", "Denmark", 4.6), (2, "BlueSea Lines", "sea", "Greece", 3.9), (3, "RailOne", "rail", "Germany", 4.2),
    (4, "SkyHaul", "air", "France", 4.8), (5, "CityRunner", "road", "Germany", 3.4), (6, "Atlas Cargo", "air", "Spain", 4.1),
    (7, "Polar Express", "rail", "Norway", 4.4),
)  # fmt: skip
_WAREHOUSES = (
    (1, "Hamburg North", "Hamburg", "Germany", 42000, "2011-04-02"), (2, "Hamburg Port", "Hamburg", "Germany", 65000, "2016-09-12"),
    (3, "Lyon Central", "Lyon", "France", 30500, "2013-02-20"), (4, "Porto Hub", "Porto", "Portugal", 18000, "2019-06-01"),
    (5, "Madrid South", "Madrid", "Spain", 51000, "2014-11-15"), (6, "Milan East", "Milan", "Italy", 27500, "2020-01-10"),
    (7, "Gdansk Bay", "Gdansk", "Poland", 22000, "2021-08-23"), (8, "Vienna Ring", "Vienna", "Austria", 35000, "2012-05-05"),
    (9, "Berlin West", "Berlin", "Germany", 38000, "2018-03-18"), (10, "Paris Orly", "Paris", "France", 47000, "2010-07-30"),
    (11, "Oslo Fjord", "Oslo", "Norway", 15500, "2025-09-01"),
)  # fmt: skip
_CONTENTS = ("electronics", "furniture", "clothing", "books", "glassware", "machine parts")
_DELAYS = ("weather", "customs", "traffic", "mechanical", "missed pickup")
_DEPTS = (
    ("Finance", 4100, "EMEA"), ("Engineering", 4200, "EMEA"), ("Sales", 4300, "AMER"), ("Marketing", 4310, "AMER"),
    ("Human Resources", 4400, "EMEA"), ("Legal", 4500, "EMEA"), ("Support", 4600, "APAC"), ("Facilities", 4700, "APAC"),
)  # fmt: skip
_JOBS = ("Analyst", "Senior Analyst", "Engineer", "Manager", "Sales Rep", "Assistant")
_EXPENSES = ("Travel", "Meals", "Software", "Hardware", "Lodging")
_COURSES = ("Data Privacy", "Security Basics", "Leadership 101", "Excel Advanced", "First Aid")

MAKERS: dict[str, tuple[str, Callable[[Random], Rows]]] = {
    "subscriptions": ("duckdb", subscriptions),
    "clinic": ("sqlite", clinic),
    "logistics": ("sqlite", logistics),
    "hr": ("duckdb", hr),
}
