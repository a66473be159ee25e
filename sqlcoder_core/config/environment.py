"""`${NAME}` and `${NAME:-default}` in settings: the value, and beside it the text that was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlcoder_core.config.yaml_nodes import Document, Steps

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<inside>[^}]*)\}")
_INSIDE = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<default>:-.*)?", re.DOTALL)


class Expanded(str):
    """Text that came from the environment. `reference` is what was written, and all that may be shown."""

    reference: str

    def __new__(cls, value: str, reference: str) -> Expanded:
        made = super().__new__(cls, value)
        made.reference = reference
        return made

    def __repr__(self) -> str:
        return repr(self.reference)


class BadReference(ValueError):
    """A `${...}` that cannot be resolved; the text says which."""


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Replace the references; `$${` stands for a plain `${`. Raises BadReference. Text without references comes back as it is."""
    if not _REFERENCE.search(text):
        return text
    value = _REFERENCE.sub(lambda match: "${" if match["inside"] is None else _resolve(match["inside"], environ), text)
    return Expanded(value, text) if names_in(text) else value


def _resolve(inside: str, environ: Mapping[str, str]) -> str:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        raise BadReference(f"'${{{inside}}}' is not a reference; write ${{NAME}} or ${{NAME:-default}}, and $${{ for a plain ${{")
    value = environ.get(match["name"])
    if value:
        return value
    if match["default"] is not None:
        return match["default"][2:]
    if value is None:
        raise BadReference(f"environment variable {match['name']} is not set")
    return value


def names_in(text: str) -> tuple[str, ...]:
    """The environment variables that a text refers to."""
    inside = (match["inside"] for match in _REFERENCE.finditer(text) if match["inside"] is not None)
    return tuple(match["name"] for match in map(_INSIDE.fullmatch, inside) if match)


def expand_all(document: Document, environ: Mapping[str, str]) -> None:
    """Expand every text of a document in its place; what cannot be resolved becomes a problem with its line."""
    document.data = _expanded(document, document.data, (), environ)


def _expanded(document: Document, value: Any, steps: Steps, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _expanded(document, item, (*steps, key), environ) for key, item in value.items()}
    if isinstance(value, list):
        return [_expanded(document, item, (*steps, index), environ) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return expand(value, environ)
    except BadReference as error:
        document.complain("environment", str(error), document.place(steps), "set it, or give a default: ${NAME:-default}")
        return Expanded("", value)


def texts(value: Any) -> Iterator[str]:
    """Every text in some settings, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
