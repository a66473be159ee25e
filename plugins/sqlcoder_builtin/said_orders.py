"""Orders in words, each put into the one form that the grammar reads: the extreme that comes first ("the busiest first")."""

from __future__ import annotations

import re

_EXTREME = r"(?:most|least|fewest|best|worst|top|[a-z]{2,}est)"
_ENDS = r"(?=\s*(?:[,.;:?!)]|$|and\b|then\b|please\b))"
_COMES = r"(?:(?:comes?|coming|goes|going|stands?|listed|shown|placed|put|ranked|being|is|are)\s+)?"
_LIST = r"(?:\s+of\s+the\s+(?:list|table|results?))?"
_TOP = rf"{_COMES}(?:first|(?:at|on)\s+(?:the\s+)?(?:very\s+)?(?:top|head){_LIST}|up front|in front|leading){_ENDS}"
_BOTTOM = rf"{_COMES}(?:last|at\s+(?:the\s+)?(?:very\s+)?(?:bottom|end){_LIST}){_ENDS}"
_NEW = r"most recently|last|latest|most recent|newest"
_OLD = r"first|earliest|soonest"
_WHOEVER = re.compile(
    rf"\b(?:with\s+)?(?:whoever|whichever|those\s+(?:who|that)|the\s+ones?(?:\s+(?:who|that))?)\s+(?:was\s+|were\s+|is\s+|has\s+been\s+)?"
    rf"(?P<verb>(?!with\b|that\b|who\b)[a-z]+)\s+(?:the\s+)?(?:(?P<new>{_NEW})|(?P<old>{_OLD}))\s+{_TOP}",
    re.IGNORECASE,
)
_HAVING_MOST = re.compile(
    rf"\b(?:with\s+)?(?:whoever|whichever|those|the\s+ones?)\s+(?:(?:who|that)\s+)?(?:has|have|had|with|having)\s+(?:the\s+)?"
    rf"(?P<most>(?:most|least|fewest|highest|lowest|largest|smallest|biggest)(?:\s+[a-z]+){{1,3}}?)\s+{_TOP}",
    re.IGNORECASE,
)
_DONE_NEWEST = re.compile(rf"\b(?:the\s+)?(?:most recently|latest|newest)\s+(?P<verb>[a-z]+)(?:\s+ones?)?\s+{_TOP}", re.IGNORECASE)
_ONE_FIRST = re.compile(
    rf"\b(?P<said>{_EXTREME}(?:\s+[a-z]+){{0,2}}?)\s+(?:ones?|of\s+(?:them|these|those|all))\s+(?=(?:{_TOP}|{_BOTTOM}))", re.IGNORECASE
)
_AT_TOP = re.compile(rf"\b(?:with\s+)?(?P<said>(?:the\s+)?{_EXTREME}(?:\s+[a-z]+){{0,4}}?)\s+{_TOP}", re.IGNORECASE)
_AT_BOTTOM = re.compile(rf"\b(?:with\s+)?(?P<said>(?:the\s+)?{_EXTREME}(?:\s+[a-z]+){{0,4}}?)\s+{_BOTTOM}", re.IGNORECASE)
_STARTING = re.compile(
    rf"\b(?:starting|beginning|start|begin)\s+(?:with|from|at)\s+(?:the\s+)?(?P<said>{_EXTREME}(?:\s+[a-z]+){{0,2}}?)(?:\s+ones?)?{_ENDS}",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    rf"\b(?:(?:ordered|sorted|ranked|listed|arranged|going|sort|order|rank|arrange|put)(?:\s+(?:it|them|these|the\s+(?:results?|list|rows|output)))?\s+)?from\s+(?:the\s+)?(?P<one>{_EXTREME}(?:\s+(?!down\b|up\b|to\b)[a-z]+)?)\s+(?:down\s+|up\s+)?to\s+(?:the\s+)?"
    rf"(?P<other>{_EXTREME}(?:\s+(?!with\b|and\b|by\b|for\b|of\b|in\b|including\b)[a-z]+){{0,3}}?){_ENDS}",
    re.IGNORECASE,
)
_FROM_TO_INSIDE = re.compile(
    rf"\bfrom\s+(?:the\s+)?(?P<one>{_EXTREME})\s+(?:down\s+|up\s+)?to\s+(?:the\s+)?(?P<other>{_EXTREME})\b(?P<rest>\s+(?:with|and|by|including|that|who|which|in|of|for)\b[^.?!]*)",
    re.IGNORECASE,
)
_IN_TIME = re.compile(
    r"(?<=[,;])\s*(?:starting with |beginning with |with )?(?:the )?"
    r"(?:january|jan|monday|first (?:month|quarter|week|day|year|hour)|q1|quarter 1|quarter one|week 1|hour 0|midnight) first\b",
    re.IGNORECASE,
)
_TIES = (
    (
        re.compile(r"[,;]?\s*(?:and\s+)?(?:with\s+)?\bties\s+(?:are\s+|being\s+)?(?:\w+ed\s+|broken\s+)?by\s+", re.IGNORECASE),
        ", sorted by ",
    ),
    (re.compile(r"\bfirst(?:,\s*|\s+)(?:and\s+)?(?:then|after that|within that|and)\s+by\s+", re.IGNORECASE), "first, sorted by "),
    (re.compile(r"(\bsorted by (?:the )?\w+(?: \w+)?)\s+within\s+(?:an?|the|each|the same|one)\s+\w+", re.IGNORECASE), r"\1"),
)
"""What is sorted by where the first order says nothing."""
_SORT_THEM = re.compile(
    r"^(?:sort|order|rank|arrange)\s+(?P<what>(?!by\b)[^,.?!]+?),(?=\s+[a-z]+(?:\s+[a-z]+){0,3}\s+first\b)", re.IGNORECASE
)
_MOST_OF_IT = re.compile(
    rf"\b(?:with\s+)?the\s+ones?\s+(?:with|having|that\s+has|that\s+have)\s+"
    rf"(?:the\s+)?(?P<said>most|least|fewest)\s+{_TOP}",
    re.IGNORECASE,
)
_IN_NOUN_ORDER = re.compile(
    r"\bin (?:order of (?:the )?(?P<time>date|time|day)s?|(?P<noun>(?!descending|ascending|decreasing|increasing"
    r"|falling|rising|growing|declining"
    r"|alphabet|lexic|reverse|chrono|calendar"
    r"|numerical|numeric|any|this|that|the|random|particular|no|same|time\b)[a-z]+) order)\b(?! of\b)",
    re.IGNORECASE,
)
_AS_DONE = re.compile(
    r",?\s*\bin (?:the )?order (?:in which |that )?(?:they|it|these) (?:were |was |have been |had been )?"
    r"(?P<deed>[a-z]+(?: (?:up|in|out|on|off))?)\b",
    re.IGNORECASE,
)
_PLAIN = frozenset("high highest low lowest most least fewest largest smallest biggest greatest best worst top".split())
"""From one of these to another is read as it stands: by whatever figure there is."""


