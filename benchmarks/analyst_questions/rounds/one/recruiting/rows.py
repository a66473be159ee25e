"""What is in the recruiting database, until 20 April 2026."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

Tables = dict[str, list[tuple[Any, ...]]]
_END = datetime(2026, 4, 20, 14)
_FIRST = (
    "Aisha",
    "Bram",
    "Carmen",
    "Daniel",
    "Esra",
    "Finn",
    "Giulia",
    "Hassan",
    "Ingrid",
    "Joao",
    "Keiko",
    "Liam",
    "Maya",
    "Noor",
    "Oskar",
    "Paula",
)
_LAST = ("Adeyemi", "Bianchi", "Cohen", "Dahl", "Ferreira", "Gruber", "Hughes", "Ito", "Jensen", "Kowalski", "Larsen", "Meyer", "Nguyen")
_DEPARTMENTS = ("Engineering", "Sales", "Marketing", "Finance", "Customer Support", "Legal", "People")
_TITLES = {
    1: ("Backend Engineer", "Data Engineer", "Frontend Engineer", "Site Reliability Engineer"),
    2: ("Account Executive", "Sales Manager"),
    3: ("Content Writer", "Product Marketer"),
    4: ("Accountant", "Financial Analyst"),
    5: ("Support Agent", "Support Lead"),
    6: ("Legal Counsel",),
    7: ("HR Generalist",),
}
_RECRUITERS = (
    ("Sofia", "Lindqvist", "Stockholm", 0, "2019-08-01"),
    ("Marcus", "Webb", "London", 0, "2021-02-15"),
    ("Priya", "Raman", "London", 0, "2022-06-01"),
    ("Theo", "Vandermeer", "Amsterdam", 0, "2020-11-09"),
    ("Yuki", "Mori", "Remote", 1, "2023-03-20"),
    ("Gael", "Fontaine", "Paris", 1, "2024-01-08"),
    ("Rita", "Sousa", "Lisbon", 0, "2025-09-15"),
    ("Olaf", "Berg", "Stockholm", 1, "2026-03-02"),
)
_REASONS = ("not enough experience", "salary expectations", "failed technical test", "position filled", None)
_STAGES = ("screening", "screening", "interview", "interview", "rejected", "rejected", "rejected", "withdrawn", "offer", "hired")


def rows(chance: Random) -> Tables:
    """Two years of jobs, who applied, how it went."""
    names = ("departments", "recruiters", "jobs", "candidates", "applications", "interviews", "offers")
    made: Tables = {name: [] for name in names}
    made["departments"] = [(key, name, f"CC-{key * 100}") for key, name in enumerate(_DEPARTMENTS, 1)]
    made["recruiters"] = [(key, *who) for key, who in enumerate(_RECRUITERS, 1)]
    for key in range(1, 71):
        made["jobs"].append(_job(chance, key))
    people = [f"{first} {last}" for first in _FIRST for last in _LAST]
    chance.shuffle(people)
    for key, name in enumerate(people, 1):
        made["candidates"].append(_candidate(chance, key, name))
        if key % 19:
            _apply(chance, made, key, datetime.fromisoformat(made["candidates"][-1][-1]))
    return made


def _job(chance: Random, key: int) -> tuple[Any, ...]:
    department = chance.choice((1, 1, 1, 1, 2, 2, 3, 4, 5, 5, 6))
    opened = datetime(2024, 1, 8) + timedelta(days=chance.randint(0, 820))
    status = chance.choice(("open", "open", "filled", "filled", "filled", "on hold", "cancelled"))
    closed = opened + timedelta(days=chance.randint(15, 160)) if status in ("filled", "cancelled") else None
    if closed and closed > _END:
        status, closed = "open", None
    low = chance.randint(28, 85) * 1000
    recruiter = None if chance.random() < 0.08 else chance.randint(1, 7)
    place = chance.choice(("London", "Stockholm", "Amsterdam", "Paris", "Lisbon"))
    kind = chance.choice(("full-time", "full-time", "full-time", "part-time", "contract"))
    pay = (low, low + chance.randint(4, 30) * 1000)
    last = None if closed is None else f"{closed:%Y-%m-%d}"
    remote, heads = int(chance.random() < 0.4), chance.choice((1, 1, 1, 2, 3))
    return (
        key,
        chance.choice(_TITLES[department]),
        department,
        recruiter,
        place,
        kind,
        remote,
        *pay,
        heads,
        status,
        f"{opened:%Y-%m-%d}",
        last,
    )


def _candidate(chance: Random, key: int, name: str) -> tuple[Any, ...]:
    created = datetime(2024, 2, 1, 8) + timedelta(minutes=chance.randint(0, 800 * 24 * 60))
    email = None if chance.random() < 0.1 else f"{name.lower().replace(' ', '.')}@post.example"
    source = chance.choice(("LinkedIn", "LinkedIn", "LinkedIn", "referral", "referral", "job board", "job board", "careers page", "agency"))
    degree = chance.choice(("Bachelor", "Bachelor", "Master", "Master", "PhD", None))
    asks = None if chance.random() < 0.2 else chance.randint(300, 1200) * 100
    country = chance.choice(("United Kingdom", "United Kingdom", "Sweden", "Netherlands", "France", "Portugal", "Italy"))
    return (key, name, email, country, source, chance.randint(0, 22), degree, asks, f"{created:%Y-%m-%d %H:%M:%S}")


def _apply(chance: Random, made: Tables, candidate: int, since: datetime) -> None:
    # The last three jobs have no applicants.
    spans = [(job, datetime.fromisoformat(job[11]), datetime.fromisoformat(job[12]) if job[12] else _END) for job in made["jobs"][:-3]]
    seen = [span for span in spans if span[1] < since + timedelta(days=40) and since < span[2]]
    for job, opened, closed in chance.sample(seen, min(len(seen), chance.choice((1, 2, 3, 4, 5, 7)))):
        begin, end = max(since, opened), min(closed, since + timedelta(days=60))
        at = begin + timedelta(minutes=chance.randint(5, max(10, int((end - begin).total_seconds()) // 60)))
        if at > _END:
            continue
        key = len(made["applications"]) + 1
        stage = chance.choice(_STAGES)
        reason = chance.choice(_REASONS) if stage == "rejected" else None
        made["applications"].append((key, job[0], candidate, f"{at:%Y-%m-%d %H:%M:%S}", stage, reason))
        _interview(chance, made["interviews"], key, stage, at)
        if stage in ("offer", "hired"):
            made["offers"].append((len(made["offers"]) + 1, key, *_offer(chance, stage, at, job)))


def _interview(chance: Random, interviews: list[tuple[Any, ...]], application: int, stage: str, at: datetime) -> None:
    least = {"screening": 0, "withdrawn": 0, "rejected": 0}.get(stage, 1)
    for kind in ("phone screen", "technical", "onsite", "panel")[: chance.randint(least, 4)]:
        at = (at + timedelta(days=chance.randint(2, 14))).replace(hour=chance.randint(8, 17), minute=chance.choice((0, 30)), second=0)
        outcome = chance.choice(("pass", "pass", "pass", "fail", "no-show")) if at < _END else None
        score = chance.randint(1, 5) if outcome in ("pass", "fail") else None
        minutes = chance.choice((30, 45, 60, 60, 90))
        interviews.append((len(interviews) + 1, application, kind, f"{at:%Y-%m-%d %H:%M:%S}", minutes, score, outcome))


def _offer(chance: Random, stage: str, at: datetime, job: tuple[Any, ...]) -> tuple[Any, ...]:
    offered = min(at + timedelta(days=chance.randint(10, 50)), _END - timedelta(days=chance.randint(1, 20)))
    salary = int(round(chance.uniform(job[7] * 0.95, job[8] * 1.06), -1))
    decided = offered + timedelta(days=chance.randint(1, 16))
    decision = "accepted" if stage == "hired" else chance.choice(("declined", "declined", "pending"))
    late = decided > _END
    decision, until = ("pending" if late else decision), (None if late or decision == "pending" else f"{decided:%Y-%m-%d}")
    start = f"{decided + timedelta(days=chance.randint(20, 90)):%Y-%m-%d}" if decision == "accepted" else None
    bonus = chance.randint(1, 10) * 500 if chance.random() < 0.4 else None
    return (f"{offered:%Y-%m-%d}", salary, bonus, decision, until, start)
