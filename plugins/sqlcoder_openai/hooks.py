"""What this plugin brings: the runtime and the embedder `openai`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Embedder, Runtime, hookimpl


@hookimpl
def sqlcoder_runtimes() -> Iterable[type[Runtime]]:
    from sqlcoder_openai.runtime import OpenaiRuntime

    return (OpenaiRuntime,)


@hookimpl
def sqlcoder_embedders() -> Iterable[type[Embedder]]:
    from sqlcoder_openai.embedder import OpenaiEmbedder

    return (OpenaiEmbedder,)
