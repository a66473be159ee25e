"""One date phrase: a day, a month, a quarter, a year, or something reckoned from today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlcoder_core.linking.numbers import find_numbers
from sqlcoder_core.linking.periods import Moment, Period, Unit, shifted
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.question import Clock

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {name: number for number, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])}
UNITS: dict[str, Unit] = {
    "second": "second", "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour", "day": "day", "week": "week", "wk": "week",
    "month": "month", "quarter": "quarter", "qtr": "quarter", "year": "year", "yr": "year",
}  # fmt: skip
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_LAST = ("last", "past", "previous", "prior", "trailing", "preceding", "recent")
_THIS = ("this", "current")
_NEXT = ("next", "coming", "following", "upcoming")

Hit = tuple[int, Period, bool]
"""End of the phrase, what it means, whether that is doubtful."""


def phrase(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """The phrase that begins at a token, if one does."""
    for reader in (
        _iso,
        _named_day,
        _month_year,
        _quarter,
        _half,
        _fiscal,
        _to_date,
        _relative,
        _ago,
        _single_words,
        _weekdays,
        _decade,
        _year,
    ):
        hit = reader(tokens, at, clock)
        if hit:
            return hit
    return None


def _iso(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    text = word_at(tokens, at)
    for pattern, whole in (("%Y-%m-%d", "day"), ("%Y-%m", "month"), ("%m/%d/%Y", "day"), ("%d/%m/%Y", "day")):
        try:
            parsed = datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        return (at + 1, _span(parsed, "month" if whole == "month" else "day", text), False)
    try:
        instant = datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None
    return (at + 1, Period(start=Moment(at=instant), end=Moment(at=instant), label=text), False) if instant else None


def _named_day(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "March 5 2024", "5th of March, 2024", "March 5th"."""
    month, day, end = _month(tokens, at), _day_number(tokens, at + 1), at + 2
    if month is None or day is None:
        day, after = _day_number(tokens, at), at + 1 + says(tokens, at + 1, ("of",))
        month, end = _month(tokens, after), after + 1
    if month is None or day is None:
        return None
    comma = end + (word_at(tokens, end) == ",")
    year = _year_number(tokens, comma)
    try:
        found = date(year or _latest_year(month, day, clock), month, day)
    except ValueError:
        return None
    return (comma + 1 if year else end, _span(found, "day", found.isoformat()), False)


def _month_year(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "March 2024", "March of 2024", "March" (the latest one), "March last year"."""
    month = _month(tokens, at)
    if month is None or (word_at(tokens, at) in ("may", "mar", "march") and tokens[at].text.islower()):
        return None
    after = at + 1 + (word_at(tokens, at + 1) in (",", "of"))
    year = _year_number(tokens, after)
    if year:
        return (after + 1, _span(date(year, month, 1), "month", f"{tokens[at].text} {year}"), False)
    for words, back in ((("last", "year"), 1), (("this", "year"), 0)):
        if says(tokens, at + 1, words):
            return (
                at + 3,
                _span(date(clock.today().year - back, month, 1), "month", f"{tokens[at].text} {clock.today().year - back}"),
                False,
            )
    latest = _latest_year(month, 1, clock)
    return (at + 1, _span(date(latest, month, 1), "month", f"{tokens[at].text} {latest}"), True)


def _quarter(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "Q3 2024", "2024 Q3", "third quarter of 2024", "Q3"."""
    word, year_first = word_at(tokens, at), _year_number(tokens, at)
    if year_first and _is_q(word_at(tokens, at + 1)):
        return (at + 2, _quarter_of(year_first, int(word_at(tokens, at + 1)[1])), False)
    number, end = (int(word[1]), at + 1) if _is_q(word) else (0, at)
    if not number and word in _ORDINALS and word_at(tokens, at + 1) in ("quarter", "qtr"):
        number, end = _ORDINALS[word], at + 2
    if not number:
        return None
    after = end + (word_at(tokens, end) in ("of", "in", ","))
    after += word_at(tokens, after) == "the"
    year = _year_number(tokens, after)
    if year:
        return (after + 1, _quarter_of(year, number), False)
    back = {("last", "year"): 1, ("this", "year"): 0}.get((word_at(tokens, after), word_at(tokens, after + 1)))
    if back is not None:
        return (after + 2, _quarter_of(clock.today().year - back, number), False)
    return (end, _quarter_of(_latest_year(3 * number - 2, 1, clock), number), False)


def _half(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    word = word_at(tokens, at)
    half = {"h1": 1, "h2": 2}.get(word, 0)
    end = at + 1
    if not half and word_at(tokens, at + 1) == "half" and word in ("first", "second"):
        half, end = _ORDINALS[word], at + 2
    after = end + (word_at(tokens, end) == "of")
    year = _year_number(tokens, after)
    if not half or not year:
        return None
    begin = date(year, 6 * half - 5, 1)
    return (after + 1, Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 6, "month")), label=f"H{half} {year}"), False)


