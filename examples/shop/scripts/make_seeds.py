"""Write the shop's seeds: the same bytes at every run, so that a change of this script shows in the diff.

python scripts/make_seeds.py [FOLDER]
"""

from __future__ import annotations

import csv
import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import words

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2026, 6, 30)
ORDERS_PER_DAY = 6.7
UNSOLD_PRODUCTS = (31, 77, 118, 142)  # listed, never ordered by anybody
Row = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True)
class Shop:
    """The rows of all seeds while they grow, by seed name, and the one source of chance."""

    chance: random.Random
    rows: dict[str, list[Row]]

    def pick(self, weighted: Sequence[tuple[T, float]]) -> T:
        """One of the things, each as likely as its weight."""
        return self.chance.choices([thing for thing, _ in weighted], [weight for _, weight in weighted])[0]

    def day(self, first: date, last: date) -> date:
        """A day between the two, both included."""
        return first + timedelta(days=self.chance.randint(0, (last - first).days))


def main(folder: Path) -> None:
    """All seeds into `folder`."""
    shop = Shop(random.Random("a shop for kitchens"), {})
    shop.rows["raw_sales_people"] = list(sales_people(shop))
    shop.rows["raw_suppliers"] = list(suppliers(shop))
    shop.rows["raw_products"] = list(products(shop))
    shop.rows["raw_customers"] = list(customers(shop))
    for name in ("raw_orders", "raw_order_lines", "raw_shipments", "raw_returns"):
        shop.rows[name] = []
    for number, (customer, moment) in enumerate(purchases(shop), start=1):
        place_order(shop, number, customer, moment)
    for name, rows in shop.rows.items():
        write(folder / f"{name}.csv", rows)


# ---------------------------------------------------------------------- who and what


def sales_people(shop: Shop) -> Iterator[Row]:
    """25 of them, the first four lead a region each."""
    names = shop.chance.sample([f"{first} {last}" for first in words.FIRST_NAMES for last in words.LAST_NAMES], 25)
    for number, name in enumerate(names, start=1):
        lead = (number - 1) % 4 + 1
        hired = shop.day(date(2017, 1, 1), date(2020, 12, 31) if number <= 4 else date(2024, 6, 30))
        left = shop.day(date(2025, 6, 1), date(2026, 5, 31)) if number in (9, 14, 22) else None
        yield {
            "id": number,
            "full_name": name,
            "email": f"{name.replace(' ', '.').lower()}@shop.example",
            "region": words.REGIONS[lead - 1],
            "manager_id": None if number <= 4 else lead,
            "hired_on": hired,
            "left_on": left,
        }


def suppliers(shop: Shop) -> Iterator[Row]:
    for number, (name, city, country) in enumerate(words.SUPPLIERS, start=1):
        address = "".join(letter for letter in name.lower() if letter.isalpha())
        yield {
            "id": number,
            "company": name,
            "city": city,
            "country": country,
            "contact_email": None if shop.chance.random() < 0.15 else f"orders@{address}.example",
            "lead_time_days": shop.chance.choice((5, 7, 10, 14, 21, 28)),
        }


def products(shop: Shop) -> Iterator[Row]:
    """Some 150, spread evenly over the suppliers, a few of them taken out of the range."""
    things = [(category, code, thing, price) for category, (code, sold) in words.CATEGORIES.items() for thing, price in sold]
    named = [(line, *thing) for thing in things for line in shop.chance.sample(words.COLLECTIONS, shop.chance.choice((2, 3, 3)))]
    supplier = [number % len(words.SUPPLIERS) + 1 for number in range(len(named))]
    shop.chance.shuffle(supplier)
    for number, (line, category, code, thing, price) in enumerate(named, start=1):
        cents = round(price * shop.chance.uniform(0.85, 1.25)) * 100 - shop.chance.choice((1, 5, 10, 50, 100))
        launched = shop.day(date(2019, 1, 1), date(2024, 6, 30))
        yield {
            "id": number,
            "sku": f"{code}-{number:04d}",
            "name": f"{line} {thing}",
            "category": category,
            "supplier_id": supplier[number - 1],
            "list_price_cents": cents,
            "unit_cost_cents": round(cents * shop.chance.uniform(0.42, 0.68)),
            "launched_on": launched,
            "discontinued_on": shop.day(date(2025, 1, 1), date(2026, 5, 31)) if shop.chance.random() < 0.06 else None,
        }


