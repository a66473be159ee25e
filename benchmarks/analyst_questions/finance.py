"""The finance half of the warehouse: ledger, budget and vendor invoices beside the tables of `contents.hr`, until 15 July 2026."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from contents import Rows, hr

END = date(2026, 7, 15)


def warehouse(random: Random) -> Rows:
    """Staff as in `hr`, drawn first so that they are the same people, and their company's books."""
    rows = hr(random)
    rows["dim_acct"] = [(9000 + number, *one) for number, one in enumerate(_ACCOUNTS, 1)]
    rows["dim_cc"] = [
        (700 + number, center, name, 100 + number if number <= 8 else None, 5000 + number, number != 8)
        for number, (center, name) in enumerate(_CENTERS, 1)
    ]
    rows["dim_vend"] = [(300 + number, f"V{number:03}", *one) for number, one in enumerate(_VENDORS, 1)]
    rows |= {name: [] for name in ("fct_gl", "fct_bud", "fct_ap")}
    for year, month in [(2025, month) for month in range(1, 13)] + [(2026, month) for month in range(1, 13)]:
        _month(random, rows, year, month)
    for _ in range(320):
        _invoice(random, rows)
    return rows


def _month(random: Random, rows: Rows, year: int, month: int) -> None:
    """Budget of every expense account and cost centre, and the postings of the months that are over."""
    for account, _, _, kind, _ in rows["dim_acct"]:
        for center, *_ in rows["dim_cc"]:
            if kind not in ("EXP", "REV") or (kind == "REV" and center not in (703, 704)) or (account + center) % 3 == 0:
                continue
            planned = round(_size(account) * random.uniform(0.8, 1.2), 2)
            rows["fct_bud"].append((len(rows["fct_bud"]) + 1, account, center, year, month, planned))
            for _ in range(random.choice((0, 1, 1, 2))):
                _post(random, rows, rows["fct_bud"][-1])


def _post(random: Random, rows: Rows, budget: tuple[Any, ...]) -> None:
    """A posting in the month of the line of the budget, unless it is still to come."""
    _, account, center, year, month, planned = budget
    day = date(year, month, random.randint(1, 28))
    if day > END:
        return
    amount = round(planned * random.uniform(0.3, 1.3) * (-1 if random.random() < 0.05 else 1), 2)
    key = len(rows["fct_gl"]) + 1
    rows["fct_gl"].append((key, account, center, day, f"GL{day:%y}{key:05}", amount, random.choice(("EUR",) * 6 + ("USD", "NOK"))))


def _invoice(random: Random, rows: Rows) -> None:
    """An invoice of any vendor but the last two."""
    vendor: tuple[Any, ...] = random.choice(rows["dim_vend"][:-2])
    issued = date(2025, 1, 2) + timedelta(days=random.randint(0, 555))
    due = issued + timedelta(days=vendor[4])
    paid: date | None = issued + timedelta(days=random.randint(3, vendor[4] + 25))
    amount = round(random.uniform(80, 24000), 2)
    kind = random.choice(("PD",) * 8 + ("DISP", "VOID"))
    if kind != "PD" or (paid and paid > END):
        kind, paid = ("OPN" if kind == "PD" else kind), None
    discount = round(amount * 0.02, 2) if paid and (due - paid).days > 10 else None
    key, center = len(rows["fct_ap"]) + 1, 700 + random.randint(1, 9)
    rows["fct_ap"].append((key, vendor[0], center, f"INV-{20000 + key * 7}", issued, due, paid, amount, discount, kind))


def _size(account: int) -> float:
    return {"REV": 90000.0, "EXP": 2500.0 + 1700.0 * (account % 7)}["REV" if account in (9001, 9002) else "EXP"]


_ACCOUNTS = (
    (40000, "Product Revenue", "REV", "Revenue"), (40500, "Service Revenue", "REV", "Revenue"),
    (60000, "Salaries and Wages", "EXP", "Personnel"), (60500, "Training and Education", "EXP", "Personnel"),
    (61000, "Rent", "EXP", "Premises"), (61500, "Utilities", "EXP", "Premises"), (62000, "Software Licenses", "EXP", "IT"),
    (62500, "Hardware", "EXP", "IT"), (63000, "Travel", "EXP", "Operations"), (64000, "Legal Fees", "EXP", "Services"),
    (65000, "Advertising", "EXP", "Operations"), (10000, "Cash", "AST", "Liquid Funds"), (20000, "Accounts Payable", "LIA", "Payables"),
)  # fmt: skip
_CENTERS = (
    (4100, "Finance"), (4200, "Engineering"), (4300, "Sales"), (4310, "Marketing"), (4400, "People"), (4500, "Legal"), (4600, "Support"),
    (4700, "Facilities"), (4900, "Board Office"),
)  # fmt: skip
_VENDORS = (
    ("Nordlys Energy", "NO", 14), ("Kontor Supplies", "DE", 30), ("Paperworks", "DE", 30), ("Iberia Cloud", "ES", 45),
    ("Stratus Hosting", "US", 30), ("Brightline Media", "US", 60), ("Lex and Partners", "GB", 14), ("Fjord Facilities", "NO", 30),
    ("Atlas Travel", "ES", 10), ("Cobalt Hardware", "US", 45), ("Signal Telecom", "DE", 14), ("Meridian Training", "GB", 30),
    ("Quill Print", "FR", 30), ("Harbour Catering", "NO", 10),
)  # fmt: skip
