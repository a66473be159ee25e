"""How much memory a model takes, from its parameters, its precision and the questions it is to answer."""

from __future__ import annotations

from sqlcoder_core.models.names import Shape

BITS: dict[str, float] = {
    "f32": 32,
    "f16": 16,
    "bf16": 16,
    "q8_0": 8.5,
    "int8": 8.5,
    "8bit": 8.5,
    "q6_k": 6.57,
    "q5_k_m": 5.69,
    "q5_0": 5.5,
    "q4_1": 5.0,
    "q4_k_m": 4.85,
    "q4_0": 4.5,
    "int4": 4.5,
    "4bit": 4.5,
}
"""Bits that one parameter takes on average. Sources: the block layouts of ggml (a block of 32 eights and one half-precision scale is
8.5 bits); for the mixed K-quants, published files of 7B Llamas divided by their parameters."""

PROMPT_TOKENS = 2048
ANSWER_TOKENS = 400
_OVERHEAD = 300 * 10**6
"""Bytes of program, vocabulary and activations beside weights and cache."""
_KV_BYTES = 2
"""Bytes of one cached number: engines keep keys and values in half precision, or convert back from 4 bytes at small sizes."""


def memory_need(weights: int, shape: Shape | None, *, beams: int = 4, prompt: int = PROMPT_TOKENS) -> int:
    """Bytes needed to answer one question: weights + cache + 0.3 GB.

    The cache holds keys and values (2) of every layer, KV head and head width, 2 bytes each, for the prompt once and for
    `ANSWER_TOKENS` of each beam, since beams share their prompt. `weights` are the bytes of the weights.
    """
    tokens = prompt + beams * ANSWER_TOKENS
    cache = 2 * shape.layers * shape.kv_heads * shape.head_size * _KV_BYTES * tokens if shape else 0
    return weights + cache + _OVERHEAD


def weight_bytes(parameters: int, precision: str) -> int:
    """Bytes of that many parameters in a precision of `BITS`. Raises KeyError for one that is not there."""
    return int(parameters * BITS[precision] / 8)
