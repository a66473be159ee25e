"""A model in llama.cpp's memory, with what every context on it is opened with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlcoder_llamacpp.library import Log

KV_TYPES = {"f32": 0, "f16": 1, "q8_0": 8}  # enum ggml_type
KV_BYTES = {"f32": 4.0, "f16": 2.0, "q8_0": 34 / 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One model. `llama` is the module of ctypes declarations, `model` and `vocab` are llama.cpp's pointers.

    `context` is the longest branch in tokens, `adapters` are (pointer, scale), `flash` is llama.cpp's number for flash attention
    (-1: its choice), `identity` tells apart what a saved state belongs to.
    """

    llama: Any
    log: Log
    model: Any
    vocab: Any
    place: str
    context: int
    metadata: Mapping[str, Any]
    architecture: str
    adapters: tuple[tuple[Any, float], ...] = ()
    threads: int = 1
    batch: int = 512
    flash: int = 0
    kv: str = "f16"
    on_gpu: bool = False
    identity: str = ""

    @property
    def width(self) -> int:
        """Numbers in one row of logits."""
        return int(self.llama.llama_vocab_n_tokens(self.vocab))

    @property
    def keeps_states(self) -> bool:
        """True where the past is a state instead of cells (Mamba, RWKV and mixtures with them), so that no part of it can be cut off."""
        has = (getattr(self.llama, f"llama_model_is_{kind}", None) for kind in ("recurrent", "hybrid"))
        return any(ask(self.model) for ask in has if ask)

    def cell_bytes(self) -> int:
        """Bytes of one token's keys and values over all layers."""
        heads = self.llama.llama_model_n_head_kv(self.model)
        width = self.llama.llama_model_n_embd(self.model) // max(1, self.llama.llama_model_n_head(self.model))
        key = int(self.metadata.get(f"{self.architecture}.attention.key_length", width))
        value = int(self.metadata.get(f"{self.architecture}.attention.value_length", width))
        return int(self.llama.llama_model_n_layer(self.model) * heads * (key + value) * KV_BYTES[self.kv])
