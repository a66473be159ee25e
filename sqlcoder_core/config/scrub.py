"""Takes what came from the environment, and what is secret, out of texts that others wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlcoder_core.config.environment import Expanded
from sqlcoder_core.values.secret import Secret

_SHORTEST = 4  # shorter values ("5432", "dev") are no secrets, and would tear words apart


def scrubber(*data: object) -> Callable[[str], str]:
    """A function that replaces every expanded or secret value in these settings by its reference."""
    known = {value: reference for value, reference in _values(data) if len(value) >= _SHORTEST}
    longest_first = sorted(known.items(), key=lambda pair: -len(pair[0]))

    def scrub(text: str) -> str:
        for value, reference in longest_first:
            text = text.replace(value, reference)
        return text

    return scrub


def _values(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Expanded):
        yield str.__str__(value), value.reference
    elif isinstance(value, Secret):
        yield value.reveal(), value.reference
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _values(item)
