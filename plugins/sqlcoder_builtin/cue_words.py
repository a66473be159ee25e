"""Words that say how things are asked for: counting, comparing, grouping, sorting; read from the text files beside this module."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product
from pathlib import Path

from sqlcoder_builtin.degrees import Comparisons, Rankings


def _lines(name: str) -> list[str]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def cues() -> dict[str, tuple[str, ...]]:
    """Cue -> phrases."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in _lines("cues.txt"):
        cue, _, phrases = line.partition(": ")
        found[cue] += phrases.split("|")
    for cue, made in (*_text_phrases(), *_step_phrases()):
        found[cue] += made
    return {cue: tuple(texts) for cue, texts in found.items()}


@cache
def superlatives() -> Rankings:
    """Adjective -> words of the column it is about, best first, and whether the most comes first; any adjective may be asked for."""
    entries = (line.split(": ") for line in _lines("superlatives.txt"))
    return Rankings({word: (_born(tuple(concepts.split())), direction == "desc") for word, concepts, direction in entries})


def _born(concepts: tuple[str, ...]) -> tuple[str, ...]:
    """Dates of birth go by several names."""
    return (*concepts, "date_of_birth", "dob") if "birth_date" in concepts else concepts


@cache
def comparatives() -> Comparisons:
    """Comparative -> words of the column it is about, and the comparison."""
    entries = (line.split(": ") for line in _lines("comparatives.txt"))
    return Comparisons({word: (tuple(concepts.split()), cue) for word, concepts, cue in entries})


def _step_phrases() -> list[tuple[str, list[str]]]:
    """ "change from the previous month", "growth over last year": from one period to the next, not a period of its own."""
    what = ("change", "growth", "difference", "increase", "decrease", "delta", "percentage change", "percent change", "% change")
    ways = ("from", "over", "vs", "versus", "compared to", "compared with", "against", "on", "to", "relative to", "in comparison to")
    before = [f"{article}{word}" for article, word in product(("", "the "), ("previous", "prior", "preceding", "last"))]
    steps = (("mom", "month"), ("yoy", "year"), ("qoq", "quarter"), ("wow", "week"))
    return [
        (
            cue,
            [" ".join(words) for words in product(what, ways, before, (unit,))]
            + [" ".join(words) for words in product(what, ways, (f"the {unit} before", f"one {unit} to the next", f"{unit} to {unit}"))],
        )
        for cue, unit in steps
    ]


_PIECES = "substring word words letter letters phrase string character text term keyword".split()
_HOLD = "contain contains containing include includes including have has having with mention mentions".split()


def _text_phrases() -> list[tuple[str, list[str]]]:
    """ "contains the word", "starts with the letter", in all their forms."""
    pieces = [f"{article}{piece}" for article, piece in product(("", "the ", "a "), _PIECES)]
    starts = product(("start", "starts", "starting", "begin", "begins", "beginning"), ("with",), pieces)
    ends = product(("end", "ends", "ending"), ("with", "in"), pieces)
    return [
        ("like", [" ".join(words) for words in product(_HOLD, pieces)]),
        ("starts", [" ".join(words) for words in starts]),
        ("ends", [" ".join(words) for words in ends]),
    ]


ADJECTIVE_OF_UNIT = {
    "monthly": "month", "daily": "day", "weekly": "week", "yearly": "year", "annual": "year", "annually": "year",
    "quarterly": "quarter", "hourly": "hour",
}  # fmt: skip
"""Adjective -> unit of time."""

UNIT_WORDS = {
    "minute": "minute", "second": "second",
    "month": "month", "day": "day", "week": "week", "year": "year", "quarter": "quarter", "hour": "hour", "date": "day",
    "weekday": "weekday", "day of week": "weekday", "day of the week": "weekday", "days of the week": "weekday",
    "calendar month": "month", "hour of day": "hour of day", "hour of the day": "hour of day",
    "month of year": "month of year", "month of the year": "month of year", "day of the month": "day of month",
    "day of month": "day of month", "calendar day": "day", "calendar year": "year", "calendar week": "week",
}  # fmt: skip
"""Words for units and parts of time."""

