"""Llama and its kin (Mistral, Qwen2, Qwen3): config.json to GGUF's keys and back, and the sizes of their tensors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlcoder_core.models.convert.gguf_keys import GgufKeys

SIZES: tuple[str, ...] = (
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_attention_heads",
    "num_hidden_layers",
    "max_position_embeddings",
)
LAYERS = "num_hidden_layers"
_BIASED = {"attention_bias": ("attn_q", "attn_k", "attn_v", "attn_output"), "mlp_bias": ("ffn_gate", "ffn_up", "ffn_down")}


def config_from(keys: GgufKeys, word: str, tensors: Collection[str]) -> dict[str, Any]:
    """config.json without names and vocabulary; `tensors` are GGUF's names. Raises ModelError for what is not converted."""
    if keys.number("expert_count", 0):
        raise keys.fail("models with experts (mixture of experts) are not converted")
    return {**_sizes(keys), **_rotary(keys), **_biases(keys, word, tensors), "tie_word_embeddings": "output.weight" not in tensors}


def keys_from(config: Mapping[str, Any]) -> dict[str, int | float | str]:
    """GGUF's keys, without their prefix. Source: llama.cpp's convert_hf_to_gguf.py."""
    heads, head, scaling = int(config["num_attention_heads"]), head_width(config), config.get("rope_scaling")
    said: dict[str, int | float | str] = {
        "block_count": int(config["num_hidden_layers"]),
        "context_length": _context(config),
        "embedding_length": int(config["hidden_size"]),
        "feed_forward_length": int(config["intermediate_size"]),
        "attention.head_count": heads,
        "attention.head_count_kv": int(config.get("num_key_value_heads") or heads),
        "attention.layer_norm_rms_epsilon": float(config.get("rms_norm_eps", 1e-6)),
        "rope.dimension_count": head,
        "rope.freq_base": float(config["rope_theta"]),
    }
    if head * heads != int(config["hidden_size"]):
        said |= {"attention.key_length": head, "attention.value_length": head}
    if scaling and scaling["rope_type"] == "linear":
        said |= {"rope.scaling.type": "linear", "rope.scaling.factor": float(scaling["factor"])}
    return said


def not_sayable(config: Mapping[str, Any]) -> str | None:
    """What of this config GGUF has no words for, or None."""
    scaling = config.get("rope_scaling")
    kind = scaling.get("rope_type") if isinstance(scaling, dict) else None
    if kind not in (None, "linear", "llama3"):
        return f"rotary embeddings scaled by {kind} are not converted; none, linear and llama3 are"
    if config.get("hidden_act", "silu") not in ("silu", "swish"):
        return f"the activation {config['hidden_act']} is not that of {config['model_type']}"
    if config.get("partial_rotary_factor", 1.0) != 1.0:
        return "heads that are rotated in part are not converted"
    return None


def shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The sizes that each tensor should have, by the stem of its GGUF name."""
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    head = head_width(config)
    wide, narrow = heads * head, int(config.get("num_key_value_heads") or heads) * head
    matrices = {"attn_q": (wide, hidden), "attn_k": (narrow, hidden), "attn_v": (narrow, hidden), "attn_output": (hidden, wide)}
    matrices |= {"ffn_gate": (inner, hidden), "ffn_up": (inner, hidden), "ffn_down": (hidden, inner)}
    matrices |= {"token_embd": (int(config["vocab_size"]), hidden), "output": (int(config["vocab_size"]), hidden)}
    norms = dict.fromkeys(("attn_norm", "ffn_norm", "output_norm"), (hidden,)) | dict.fromkeys(("attn_q_norm", "attn_k_norm"), (head,))
    return {**matrices, **norms}


def head_width(config: Mapping[str, Any]) -> int:
    """Numbers in one head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _context(config: Mapping[str, Any]) -> int:
    """Its window in tokens: no longer than what attention slides over, since GGUF says nothing of that for these architectures."""
    whole = int(config["max_position_embeddings"])
    window = config.get("sliding_window")
    slides = window and config.get("use_sliding_window", config.get("model_type") == "mistral")
    return min(whole, int(window)) if window and slides else whole


def _sizes(keys: GgufKeys) -> dict[str, Any]:
    heads, hidden = keys.number("attention.head_count"), keys.number("embedding_length")
    if heads < 1 or hidden < 1:
        raise keys.fail(f"a model of {heads} heads and width {hidden}")
    head = keys.number("attention.key_length", hidden // heads)
    if keys.number("attention.value_length", head) != head or keys.number("rope.dimension_count", head) != head:
        raise keys.fail("heads that are rotated in part, or whose keys and values differ in width, are not converted")
    return {
        "hidden_size": hidden,
        "intermediate_size": keys.number("feed_forward_length"),
        "num_hidden_layers": keys.number("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": keys.number("attention.head_count_kv", heads),
        "head_dim": head,
        "hidden_act": "silu",
        "max_position_embeddings": keys.number("context_length"),
        "rms_norm_eps": keys.real("attention.layer_norm_rms_epsilon"),
    }


def _rotary(keys: GgufKeys) -> dict[str, Any]:
    kind = keys.text("rope.scaling.type") or "none"
    scaling: dict[str, Any] | None = None
    if kind == "linear":
        scaling = {"rope_type": "linear", "factor": keys.real("rope.scaling.factor")}
    elif kind != "none":
        raise keys.fail(f"rotary embeddings scaled by {kind} are not converted")
    return {"rope_theta": keys.real("rope.freq_base", 10000.0), "rope_scaling": scaling}


def _biases(keys: GgufKeys, word: str, tensors: Collection[str]) -> dict[str, Any]:
    if word != "llama":
        return {"attention_bias": False} if word == "qwen3" else {}
    said: dict[str, Any] = {}
    for key, stems in _BIASED.items():
        present = [f"blk.0.{stem}.bias" in tensors for stem in stems]
        if any(present) and not all(present):
            raise keys.fail(f"only some of {', '.join(stems)} have a bias, which is not converted")
        said[key] = all(present)
    return said
