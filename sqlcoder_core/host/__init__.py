"""Finds, loads, isolates and names plugins: `Host` for a run; `host.installed` lists without importing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcoder_core.host.components import Host as Host

__all__ = ["Host"]


def __getattr__(name: str) -> object:
    if name != "Host":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # pluggy and the contracts load with the first Host, not with `plugins list`.
    from sqlcoder_core.host.components import Host

    return Host
