"""Ways to say shares, sums, averages and groups, turned into the words that the grammar reads."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlcoder_core.api import singular

_X = r"[^,.;:?!()]+?"
_END = r"(?=\s*(?:[,.;:?!()]|and\b|$))"
_PART = r"(?:portion|part|slice|fraction|proportion|share|percentage|percent)"
_EACH = r"(?:each|every|each of the|every single)"
_TELLS = r"(?:i\.\s?e\.?|that is(?: to say)?|meaning|in other words|defined as|calculated as|computed as|understood as)"
_MAKES = r"(?:makes?|made) up|(?:account|accounts|accounted) for|represents?|contributed?s?|brings? in|brought in|generates?"
_WHOLE = r"(?:the )?(?:(?:overall|whole|entire)\s+)?(?:the )?(?:(?:total |overall )?(?:number|count) of )?(?:all )?"
_GIVE = r"(?:tell me|show|give|return|report|list|provide|with|i need|i want)?(?: me)?,?"
_FIGURE = r"(?:number|count|total|average|mean|sum|how many|how much|share|percentage)"
_SUMMED = r"(?:added up|summed up|summed|totalled|totaled|added together)"
_AMOUNTS_TO = r"(?:add up to|amount to|come to|sum up to|sum to|total up to)"
_VERB_NOUNS = {"cost": "cost", "weigh": "weight", "last": "duration", "earn": "earnings", "measure": "size"}


def figures_reworded(text: str) -> str:
    """The question with each of these ways in the grammar's own words."""
    for pattern, made in _WAYS:
        text = pattern.sub(made, text)
    return text


_IN_PERCENT = re.compile(
    rf"^how much of (?:what we|the|our|all(?: the)?) (?P<whole>{_X}) (?P<rest>(?:is|was|are|were|has|have)\b[^.?!]*?),?"
    r" (?:in|as an?) (?:percent|%|percentage)",
    re.IGNORECASE,
)


def in_percent(text: str) -> str:
    """ "how much of the collection is on display, in percent": what percentage of it is."""
    return _IN_PERCENT.sub(r"what percentage of the \g<whole> \g<rest>", text)


def _share_word(said: str) -> str:
    return "percentage" if said.lower().startswith("percent") else "share"


def _each_owns(found: re.Match[str]) -> str:
    """ "each category's portion of revenue": share of revenue per category."""
    part = f"{_share_word(found['part'])} of {found['whole'] or 'all'}"
    return f"{part} per {found['key']}" if found.start() else f"For each {found['key']}, {part}"


def _made_up(found: re.Match[str]) -> str:
    return f"{_share_word(found['part'])} of {found['whole']} by {found['key']}"


def _broken_down(found: re.Match[str]) -> str:
    """ "Break the books down by genre": books by genre; what is asked of each group behind it stays all that is asked."""
    asked = re.match(
        rf"\s*[,.]?\s*(?:and|then)?\s*{_GIVE}\s*(?:for {_EACH} \w+,?)?\s*(?P<what>(?:the |their |its )?{_FIGURE}\b.*)$",
        found["rest"],
        re.IGNORECASE | re.DOTALL,
    )
    if asked is not None:
        return f"For each {found['key']}, {asked['what']}"
    return f"{found['what']} by {found['key']}{found['rest']}"


def _each_cost(found: re.Match[str]) -> str:
    return f"what is the average {_VERB_NOUNS[found['verb'].lower()]} of {found['what']}"


def _one_for_another(found: re.Match[str]) -> str:
    """ "how many express orders there are for each standard order": rows of one kind for each of another, no groups."""
    heads = [singular(found[name].split()[-1].lower()) for name in ("one", "other")]
    different = found["one"].lower() != found["other"].lower()
    return f"the ratio of {found['one']} to {found['other']}" if heads[0] == heads[1] and different else found.group()


def _per_on_average(found: re.Match[str]) -> str:
    said = found["what"].lower().split()[0]
    if said in ("average", "avg", "mean", "total", "share", "percentage", "ratio", "sum", "what", "which", "how", "the"):
        return found.group()
    return f"average number of {found['what']} per {found['key']}"


