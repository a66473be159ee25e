"""Words of names and questions: splitting, plurals, stems, abbreviations, the prefixes that warehouses put before names."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer import _Stemmer

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PIECES_OF_ANY_SCRIPT = re.compile(r"[^\W\d_]+|\d+")

LAYER_PREFIXES = frozenset({"dim", "fct", "fact", "stg", "int", "raw", "src", "tbl", "mart", "base", "vw", "rpt", "agg", "ref"})
"""First words of table names that say how a table was built, not what it holds."""

LAYER_SUFFIXES = frozenset(
    {"dim", "fact", "fct", "tbl", "table", "vw", "view", "master", "detail", "data", "record", "info", "information", "index", "list"}
)

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    key: tuple(value.split())
    for key, value in (
        line.split(":")
        for line in """
acc:account|appr:approval|flg:flag|trn:training|typ:type|mgmt:management|acct:account|addr:address|amt:amount|apt:apartment|arr:arrival|avg:average|bal:balance|bldg:building|cat:category|cd:code|cnt:count
co:company|ctry:country|curr:currency|cust:customer|dept:department|depts:department|desc:description|descr:description|dest:destination
dob:date of birth|dt:date|emp:employee|emps:employee|est:estimated|fname:first name|lname:last name|fac:faculty|gend:gender|grp:group
hr:hour|hrs:hour|ht:height|img:image|inv:invoice|lang:language|lat:latitude|lng:longitude|loc:location|lon:longitude|max:maximum
mgr:manager|min:minimum|mo:month|msg:message|mth:month|nbr:number|nm:name|no:number|num:number|ord:order|org:organization|pct:percent
perc:percent|pmt:payment|pos:position|prod:product|prof:professor|pymt:payment|qtr:quarter|qty:quantity|reg:region|sal:salary|sec:second
src:source|ssn:social security number|stu:student|sup:supplier|supp:supplier|tel:telephone|temp:temperature|tot:total|trans:transaction
trx:transaction|ts:timestamp|txn:transaction|univ:university|usr:user|whse:warehouse|wt:weight|yr:year|yrs:year|pop:population|dist:distance
instr:instructor|dep:departure|bday:birthday|attr:attribute|seq:sequence|pref:preference|pub:publication|exp:experience|exam:exam
mname:middle name|inst:institution|enr:enrollment|phno:phone number|ph:phone|vend:vendor|ctr:center|bud:budget
fisc:fiscal|mkt:market|svc:service|tkt:ticket|evt:event|mbr:member|clm:claim|mfr:manufacturer|freq:frequency|dur:duration|wk:week|sched:schedule|appt:appointment|diag:diagnosis
dst:destination|actv:active|trm:term|clnt:client|cntry:country|hist:history|itm:item|lvl:level|pkg:package|prj:project|proj:project|rcpt:receipt|rgn:region
val:value|veh:vehicle|terr:territory|shpmt:shipment|purch:purchase|subj:subject|vndr:vendor|bgt:budget|budg:budget
""".replace("\n", "|")
        .strip("|")
        .split("|")
    )
}
"""What the usual short forms in names stand for."""

_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse", "feet": "foot",
    "teeth": "tooth", "geese": "goose", "indices": "index", "indexes": "index", "matrices": "matrix", "criteria": "criterion",
    "analyses": "analysis",
    "diagnoses": "diagnosis", "hypotheses": "hypothesis", "prognoses": "prognosis", "theses": "thesis", "crises": "crisis",
    "bases": "base", "lives": "life", "wives": "wife", "knives": "knife",
    "leaves": "leaf", "halves": "half", "shelves": "shelf", "wolves": "wolf", "series": "series", "species": "species", "news": "news",
    "movies": "movie", "cookies": "cookie", "ties": "tie", "pies": "pie", "zombies": "zombie", "buses": "bus", "statuses": "status",
    "gases": "gas", "aliases": "alias", "campuses": "campus", "viruses": "virus", "bonuses": "bonus", "heroes": "hero",
    "potatoes": "potato", "quizzes": "quiz", "salespeople": "salesperson", "staffs": "staff", "aircrafts": "aircraft",
    "calories": "calorie",
    "lenses": "lens", "data": "data", "media": "media", "always": "always", "wineries": "winery", "caches": "cache",
    "headaches": "headache",
    "axes": "axis", "taxes": "tax", "geographies": "geography", "selfies": "selfie",
}  # fmt: skip

_KEEP_S = ("ss", "us", "is", "'s", "as", "ous")
_ES = ("sses", "shes", "ches", "xes", "zzes")


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """The singular of a lower-case English noun; other words come back as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_KEEP_S):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(_ES):
        return word[:-2]
    return word[:-1]


