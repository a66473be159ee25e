"""Bounds, absences and contrasts in everyday words, turned into those that the grammar reads: "15 or more", "nobody", "not a single"."""

from __future__ import annotations

import re

from sqlcoder_builtin.kept_wording import kept

_NUMBER = (
    r"(?:\d[\d,]*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty"
    r"|(?:a|one|two|five) hundred|(?:a|one|two|five|ten) thousand|(?:a|one|two|five) million|a dozen)"
)
_UNIT = (
    r"(?:\s+(?!or\b|and\b|in\b|to\b|of\b|for\b|from\b|by\b|at\b|each\b|per\b|is\b|are\b|have\b|has\b|with\b|that\b|who\b)[a-z%€$£]+){0,2}"
)
_BOUND = re.compile(
    rf"(?<![-/.])\b(?P<bound>{_NUMBER}{_UNIT}|\d[\d,.]*\s?%)\s*,?\s+(?:or|and)\s+"
    r"(?P<side>more|above|over|higher|greater|longer|larger|up|upwards?|better|beyond|less|fewer|below|under|lower|shorter|smaller|down)\b"
    r"(?!\s+(?:than|\d))",
    re.IGNORECASE,
)
_BELOW = frozenset({"less", "fewer", "below", "under", "lower", "shorter", "smaller", "down"})
_PLUS = re.compile(r"(?<![\w.'\"])(?P<bound>\d+)\+(?=\s+[a-z]{2,}s\b)")
_SAID_BEFORE = re.compile(
    r"(?:at least|at most|more than|less than|fewer than|over|under|above|below|between|minimum of|maximum of|up to|than)\s*$",
    re.IGNORECASE,
)

_AT_OR = re.compile(
    r"\b(?:is |are |was |were )?(?:at|on|equal to|the same as) or "
    r"(?P<side>below|under|less than|above|over|more than|lower than|higher than)\b"
    r"|\b(?:meets|meet|match|matches|equals|equal) or (?P<verb>exceeds?)\b",
    re.IGNORECASE,
)
_FALLEN = re.compile(
    r"\s(?:has|have|had)?\s*(?P<way>fallen|dropped|sunk|shrunk|gone down|risen|climbed|gone up|grown) (?P<to>to|below|under|above|over)"
    r"(?=\s+(?:the|its|their|\d))(?: or (?:below|under|above|over))?",
)
_DOWN = frozenset({"fallen", "dropped", "sunk", "shrunk", "gone down"})
_SIDES = {(True, True): "at most", (True, False): "below", (False, True): "at least", (False, False): "above"}
_OR_BESIDE = re.compile(
    r"\b(?P<side>at most|at least) (?P<what>(?:the|its|their) [\w ]+?) or (?:below|under|less|lower|above|over|more|higher)\b"
)

_MANY_OF = re.compile(
    r"\b(?P<number>one|two|three|four|five|six|seven|eight|nine|ten|\d{1,4})(?:-| (?=star ))"
    r"(?P<of>star|bedroom|bed|room|seat|page|door|person|storey|story) (?P<what>(?!with\b|or\b|and\b)[a-z]+)",
    re.IGNORECASE,
)
"""Rows by how many of something they have: five-star hotels, three-bedroom flats."""