def customers(shop: Shop) -> Iterator[Row]:
    """600, in order of their sign-up, with the mess that a web form lets through."""
    days = sorted(shop.day(date(2022, 6, 1), LAST_DAY) for _ in range(600))
    for number, signed_up in enumerate(days, start=1):
        first, last = shop.chance.choice(words.FIRST_NAMES), shop.chance.choice(words.LAST_NAMES)
        city, state, country, _ = shop.pick([(place, place[3]) for place in words.CITIES])
        email = f"{first}.{last}{number}@mail.example" if shop.chance.random() > 0.3 else f"{first}{number}@post.example"
        yield {
            "id": number,
            "first_name": first,
            "last_name": last,
            "email": messy(shop, email.lower()) if shop.chance.random() > 0.07 else None,
            "city": messy(shop, city, case=False),
            "state": state,
            "country": country,
            "segment": shop.pick(words.SEGMENTS),
            "newsletter": shop.pick((("t", 55), ("f", 40), (None, 5))),
            "created": signed_up,
        }


def messy(shop: Shop, text: str, *, case: bool = True) -> str:
    """Now and then with blanks around, or in capitals, as people type."""
    if shop.chance.random() < 0.03:
        return f" {text}" if shop.chance.random() < 0.5 else f"{text} "
    return text.upper() if case and shop.chance.random() < 0.02 else text


# ---------------------------------------------------------------------- what happens


def purchases(shop: Shop) -> Iterator[tuple[Row, datetime]]:
    """Who buys when: growing by some 15% a year, with a season and a busy end of the week."""
    people = [(person, min(shop.chance.paretovariate(1.3), 9.0)) for person in shop.rows["raw_customers"] if shop.chance.random() > 0.07]
    for offset in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=offset)
        known = [(person, weight) for person, weight in people if signed_up_by(person, day)]
        rate = ORDERS_PER_DAY * words.MONTH_WEIGHT[day.month - 1] * words.WEEKDAY_WEIGHT[day.weekday()] * 1.15 ** (offset / 365 - 1.2)
        moments = sorted(
            datetime.combine(day, time(shop.chance.randint(7, 22), shop.chance.randint(0, 59))) for _ in range(poisson(shop, rate))
        )
        for moment in moments:
            yield shop.pick(known), moment


def signed_up_by(person: Row, day: date) -> bool:
    created = person["created"]
    return isinstance(created, date) and created <= day


def poisson(shop: Shop, mean: float) -> int:
    """A number of events with that mean (Knuth's method)."""
    limit, count, product = math.exp(-mean), 0, shop.chance.random()
    while product > limit:
        count, product = count + 1, product * shop.chance.random()
    return count


def place_order(shop: Shop, number: int, customer: Row, moment: datetime) -> None:
    """One order with its lines, and what becomes of it."""
    channel = shop.pick(words.CHANNELS)
    status = status_after(shop, (LAST_DAY - moment.date()).days)
    lines = list(order_lines(shop, number, customer, moment.date()))
    shop.rows["raw_order_lines"] += lines
    if status not in ("placed", "cancelled"):
        shop.rows["raw_shipments"].append(shipment(shop, number, customer, moment, status))
    if status == "delivered" and (sent_back := list(returns(shop, lines, moment.date()))):
        shop.rows["raw_returns"] += sent_back
        status = "returned" if len(sent_back) == len(lines) else status
    shop.rows["raw_orders"].append(
        {
            "id": number,
            "customer_id": customer["id"],
            "sales_person_id": sales_person_of(shop, customer, channel, moment.date()),
            "status": status,
            "channel": channel,
            "ordered_at": moment,
        }
    )


def status_after(shop: Shop, days: int) -> str:
    """Orders of the last days are still on their way."""
    if shop.chance.random() < 0.06:
        return "cancelled"
    if days < 2:
        return "placed"
    return "shipped" if days < 7 and shop.chance.random() < 0.75 else "delivered"