@cache
def _stemmer() -> _Stemmer:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English stem of a lower-case word: "shipped", "shipping" and "ships" share one."""
    return str(_stemmer().stemWord(singular(word)))


@lru_cache(maxsize=50_000)
def split_name(name: str) -> tuple[str, ...]:
    """The lower-case pieces of an identifier: `custFirst_name2` gives cust, first, name, 2."""
    pattern = _PIECES if name.isascii() else _PIECES_OF_ANY_SCRIPT
    return tuple(piece.lower() for piece in pattern.findall(name))


@lru_cache(maxsize=50_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of an identifier in singular, abbreviations written out: `cust_dob` gives customer, date, of, birth."""
    words: list[str] = []
    if (whole := name.lower()) in ABBREVIATIONS:
        return ABBREVIATIONS[whole]
    pieces = split_name(name)
    for at, piece in enumerate(pieces):
        if piece == "term" and pieces[at + 1 : at + 2] in (("dt",), ("date",)):
            words.append("termination")
            continue
        for part in _unglue(piece):
            words.extend(ABBREVIATIONS.get(part, (singular(part),)))
    return tuple(words)


INITIALS: dict[str, tuple[str, ...]] = {
    "cc": ("cost", "center"),
    "gl": ("general", "ledger"),
    "ap": ("account", "payable"),
    "ar": ("account", "receivable"),
    "po": ("purchase", "order"),
    "wo": ("work", "order"),
    "bom": ("bill", "of", "material"),
    "fx": ("exchange", "rate"),
}
"""Tables that warehouses call by initials; within longer names the same letters may mean anything."""


def table_words(name: str) -> tuple[str, ...]:
    """Like `name_words`, without what only says how the table was built (`dim_`, `fct_`, `_tbl`)."""
    words = _own_words(name)
    return INITIALS.get(words[0], words) if len(words) == 1 else words


def _own_words(name: str) -> tuple[str, ...]:
    words = tuple("expense" if word == "experience" and "exp" in split_name(name) else word for word in name_words(name))
    while len(words) > 1 and (
        words[0] in LAYER_PREFIXES or (split_name(name)[0] in LAYER_PREFIXES and len(words) == len(name_words(name)))
    ):
        words = words[1:]
    while len(words) > 1 and words[-1] in LAYER_SUFFIXES:
        words = words[:-1]
    return words


_ENDINGS = ("name", "id", "date", "code", "type", "number", "time", "key")
_NO_ENDING = frozenset("paid grid bid solid valid void aid raid maid hybrid update candidate rapid said surname forename nickname".split())


def _unglue(piece: str) -> tuple[str, ...]:
    """`custname` into cust, name; `singerid` into singer, id: only where the ending is one that names carry."""
    if piece in ABBREVIATIONS or piece in _NO_ENDING or piece in _ENDINGS:
        return (piece,)
    for ending in _ENDINGS:
        if piece.endswith(ending) and len(piece) - len(ending) >= 3 and (ending != "id" or len(piece) > 4):
            return (piece[: -len(ending)], ending)
        if ending in ("name", "type", "code") and piece.endswith(ending) and len(piece) - len(ending) == 1:
            return (piece[0], ending)
    return (piece,)
