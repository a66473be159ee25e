"""The help desk of a maker of laboratory software until the morning of 17 June 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
NOW = datetime(2026, 6, 17, 9)
AGENTS = (
    ("Abigail Stone", "Billing", "junior", "Europe/London"),
    ("Ben Okafor", "Billing", "senior", "Europe/London"),
    ("Carla Mendes", "Billing", "junior", "Europe/Lisbon"),
    ("Dmitri Volkov", "Technical", "lead", "Europe/Berlin"),
    ("Elise Moreau", "Technical", "senior", "Europe/Paris"),
    ("Faisal Rahman", "Technical", "senior", "Asia/Dubai"),
    ("Grace Lim", "Technical", "junior", "Asia/Singapore"),
    ("Hugo Brandt", "Technical", "junior", "Europe/Berlin"),
    ("Ivy Chen", "Technical", "senior", "Asia/Singapore"),
    ("Jorge Salas", "Onboarding", "senior", "America/Mexico_City"),
    ("Kirsten Dahl", "Onboarding", "junior", "Europe/Oslo"),
    ("Liam Doyle", "Onboarding", "junior", "Europe/Dublin"),
    ("Mei Tanaka", "Escalations", "lead", "Asia/Tokyo"),
    ("Nathan Cole", "Escalations", "senior", "America/New_York"),
    ("Olivia Ferrari", "Escalations", "senior", "Europe/Rome"),
    ("Pavel Horak", "Technical", "junior", "Europe/Prague"),
)
STEMS = (
    "Acorn",
    "Beryl",
    "Cobalt",
    "Delphi",
    "Ember",
    "Fjord",
    "Ginkgo",
    "Helix",
    "Iris",
    "Jasper",
    "Kelvin",
    "Lumen",
    "Mistral",
    "Nimbus",
)
ENDS = ("Labs", "Labs", "Diagnostics", "Biotech", "Institute", "Foods", "Materials")
COUNTRIES = ("Germany", "Germany", "Germany", "France", "France", "United Kingdom", "United Kingdom", "Norway", "Spain", "Japan", "Canada")
POLICIES = (
    ("Urgent care", "urgent", 1, 8),
    ("Fast lane", "high", 4, 24),
    ("Standard", "normal", 8, 72),
    ("Relaxed", "low", 24, 168),
    ("Enterprise urgent", "urgent", 1, 6),
    ("Enterprise fast", "high", 2, 16),
)
SUBJECTS = {
    "bug": ("App crashes on export", "Wrong totals in report", "Screen stays blank", "Samples disappear after saving"),
    "billing": ("Invoice is wrong", "Charged twice", "Change of bank details"),
    "how-to": ("How do I import samples", "Where can I change my language", "Sharing a protocol with a colleague"),
    "feature request": ("Dark mode please", "Export to Excel", "More chart types"),
    "account access": ("Cannot log in", "Password reset mail missing", "Locked out after update"),
}
TAGS = ("export", "login", "mobile", "api", "import", "invoice", "slow", "browser", "vip", "training", "printer")
REMARKS = {1: "Nobody helped me", 2: "Took far too long", 3: "It was okay", 4: "Quick and friendly", 5: "Perfect, thank you"}
TEAM = {"billing": "Billing", "bug": "Technical", "how-to": "Onboarding", "feature request": "Onboarding", "account access": "Technical"}


def rows(chance: Random) -> Rows:
    """Every table's rows, parents before children."""
    made: Rows = {
        "agents": [
            (key, *one, _moment(chance, date(2016, 1, 1), date(2026, 2, 1)).date(), key in (3, 7, 15)) for key, one in enumerate(AGENTS, 1)
        ],
        "customers": _customers(chance),
        "sla_policies": [(key, *one) for key, one in enumerate(POLICIES, 1)],
        "tickets": [],
        "ticket_tags": [],
        "ticket_comments": [],
        "satisfaction_ratings": [],
    }
    active = [customer for customer in made["customers"] if customer[0] % 13]
    weights = [chance.uniform(0.2, 3) for _ in active]
    opened = sorted([*(_opened(chance, 380) for _ in range(1080)), *(_opened(chance, 15) for _ in range(70))])
    for moment in opened:
        _ticket(chance, made, chance.choices(active, weights=weights)[0], moment)
    return made


def _customers(chance: Random) -> list[tuple[Any, ...]]:
    names = sorted({f"{stem} {end}" for stem in STEMS for end in ENDS})
    chance.shuffle(names)
    fields = ("pharma", "food safety", "university", "hospital", "materials")
    made = []
    for key, name in enumerate(names[:80], 1):
        tier = chance.choice(("free", "team", "team", "business", "business", "enterprise"))
        manager = chance.choice((4, 10, 13, 14)) if tier in ("business", "enterprise") else None
        joined = _moment(chance, date(2019, 1, 1), date(2025, 12, 31)).date()
        made.append((key, name, tier, chance.choice(fields), chance.choice(COUNTRIES), joined, manager))
    return made


