"""The runtime `llamacpp` as the parent process knows it."""

from __future__ import annotations

from sqlcoder_core.api import Runtime


class LlamaCppRuntime(Runtime):
    """GGUF models on llama.cpp, with the beam search that it lacks."""

    name = "llamacpp"
    engine = "sqlcoder_llamacpp.engine:LlamaCppEngine"
    kinds = ("gguf",)
