"""A Hugging Face config of the Llama family in, the sizes and rotary tables that an ONNX graph is built from out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")
"""Values of `model_type` whose layers are the ones that `onnx_graph` writes: RMS norms, rotary positions, a gated SiLU between;
qwen2 with biases, qwen3 with normed heads."""

_ROPE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "linear": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaShape:
    """Sizes of a decoder. `context` counts positions; `rope` holds the rotary base and its scaling as the config says them."""

    family: str
    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    context: int
    epsilon: float
    tied: bool
    rope: Mapping[str, Any]


def shape_of(config: Mapping[str, Any], names: Sequence[str], *, place: str) -> LlamaShape:
    """The shape that `config` describes, of weights with these names.

    A model with a sliding window is exact only within it, so that its context ends there. Raises ModelError for a model of another
    family, or one with parts that the graph does not have, naming them.
    """
    _refuse_others(config, place)
    try:
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        return LlamaShape(
            family=str(config["model_type"]),
            hidden=hidden,
            inner=int(config["intermediate_size"]),
            layers=int(config["num_hidden_layers"]),
            heads=heads,
            kv_heads=int(config.get("num_key_value_heads") or heads),
            head_dim=int(config.get("head_dim") or hidden // heads),
            vocabulary=int(config["vocab_size"]),
            context=_context(config),
            epsilon=float(config.get("rms_norm_eps", 1e-6)),
            tied="lm_head.weight" not in names,
            rope={key: _rope(config)[key] for key in ("rope_theta", "rope_type", *_ROPE_NEEDS[_rope(config)["rope_type"]])},
        )
    except KeyError as error:
        raise ModelError(f"says nothing of {error.args[0]!r}", place=place, hint="fetch the model's config.json again") from error


def rotary_tables(shape: LlamaShape) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines and sines `[context, head_dim / 2]` of every position, computed in float32 as transformers does.

    Scaling `linear` divides positions by `factor`; `llama3` (transformers' `modeling_rope_utils`) divides only slow frequencies,
    with a smooth passage between `low_freq_factor` and `high_freq_factor`.
    """
    import numpy as np

    steps = np.arange(0, shape.head_dim, 2, dtype=np.float32) / np.float32(shape.head_dim)
    frequencies = (1.0 / np.float32(shape.rope["rope_theta"]) ** steps).astype(np.float32)
    angles = np.outer(np.arange(shape.context, dtype=np.float32), _scaled(frequencies, shape.rope)).astype(np.float32)
    return np.cos(angles), np.sin(angles)


def _scaled(frequencies: NDArray[np.float32], rope: Mapping[str, Any]) -> NDArray[np.float32]:
    import numpy as np

    kind = rope["rope_type"]
    if kind == "default":
        return frequencies
    factor = float(rope["factor"])
    if kind == "linear":
        return (frequencies / np.float32(factor)).astype(np.float32)
    low, high, trained = (float(rope[key]) for key in ("low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
    waves = 2 * math.pi / frequencies
    smooth = np.clip((trained / waves - low) / (high - low), 0.0, 1.0)
    slowed: NDArray[np.float32] = ((1 - smooth) * frequencies / factor + smooth * frequencies).astype(np.float32)
    return slowed


def _rope(config: Mapping[str, Any]) -> dict[str, Any]:
    """The rotary settings under one roof: transformers 5 writes `rope_parameters`, older ones `rope_theta` and `rope_scaling`."""
    found = {**(config.get("rope_scaling") or {}), **(config.get("rope_parameters") or {})}
    found.setdefault("rope_theta", config.get("rope_theta") or 10000.0)
    found.setdefault("rope_type", found.get("type") or "default")
    return found


def _context(config: Mapping[str, Any]) -> int:
    context, window = int(config["max_position_embeddings"]), config.get("sliding_window")
    windowed = config.get("use_sliding_window", config.get("model_type") == "mistral")
    return min(context, int(window)) if window and windowed else context


def _refuse_others(config: Mapping[str, Any], place: str) -> None:
    hint = f"ONNX graphs are written for {', '.join(FAMILIES)}; use the runtime `transformers`, or `llamacpp` with a GGUF"
    family, rope = config.get("model_type"), _rope(config)
    wrong = {
        f"a model of type {family!r} cannot be written as ONNX": family not in FAMILIES,
        f"the activation {config.get('hidden_act')!r} cannot be written as ONNX": config.get("hidden_act", "silu") != "silu",
        f"rotary scaling {rope['rope_type']!r} cannot be written as ONNX": rope["rope_type"] not in _ROPE_NEEDS,
        "partial rotary positions cannot be written as ONNX": rope.get("partial_rotary_factor", config.get("partial_rotary_factor", 1))
        != 1,
    }
    for message, is_wrong in wrong.items():
        if is_wrong:
            raise ModelError(message, place=place, hint=hint)