_NOT = r"(?:not|never|without|n['’]t|no longer|neither)"
_SINGLE = re.compile(
    rf"(?P<before>\b{_NOT}\b|n['’]t\b)(?P<between>[^.?!;]*?\s)"
    r"(?:an?\s+single|even\s+(?:an?\s+single|one|an?)|(?:so|as) much as (?:one|an?)|one single)\s",
    re.IGNORECASE,
)
_NOBODY = r"(?:nobody|no one|no-one|noone|not anybody|not anyone)"
_VERB = (
    r"(?P<verb>(?!(?:is|are|was|were|has|have|had|did|does|do|ever|yet|for|from|which|whom|with|without|and|but|there|that|who|what|where"
    r"|or|when|show|give|list|include|including|else|said|than|still|the|into|about|after|before|say|means?|like|because|please|came|come|went|go|knows?)\b)[a-z]{3,})"
)
_NOBODY_DID = (
    re.compile(rf"\b(?:have|has|had|did|does|do)\s+{_NOBODY}\s+(?:ever\s+|yet\s+)?{_VERB}", re.IGNORECASE),
    re.compile(
        rf"(?:\s(?:that|which|whom))?\s{_NOBODY}\s+(?:(?:has|have|had|ever|yet)\s+){{0,2}}{_VERB}(?!\s+(?:any|the|an?|our|more|less)\b)",
        re.IGNORECASE,
    ),
)
_BY_NOBODY = re.compile(
    r"\b(?:(?:that|which|who)\s+)?(?:(?:was|were|has been|have been|are|is)\s+)?(?P<verb>[a-z]{3,}(?:ed|en|t|d|n))\s+by\s+"
    r"(?:nobody|no one|no-one)\b",
    re.I,
)
_NONE = re.compile(
    rf"\b(?!have\b|has\b|had\b|with\b){_VERB}\s+(?:none of (?:our|the|their|its|these|those)|no|zero)\s+(?P<what>[a-z]+)", re.I
)
_NOTHING = re.compile(rf"\b(?:(?:have|has|had)\s+)?(?!have\b|has\b|had\b){_VERB}\s+nothing\b(?: at all)?", re.IGNORECASE)
_NOTHING_DID = re.compile(
    rf"\b(?:where|in which|at which|to which|for which|on which)\s+nothing\s+(?:(?:has|have|had|was|is|ever)\s+){{0,2}}(?:been\s+)?{_VERB}",
    re.I,
)
_NOT_ONCE = re.compile(r"\b(?:not once|at no (?:time|point)|not even once)\b", re.IGNORECASE)
_ALTHOUGH = re.compile(
    r",?\s+(?:although|even though|though|despite the fact that|whereas|and yet)\s+(?:they|it|he|she|these|those)\s+", re.IGNORECASE
)
_UNKNOWN = re.compile(
    r"^(?:for|of) (?P<which>which|what) (?P<who>[\w ]+?) (?:is|are) (?:the|their|its|his)? ?(?P<what>[\w -]+?) "
    r"(?P<not>unknown|missing|not known|not recorded|not set|empty|blank)\b",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\b(?:for (?:whom|which)|where|of (?:whom|which)) (?:we|they|there) (?:hold|have|keep|know|is|are|possess|got) no (?P<what>[\w -]+)",
    re.I,
)
_NOT_GIVEN = re.compile(
    r"\b(?:did not|didn['’]t|have not|haven['’]t|never|has not|hasn['’]t) "
    r"(?:give|given|gave|provide|provided|leave|left|tell|told|supply|supplied|submit|submitted)"
    r"(?: us| to us)? (?:with )?(?:an?|any|their|his|her) (?P<what>[\w -]+?(?=[.?!,;]|$))",
    re.IGNORECASE,
)
_NOT_HELD = re.compile(
    r"\b(?:for (?:whom|which)|where|of (?:whom|which)) no (?P<what>[\w -]+?) (?:is|was|has been|are|have been) "
    r"(?:known|recorded|on file|stored|given|set|entered|available|kept|held|noted)\b",
    re.IGNORECASE,
)


