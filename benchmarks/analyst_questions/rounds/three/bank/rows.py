"""A small savings bank until 27 February 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
END = date(2026, 2, 27)
BRANCHES = (
    ("B01", "Main Square", "Lindau", "South", date(1968, 4, 1)),
    ("B02", "Lakeside", "Lindau", "South", date(1994, 9, 12)),
    ("B03", "Old Mint", "Halden", "North", date(1975, 2, 3)),
    ("B04", "Harbour Street", "Halden", "North", date(2003, 6, 16)),
    ("B05", "University", "Freiberg", "East", date(1999, 10, 4)),
    ("B06", "Cathedral", "Freiberg", "East", date(1971, 1, 11)),
    ("B07", "Rosewood", "Marlow", "West", date(1988, 5, 2)),
    ("B08", "Station Road", "Marlow", "West", date(2009, 3, 23)),
    ("B09", "Greenfield", "Ostheim", "East", date(2014, 8, 18)),
    ("B10", "Digital", "Lindau", "Online", date(2019, 1, 2)),
    ("B11", "Airport", "Halden", "North", date(2024, 11, 4)),
)
WOMEN = ("Ada", "Beatrix", "Celia", "Doris", "Esther", "Fiona", "Gerda", "Helena", "Ilse", "Judith", "Karin", "Luise", "Martha", "Nelly")
MEN = ("Albert", "Boris", "Conrad", "Dennis", "Erwin", "Franz", "Georg", "Harald", "Igor", "Josef", "Kurt", "Ludwig", "Max", "Norbert")
LAST = (
    "Amsel", "Bauer", "Claasen", "Dorn", "Eder", "Falk", "Geiger", "Huber", "Imhof", "Jansen", "Keller", "Lang", "Moser", "Novak",
    "Oswald", "Pichler", "Reiter", "Steiner", "Toth", "Unger", "Vogel", "Weber", "Zeller",
)  # fmt: skip
JOBS = ("teacher", "engineer", "nurse", "student", "retired", "carpenter", "self-employed", "clerk", "physician", "cook")
KINDS = {
    "deposit": ("branch", "ATM"),
    "withdrawal": ("ATM", "ATM", "branch"),
    "transfer": ("online", "online", "mobile", "branch"),
    "card payment": ("card terminal", "card terminal", "online"),
    "fee": ("system",),
}
LOANS = {
    "mortgage": (90000, 420000, 240),
    "car loan": (6000, 42000, 60),
    "personal loan": (1500, 20000, 36),
    "student loan": (4000, 30000, 96),
    "business loan": (25000, 520000, 120),
}


def rows(chance: Random) -> Rows:
    """Every table's rows, parents before children."""
    made: Rows = {"brnch": list(BRANCHES), "emp": _staff(chance), "cust": _customers(chance)}
    made["acct"] = _accounts(chance, made["cust"])
    made["card"] = _cards(chance, made["acct"])
    made["txn"] = _transactions(chance, made["acct"])
    made["loan"] = _loans(chance, made)
    made["repay"] = _repayments(chance, made["loan"])
    return made


def _staff(chance: Random) -> list[tuple[Any, ...]]:
    people = [f"{first} {last}" for first in (*WOMEN, *MEN) for last in LAST]
    chance.shuffle(people)
    made: list[tuple[Any, ...]] = [(100, people[0], "director", "B01", None, date(2001, 3, 1))]
    heads: dict[str, int] = {}
    for number, branch in enumerate(BRANCHES, 1):
        heads[branch[0]] = 100 + number
        made.append((100 + number, people[number], "branch manager", branch[0], 100, _day(chance, date(1995, 1, 1), date(2024, 6, 1))))
    for key in range(112, 160):
        place = chance.choice(BRANCHES)[0]
        job = chance.choice(("teller", "teller", "loan officer", "loan officer", "adviser"))
        made.append((key, people[key], job, place, heads[place], _day(chance, date(1992, 1, 1), date(2026, 1, 1))))
    return made


def _customers(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 331):
        gender = chance.choice("FM")
        born = _day(chance, date(1938, 1, 1), date(2007, 12, 31))
        job = "retired" if born.year < 1960 else "student" if born.year > 2002 else chance.choice([*JOBS[:3], *JOBS[5:]])
        most = {"student": 900, "retired": 2600, "physician": 9800, "engineer": 7400, "self-employed": 8800}.get(job, 4700)
        income = None if chance.random() < 0.07 else round(most * chance.uniform(0.5, 1.1), 2)
        joined = _day(chance, date(max(born.year + 16, 1980), 1, 1), END)
        branch = chance.choice((*BRANCHES[:10], BRANCHES[2]))[0]
        known = chance.choice(("verified",) * 8 + ("pending", "expired"))
        name = chance.choice(WOMEN if gender == "F" else MEN)
        made.append((20000 + 13 * key, name, chance.choice(LAST), gender, born, job, income, branch, known, joined))
    return made


