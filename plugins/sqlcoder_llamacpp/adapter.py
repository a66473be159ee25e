"""A LoRA adapter in llama.cpp's format, read onto a loaded model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlcoder_core.api import ModelError, read_header
from sqlcoder_llamacpp.library import Log


def read_adapter(llama: Any, log: Log, model: Any, path: Path) -> Any:
    """llama.cpp's pointer to the adapter. Raises ModelError for a folder of PEFT's, and for an adapter of another model."""
    if path.is_dir() or path.suffix == ".safetensors":
        hint = f"run `sqlcoder models convert {path} adapter.gguf --base MODEL`, or merge it into a model with `--adapter {path}`"
        raise ModelError("llama.cpp lays no PEFT folder over a model, only a GGUF adapter", place=str(path), hint=hint)
    if read_header(path).metadata.get("general.type") != "adapter":
        raise ModelError("not a LoRA adapter", place=str(path), hint="name a GGUF file of type adapter, as convert_lora_to_gguf.py writes")
    log.clear()
    adapter = llama.llama_adapter_lora_init(model, os.fsencode(path))
    if not adapter:
        raise ModelError(
            f"the adapter does not fit the model: {log.reason()}", place=str(path), hint="use the model that it was trained on"
        )
    return adapter
