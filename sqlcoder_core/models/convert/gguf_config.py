"""A GGUF file's key-values as the config.json of the same model."""

from __future__ import annotations

from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.architectures import Architecture, of_gguf
from sqlcoder_core.models.convert.gguf_header import GgufHeader, TensorInfo
from sqlcoder_core.models.convert.gguf_keys import GgufKeys

_ABOUT = {"general.name": "name", "general.license": "license", "general.organization": "organization", "general.basename": "basename"}
_ABOUT |= {"general.size_label": "size_label", "general.finetune": "finetune", "general.author": "author", "general.url": "url"}


def config_of(header: GgufHeader, tensors: dict[str, TensorInfo]) -> dict[str, Any]:
    """The config.json, without what only the tensor `rope_freqs.weight` says. `tensors` are those of all parts.

    Raises ModelError for an architecture that is not converted, a key that is missing, a tensor that is missing or unknown.
    """
    place = str(header.path)
    architecture = of_gguf(header.architecture, place)
    keys = GgufKeys(header)
    config = architecture.family.config_from(keys, architecture.word, tensors)
    _check_tensors(architecture, keys.number("block_count"), tensors, place)
    named = {"architectures": [architecture.class_name], "model_type": architecture.model_types[0]}
    return {**named, "vocab_size": tensors["token_embd.weight"].shape[0], **config, **_ends(header)}


def about(header: GgufHeader) -> dict[str, str]:
    """What the file says of its origin: name, licence and the like, by the words of a model card."""
    return {word: str(header.metadata[key]) for key, word in _ABOUT.items() if header.metadata.get(key)}


def _ends(header: GgufHeader) -> dict[str, Any]:
    names = {"bos_token_id": "bos", "eos_token_id": "eos", "pad_token_id": "padding"}
    found = {name: header.metadata.get(f"tokenizer.ggml.{word}_token_id") for name, word in names.items()}
    return {name: number for name, number in found.items() if isinstance(number, int)}


def _check_tensors(architecture: Architecture, layers: int, tensors: dict[str, TensorInfo], place: str) -> None:
    hint = "fetch the file again, or the model in the format that you need"
    if layers > len(tensors):
        raise ModelError(f"the header speaks of {layers} layers and has {len(tensors)} tensors", place=place, hint=hint)
    missing = [name for name in architecture.expected(layers) if name not in tensors]
    if missing:
        raise ModelError(f"the tensor {missing[0]} is missing ({len(missing)} are in all)", place=place, hint=hint)
    strange = [name for name in tensors if architecture.hf_name(name) is None and name != "rope_freqs.weight"]
    if strange:
        raise ModelError(f"the tensor {strange[0]} is not part of {architecture.word} as it is known here", place=place, hint=hint)