def _fiscal(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "fiscal year 2024", "FY2024", "FY24"; named after the year it ends in, unless it starts in January."""
    word, end = word_at(tokens, at), at + 1
    year = None
    if word in ("fiscal", "financial") and word_at(tokens, at + 1) == "year":
        year, end = _year_number(tokens, at + 2), at + 3
    elif word.startswith("fy") and word[2:].isdecimal():
        year = int(word[2:]) + (2000 if len(word) == 4 else 0)
    elif word == "fy":
        year, end = _year_number(tokens, at + 1), at + 2
    if not year:
        return None
    begin = date(year - (clock.fiscal_year_start > 1), clock.fiscal_year_start, 1)
    return (end, Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 1, "year")), label=f"fiscal year {year}"), False)


_TO_DATE: dict[tuple[str, ...], Unit] = {
    ("year", "to", "date"): "year", ("ytd",): "year", ("month", "to", "date"): "month", ("mtd",): "month",
    ("quarter", "to", "date"): "quarter", ("qtd",): "quarter", ("week", "to", "date"): "week", ("wtd",): "week",
    ("so", "far", "this", "year"): "year", ("this", "year", "so", "far"): "year", ("so", "far", "this", "month"): "month",
    ("this", "month", "so", "far"): "month", ("this", "quarter", "so", "far"): "quarter", ("so", "far", "this", "quarter"): "quarter",
}  # fmt: skip


def _to_date(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    for words, unit in _TO_DATE.items():
        if says(tokens, at, words):
            period = Period(start=Moment(unit=unit), end=Moment(shift=1), label=f"this {unit} up to today", unit=unit)
            return (at + len(words), period, False)
    return None


def _relative(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "last month", "this quarter", "next week", "last 30 days", "past 2 quarters", "last fiscal year", "last Monday"."""
    at += says(tokens, at, ("the",))
    word = word_at(tokens, at)
    if word not in (*_LAST, *_THIS, *_NEXT):
        return None
    count, end = _count(tokens, at + 1)
    fiscal = word_at(tokens, end) in ("fiscal", "financial")
    unit = UNITS.get(_lemma(tokens, end + fiscal))
    if unit is None or (word == "recent" and count is None):
        return None
    end += 1 + fiscal
    if fiscal and unit == "year":
        unit = "fiscal_year"
    of_year = _year_number(tokens, end + 1) if word == "last" and count is None and word_at(tokens, end) == "of" else None
    if of_year and unit in ("month", "quarter"):
        begin = date(of_year, 12 if unit == "month" else 10, 1)
        return (end + 2, _span(begin, unit, f"the last {unit} of {of_year}"), False)
    if count is None and word in ("past", "trailing"):
        count = 1
    if count is None or (count == 1 and word not in ("past", "trailing", "next")):
        return (end, _calendar(word, unit), False)
    return (end, _rolling(word, count, unit), False)


def _calendar(word: str, unit: Unit) -> Period:
    step: Unit = "year" if unit == "fiscal_year" else unit
    offset = 0 if word in _THIS else (1 if word in _NEXT else -1)
    name = unit.replace("_", " ")
    if unit in ("hour", "minute", "second"):
        return _rolling("last", 1, unit)
    return Period(
        start=Moment(unit=unit, shift=offset, shift_unit=step),
        end=Moment(unit=unit, shift=offset + 1, shift_unit=step),
        label=f"{('this', 'next', 'last')[offset]} {name}",
        unit=unit,
    )


def _rolling(word: str, count: int, unit: Unit) -> Period:
    label = f"{'next' if word in _NEXT else 'last'} {count} {unit.replace('_', ' ')}{'s' * (count != 1)}"
    if unit in ("hour", "minute", "second"):
        return Period(start=Moment(unit="hour", shift=-count, shift_unit=unit), label=label, unit=unit)
    if unit in ("quarter", "fiscal_year") and word not in _NEXT:
        step: Unit = "year" if unit == "fiscal_year" else unit
        return Period(
            start=Moment(unit=unit, shift=-count, shift_unit=step), end=Moment(unit=unit), label=f"{label} (whole ones)", unit=unit
        )
    if word in _NEXT:
        return Period(start=Moment(), end=Moment(shift=count, shift_unit=unit), label=label, unit=unit)
    return Period(start=Moment(shift=-count, shift_unit=unit), end=Moment(shift=1), label=f"{label} up to today", unit=unit)


def _ago(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    """ "3 days ago", "two months ago", "a year ago": that day."""
    count, end = _count(tokens, at)
    if word_at(tokens, at) in ("a", "an"):
        count, end = 1, at + 1
    unit = UNITS.get(_lemma(tokens, end))
    if count is None or unit is None or word_at(tokens, end + 1) != "ago" or unit in ("hour", "minute", "second"):
        return None
    begin = Moment(shift=-count, shift_unit=unit)
    stop = Moment(shift=1 - count) if unit == "day" else begin
    return (end + 2, Period(start=begin, end=stop, label=f"{count} {unit}{'s' * (count != 1)} ago", unit="day"), False)


def _single_words(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    shift = {"today": 0, "yesterday": -1, "tomorrow": 1}.get(word_at(tokens, at))
    if shift is None:
        return None
    return (at + 1, Period(start=Moment(shift=shift), end=Moment(shift=shift + 1), label=word_at(tokens, at), unit="day"), False)


def _weekdays(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    word = _lemma(tokens, at)
    if word in ("weekend", "weekday") and word_at(tokens, at - 1) not in ("by", "per", "each", "of"):
        days = (5, 6) if word == "weekend" else (0, 1, 2, 3, 4)
        return (at + 1, Period(part=("weekday", days), label=f"{word}s"), False)
    if word not in WEEKDAYS or not tokens[at].capital:
        return None
    return (at + 1, Period(part=("weekday", (WEEKDAYS[word],)), label=f"{word.capitalize()}s"), False)


def _decade(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    word = word_at(tokens, at)
    if len(word) == 5 and word[:4].isdecimal() and word[3] == "0" and word[4] == "s":
        begin = date(int(word[:4]), 1, 1)
        return (at + 1, Period(start=Moment(day=begin), end=Moment(day=shifted(begin, 10, "year")), label=f"the {word}"), False)
    return None


def _year(tokens: Sequence[Token], at: int, clock: Clock) -> Hit | None:
    skip = 0 if word_at(tokens, at) != "year" else 2 if word_at(tokens, at + 1) == "of" else 1
    year = _year_number(tokens, at + skip)
    return (at + 1 + skip, _span(date(year, 1, 1), "year", str(year)), not skip) if year else None


# ---------------------------------------------------------------- pieces


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The token in lower case; empty beyond the ends and for quoted text."""
    return tokens[at].lower if 0 <= at < len(tokens) and tokens[at].kind != "quoted" else ""


def _lemma(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].lemma if 0 <= at < len(tokens) and tokens[at].kind == "word" else ""


def says(tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
    """True when these words stand there."""
    return all(word_at(tokens, at + offset) == word for offset, word in enumerate(words))


def _month(tokens: Sequence[Token], at: int) -> int | None:
    return MONTHS.get(word_at(tokens, at).rstrip("."))


def _day_number(tokens: Sequence[Token], at: int) -> int | None:
    digits = word_at(tokens, at)
    for ending in ("st", "nd", "rd", "th"):
        digits = digits.removesuffix(ending)
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 31 else None


def _year_number(tokens: Sequence[Token], at: int) -> int | None:
    text = word_at(tokens, at)
    return int(text) if len(text) == 4 and text.isdecimal() and 1700 <= int(text) <= 2100 else None


def _count(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    spans = find_numbers(tokens[at : at + 4])
    if spans and spans[0].start == 0 and isinstance(spans[0].value, int):
        return spans[0].value, at + spans[0].end
    return None, at


def _is_q(word: str) -> bool:
    return len(word) == 2 and word[0] == "q" and word[1] in "1234"


def _quarter_of(year: int, number: int) -> Period:
    return _span(date(year, 3 * number - 2, 1), "quarter", f"Q{number} {year}")


def _span(day: date, unit: Unit, label: str) -> Period:
    return Period(start=Moment(day=day), end=Moment(day=shifted(day, 1, unit)), label=label, unit=unit)


def _latest_year(month: int, day: int, clock: Clock) -> int:
    """The year of the latest such day that is not in the future."""
    today = clock.today()
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1
