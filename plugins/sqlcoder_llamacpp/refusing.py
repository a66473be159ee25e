"""Which GGUF files are no models that write text: told by their headers, before gigabytes are read."""

from __future__ import annotations

from pathlib import Path

from sqlcoder_core.api import GgufHeader, ModelError, part_paths, read_header

_ENCODER_DECODERS = ("t5", "t5encoder")


def checked_header(path: Path) -> tuple[GgufHeader, tuple[Path, ...]]:
    """The header of a model's first part, and all its parts. Raises ModelError or FileError that says what is wrong with them."""
    if path.is_dir():
        raise ModelError("a folder, not a GGUF file", place=str(path), hint="name the .gguf file in it, or use runtime `transformers`")
    parts = part_paths(path)
    headers = [read_header(part) for part in parts]
    _check_kind(headers[0])
    return headers[0], parts


def _check_kind(header: GgufHeader) -> None:
    kind, architecture, facts = header.metadata.get("general.type"), header.architecture, header.metadata
    if kind == "adapter":
        raise _refused(header, "a LoRA adapter, not a model", "name the model it belongs to as `model`, and this file as `adapter`")
    if not architecture:
        raise _refused(header, "the file does not say its architecture", "fetch another conversion of the model")
    if architecture == "clip" or kind == "mmproj":
        raise _refused(header, "a part that reads pictures, not a model that writes", "name the model's own file")
    if architecture in _ENCODER_DECODERS:
        raise _refused(header, f"an encoder-decoder model ({architecture})", "use runtime `transformers` and the model's safetensors")
    if facts.get(f"{architecture}.attention.causal") is False or facts.get(f"{architecture}.pooling_type"):
        raise _refused(header, f"an embedding model ({architecture}), which writes no text", "choose a model that generates text")
    if facts.get("tokenizer.ggml.model") in (None, "none", "no_vocab"):
        raise _refused(header, "the file has no tokenizer", "fetch another conversion of the model")


def _refused(header: GgufHeader, what: str, hint: str) -> ModelError:
    return ModelError(f"not usable here: {what}", place=str(header.path), hint=hint)