_MADE: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    # "what portion of", "how large a share of", "part of the jobs"
    (r"\b(?:what|which)(?: is the| was the)? (?:portion|part|slice|share|fraction|proportion) of\b", "what share of"),
    (r"\b(?:what|which)(?: is the| was the)? (?:percentage|percent) of\b", "what percentage of"),
    (rf"\bhow (?:large|big|great|high|small) (?:an?|is the|was the) {_PART} of\b", "what share of"),
    (r"\b(?:the )?(?:relative )?(?:portion|slice) of\b", "share of"),
    (r"^(?:the )?part of (?:the |our |all (?:the )?)", "share of "),
    # "each category's portion of revenue"
    (
        rf"\b{_EACH} (?P<key>[a-z]+(?: [a-z]+)?)['’]s? (?:relative )?(?P<part>{_PART}|contribution)"
        rf"(?: (?:of|in|to) {_WHOLE}(?P<whole>{_X}))?{_END}",
        _each_owns,
    ),
    # "how does each region contribute to the number of orders", "what share of all orders does each channel make up"
    (rf"\bhow (?:much )?(?:does|do|did) {_EACH} (?P<key>{_X}) (?P<part>)contribute to {_WHOLE}(?P<whole>{_X}){_END}", _made_up),
    (
        rf"\bwhat (?P<part>{_PART}) of {_WHOLE}(?P<whole>{_X}) (?:does|do|did|is|are|was|were) {_EACH} (?P<key>{_X}) (?:{_MAKES}){_END}",
        _made_up,
    ),
    (
        rf"\bhow much of {_WHOLE}(?P<whole>{_X}) (?:comes?|came|stems|is|was) (?P<part>)(?:from|due to) {_EACH} (?P<key>{_X}){_END}",
        _made_up,
    ),
    # "which proportion of each department's objects has never been shown"
    (
        rf"\b(?:what|which) (?P<part>{_PART}) of {_EACH} (?P<key>[a-z]+(?: [a-z]+)?)['’]s? (?P<whole>{_X})"
        r" (?P<verb>is|are|was|were|has|have|had)\b",
        lambda found: f"for each {found['key']}, what {_share_word(found['part'])} of {found['whole']} {found['verb']}",
    ),
    # "split of the titles by kind in percent"
    (
        rf"\b(?:the )?(?:percentage )?(?:split|breakdown|break-down|distribution|composition) of {_WHOLE}(?P<whole>{_X})"
        rf" (?:by|across|over|per|among) (?:the )?(?P<key>{_X}),? (?:in|as|by) (?:percentages?|percent|per cent|%){_END}",
        r"percentage of \g<whole> by \g<key>",
    ),
    (
        rf"\bpercentage (?:split|breakdown|distribution) of (?P<whole>{_X}) (?:by|across|over|per|among)\b",
        r"percentage of \g<whole> by",
    ),
    (
        rf"\b(?:the )?(?:split|breakdown|break-down|distribution|tally) of (?:the |our |all )?(?P<whole>{_X})"
        r" (?:by|across|per|among)(?: the)?\b",
        r"\g<whole> by",
    ),
    # "churn rate by plan, that is the share of viewers who have cancelled"
    (
        rf"^[^,.?!]*?\b(?:rate|ratio|share|percentage) (?P<key>(?:by|per|of each|for each|for every|in each) {_X})\s*,\s*{_TELLS},? "
        rf"(?P<rule>(?:the )?{_PART} of [^,.?!]+)",
        r"\g<rule> \g<key>",
    ),
    # "what do fines add up to", "all its seats added up"
    (
        rf"\b(?:what|how much) (?:do|does|did) (?P<what>{_X}) {_AMOUNTS_TO}(?: in total| altogether| overall)?\b",
        r"what is the total \g<what>",
    ),
    (
        rf"\b(?:all )?(?:its|their|the|all) (?P<what>[a-z]+(?: [a-z]+)?),? (?:all )?{_SUMMED}{_END}",
        r"the total \g<what>",
    ),
    (r"\bhow much money\b(?: in total| altogether)?", "how much"),
    (
        r"^what (?P<did>do|did|have|has) (?P<who>we|they) (?P<deed>pay|paid|spend|spent|earn|earned|collect|collected|bill|billed)\b",
        r"how much \g<did> \g<who> \g<deed>",
    ),
    # "what does an extra cost on average", "bookings per guest on average"
    (
        rf"\b(?:what|how much) (?:do|does|did) (?:an?|the|each|one|our)?\s*(?P<what>{_X}) (?P<verb>{'|'.join(_VERB_NOUNS)}),? on average\b",
        _each_cost,
    ),
    (r"^(?:how many )?(?P<what>[a-z]+(?: [a-z]+)?) per (?P<key>[a-z]+(?: [a-z]+)?),? on average\b", _per_on_average),
    # "average total weight of a shipment"
    (
        r"\b(?P<what>average total [a-z]+(?: [a-z]+)?) (?:of|for|in) (?:an?|each|every|one|a single) (?P<key>[a-z]+)\b",
        r"\g<what> per \g<key>",
    ),
    # "divide the total cost by the number of trips"
    (rf"(?:(?<=^)|(?<=, )|(?<=[.] ))(?:please )?divide (?P<one>{_X}) by (?P<other>{_X}){_END}", r"\g<one> divided by \g<other>"),
    # "calculate the upload to download ratio for every month: uploads divided by downloads"
    (
        rf"^[^,.:?!]*?\b(?:rate|ratio|share) (?P<key>(?:by|per|of each|of every|for each|for every|in each) {_X})\s*:\s*"
        r"(?P<rule>[^,.?!]*? divided by [^,.?!]*)",
        r"What is the ratio, defined as \g<rule>, \g<key>",
    ),
    # "cancelled contracts out of all contracts", "the number of refunded tickets divided by the number sold"
    (rf"\b(?:i\.\s?e\.,?|that is,?|meaning) (?P<one>{_X}) out of (?P<other>all {_X}){_END}", r"defined as \g<one> divided by \g<other>"),
    # "average number of contracts per customer, counting only customers who have one"
    (
        r",? (?:counting|considering|looking at|including) only (?:the )?[a-z]+ (?:who|that|which)"
        r" (?:have|has|had|did|made|placed|booked|bought)"
        r"(?: at least)?(?: one| any| some| at all|(?= at all))?(?: at all)?(?=[.?!]|$)",
        "",
    ),
    # "Break the books down by genre", "copies, counted by condition"
    (
        r"^(?:please )?(?:break|split|divide|segment) (?:down |up )?(?:the |our |all )?(?P<what>[a-z ]+?) (?:down |up )?"
        r"(?:by|per|according to) (?:the |their )?(?P<key>[a-z]+(?: [a-z]+)?)(?P<rest>(?:\s*[,.?!]| and\b|$).*)$",
        _broken_down,
    ),
    (r"^(?P<what>[^,.?!]+?),? (?:counted|tallied) (?:by|per|for each)\b", r"number of \g<what> by"),
    (r"(?:(?<=^)|(?<=[.?!] ))tally(?: up)?\b", "Count"),
    # "for each reason we gave,"
    (
        r"\b(?P<each>for (?:each|every) [a-z]+(?: [a-z]+)?) (?:that )?(?:we|they|there)"
        rf" (?:gave|have|has|had|is|are|was|were|use|know|offer|exists?){_END}",
        r"\g<each>",
    ),
    # "compare the channels by the percentage of their tickets that are open"
    (
        rf"^compare (?:the |our |all )?(?P<key>[a-z]+(?: [a-z]+)?s) by (?:the |their )?(?P<what>{_FIGURE}\b)",
        lambda found: f"for each {singular(found['key'])}, {found['what']}",
    ),
    # "do minibar sales beat laundry sales", "and by how much they differ"
    (
        rf"^(?:do|does|did) (?P<one>{_X}) (?:beat|exceed|outsell|outnumber|outperform|surpass|top|outweigh) (?P<other>{_X}){_END}",
        r"compare \g<one> with \g<other>",
    ),
    (r"\b(?:and )?(?:by )?how much (?:do )?(?:they|the two|both) differ\b(?: by)?", "and the difference"),
    (
        r"\bhow many (?P<one>[a-z-]+(?: [a-z-]+)?) (?:there are|are there|we have|do we have|come|fall) (?:for|to|on)"
        r" (?:each|every|one) (?P<other>[a-z-]+ [a-z-]+)\b",
        _one_for_another,
    ),
)
_WAYS = tuple((re.compile(pattern, re.IGNORECASE | re.DOTALL), made) for pattern, made in _MADE)
