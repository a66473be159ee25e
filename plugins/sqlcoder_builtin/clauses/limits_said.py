"""How many rows and how many decimals: "limit 5", "rounded to 2 decimals"."""

from __future__ import annotations

from sqlcoder_builtin.parse import Parse


def rounded(p: Parse, at: int) -> int | None:
    """ "rounded to 2 decimals", "round the result to one decimal place", "to the nearest integer"."""
    chunk = p.chunk(at)
    if chunk is None or chunk.text.lower() not in ("rounded", "round", "rounding"):
        return None
    place = p.past(at + 1, "the", "to", "result", "results", "it", "them", "all", "off", "values", "up")
    while (other := p.chunk(place)) is not None and other.kind == "name" and place - at < 4:
        place = p.past(place + 1, "the", "to", "all")
    number = p.chunk(place)
    if number is not None and number.number is not None and isinstance(number.number.value, int):
        p.frame.digits, end = number.number.value, place + 1
    elif number is not None and number.text.lower() == "nearest":
        p.frame.digits, end = 0, place + 1
    else:
        return None
    while (tail := p.chunk(end)) is not None and tail.text.lower() in _PLACES:
        end += 1
    p.take(at, end)
    return end


_PLACES = frozenset("decimal decimals place places digit digits integer whole number point points".split())


def limit_said(p: Parse, at: int) -> int | None:
    """ "limit 5", "limited to 10 rows"."""
    chunk = p.chunk(at)
    place = p.past(at + 1, "to", "the", "results", "result", "of")
    place += p.is_cue(place, "high", "first", "last", "best")
    number = p.chunk(place)
    if chunk is None or chunk.text.lower() not in ("limit", "limited", "limiting") or number is None or number.number is None:
        return None
    if not isinstance(number.number.value, int) or number.number.percent:
        return None
    p.frame.limit = number.number.value
    p.take(at, place + 1)
    tail = p.chunk(place + 1)
    end = place + 1 + (tail is not None and tail.text.lower() in ("rows", "results", "entries", "records"))
    p.take(at, end)
    return end
