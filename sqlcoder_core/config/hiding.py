"""Which values of the configuration must not be seen, told to the host, and where each secret comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from sqlcoder_core.config.environment import Expanded, texts
from sqlcoder_core.contracts.component import Settings
from sqlcoder_core.host.scrub import Scrubber
from sqlcoder_core.values.secret import Secret

IN_CLEAR = "given in clear"
"""The reference of a secret that stands in the file itself."""


def hide_all(scrub: Scrubber, *data: object) -> None:
    """Hide every secret in some settings, and every text with a part from the environment."""
    for value, reference in _hidden(data):
        scrub.hide(value, "***" if reference == IN_CLEAR else reference)


def _hidden(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Expanded):
        yield str.__str__(value), value.reference
    elif isinstance(value, Secret):
        yield value.reveal(), value.reference
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _hidden(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _hidden(item)


def with_origins(settings: Settings, given: Mapping[str, object]) -> Settings:
    """Secrets that a component cut out of a text from the environment (a password out of a URL) get its reference."""
    expanded = [text for text in texts(given) if isinstance(text, Expanded)]
    changed = {name: _with_origin(value, expanded) for name, value in settings if isinstance(value, Secret)}
    return settings.model_copy(update=changed) if changed else settings


def _with_origin(secret: Secret, expanded: list[Expanded]) -> Secret:
    if secret.reference != IN_CLEAR or not secret.reveal():
        return secret
    value = secret.reveal()
    origin = next((text for text in expanded if value in text or quote(value, safe="") in text), None)
    return Secret(value, reference=origin.reference) if origin is not None else secret