def sales_person_of(shop: Shop, customer: Row, channel: str, day: date) -> object:
    """Web orders have none; the others go to somebody of the customer's region who works there that day."""
    if channel == "web":
        return None
    region = words.REGION_OF_CITY.get(str(customer["city"]).strip(), "Europe")
    team = [
        (person["id"], 1.0 + index % 3)
        for index, person in enumerate(shop.rows["raw_sales_people"])
        if person["region"] == region and works_on(person, day)
    ]
    return shop.pick(team)


def works_on(person: Row, day: date) -> bool:
    hired, left = person["hired_on"], person["left_on"]
    return isinstance(hired, date) and hired <= day and not (isinstance(left, date) and left < day)


def order_lines(shop: Shop, order: int, customer: Row, day: date) -> Iterator[Row]:
    """Different products, at the list price of the day (prices rise by 3% a year up to today's)."""
    range_of_the_day = [product for product in shop.rows["raw_products"] if sold_on(product, day)]
    wanted = shop.chance.choices((1, 2, 3, 4, 5, 6), (24, 31, 21, 12, 8, 4))[0]
    many = {"corporate": 3.0, "small business": 1.5}.get(str(customer["segment"]), 1.0)
    taken = shop.chance.sample(range_of_the_day, wanted)
    for number, product in enumerate(taken, start=len(shop.rows["raw_order_lines"]) + 1):
        yield {
            "id": number,
            "order_id": order,
            "product_id": product["id"],
            "quantity": 1 + min(int(shop.chance.expovariate(1.0) * many), 11),
            "unit_price_cents": round(cents(product["list_price_cents"]) * 1.03 ** (-(LAST_DAY - day).days / 365)),
            "discount_percent": shop.chance.choices((0, 5, 10, 20), (76, 10, 10, 4))[0],
        }


def cents(amount: object) -> int:
    """A cell that holds whole cents."""
    assert isinstance(amount, int)
    return amount


def sold_on(product: Row, day: date) -> bool:
    launched, gone = product["launched_on"], product["discontinued_on"]
    in_range = isinstance(launched, date) and launched <= day and not (isinstance(gone, date) and gone < day)
    return in_range and product["id"] not in UNSOLD_PRODUCTS


def shipment(shop: Shop, order: int, customer: Row, moment: datetime, status: str) -> Row:
    home = customer["country"] == "United States"
    carrier, _, _, fastest, slowest = shop.pick([(carrier, carrier[1] if home else carrier[2]) for carrier in words.CARRIERS])
    shipped = min(moment + timedelta(hours=shop.chance.randint(4, 60)), datetime.combine(LAST_DAY, time(18)))
    delivered = shipped + timedelta(hours=24 * shop.chance.randint(fastest, slowest) + shop.chance.randint(-5, 5))
    # scanners miss a parcel now and then: delivered, and nobody knows when
    known = status == "delivered" and delivered.date() <= LAST_DAY and shop.chance.random() > 0.01
    return {
        "id": len(shop.rows["raw_shipments"]) + 1,
        "order_id": order,
        "carrier": carrier,
        "shipped_at": shipped,
        "delivered_at": delivered if known else None,
    }


def returns(shop: Shop, lines: Iterable[Row], day: date) -> Iterator[Row]:
    """Some 4% of what was delivered comes back within six weeks, mostly for the whole price."""
    number = len(shop.rows["raw_returns"])
    for line in lines:
        returned = day + timedelta(days=shop.chance.randint(8, 45))
        if shop.chance.random() > 0.04 or returned > LAST_DAY:
            continue
        number += 1
        paid = cents(line["quantity"]) * cents(line["unit_price_cents"]) * (100 - cents(line["discount_percent"])) / 100
        yield {
            "id": number,
            "order_line_id": line["id"],
            "returned_on": returned,
            "reason": shop.pick(words.RETURN_REASONS),
            "refund_cents": round(paid * shop.chance.choice((1, 1, 1, 0.5))),
        }


# ---------------------------------------------------------------------- files


def write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "seeds")
