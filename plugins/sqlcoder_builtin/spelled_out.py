"""Short and slanted ways to say a thing, spelled out in the words that the grammar reads."""

from __future__ import annotations

import re

_PIECE = r"(?:letters?|words?|substring|string|phrase|text|characters?|term|keyword)"
_TEXT = r"""(?P<text>"[^"]+"|'[^']+'|“[^”]+”|\w+)"""
_WHOSE = r"(?:their|its|his|her|the)"
_DENIED = r"(?:that|who|which) (?:do not|don't|does not|did not)"
_MORE = r"more \w+|less \w+|fewer|larger|greater|bigger|smaller|higher|lower|older|younger|longer|shorter"
_COLUMN = r"(?P<column>[a-z_]+(?: (?:name|title|description|number|code|address|line|type)s?)?)"

_WAYS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        # "with the letter a in their names", "without the letter M in their first name"
        (
            rf"\b(?:with|having|(?:that|who|which) (?:have|has|contains?|includes?)) (?:the |an? )?{_PIECE} {_TEXT}"
            rf" (?:in|within|inside|as part of) {_WHOSE} {_COLUMN}",
            r"whose \g<column> contains '\g<text>'",
        ),
        (
            rf"\b(?:without|not having|{_DENIED} (?:have|contain|include)) (?:the |an? )?{_PIECE} {_TEXT}"
            rf" (?:in|within|inside|as part of) {_WHOSE} {_COLUMN}",
            r"whose \g<column> does not contain '\g<text>'",
        ),
        # "whose name has the phrase Donor in it"
        (
            rf"\bwhose {_COLUMN} (?:has|have|as|had) (?:the |an? )?{_PIECE} {_TEXT} in (?:it|them)\b",
            r"whose \g<column> contains '\g<text>'",
        ),
        # "more expensive then", "larger tahn"
        (rf"\b({_MORE}) (?:then|tahn|that) (?!is\b|are\b|was\b|were\b|of\b|have\b|has\b)", r"\1 than "),
        # "makes up the majority of the staff"
        (r"\b(?:makes?|made|making) up the majority of (?:the |all |all the )?", "has the most "),
        (r"\b(?:makes?|made|making) up the (?:minority|smallest part) of (?:the |all |all the )?", "has the fewest "),
        # "which source does the highest rate come from"
        (
            r"^(?P<head>(?:which|what) [\w ]+?) (?:does|do|did) (?P<top>the (?:highest|lowest|most|least|largest|smallest|biggest) [\w ]+?)"
            r" (?:come|stem|originate) from\b",
            r"\g<head> has \g<top>",
        ),
        # "the top 3 expensive rooms"
        (
            r"\b(?P<top>top (?:\d+|two|three|four|five|six|seven|eight|nine|ten)) "
            r"(?P<how>expensive|costly|popular|profitable|valuable|productive|recent|active|common|frequent)\b",
            r"\g<top> most \g<how>",
        ),
    )
)
_SHORTENED = re.compile(r"""(?<!["'\w])((?:St|Mt|Ft|Dr|Mr|Mrs|Ms)\. [A-Z]\w+(?: [A-Z]\w+)*)(?!["'\w])""")
_MODEL = re.compile(r"""(?<!["'\w])([A-Z][a-z]+ [A-Z]?\d{1,4}-[A-Z]?\d{1,4}\w*)(?!["'\w])""")
_DOUBLE = re.compile(r"""'(["'“])(.+?)(["'”])'""")


def spelled_out(text: str) -> str:
    """The same question, each of these ways said as the grammar reads it."""
    for pattern, said in _WAYS:
        text = pattern.sub(said, text)
    for name in (_SHORTENED, _MODEL):
        # A point or a dash inside a name ends nothing.
        text = name.sub(r'"\1"', text)
    return _DOUBLE.sub(r"\1\2\3", text)
