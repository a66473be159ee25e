"""Sentences turned into words that the grammar reads: orders as commands, and what is to be left out."""

from __future__ import annotations

import re

from sqlcoder_builtin.figure_wording import figures_reworded, in_percent
from sqlcoder_builtin.glosses import unglossed
from sqlcoder_builtin.relation_wording import related
from sqlcoder_builtin.said_lists import lists_reworded
from sqlcoder_builtin.said_orders import orders_reworded

_COMMAND = re.compile(
    r"^(?P<verb>rank|sort|order)\s+(?P<what>(?:the|all|our|these)?\s*.+?)\s+by\s+(?:their|the|its)?\s*(?P<by>[^,.]+?)(?P<rest>[,.].*)?$",
    re.IGNORECASE | re.DOTALL,
)
_DIRECTION = re.compile(
    r"\b(?:ascending|descending|first(?! (?:\d|two|three|four|five|six|seven|eight|nine|ten))|from|lowest|highest|alphabetical)",
    re.IGNORECASE,
)
_LEFT_OUT = (
    re.compile(
        r"(?:^|[.,;]\s*|\s)(?:please\s+)?(?:leave out|exclude|ignore|omit|disregard|do not count|don't count)\s+(?P<what>[^.,;?]+)[.]?",
        re.I,
    ),
    re.compile(
        r"[.,;?]\s*(?P<what>[^.,;?]+?)\s+(?:(?:are |is |being )?(?:left out|excluded|ignored|not counted|not included|omitted)"
        r"|do not count|don't count|does not count)\b[.]?",
        re.IGNORECASE,
    ),
)
_LACKING = re.compile(r"^.*?\b(?:without|with no|that have no|who have no)\s+(?:an?\s+|any\s+)?(?P<what>.+)$", re.IGNORECASE)


def reworded(text: str) -> str:
    """The same question in words that are read from left to right."""
    return _without(_commanded(orders_reworded(lists_reworded(related(figures_reworded(unglossed(in_percent(text))))))))


def _commanded(text: str) -> str:
    """ "Rank the regions by revenue" shows the revenue of each, the most first."""
    match = _COMMAND.match(text)
    if match is None:
        return text
    told = _DIRECTION.search(match["rest"] or match["by"])
    order = "" if told else f", in {'descending' if match['verb'].lower() == 'rank' else 'ascending'} order"
    what = re.sub(r"^(?:the|all|our|these)?\s*(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s+", "", match["what"], flags=re.I)
    return f"Show {match['by']} by {what}{order}{match['rest'] or ''}"


def _without(text: str) -> str:
    """What is to be left out, said as a condition behind the first sentence."""
    for pattern in _LEFT_OUT:
        match = pattern.search(text)
        if match is None or not re.search(r"\w", text[: match.start()]):
            continue
        what = match["what"].strip()
        lacking = _LACKING.match(what)
        clause = f" where {lacking['what']} is not missing" if lacking is not None else f" excluding {_told(what)}"
        rest = f"{text[: match.start()]}. {text[match.end() :].lstrip(' .,;')}".strip()
        head = re.match(r"[^.?]+", rest)
        assert head is not None
        return f"{head.group().rstrip(' ,')}{clause}{rest[head.end() :]}"
    return text


def _told(what: str) -> str:
    """ "cancelled ones", "the cancelled orders": the value alone."""
    words = re.sub(r"^(?:the|all|any)\s+", "", what, flags=re.IGNORECASE).split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1].lower() in ("ones", "one") else words)
