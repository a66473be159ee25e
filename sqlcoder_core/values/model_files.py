"""A model as it lies on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ModelKind = Literal["safetensors", "gguf", "onnx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """Where one model's files are, and what is known of it by name.

    `path` is the `.gguf` file (the first part of one in parts), the folder of safetensors with `config.json` and
    `tokenizer.json`, or the folder that holds an ONNX graph beside them. `adapter` is a LoRA adapter to lay over it: a folder in
    PEFT's format, or a GGUF adapter. `prompt` is the prompter it was trained with, `stop` texts that end its answers, `context`
    its window in tokens where the name says so.
    """

    name: str
    kind: ModelKind
    path: str
    adapter: str | None = None
    prompt: str | None = None
    stop: tuple[str, ...] = ()
    context: int | None = None
