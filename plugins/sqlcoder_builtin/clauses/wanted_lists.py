"""Where a question says again what to show: "Return the city and the total", "..., with the number of orders and that amount"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlcoder_builtin.clauses.first_ones import orders_from
from sqlcoder_builtin.clauses.list_words import COUNTS, FIGURES, MORE, NAMES, SUMS
from sqlcoder_builtin.parse import Parse
from sqlcoder_core.api import singular

_ASKING = frozenset("return show give list include provide display report output state tell".split())
_CUES = tuple("and show count sum avg median high low share ratio difference growth all both distinct that only".split())
_SORTING = ("sort", "desc", "asc")
_LOOSE = (*_CUES, "eq", "ever", "there")


@dataclass(frozen=True, slots=True)
class Listing:
    """Chunks `start:end` that only list; `body` is where the first thing stands, `tail` where an order begins."""

    start: int
    body: int
    tail: int
    end: int


def listing(p: Parse) -> Listing | None:
    """The list of a sentence, or of the end of one; None where its last part says more than what to show."""
    for start, body, loose in _openings(p):
        end = next((at for at in range(body, len(p.chunks)) if p.chunks[at].kind == "mark"), len(p.chunks))
        if not loose and any(chunk.kind != "mark" for chunk in p.chunks[end:]):
            continue
        tail = next((at for at in range(body, end) if _sorts(p, at)), end)
        lists = _lists_loosely if loose else _lists
        if tail > body and all(lists(p, at) for at in range(body, tail)) and not _is_the_question(p, start):
            return Listing(start, body, tail, end)
    return None


def _openings(p: Parse) -> Iterator[tuple[int, int, bool]]:
    """Places where such a list may begin, where its first thing stands, and whether a sentence of its own asks for it."""
    for at, chunk in enumerate(p.chunks):
        if not at:
            continue
        before, text = p.chunks[at - 1], chunk.text.lower()
        asks = chunk.is_cue("show", "like", "with") and (text.split()[0] in _ASKING or text.split()[-1] in _ASKING)
        if asks and (before.kind == "mark" or before.word in (",", ":") or (before.is_cue("and") and " " not in before.text)):
            yield at, at + 1, before.kind == "mark"
        elif asks and before.kind in ("name", "unit") and (p.is_cue(0, "per") or p.chunks[0].text.lower() == "for"):
            # "For each city return ...".
            yield at, at + 1, False
        if before.word == "," and set(text.split()) <= COUNTS | SUMS | {"average"} and p.frame.subject is None:
            yield at, at, False
        following = p.chunk(at + 1)
        pointing = following is not None and following.text.lower().split()[0] in ("the", "their", "its", "that") and not _ranks(p, at + 2)
        listed = before.word == "," and following is not None and following.kind in ("name", "unit") and _several(p, at + 1)
        if (chunk.is_cue("with") and text == "with" and (pointing or listed)) or text in ("along with", "together with", "as well as"):
            yield at, at + 1, False


def _several(p: Parse, at: int) -> bool:
    """ "..., with member number and last name": more than one thing."""
    return any(chunk.is_cue("and") for chunk in p.chunks[at:]) and p.column(at, floor=0.6) is not None


def _ranks(p: Parse, at: int) -> bool:
    """ "with the highest price": which one, not what of it."""
    return p.is_cue(at, "high", "low", "best", "worst", "common", "rare")


def _is_the_question(p: Parse, start: int) -> bool:
    """Nothing stands before it but a greeting or a setting."""
    return p.frame.figures is None and not any(
        chunk.kind in ("name", "value", "unit") or chunk.is_cue("count", "sum", "avg") for chunk in p.chunks[:start]
    )


def _sorts(p: Parse, at: int) -> bool:
    return p.is_cue(at, *_SORTING) or orders_from(p, at) is not None


def _lists(p: Parse, at: int) -> bool:
    chunk = p.chunks[at]
    words = [singular(word) for word in chunk.text.lower().split()]
    if chunk.kind in ("number", "date", "quoted", "superlative", "comparative", "mark"):
        return False
    if chunk.kind == "value":
        return bool(chunk.names) and chunk.names[0].score >= 0.9
    if chunk.is_cue("per"):
        return chunk.text.lower() in ("of each", "for each", "each") and (at + 1 == len(p.chunks) or _list_goes_on(p, at + 1))
    if chunk.kind == "cue":
        return chunk.is_cue(*_CUES) or set(words) <= FIGURES | MORE or chunk.text.lower() == "and that"
    return chunk.kind in ("name", "unit", "stop") or set(words) <= FIGURES | MORE | NAMES or _of_date(p, at)


def _of_date(p: Parse, at: int) -> bool:
    """ "the date of the move": which date is said by a word that need not be known."""
    place = at - 1
    while place > 0 and p.chunks[place].word in ("of", "the", "its", "their"):
        place -= 1
    return place < at - 1 and p.chunks[place].kind == "unit" and p.chunks[at].kind in ("word", "verb")


def _lists_loosely(p: Parse, at: int) -> bool:
    """A sentence of its own may say more of each thing ("the number of parts it delivers"), but no condition."""
    chunk = p.chunks[at]
    if chunk.kind in ("verb", "word"):
        return not chunk.capital
    if chunk.is_cue("per"):
        return chunk.text.lower() in ("of each", "for each", "each", "per", "in each", "of every")
    return chunk.is_cue(*_LOOSE) or _lists(p, at)


def _list_goes_on(p: Parse, at: int) -> bool:
    chunk = p.chunks[at]
    return chunk.is_cue("and") or chunk.kind == "mark" or chunk.word == ","
