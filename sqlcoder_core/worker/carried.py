"""What a child needs of a component: where its engine's class stands, and its settings as plain data."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from sqlcoder_core.values.secret import Secret


def engine_reference(component: type, engine: str) -> tuple[str, str | None]:
    """`engine` ("module:Class", or ":Class" for one beside the component) with its module named, and that module's file if it is loaded."""
    module, _, name = engine.rpartition(":")
    module = module or component.__module__
    home = sys.modules.get(module)
    file = getattr(home, "__file__", None)
    return f"{module}:{name}", os.path.abspath(file) if file else None


def plain_settings(settings: Any, secrets: list[str]) -> dict[str, Any]:
    """Settings as msgpack can carry them; secrets are revealed, and noted in `secrets` so that no message repeats them."""
    return {name: _plain(getattr(settings, name), secrets) for name in type(settings).model_fields}


def _plain(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, Secret):
        secrets.append(value.reveal())
        return secrets[-1]
    if hasattr(type(value), "model_fields"):
        return plain_settings(value, secrets)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, secrets) for inner in value]
    return str(value) if isinstance(value, PurePath) else value
