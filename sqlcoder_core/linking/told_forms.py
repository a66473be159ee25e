"""What a table's description calls its rows: "Invoices of vendors (accounts payable)" says invoices, vendor invoices, accounts payable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlcoder_core.linking.name_forms import Form, Words
from sqlcoder_core.linking.words import name_words

_LONGEST = 3
_WEAK = frozenset(["all", "every", "each", "any", "our", "the", "a", "an", "this", "these", "its", "their", "main", "current"])
_ROWS = frozenset([
    "row", "rows", "record", "records", "list", "table", "data", "information", "info", "details", "detail", "dimension", "fact", "facts",
    "view", "mart", "model", "set", "collection", "one", "contains", "holds", "stores", "lists", "has",
])  # fmt: skip
"""Words that say that there are rows, not of what."""
_ENDS = frozenset([
    "of", "to", "for", "by", "in", "with", "from", "that", "which", "per", "on", "at", "and", "or", "as", "where", "when", "who", "whose",
    "into", "between", "is", "are", "was", "were", "used", "holding", "giving", "including", "made", "placed", "sent", "given", "taken",
    "paid", "received", "one",
])  # fmt: skip
_ALSO = re.compile(r"\(([A-Za-z ]{3,40})\)")
_OWNERS = frozenset(["of", "to", "from", "for"])


def told_forms(description: str | None) -> Iterator[Form]:
    """Ways to say a table that stand in the first sentence of its description."""
    if not description:
        return
    sentence = re.split(r"[.;:\n]", description, maxsplit=1)[0]
    for also in _ALSO.findall(sentence):
        if 0 < len(words := _singular(also.split())) <= _LONGEST:
            yield (words, 0.8, "description")
    said = [word.lower() for word in re.findall(r"[A-Za-z]+|[,]", _ALSO.sub("", sentence))]
    head, rest = _noun(said)
    if not head or head[-1] in _ROWS or len(head) > _LONGEST:
        return
    yield (_singular(head), 0.85, "description")
    owner, _ = _noun(rest[1:]) if rest[:1] and rest[0] in _OWNERS else ([], [])
    if owner and len(owner) <= 2:
        yield (_singular([*owner, head[-1]]), 0.85, "description")
        yield (_singular([owner[-1], head[-1]]), 0.85, "description")


def _noun(said: list[str]) -> tuple[list[str], list[str]]:
    """The words up to the first that ends a noun, weak ones at the start dropped, and what is left."""
    begin = next((at for at, word in enumerate(said) if word not in _WEAK), len(said))
    end = next((at for at in range(begin, len(said)) if said[at] in _ENDS or said[at] == ","), len(said))
    return said[begin:end], said[end:]


def _singular(words: list[str]) -> Words:
    return tuple(part for word in words for part in name_words(word))