def related(text: str) -> str:
    """The question with its bounds before what they bound, and with what nobody did as never done."""
    text = re.sub(r"\be-mail", "email", text)
    text = _halves(kept(text))
    text = re.sub(r"\bwith the names? of (?=(?:the|its|their|each)\b)", "and the name of ", text)
    text = re.sub(r",?\s(?:at the moment|right now|at present|these days|as of now|as we speak)\b", " now", text)
    text = re.sub(r"\bneither (\w+(?:ed|en|id|t)) nor (\w+(?:ed|en|id|t))\b", r"not \1 and not \2", text)
    text = re.sub(r",?\s(?:each|every one) (?:only |just )?once\b|,?\s(?:only |just )?once each\b", " without duplicates", text)
    text = _NOT_GIVEN.sub(r"have no \g<what>", text)
    text = _MANY_OF.sub(r"\g<what> with exactly \g<number> \g<of>s", text)
    text = _PLUS.sub(_at_least, _BOUND.sub(_bounded, text))
    text = _FALLEN.sub(lambda found: f" is {_SIDES[(found['way'] in _DOWN, found['to'] == 'to')]}", _AT_OR.sub(_at_or, text))
    text = _OR_BESIDE.sub(r"\g<side> \g<what>", text)
    text = _NOT_ONCE.sub("never", _SINGLE.sub(r"\g<before>\g<between>any ", text))
    for pattern in _NOBODY_DID:
        text = pattern.sub(lambda found: f" have never been {_done(found['verb'])}", text)
    text = _BY_NOBODY.sub(r"that have never been \g<verb>", text)
    text = _NOT_HELD.sub(r"without \g<what>", _HELD.sub(r"without \g<what>", text))
    text = _NOTHING_DID.sub(r"that have never \g<verb>", text)
    text = _NOTHING.sub(r"never \g<verb> anything", _NONE.sub(r"never \g<verb> any \g<what>", text))
    text = _UNKNOWN.sub(r"\g<which> \g<who> have no \g<what>", text)
    return re.sub(r"\s{2,}", " ", _ALTHOUGH.sub(" and ", text)).strip()


_IRREGULAR = {
    "buy": "bought", "take": "taken", "see": "seen", "sell": "sold", "write": "written", "give": "given", "get": "bought",
    "rent": "rented", "read": "read", "hold": "held", "teach": "taught", "drive": "driven", "fly": "flown", "make": "made", "pay": "paid",
    "send": "sent", "win": "won", "use": "used", "hire": "hired", "rate": "rated", "leave": "left",
}  # fmt: skip


def _done(verb: str) -> str:
    """What a deed is called once it is done: "watch" is watched."""
    word = verb.lower()
    if word in _IRREGULAR or word.endswith(("ed", "en", "ght", "old")) or word in _IRREGULAR.values():
        return _IRREGULAR.get(word, word)
    return f"{word}d" if word.endswith("e") else f"{word[:-1]}ied" if re.search(r"[^aeiou]y$", word) else f"{word}ed"


_HALVES = re.compile(
    r"\b(?:(?P<whole>one|two|three|four|five|six|seven|eight|nine|ten|\d+)(?: (?P<first>[a-z]+?)s?)? and a half(?: (?P<unit>[a-z]+))?"
    r"|(?:an?|one) (?P<once>hour|year|month|day|week|minute|mile|million|meter|metre) and a half"
    r"|half an? (?P<half>hour|year|day|mile|minute|million))\b",
    re.IGNORECASE,
)
_WHOLES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _halves(text: str) -> str:
    """ "two and a half hours": 2.5 hours."""
    return _HALVES.sub(_half, text)


def _half(found: re.Match[str]) -> str:
    if found["half"]:
        return f"0.5 {found['half']}s"
    if found["once"]:
        return f"1.5 {found['once']}s"
    whole = found["whole"].lower()
    number = int(whole) if whole.isdigit() else _WHOLES.index(whole)
    return f"{number}.5 {found['unit'] or (found['first'] or '') + 's'}"


def _at_or(found: re.Match[str]) -> str:
    """ "is at or below the reorder quantity": at most."""
    low = found["side"] is not None and found["side"].lower().split()[0] in ("below", "under", "less", "lower")
    return f"is {'at most' if low else 'at least'}"


def _bounded(found: re.Match[str]) -> str:
    """ "15 or more years": at least 15 years."""
    if _SAID_BEFORE.search(found.string[: found.start()]):
        return found.group()
    return f"{'at most' if found['side'].lower() in _BELOW else 'at least'} {found['bound']}"


def _at_least(found: re.Match[str]) -> str:
    """ "3+ orders": at least 3 orders."""
    return f"at least {found['bound']}"
