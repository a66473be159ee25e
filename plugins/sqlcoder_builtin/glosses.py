"""Parts of a question that say again what it says, turned into what is read from left to right, or left out where they add nothing."""

from __future__ import annotations

import re

_TELLS = r"(?:i\.\s?e\.?|that is(?: to say)?|that means|in other words|meaning|defined as|calculated as|computed as|measured as)"
_ALL_TIME = re.compile(
    r",?\s+(?:(?:over|across|during|throughout|in|through)\s+(?:the|our|its|their)\s+(?:whole|entire|full|complete)\s+"
    r"(?:history|period|time ?span|lifetime)|over all time|of all times?|since the (?:very )?beginning(?! of)"
    r"|(?<!year )(?<!quarter )(?<!month )(?<!week )to date|up to now)\b(?=[\s,.?!]|$)",
    re.IGNORECASE,
)
_SPAN_OF_WEEK = re.compile(r"\biso[ -](?=(?:weeks?|years?)\b)", re.IGNORECASE)
_DEFINED_RATE = re.compile(
    rf"^[^,.?!]*?\b(?:rate|ratio|share)\s+(?P<key>(?:by|per|of each|of every|for each|for every|in each|for|of)\s+[^,.?!(]+?)"
    rf"\s*,\s*{_TELLS},?\s+(?P<rule>[^,.?!]*?\b(?:divided by|over)\b[^,.?!]*)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_COUNT_AGAIN = re.compile(
    rf"^[^,.?!]+?\s(?P<by>by|per|for each|for every|of each|in each|on each)\s+(?P<key>[\w ]+?)\s*,\s*{_TELLS},?\s+"
    r"(?P<said>(?:the )?(?:how many|how much|number of|count of|total|sum of|average)\b[^.?!]*)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_EACH_ONE = re.compile(r"\b(?:each|every) (?:one|of them|of these|of those)\b", re.IGNORECASE)
_HOLDS = re.compile(
    r"\b(?:(?:are|is|were|was) (?:responsible for|in charge of)|(?:look|looks|looked) after|(?:take|takes|took) care of)\b", re.IGNORECASE
)
_FACTOR = re.compile(r"\bby (?:what|which) factor (?:do|does|did)\s+(?P<one>[^?.!,]+?)\s+(?:outnumber|exceed)\s+(?P<other>[^?.!,]+)", re.I)
_OWNER = re.compile(r"\b(?P<each>each|every one) of (?P<owner>[A-Z]\w+(?: [A-Z]\w+)*)['’]s (?P<what>[a-z]+)\b")

_PART = re.compile(
    r"^how much of (?:what we|the|our|all(?: the)?) (?P<whole>[^,.?]+?) (?:is|was|are|were|has been|have been) (?P<part>[^,.?]+?)"
    r"(?P<rest>(?:,| (?:per|by each|for each|in each)\b).*)?\??$",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\bhow many (?P<unit>seconds|minutes|hours|days|weeks|months|years)(?:,? on average,?)? "
    r"(?:does|did|do) it (?:usually |normally )?take "
    r"(?:an?|the|each|every|our)?\s*(?P<who>[^,.?]+?) to (?P<deed>\w+) (?:an?|the|their|its|each|every)\s+(?P<what>\w+)"
    r"(?: on average)?,? (?:counted |measured |starting )?from (?:the )?(?:day|date|time|moment|when)(?: on which| that)? "
    r"(?:it|they) (?:was|were) "
    r"(?P<start>\w+)",
    re.IGNORECASE,
)


def unglossed(text: str) -> str:
    """The question without paraphrases: each is put where the grammar reads it, or in the place of what it explains.

    "defect rate by plant, i.e. faulty units over all units" defines before it groups; "active users per device, that is how many
    different users opened each one" is asked by the words behind "that is".
    """
    text = _SPAN_OF_WEEK.sub("", _ALL_TIME.sub("", text))
    text = _FACTOR.sub(lambda found: f"How many times more {found['one']} than {found['other']}", text)
    text = _TAKES.sub(
        lambda found: (
            f"What is the average number of {found['unit']} between {found['start']} and {found['deed']} of {found['what']}"
            f" of {found['who']}"
        ),
        text,
    )
    text = _PART.sub(_part_of, text)
    text = _OWNER.sub(lambda found: f"each {found['what']} of {found['owner']}", text)
    text = _HOLDS.sub("have", text)
    return _defined(_counted_again(text))


def _part_of(found: re.Match[str]) -> str:
    """ "how much of what we bill is covered by insurers": what insurers cover of what is billed, both added up."""
    part = re.sub(r"^(\w+) by (?:the |our )?(\w+)$", r"\2 \1", found["part"])
    whole = found["whole"]
    if " by " in part:
        return found.group()
    if re.search(r"\bwhat we\s", found.group(), re.IGNORECASE) and " " not in whole and not whole.endswith("ed"):
        whole = f"{whole.removesuffix('e')}ed"
    return f"What is the ratio, defined as total {part} divided by total {whole}{found['rest'] or ''}"


def _defined(text: str) -> str:
    found = _DEFINED_RATE.match(text)
    if found is None:
        return text
    rule = re.sub(r"\ball (?:their|its|his|her|the|of the|of their)\b", "all", found["rule"])
    return f"What is the ratio, defined as {rule.strip()}, {found['key']}{found['rest']}"


def _counted_again(text: str) -> str:
    found = _COUNT_AGAIN.match(text)
    if found is None:
        return text
    said, points = _EACH_ONE.subn(f"each {found['key']}", found["said"])
    grouped = points or re.search(r"\b(?:each|every|per|(?<!divided )by)\b", said, re.IGNORECASE)
    return f"{said.strip()}{'' if grouped else ' ' + found['by'] + ' ' + found['key']}{found['rest']}"
