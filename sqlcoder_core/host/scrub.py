"""Takes what is secret, and what came from the environment, out of texts that others wrote."""

from __future__ import annotations

import re

_SHORTEST = 4  # shorter values ("dev", "a") are replaced as whole words only, or they would tear others apart


class Scrubber:
    """Called with a text, gives it back with every hidden value replaced by where that value comes from."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def hide(self, value: str, reference: str) -> None:
        """From now on `value` is shown as `reference`. Empty text is nothing to hide."""
        if value and value not in self._known:
            self._known[value] = reference
            longest_first = sorted(self._known, key=lambda known: -len(known))
            self._pattern = re.compile("|".join(map(_pattern, longest_first)))

    def __call__(self, text: str) -> str:
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._known[match[0]], text)


def _pattern(value: str) -> str:
    return re.escape(value) if len(value) >= _SHORTEST else rf"(?<!\w){re.escape(value)}(?!\w)"
