"""An insurer's policies, claims and payments until 10 September 2026."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 9, 10)
FIRST = (
    "Alma",
    "Bruno",
    "Cecily",
    "Dario",
    "Edith",
    "Felix",
    "Gwen",
    "Hector",
    "Isla",
    "Jared",
    "Keiko",
    "Lionel",
    "Maeve",
    "Noah",
    "Opal",
    "Percy",
)
LAST = (
    "Archer",
    "Baptiste",
    "Crane",
    "Delgado",
    "Ellison",
    "Frost",
    "Greer",
    "Holloway",
    "Iqbal",
    "Jarvis",
    "Kessler",
    "Lindqvist",
    "Marsh",
    "Nolan",
)
FIRMS = (
    "Bright Bakery",
    "Cedar Dental",
    "Copper Kettle Cafe",
    "Fairway Golf",
    "Hilltop Vineyards",
    "Juniper Florists",
    "Lakeside Motors",
    "Northgate Freight",
    "Orchard Foods",
    "Pioneer Roofing",
    "Redwood Press",
    "Summit Plumbing",
    "Tidewater Marine",
    "Union Hardware",
)
PLACES = (
    ("Austin", "TX"),
    ("Dallas", "TX"),
    ("Houston", "TX"),
    ("Miami", "FL"),
    ("Tampa", "FL"),
    ("Denver", "CO"),
    ("Portland", "OR"),
    ("Columbus", "OH"),
    ("Cleveland", "OH"),
)
PRODUCTS = (
    ("MOT-B", "Motor Basic", "motor"),
    ("MOT-C", "Motor Comprehensive", "motor"),
    ("HOM-S", "Home Standard", "home"),
    ("HOM-P", "Home Premium", "home"),
    ("TRV-A", "Travel Annual", "travel"),
    ("LIA-G", "General Liability", "liability"),
    ("LIA-C", "Cyber Liability", "liability"),
)
CARS = (
    ("Toyota", "Corolla"),
    ("Toyota", "RAV4"),
    ("Ford", "F-150"),
    ("Ford", "Escape"),
    ("Honda", "Civic"),
    ("Tesla", "Model 3"),
    ("Subaru", "Outback"),
    ("Volvo", "XC60"),
)
CAUSES = {
    "motor": ("collision", "collision", "collision", "theft", "hail", "glass breakage"),
    "home": ("water damage", "water damage", "fire", "burglary", "storm"),
    "travel": ("trip cancellation", "lost luggage", "medical"),
    "liability": ("injury", "property damage", "data breach"),
}
ADJUSTERS = (
    ("Nadia Sorensen", "motor", "senior"),
    ("Colin Mbeki", "motor", "junior"),
    ("Theresa Wong", "motor", "principal"),
    ("Rafael Ortiz", "home", "senior"),
    ("Ingrid Falk", "home", "junior"),
    ("Dominic Shah", "home", "senior"),
    ("Paula Reyes", "specialty", "principal"),
    ("Gordon Yates", "specialty", "junior"),
    ("Wendy Achebe", "motor", "junior"),
)


def rows(chance: Random) -> Rows:
    """Every table's rows, the dimensions first."""
    made: Rows = {
        "dim_policyholder": _holders(chance),
        "dim_product": [(key, *product) for key, product in enumerate(PRODUCTS, 1)],
        "dim_vehicle": _vehicles(chance),
        "dim_property": _properties(chance),
        "dim_adjuster": [
            (key, f"A{400 + key}", *one, _day(chance, date(2014, 1, 1), date(2026, 3, 1))) for key, one in enumerate(ADJUSTERS, 1)
        ],
        "fct_policy": [],
        "fct_claim": [],
        "fct_payment": [],
    }
    _policies(chance, made)
    for policy in made["fct_policy"]:
        for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
            _claim(chance, made, policy)
    return made


def _holders(chance: Random) -> list[tuple[Any, ...]]:
    people = [f"{first} {last}" for first in FIRST for last in LAST]
    chance.shuffle(people)
    names = [(name, "retail") for name in people[:150]] + [
        (name, chance.choice(("small business", "small business", "corporate"))) for name in FIRMS
    ]
    made = []
    for key, (name, segment) in enumerate(names, 1):
        born = _day(chance, date(1942, 1, 1), date(2006, 1, 1)) if segment == "retail" else None
        email = None if chance.random() < 0.2 else f"{name.lower().replace(' ', '.')}@mail.example"
        made.append((key, f"H{10000 + 7 * key}", name, born, segment, *chance.choice(PLACES), email, _day(chance, date(2015, 1, 1), END)))
    return made


