"""Tiny GGUF files of architectures whose memory is not a plain cache: windows that slide, and states instead of a past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from tiny_gguf import FEED, HEADS, KV_HEADS, WIDTH, byte_letters, describe, finish, metadata, vocabulary

_INNER, _STATE, _RANK, _KERNEL = 128, 16, 4, 4


def write_sliding(path: Path, *, window: int = 16) -> Path:
    """A Gemma 3 of six layers, five of which see only the last `window` tokens."""
    head = WIDTH // HEADS
    layer: dict[str, tuple[int, ...]] = {
        "attn_norm": (WIDTH,),
        "post_attention_norm": (WIDTH,),
        "ffn_norm": (WIDTH,),
        "post_ffw_norm": (WIDTH,),
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (head * KV_HEADS, WIDTH),
        "attn_v": (head * KV_HEADS, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "attn_q_norm": (head,),
        "attn_k_norm": (head,),
        "ffn_gate": (FEED, WIDTH),
        "ffn_up": (FEED, WIDTH),
        "ffn_down": (WIDTH, FEED),
    }
    sizes = {"block_count": 6, "attention.sliding_window": window, "attention.key_length": head, "attention.value_length": head}
    shapes = {f"blk.{number}.{name}.weight": shape for number in range(6) for name, shape in layer.items()}
    return _write(path, "gemma3", {**sizes, "context_length": 4096}, WIDTH, shapes)


def write_recurrent(path: Path, *, width: int = 64) -> Path:
    """A Mamba of two layers."""
    layer: dict[str, tuple[int, ...]] = {
        "attn_norm.weight": (width,),
        "ssm_in.weight": (2 * _INNER, width),
        "ssm_conv1d.weight": (_INNER, _KERNEL),
        "ssm_conv1d.bias": (_INNER,),
        "ssm_x.weight": (_RANK + 2 * _STATE, _INNER),
        "ssm_dt.weight": (_INNER, _RANK),
        "ssm_dt.bias": (_INNER,),
        "ssm_a": (_INNER, _STATE),
        "ssm_d": (_INNER,),
        "ssm_out.weight": (width, _INNER),
    }
    sizes = {"block_count": 2, "context_length": 4096, "embedding_length": width, "feed_forward_length": 0, "attention.head_count": 0}
    sizes |= {"ssm.conv_kernel": _KERNEL, "ssm.inner_size": _INNER, "ssm.state_size": _STATE, "ssm.time_step_rank": _RANK}
    shapes = {f"blk.{number}.{name}": shape for number in range(2) for name, shape in layer.items()}
    return _write(path, "mamba", sizes, width, shapes)


def _write(path: Path, architecture: str, sizes: dict[str, int], width: int, shapes: dict[str, tuple[int, ...]]) -> Path:
    from gguf import GGUFWriter

    random, tokens = np.random.default_rng(0), byte_letters()
    own = {f"{architecture}.{key}": value for key, value in sizes.items()}
    writer: Any = GGUFWriter(str(path), architecture)
    describe(writer, metadata(architecture, width, len(tokens)) | vocabulary(tokens, pieces=False) | own)
    for name, shape in {"token_embd.weight": (len(tokens), width), "output_norm.weight": (width,), **shapes}.items():
        numbers = np.ones(shape) if len(shape) == 1 else random.normal(0, 2 / np.sqrt(shape[1]), shape)
        if name.endswith("ssm_a"):  # minus the rates at which states decay
            numbers = -np.abs(numbers) - 0.5
        writer.add_tensor(name, numbers.astype(np.float32))
    return finish(writer, path)
