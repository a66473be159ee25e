"""The runtime `transformers` as the parent process knows it."""

from __future__ import annotations

from sqlcoder_core.api import Runtime


class TransformersRuntime(Runtime):
    """Models of the transformers library on torch: beams over one shared prompt, 8- and 4-bit weights, LoRA adapters."""

    name = "transformers"
    engine = "sqlcoder_transformers.engine:TransformersEngine"
    kinds = ("safetensors",)