def _accounts(chance: Random, customers: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for customer in customers:
        for number in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
            kind = "checking" if number == 0 else chance.choice(("savings", "savings", "term deposit", "checking"))
            opened = customer[9] if number == 0 else _day(chance, customer[9], END)
            closed = _day(chance, opened, END) if chance.random() < 0.12 else None
            branch = customer[7] if chance.random() < 0.8 else chance.choice(BRANCHES)[0]
            limit = chance.choice((0, 0, 500, 1000, 2000, 5000)) if kind == "checking" else 0
            balance = 0 if closed else round(chance.lognormvariate(7.8 if kind == "checking" else 9, 1.1), 2)
            balance = -round(limit * chance.uniform(0.1, 1), 2) if limit and not closed and chance.random() < 0.2 else balance
            currency = chance.choice(("EUR",) * 9 + ("USD", "CHF"))
            key = f"{branch[1:]}-{100200 + 37 * len(made)}"
            made.append((key, customer[0], branch, kind, currency, opened, closed, balance, limit))
    return made


def _cards(chance: Random, accounts: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for account in accounts:
        if account[3] != "checking":
            continue
        for kind in chance.choice((("debit",), ("debit",), ("debit", "credit"), ())):
            issued = _day(chance, max(account[5], date(2019, 1, 1)), account[6] or END)
            ends = date(issued.year + 4, issued.month, 28)
            status = "expired" if ends < END else "cancelled" if account[6] else chance.choice(("active",) * 9 + ("blocked",))
            limit = chance.choice((1000, 2000, 3000, 5000, 10000)) if kind == "credit" else None
            made.append((f"4{chance.randint(10**6, 10**7 - 1)}{len(made):04}", account[0], kind, issued, ends, limit, status))
    return made


def _transactions(chance: Random, accounts: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    fit = [account for account in accounts if account[3] != "term deposit" and not (account[6] and account[6] < date(2025, 8, 1))]
    for _ in range(1900):
        account = chance.choice(fit[:-12])
        kind = chance.choice(("deposit", "withdrawal", "transfer", "transfer", "card payment", "card payment", "card payment", "fee"))
        day = _day(chance, max(account[5], date(2025, 7, 1)), account[6] or END)
        moment = datetime(day.year, day.month, day.day, chance.randint(6, 21), chance.randint(0, 59), chance.randint(0, 59))
        middle = {"deposit": 6.3, "withdrawal": 5.0, "transfer": 5.9, "card payment": 3.8, "fee": 1.3}[kind]
        amount = round(chance.lognormvariate(middle, 0.9), 2)
        text = (
            chance.choice(("groceries", "rent", "fuel", "gift", "insurance", None, None, None))
            if kind in ("transfer", "card payment")
            else None
        )
        made.append((account[0], moment, kind, chance.choice(KINDS[kind]), amount, text))
    made.sort(key=lambda line: line[1])
    return [(50000 + number, *line) for number, line in enumerate(made)]


def _loans(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    officers = [one[0] for one in made["emp"] if one[2] == "loan officer"]
    loans: list[tuple[Any, ...]] = []
    richest = sorted(made["cust"], key=lambda one: one[6] or 0)[-14::3]
    for customer in dict.fromkeys([*chance.sample(made["cust"], 125), *richest]):
        for _ in range(chance.choice((1, 1, 1, 2))):
            kind = chance.choice(("mortgage", "mortgage", "car loan", "personal loan", "personal loan"))
            kind = {"student": "student loan", "self-employed": "business loan"}.get(customer[5], kind)
            low, high, term = LOANS[kind]
            start = _day(chance, max(customer[9], date(2019, 1, 1)), END)
            amount = chance.randint(low // 100, high // 100) * 100
            rate = round(chance.uniform(1.6, 4.9) if kind in ("mortgage", "business loan") else chance.uniform(2.5, 9.9), 2)
            length = max(12, int(term * chance.choice((0.5, 0.75, 1, 1))))
            over = start + timedelta(days=int(length * 30.4)) < END
            status = "paid off" if over or chance.random() < 0.06 else chance.choice(("active",) * 11 + ("defaulted",))
            branch = customer[7] if customer[7] != "B10" else "B01"
            key = f"L{start.year % 100}-{4000 + 11 * len(loans)}"
            loans.append((key, customer[0], branch, chance.choice(officers), kind, amount, rate, length, start, status))
    return loans


def _repayments(chance: Random, loans: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for loan in loans:
        rate = round(loan[5] / loan[7] * (1 + loan[6] / 100), 2)
        for back in range(13, -2, -1):
            month = 2026 * 12 + 1 - back
            due = date(month // 12, month % 12 + 1, 15)
            if due <= loan[8] or (loan[9] == "paid off" and due > date(2025, 9, 30)):
                continue
            broke = loan[9] == "defaulted" and due > date(2025, 10, 31)
            paid = due + timedelta(days=chance.choice((-3, -1, 0, 0, 0, 0, 0, 0, 2, 5, 9, 21)))
            if broke or paid > END or (due > date(2025, 12, 1) and chance.random() < 0.05):
                made.append((len(made) + 1, loan[0], due, rate, None, None))
            else:
                made.append((len(made) + 1, loan[0], due, rate, paid, rate if chance.random() < 0.95 else round(rate / 2, 2)))
    return made


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
