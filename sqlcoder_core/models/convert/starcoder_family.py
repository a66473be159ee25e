"""StarCoder (GPTBigCode in transformers): config.json to GGUF's keys and back, and the sizes of its tensors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlcoder_core.models.convert.gguf_keys import GgufKeys

SIZES: tuple[str, ...] = ("vocab_size", "n_embd", "n_head", "n_layer", "n_positions")
LAYERS = "n_layer"
_ACTIVATION = "gelu_pytorch_tanh"  # what llama.cpp computes for this architecture, also where the config says plain gelu


def config_from(keys: GgufKeys, word: str, tensors: Collection[str]) -> dict[str, Any]:
    """config.json without names and vocabulary. Raises ModelError for what is not converted."""
    if keys.number("attention.head_count_kv", 1) != 1:
        raise keys.fail(f"a {word} whose heads have keys of their own is not converted")
    return {
        "n_embd": keys.number("embedding_length"),
        "n_head": keys.number("attention.head_count"),
        "n_layer": keys.number("block_count"),
        "n_positions": keys.number("context_length"),
        "n_inner": keys.number("feed_forward_length"),
        "layer_norm_epsilon": keys.real("attention.layer_norm_epsilon"),
        "activation_function": _ACTIVATION,
        "multi_query": True,
        "tie_word_embeddings": "output.weight" not in tensors,
    }


def keys_from(config: Mapping[str, Any]) -> dict[str, int | float | str]:
    """GGUF's keys, without their prefix. Source: llama.cpp's convert_hf_to_gguf.py."""
    return {
        "block_count": int(config["n_layer"]),
        "context_length": int(config["n_positions"]),
        "embedding_length": int(config["n_embd"]),
        "feed_forward_length": _inner(config),
        "attention.head_count": int(config["n_head"]),
        "attention.head_count_kv": 1,
        "attention.layer_norm_epsilon": float(config.get("layer_norm_epsilon", 1e-5)),
    }


def not_sayable(config: Mapping[str, Any]) -> str | None:
    """What of this config GGUF has no words for, or None."""
    if not config.get("multi_query", True):
        return "heads that have keys of their own are not converted for this architecture"
    if config.get("activation_function", _ACTIVATION) not in (_ACTIVATION, "gelu_new", "gelu"):
        return f"the activation {config['activation_function']} is not that of {config['model_type']}"
    return None


def shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The sizes that each tensor should have, by the stem of its GGUF name."""
    hidden, rows, inner = int(config["n_embd"]), int(config["vocab_size"]), _inner(config)
    joined = hidden + 2 * (hidden // int(config["n_head"]))  # queries, then the one key and the one value
    found: dict[str, tuple[int, ...]] = {"attn_qkv": (joined, hidden), "attn_output": (hidden, hidden)}
    found |= {"ffn_up": (inner, hidden), "ffn_down": (hidden, inner), "token_embd": (rows, hidden), "output": (rows, hidden)}
    found |= {"position_embd": (int(config["n_positions"]), hidden)}
    return found | dict.fromkeys(("attn_norm", "ffn_norm", "output_norm"), (hidden,))


def _inner(config: Mapping[str, Any]) -> int:
    return int(config.get("n_inner") or 4 * config["n_embd"])
