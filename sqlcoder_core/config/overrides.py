"""`--set key=value` and `--runtime NAME`: settings from the command line, laid over the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from sqlcoder_core.config.database import refuse_clear_password
from sqlcoder_core.config.yaml_nodes import Document, Steps
from sqlcoder_core.errors import UsageError


def apply(document: Document, overrides: Iterable[str]) -> None:
    """Lay `a.b=value` texts over the data, in order; values are YAML, a number counts into a list. Raises UsageError."""
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"--set {text!r} has no {'key' if equals else 'value'}", hint="write --set key=value, such as --set limits.seconds=10"
            )
        steps = _steps(key.strip())
        put(document, steps, _value(key, value), f"--set {key.strip()}")


def put(document: Document, steps: Steps, value: Any, origin: str) -> None:
    """Set one value and note where it came from; what stood below it is forgotten."""
    if not steps:
        return
    _store(document.data, steps, value, origin)
    for places in (document.keys, document.values):
        for known in [known for known in places if known[: len(steps)] == steps]:
            del places[known]
    for inside in (steps, *_below(value, steps)):
        document.values[inside] = document.keys[inside] = origin


def _steps(key: str) -> Steps:
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


def _value(key: str, text: str) -> Any:
    refuse_clear_password(text, f"--set {key}")
    try:
        return yaml.safe_load(text) if text else ""
    except yaml.YAMLError as error:
        told = getattr(error, "problem", None) or "not YAML"
        raise UsageError(f"--set {key}: the value is not valid YAML, {told}", hint="put it in quotes") from None


def _store(data: Any, steps: Steps, value: Any, origin: str) -> None:
    *way, last = steps
    for step in way:
        data = _item(data, step, origin) if isinstance(data, list) else _inner(data, str(step))
    if isinstance(data, list):
        _item(data, last, origin)
        data[int(last)] = value
    else:
        data[str(last)] = value


def _inner(data: dict[str, Any], key: str) -> Any:
    if not isinstance(data.get(key), dict | list):
        data[key] = {}
    return data[key]


def _item(data: list[Any], step: str | int, origin: str) -> Any:
    if not isinstance(step, int) or step >= len(data):
        hint = f"items count from 0 to {len(data) - 1}" if data else "the list is empty"
        raise UsageError(f"{origin}: there is no item {step!r} in the list", hint=hint)
    return data[step]


def _below(value: Any, steps: Steps) -> Iterator[Steps]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        inside = (*steps, key)
        yield inside
        yield from _below(item, inside)
