"""Takes what came from the environment, and what is secret, out of texts that others wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from sqlcoder_core.config.environment import Expanded
from sqlcoder_core.values.secret import Secret

_SHORTEST = 4  # shorter values ("dev", "a") are replaced as whole words only, or they would tear others apart


def scrubber(*data: object) -> Callable[[str], str]:
    """A function that replaces every expanded or secret value in these settings by its reference."""
    known = {value: reference for value, reference in _values(data) if value}
    if not known:
        return str
    longest_first = sorted(known, key=lambda value: -len(value))
    found = re.compile("|".join(_pattern(value) for value in longest_first))
    return lambda text: found.sub(lambda match: known[match[0]], text)


def _pattern(value: str) -> str:
    return re.escape(value) if len(value) >= _SHORTEST else rf"(?<!\w){re.escape(value)}(?!\w)"


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
