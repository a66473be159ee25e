"""Sentences that only say which columns are wanted, each put into the one form that the grammar reads: "Return X, Y and Z"."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_PLEASE = re.compile(r"(?:,?\s*\b(?:if you )?please\b(?=\s*(?:[.?!,;]|[-–—]\s|$)))|(?:\bplease\b,?\s+)", re.IGNORECASE)
_SHOULD = (
    r"(?:are|is|were|should be|shall be|must be|to be|(?:should|shall|must|needs? to|has to|have to|will)\s+"
    r"(?:have|show|contain|include|list|give|return|display|hold)|contains?|has|have|shows?|includes?|:)"
)
_THE_RESULT = re.compile(
    r"^(?:the\s+|my\s+|your\s+)?(?:(?:output|result|resulting|required|wanted|desired|requested|needed|relevant|expected|only)\s+)*"
    r"(?:columns?|fields?|output|results?|table|answer|report|rows?|list|data)\s*"
    rf"(?:(?:i|we)\s+(?:need|want)|wanted|needed|required|to (?:show|return|see)|of the (?:result|output|table))?\s*{_SHOULD}\s*"
    r"(?:the (?:columns|fields)\s*|as follows\s*|only\s+|just\s+|these\s*)?:?\s*",
    re.IGNORECASE,
)
_I_NEED = re.compile(
    r"^(?:(?:for|in|as) (?:the |each |that |this )?(?:of them|of these|one|row|result|output|answer|table)?,?\s+)?"
    r"(?:(?:i|we)(?:['’]d|['’]ll|\s+would|\s+will|\s+am|['’]m|\s+are)?\s+(?:just\s+|only\s+|also\s+|really\s+)*"
    r"(?:need|want|like|love|expect|require|interested in|looking for|care about)(?:\s+to\s+(?:see|have|know|get))?"
    r"|what (?:i|we) (?:need|want)(?: to (?:see|know))? (?:is|are))(?:\s+(?:back|only|just))?\s+"
    r"(?!to\b|all\b|every\b|who\b|which\b|what\b)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"^(?:only|just|simply|specifically)\s+(?=(?:the|its|their|his|her|a)\b|[a-z]+(?:\s[a-z]+)?\s*(?:,|and\b|\.?$))", re.IGNORECASE
)
_ASKS = re.compile(
    r"^(?:(?:also|then|in (?:the|your) (?:result|output|answer|table),?|for each(?: of them| one| row)?,?)\s+)*"
    r"(?:tell me|let me (?:see|have|know)|include|provide|output|report|display|print|give back|give me|give|show me|show"
    r"|select|list|return)\s+"
    r"(?:me\s+|back\s+|us\s+)?(?=(?:the|its|their|his|her|a|an|both|each|only|just|[a-z]))",
    re.IGNORECASE,
)
_NO_LIST = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|should|must|will|would|appear|appears|not|no|only|without|than|where|who|"
    r"which|that|if|when|except|excluding|including|ignoring|regardless|sort|order|rank|limit|ignore|skip|keep|exclude|leave|use|assume|treat|"
    r"break|split|group|round|compare|consider|calculate|compute|means?|divided|(?:first|last)(?! (?:names?|day|date|time)\b)|top)\b|\d|=",
    re.IGNORECASE,
)
_DASH = re.compile(r"(?<=\w)\s*(?:\s[-–—]\s|:\s)(?P<list>[^.?!:;]+)(?P<end>[.?!]?)\s*$")
_ITEM = r"(?:the |its |their |a |an )?[a-z]+(?:['’]s)?(?: [a-z]+){0,3}"
_ITEMS = re.compile(rf"^{_ITEM}(?:, (?:and )?{_ITEM})*(?:,? and {_ITEM}|, {_ITEM})$", re.IGNORECASE)
_SINGLE = re.compile(
    r"\b(largest|smallest|highest|lowest|biggest|greatest|longest|shortest|best|worst|maximum|minimum) single (?=\w)", re.IGNORECASE
)

_BOTH_NAMES = re.compile(r"\b(?P<who>(?:\w+['’]s\s+)?)(?:first|given) (?:and|&) (?:last|family) names?\b", re.IGNORECASE)
_OF_THAT = re.compile(
    r"(?<=\w)\s+(?:of|in|for|with|at|on)\s+(?:that|this|the same|it|each such)\s+"
    r"(?:type|kind|sort|category|group|class|reason|status|value)\b",
    re.IGNORECASE,
)

_AND_SHOW = re.compile(
    r"(?<=[\w)]),?\s+and\s+(?:then\s+|also\s+)?(?:return|give|report|display|output|print|show|list)\s+(?:me\s+)?(?=(?:the|its|their|each|both|that|those)\b)",
    re.IGNORECASE,
)

_AND_SHOW_ITEMS = re.compile(
    rf"(?<=[\w)]),?\s+and\s+(?:then\s+|also\s+)?(?:return|give|report|display|output|print|show|list)\s+(?:me\s+)?"
    rf"(?={_ITEM}(?:, (?:and )?{_ITEM})*(?:,? and {_ITEM}|, {_ITEM})[.!]?$)",
    re.IGNORECASE,
)
_SO_MANY = re.compile(
    r"^(?:(?:show|give|return|list|only|just|i want|i need)\s+)*(?:me\s+|us\s+)?(?:only\s+|just\s+)?(?:the\s+)?"
    r"(?:top|first|best|highest|latest|last|most recent|newest)\s+(?P<many>\d+|two|three|four|five|six|seven|eight|nine|ten|twenty)"
    r"(?:\s+(?:of them|of these|of those|only|rows|results|ones))?"
    r"\s*(?:[,:;]?\s*(?:with|showing|and|by)\s+(?P<rest>[^.?!]+))?(?P<end>[.?!]?)$",
    re.IGNORECASE,
)
_FIRST_FEW = re.compile(
    r",?\s+(?:(?:but|and|only|just)\s+)*(?:for|of)\s+(?:only\s+)?the\s+(?:first|top|best|highest)\s+"
    r"(?P<many>\d+|two|three|four|five|six|seven|eight|nine|ten|twenty)(?:\s+(?:only|ones|of them|rows))*[.!]?$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?:[.;]\s+|,\s*(?:and\s+)?)(?:please\s+)?(?:also\s+)?(?:include|add|including|also show|also give|also list|also return)\s+"
    r"(?P<whose>the|their|its|each)\s+(?=[a-z])(?!ones?\b|zero)",
    re.IGNORECASE,
)
_SHOWING = re.compile(
    r",\s*(?:showing|displaying|giving|listing|returning|reporting)\s+(?=(?:the|their|its|each|both|only|just)\b)", re.IGNORECASE
)


_ORDER_TAIL = re.compile(
    r",\s*(?:(?:the |with )?(?:[a-z]{2,}est|most|least|best|worst)\b[a-z ]* (?:first|last|at the top|on top)"
    r"|(?:sorted|ordered|ranked) by\b[a-z ]*|in (?:de|a)scending order\b[a-z ]*|alphabetically\b[a-z ]*|from [a-z]+ to [a-z]+)$",
    re.IGNORECASE,
)


def lists_reworded(text: str) -> str:
    """The question with its lists of columns as "Return ..."; politeness goes."""
    text = _OF_THAT.sub("", _BOTH_NAMES.sub(r"\g<who>first name and last name", text))
    text = re.sub(r"\bsingle (?=(?:largest|smallest|highest|lowest|biggest|best|worst|most|least|[a-z]{3,}est)\b)", "", text, flags=re.I)
    text = re.sub(r",\s*(?:each|all)(?: of them)? with (?=(?:the|its|their|his|her)\b)", ", with ", text, flags=re.I)
    text = _SINGLE.sub(r"\1 ", _PLEASE.sub(lambda found: " " if found.group().endswith(" ") else "", text)).strip()
    text = _SHOWING.sub(". Return ", _BESIDE.sub(r", with \g<whose> ", text))
    text = _AND_SHOW_ITEMS.sub(". Return ", text)
    text = _AND_SHOW.sub(r". Return ", text)
    sentences = [part for part in _SENTENCE.split(text) if part.strip(" .?!;")]
    if not sentences:
        return text
    first = _dashed(sentences[0])
    return " ".join((first, *map(_told, sentences[1:])))


def _dashed(sentence: str) -> str:
    """ "the five largest rooms - id, floor and size": what is to be shown of them."""
    found = _DASH.search(sentence)
    if (
        found is None
        or len(sentence[: found.start()].split()) < 2
        or not _ITEMS.match(found["list"].strip())
        or _NO_LIST.search(found["list"])
    ):
        return sentence
    return f"{sentence[: found.start()].rstrip(' ,')}. Return {found['list'].strip()}{found['end'] or '.'}"


def _told(sentence: str) -> str:
    if (many := _SO_MANY.match(sentence)) is not None:
        return f"Limit {many['many']}." + (f" Return {many['rest']}{many['end'] or '.'}" if many["rest"] else "")
    for pattern in (_THE_RESULT, _I_NEED, _ONLY, _ASKS):
        found = pattern.match(sentence)
        if found is not None and found.end() < len(sentence):
            return _limited(f"Return {sentence[found.end() :]}")
    return f"Return {sentence}" if _is_bare(sentence) else sentence


def _limited(sentence: str) -> str:
    """ "... for the first three only": how many, in a sentence of its own."""
    found = _FIRST_FEW.search(sentence)
    return sentence if found is None else f"{sentence[: found.start()]}. Limit {found['many']}."


def _is_bare(sentence: str) -> bool:
    """ "Name and city.": nothing but things to show."""
    said = _ORDER_TAIL.sub("", sentence.rstrip(".;! "))
    return not sentence.endswith("?") and (_ITEMS.match(said) is not None and _NO_LIST.search(said) is None)
