"""Units of measure: how much one is of another of its kind, and in which a column is kept by its name or description."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlcoder_core.api import Column, singular, split_name


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, and how many base units it is (seconds, metres, kilograms ...)."""

    kind: str
    size: float


_SAID = {
    "time": "second sec s: 1|minute min mins: 60|hour hr hrs h: 3600|day: 86400|week: 604800|millisecond ms: 0.001",
    "length": "millimeter millimetre mm: 0.001|centimeter centimetre cm: 0.01|meter metre m: 1|kilometer kilometre km kms: 1000"
    "|inch inches: 0.0254|foot feet ft: 0.3048|yard: 0.9144|mile mi mileage: 1609.344",
    "mass": "milligram mg: 0.000001|gram gramme g gr: 0.001|kilogram kilo kg kgs: 1|tonne ton t: 1000|pound lb lbs: 0.45359237"
    "|ounce oz: 0.02835",
    "area": "square_meter square_metre sqm m2 sq_m: 1|square_foot square_feet sqft sq_ft ft2: 0.09290304|hectare ha: 10000|acre: 4046.856"
    "|square_kilometer square_kilometre km2 sq_km: 1000000|square_mile: 2589988",
    "volume": "cubic_meter cubic_metre m3 cbm: 1000|liter litre l ltr: 1|milliliter millilitre ml: 0.001|gallon gal: 3.785412",
    "power": "watt w: 1|kilowatt kw: 1000|megawatt mw: 1000000|horsepower hp: 745.7",
    "energy": "watt_hour wh: 1|kilowatt_hour kwh: 1000|megawatt_hour mwh: 1000000",
    "data": "byte: 1|kilobyte kb: 1024|megabyte mb: 1048576|gigabyte gb: 1073741824|terabyte tb: 1099511627776",
    "money": "cent pence: 0.01|euro eur dollar usd buck gbp franc chf: 1",
}
_UNITS = {
    name.replace("_", " "): Unit(kind, float(size))
    for kind, entries in _SAID.items()
    for entry in entries.split("|")
    for names, size in [entry.split(": ")]
    for name in names.split()
}
_DAILY = frozenset({"s", "h", "m", "t", "g", "l", "w", "min", "day", "week", "second"})
"""Names too short or too usual to say a unit of a column anywhere but at its end."""


def unit_named(text: str) -> Unit | None:
    """The unit that one or two words of a question name, in singular or plural."""
    words = [singular(word) for word in text.lower().replace("-", " ").split()]
    return _UNITS.get(" ".join(words)) or _UNITS.get(text.lower())


def unit_of(column: Column) -> Unit | None:
    """The unit that a column's name ends or begins with, else that its description names behind "in"."""
    words = split_name(column.name)
    for found in (" ".join(words[-2:]), "".join(words[-2:]), words[-1]):
        if len(words) > 1 and found in _UNITS:
            return _UNITS[found]
        if len(words) > 1 and singular(found) in _UNITS:
            return _UNITS[singular(found)]
    spelled = next((_UNITS[singular(word)] for word in words if singular(word) in _UNITS and singular(word) not in _DAILY), None)
    return spelled or _described(column.description or "")


def _described(text: str) -> Unit | None:
    found = re.search(r"\bin ((?:square |cubic )?[A-Za-z]+\d?)\b", text) or re.search(r"^((?:square |cubic )?[A-Za-z]+\d?)$", text.strip())
    return unit_named(found[1]) if found is not None else None


def turned(value: int | float, said: Unit, kept: Unit) -> int | float:
    """A figure said in one unit as it is kept in another of its kind."""
    result = round(value * said.size / kept.size, 6)
    return int(result) if result == int(result) else result
