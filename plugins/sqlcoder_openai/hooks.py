"""What this plugin brings: the runtime `openai`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Runtime, hookimpl


@hookimpl
def sqlcoder_runtimes() -> Iterable[type[Runtime]]:
    from sqlcoder_openai.runtime import OpenaiRuntime

    return (OpenaiRuntime,)
