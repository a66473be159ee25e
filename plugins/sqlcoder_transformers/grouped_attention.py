"""Attention of a few rows over a long past, where several heads share keys and values: nothing is copied for each head."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME, USUAL = "sqlcoder_grouped", "sdpa"
_MOST_ROWS = 64  # of a step; for a prompt's many rows it makes no difference


def use_grouped_attention(model: Any) -> bool:
    """Have the model attend by `grouped_attention`; False where it does not attend by torch's `scaled_dot_product_attention`."""
    if model.config.get_text_config()._attn_implementation != USUAL:
        return False
    AttentionInterface.register(NAME, grouped_attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    return bool(model.config.get_text_config()._attn_implementation == NAME)


def grouped_attention(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None, **more: Any
) -> tuple[torch.Tensor, Any]:
    """As transformers' `sdpa_attention_forward`, `[1, heads, rows, size]` in and `[1, rows, heads, size]` out.

    With a mask, that repeats keys and values for all heads that share them, which for few rows takes longer than attention itself.
    Here the heads of a group stand as further rows below one another, each with the mask of its row.
    """
    batch, heads, rows, size = query.shape
    shared = key.shape[1]
    few = attention_mask is not None and attention_mask.shape[1] == 1 and rows <= _MOST_ROWS
    if not few or heads == shared or any(more.get(name) is not None for name in ("position_bias", "softcap", "cache")):
        usual: tuple[torch.Tensor, Any] = sdpa_attention_forward(module, query, key, value, attention_mask, **more)
        return usual
    assert attention_mask is not None
    found = functional.scaled_dot_product_attention(
        query.reshape(batch, shared, heads // shared * rows, size),
        key,
        value,
        attn_mask=attention_mask.repeat(1, 1, heads // shared, 1),
        scale=more.get("scaling"),
    )
    return found.reshape(batch, heads, rows, value.shape[-1]).transpose(1, 2).contiguous(), None