STOP_WORDS = frozenset(
    """
    ! " ' ( ) , - . / : ; ? a about across actually all along already also am amount amounts an and any approximately are as
    associated at available be been being belong belonging belongs both by can combination concerning corresponding could current
    currently data database did display do does done down during each either entries entry ever every exist existing exists far find
    for from get give given got had has have having he her here him his how i if in information into involved is it it's its
    just kind list listed many may me might more most much must my new number numbers of on one ones onto or order other our out
    overall own per please present record records regarding related respective respectively result results return roughly
    row rows same shall she should show so some sort sorted still such table tell than that the their theirs them then there
    these they this those through time times to together too total up us use used using value values various very via was we
    were what whatever when where which while who whom whose why will with would yet you your —
    """.split()
)
"""Words that need no place of their own."""

FILLER_VERBS = frozenset(
    """
    account accounted accounts achieve achieved add added admit admitted affect affected appear appeared appearing
    applied apply arrive arrives arriving assign assigned associate attend attended attending award awarded based be
    been belong belongs bill billed book booked booking born bought bring brings brought build built buy buying buys
    call called came carries carry cause caused causes causing charged claimed close closed collected come comes coming
    compete competed complete completed comprise comprised concern contain contained contribute contributed contributes
    correspond corresponds cover covered covers create created deliver delivered depart departing departs diagnose
    diagnosed die died direct directed do done earn earned earns elapse elapsed elapses elect elected employ employed
    end ended enroll enrolled entail establish established executed experience experienced falls fell flew flies flown
    fly follow followed follows found founded generate generated generates generating gets go goes gone graduate
    graduated handle handled happen happened held hire hired hold holding holds host hosted hosts incur incurred incurs
    initiate initiated involve involved issue issued join joined know known land lands lasted lasting lasts launch
    launched lead leads led live lived lives living locate located logged logging lose lost made major majoring make
    makes making manage managed manages managing measured move moved need needs nominated occupied occur occurred
    occurring offer offered offering offers open opened operate operated order ordered ordering originate originated owe
    owes own owned owning owns paid participate participated participating pass passed passes pay paying pays perform
    performed performing place placed play played playing plays prescribe prescribed process processed produce produced
    producing provide provided publish published purchase purchased purchasing put raise raised ran receive received
    receiving record recorded redeemed register registered registering release released rent rented report reported
    represent represented reserve reserved reside resides residing review reviewed ride rode run see seen sell selling
    sells send sending sends sent serve served serving ship shipped sign signed signing situated sold spend spending
    spends spent start started stay stayed staying stock stocked stored studied studies study studying submit submitted
    supplied supplies supply take taken takes taking taught teach teaches teaching took transacted transferred treat
    treated use used uses using visit visited visiting went win wins won work worked working works write writing written
    wrote
    """.split()
)
"""Verbs that say how two tables are related; the join says the same."""

PLACE_VERBS = frozenset(
    """
    based done get gets give given goes going got held live lived lives living locate located made make makes placed reside
    resides residing situated take taken takes went
    """.split()
)
"""Verbs that never name a column."""

PLACE_PREPOSITIONS = frozenset({"in", "from", "at", "near", "around", "within", "inside"})
"""Words before places."""

PLACE_CONCEPTS = (
    "city",
    "state",
    "country",
    "location",
    "region",
    "address",
    "county",
    "province",
    "town",
    "district",
    "place",
    "nationality",
    "continent",
    "headquarters",
    "headquarter",
    "venue",
    "hometown",
    "territory",
    "area",
    "birth_place",
)
"""What columns of places are about, most usual first."""

MONEY_CONCEPTS = frozenset(
    """
    amount earn earned earnings gmv income money paid pay proceeds revenue revenues sale sales spend spending spends
    spent takings turnover value
    """.split()
)
"""Words for money that comes in or goes out."""

RATE_WORDS = frozenset(
    """
    age average duration elevation gpa grade height humidity length level margin percent percentage price rank rate
    rating ratio salary score speed star stars temperature wage weight width
    """.split()
)
"""Numbers that are averaged rather than added up when a question names no aggregate."""
