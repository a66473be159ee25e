"""How the guard words a refusal: little of the query, on one line."""

from __future__ import annotations

from sqlcoder_core.errors import Refused


def refused(code: str, message: str, span: tuple[int, int], hint: str | None = None) -> Refused:
    """The refusal of a stretch of the given text."""
    return Refused(code, message, span=span, hint=hint)


def short(text: str) -> str:
    """A piece of the query as a message may quote it: at most 40 characters, on one line."""
    plain = "".join(char if char.isprintable() else " " for char in text[:41])
    return plain if len(plain) <= 40 else f"{plain[:37]}..."
