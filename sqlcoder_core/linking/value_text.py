"""Stored values and words of questions in one spelling, and the short forms that stand for one another."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_GAPS = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")

_EVERYDAY = """
a ago all am an and any are as at be bra by can co col cub de do don en for gab gin go guy had has he her hi him his how i id if in is it
jam la lie ma mac man mar may me my nam ne no nor not of ok on or our out pa pan per pol put ram sat she so sun swe than that the them they
this to tun up us was we who why with you
"""
EVERYDAY_WORDS = frozenset(_EVERYDAY.split())
"""Lower-case words that are not read as a code: "in" is Indiana and "and" is Andorra only when written IN and AND."""


def normalise(text: str) -> str:
    """Lower case, no accents, one space for whatever separates words: "São_Paulo " and "sao paulo" are one."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    if "." in plain:
        plain = _DOTTED.sub(lambda found: found.group().replace(".", ""), plain)
    return _GAPS.sub(" ", plain).strip()


def is_everyday(text: str) -> bool:
    """True for a word like "in" or "me", which is hardly ever meant as a stored code unless it is written as one (IN, ME)."""
    return text.lower() in EVERYDAY_WORDS and not text.isupper() and (text.islower() or len(text) < 3)


def other_forms(normal: str) -> tuple[str, ...]:
    """What a normalised text may be written as in a table: `ny` gives `new york`, `new york` gives `ny`, `nyc`, `us ny`."""
    return _forms().get(normal, ())


@cache
def _forms() -> Mapping[str, tuple[str, ...]]:
    forms: dict[str, list[str]] = defaultdict(list)
    for line in (Path(__file__).parent / "abbreviations.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            group = list(dict.fromkeys(normalise(form) for form in line.split("|")))
            for form in group:
                forms[form].extend(other for other in group if other != form and other not in forms[form])
    return {form: tuple(others) for form, others in forms.items()}