def orders_reworded(text: str) -> str:
    """The question with its orders said as "<extreme> first"."""
    if not re.search(
        r"\b(?:first|top|last|bottom|end|head|front|leading|from|starting|beginning|start|begin|ties|order)\b", text, re.IGNORECASE
    ):
        return text
    text = _AS_DONE.sub(r", oldest \g<deed> first", _IN_TIME.sub(" earliest first", text))
    text = _IN_NOUN_ORDER.sub(_noun_order, _MOST_OF_IT.sub(r", \g<said> first", text))
    text = _WHOEVER.sub(lambda found: f", {'newest' if found['new'] else 'oldest'} {found['verb']} first", text)
    text = _HAVING_MOST.sub(r", \g<most> first", text)
    text = _DONE_NEWEST.sub(_newest, text)
    text = _ONE_FIRST.sub(r"\g<said> ", text)
    text = _AT_TOP.sub(r"\g<said> first", text)
    text = _AT_BOTTOM.sub(r"\g<said> last", text)
    text = _STARTING.sub(r", \g<said> first", text)
    text = _FROM_TO_INSIDE.sub(_from_to_inside, _FROM_TO.sub(_from_to, text))
    text = _SORT_THEM.sub(r"List \g<what>,", text)
    for pattern, instead in _TIES:
        text = pattern.sub(instead, text)
    return re.sub(r"([,.;?!])(?:\s*,)+\s", r"\1 ", re.sub(r"\s+,", ",", text))


def _noun_order(found: re.Match[str]) -> str:
    """ "in date order", "in title order"."""
    noun = (found["time"] or found["noun"]).lower()
    return ", oldest first" if noun in ("date", "time", "day") else f"sorted by {noun}"


def _newest(found: re.Match[str]) -> str:
    """ "the most recently added first"; "newest hire first" stands as it is."""
    return f", newest {found['verb']} first"


def _from_to(found: re.Match[str]) -> str:
    """ "from the dearest to the cheapest": the dearest first; "from most to least expensive" says its adjective once."""
    one, other = found["one"].lower(), found["other"].lower()
    if one in _PLAIN and other in _PLAIN:
        return found.group()
    behind = other.split()[1:]
    if behind and other.split()[0] in ("most", "least"):
        # "from cheapest to most expensive rate", "from most to least expensive".
        one, behind = (f"{one} {behind[0]}" if one in ("most", "least") else one), behind[1:]
    one = " ".join((one, *(word for word in behind if word not in one.split())))
    return f", {one} first"


def _from_to_inside(found: re.Match[str]) -> str:
    """ "from the oldest to the newest with their name": the order stands last."""
    one, other = found["one"].lower(), found["other"].lower()
    plain = one in _PLAIN and other in _PLAIN
    return f"{found['rest'].strip()}, {f'from {one} to {other}' if plain else f'{one} first'}"