def _opened(chance: Random, days: int) -> datetime:
    moment = _moment(chance, date(2026, 6, 16) - timedelta(days=days), date(2026, 6, 16))
    hour = chance.choice((7, 8, 8, 9, 9, 9, 9, 10, 10, 10, 11, 11, 13, 14, 14, 15, 16, 17, 19, 22, 2, 5))
    day = moment if moment.weekday() < 5 or chance.random() < 0.25 else moment - timedelta(days=2)
    return day.replace(hour=hour)


def _ticket(chance: Random, made: Rows, customer: tuple[Any, ...], opened: datetime) -> None:
    key = len(made["tickets"]) + 1
    category = chance.choice(("bug", "bug", "bug", "billing", "how-to", "how-to", "feature request", "account access", "account access"))
    priority = chance.choice(("low", "normal", "normal", "normal", "high", "high", "urgent"))
    fit = [number for number, one in enumerate(POLICIES, 1) if one[1] == priority]
    policy = fit[-1] if customer[2] == "enterprise" else fit[0]
    young = opened > NOW - timedelta(days=12)
    agent = None if young and chance.random() < 0.5 else _agent(chance, category, priority)
    limit = POLICIES[policy - 1]
    answered = opened + timedelta(minutes=3 + int(chance.expovariate(1.1 / (limit[2] * 60)))) if agent else None
    answered = answered if answered and answered < NOW else None
    solved = answered + timedelta(minutes=20 + int(chance.expovariate(1.3 / (limit[3] * 60)))) if answered else None
    solved = solved if solved and solved < NOW and chance.random() < 0.92 else None
    status = (
        "new"
        if not answered
        else chance.choice(("open", "open", "pending"))
        if not solved
        else chance.choice(("solved", "closed", "closed"))
    )
    earlier = [one[0] for one in made["tickets"][-150:] if one[1] == customer[0] and one[5 + 1] == category]
    merged = chance.choice(earlier) if earlier and status == "closed" and chance.random() < 0.25 else None
    reopened = chance.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3)) if solved else 0
    channel = chance.choice(("email", "email", "email", "web form", "web form", "chat", "chat", "phone"))
    subject = chance.choice(SUBJECTS[category])
    times = (opened, answered, solved, reopened, merged)
    made["tickets"].append((key, customer[0], agent, policy, subject, channel, category, priority, status, *times))
    for tag in sorted(set(chance.choices(TAGS, weights=range(3, 14), k=chance.choice((0, 0, 1, 1, 2, 3))))):
        made["ticket_tags"].append((key, tag))
    _comments(chance, made, key, agent, answered)
    if solved and chance.random() < 0.45:
        low = chance.choice((1, 2, 3, 4)) if reopened or solved - opened > timedelta(hours=limit[3]) else chance.choice((3, 4, 5, 5, 5))
        rated = min(solved + timedelta(minutes=chance.randint(5, 4000)), NOW - timedelta(minutes=7))
        said = REMARKS[low] if chance.random() < 0.5 else None
        made["satisfaction_ratings"].append((len(made["satisfaction_ratings"]) + 1, key, low, said, rated))


def _agent(chance: Random, category: str, priority: str) -> int:
    team = "Escalations" if priority == "urgent" and chance.random() < 0.7 else TEAM[category]
    if chance.random() < 0.06:
        team = "Technical"
    return chance.choice([key for key, one in enumerate(AGENTS, 1) if one[1] == team and key != 16])


def _comments(chance: Random, made: Rows, ticket: int, agent: int | None, answered: datetime | None) -> None:
    if answered is None:
        return
    moment = answered
    for number in range(1 + (int(chance.expovariate(0.4)) if chance.random() < 0.3 else 0)):
        kind = "agent" if number == 0 else chance.choice(("agent", "agent", "customer", "customer", "system"))
        public = number == 0 or kind == "customer" or (kind == "agent" and chance.random() < 0.65)
        key, words = len(made["ticket_comments"]) + 1, 8 if kind == "system" else chance.randint(5, 240)
        made["ticket_comments"].append((key, ticket, kind, agent if kind == "agent" else None, public, words, moment))
        moment = min(moment + timedelta(minutes=chance.randint(2, 900)), NOW - timedelta(minutes=1))


def _moment(chance: Random, first: date, last: date) -> datetime:
    day = first + timedelta(days=chance.randint(0, (last - first).days))
    return datetime(day.year, day.month, day.day, chance.randint(0, 23), chance.randint(0, 59), chance.randint(0, 59))