def _vehicles(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 241):
        make, model = chance.choice(CARS)
        fuel = "electric" if make == "Tesla" else chance.choice(("petrol", "petrol", "diesel", "hybrid"))
        vin = "".join(chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(17))
        made.append((key, vin, make, model, chance.randint(2008, 2026), fuel, chance.randint(30, 280) * 100))
    return made


def _properties(chance: Random) -> list[tuple[Any, ...]]:
    kinds = ("detached house", "detached house", "apartment", "apartment", "townhouse")
    return [
        (key, chance.choice(kinds), *chance.choice(PLACES), chance.randint(1905, 2024), area, chance.random() < 0.35)
        for key, area in enumerate(chance.sample(range(38, 340), 170), 1)
    ]


def _policies(chance: Random, made: Rows) -> None:
    vehicles, properties = iter(range(1, 241)), iter(range(1, 171))
    for key in range(1, 381):
        holder = chance.choice([one for one in made["dim_policyholder"] if one[0] % 18])
        product = _product(chance, holder[4])
        line = PRODUCTS[product - 1][2]
        vehicle = next(vehicles, None) if line == "motor" else None
        building = next(properties, None) if line == "home" else None
        start = _day(chance, max(holder[8], date(2021, 1, 1)), END)
        over = date(start.year + chance.choice((1, 1, 1, 2)), start.month, min(start.day, 28))
        status = (
            "expired"
            if over < END and chance.random() < 0.8
            else chance.choice(("active", "active", "active", "active", "lapsed", "cancelled"))
        )
        status = "lapsed" if over < END and status == "active" else status
        premium = round(chance.uniform(90, 900) * (1 if holder[4] == "retail" else 6) * (1.4 if product in (2, 4) else 1), 2)
        insured = chance.randint(10, 80) * (1000 if line in ("motor", "travel") else 12500)
        channel = chance.choice(("agent", "agent", "broker", "online", "online", "online", "phone"))
        made["fct_policy"].append(
            (
                key,
                f"P-{start.year}-{key:04}",
                holder[0],
                product,
                vehicle,
                building,
                start,
                over,
                status,
                channel,
                premium,
                insured,
                chance.choice((0, 250, 250, 500, 500, 1000, 2500)),
            )
        )


def _product(chance: Random, segment: str) -> int:
    return chance.choice((1, 1, 2, 2, 3, 3, 4, 5)) if segment == "retail" else chance.choice((2, 3, 6, 6, 7))


def _claim(chance: Random, made: Rows, policy: tuple[Any, ...]) -> None:
    key, line = len(made["fct_claim"]) + 1, PRODUCTS[policy[3] - 1][2]
    lost = _day(chance, policy[6], min(policy[7], END))
    reported = min(lost + timedelta(days=int(chance.expovariate(0.12))), END)
    done = reported + timedelta(days=chance.randint(3, 210))
    closed = done if done <= END and chance.random() < 0.93 else None
    status = chance.choice(("settled",) * 4 + ("denied",)) if closed else chance.choice(("open", "open", "under review"))
    amount = round(min(chance.lognormvariate(8, 1.1), float(policy[11])), 2)
    team = {"motor": (1, 2, 3), "home": (4, 5, 6)}.get(line, (7, 8))
    adjuster = None if not closed and chance.random() < 0.3 else chance.choice(team)
    suspect = chance.random() < (0.3 if status == "denied" else 0.06)
    made["fct_claim"].append(
        (
            key,
            f"C{date.strftime(reported, '%y')}{key:05}",
            policy[0],
            adjuster,
            lost,
            reported,
            closed,
            chance.choice(CAUSES[line]),
            status,
            amount,
            round(amount * chance.uniform(0.5, 1.2), 2),
            chance.random() < 0.08,
            suspect,
        )
    )
    if status != "settled":
        return
    parts = chance.choice((1, 1, 1, 2, 3))
    total = max(amount - policy[12], amount * 0.1) * chance.uniform(0.7, 1)
    for number in range(parts):
        day = closed - timedelta(days=chance.randint(0, 3) * number) if closed else END
        payee = chance.choice(
            ("policyholder", "policyholder", "repair shop", "third party")
            if line == "motor"
            else ("policyholder", "policyholder", "third party")
        )
        made["fct_payment"].append(
            (
                len(made["fct_payment"]) + 1,
                key,
                max(day, reported),
                round(total / parts, 2),
                payee,
                chance.choice(("bank transfer", "bank transfer", "check", "card")),
            )
        )


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
