"""A GGUF file's key-values as the config.json of the same model."""

from __future__ import annotations

from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.architectures import Architecture, of_gguf
from sqlcoder_core.models.convert.gguf_header import GgufHeader, TensorInfo

_ABOUT = {"general.name": "name", "general.license": "license", "general.organization": "organization", "general.basename": "basename"}
_ABOUT |= {"general.size_label": "size_label", "general.finetune": "finetune", "general.author": "author", "general.url": "url"}


def config_of(header: GgufHeader, tensors: dict[str, TensorInfo]) -> dict[str, Any]:
    """The config.json, without what only the tensor `rope_freqs.weight` says. `tensors` are those of all parts.

    Raises ModelError for an architecture that is not converted, a key that is missing, a tensor that is missing or unknown.
    """
    place = str(header.path)
    architecture = of_gguf(header.architecture, place)
    keys = _Keys(header)
    if keys.number("expert_count", 0):
        hint = "fetch the model in the format that you need"
        raise ModelError("models with experts (mixture of experts) are not converted", place=place, hint=hint)
    _check_tensors(architecture, keys.number("block_count"), tensors, place)
    return _sizes(keys, architecture, tensors) | _rotary(keys) | _biases(architecture, tensors, place) | _ends(header)


def about(header: GgufHeader) -> dict[str, str]:
    """What the file says of its origin: name, licence and the like, by the words of a model card."""
    return {word: str(header.metadata[key]) for key, word in _ABOUT.items() if header.metadata.get(key)}


class _Keys:
    """Numbers under the architecture's own prefix."""

    def __init__(self, header: GgufHeader) -> None:
        self._header = header

    def number(self, name: str, otherwise: int | None = None) -> int:
        return int(self._found(name, otherwise))

    def real(self, name: str, otherwise: float | None = None) -> float:
        return shortest(float(self._found(name, otherwise)))

    def text(self, name: str) -> str | None:
        found = self._header.metadata.get(f"{self._header.architecture}.{name}")
        return found if isinstance(found, str) else None

    def fail(self, what: str) -> ModelError:
        return ModelError(what, place=str(self._header.path), hint="fetch the model in the format that you need")

    def _found(self, name: str, otherwise: float | None) -> float:
        key = f"{self._header.architecture}.{name}"
        if key in self._header.arrays:
            raise self.fail(f"layers of different shapes ({key} is a list) are not converted")
        found = self._header.metadata.get(key, otherwise)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.fail(f"the header says nothing usable about {key}" if found is not None else f"the header lacks {key}")
        return found


def shortest(number: float) -> float:
    """The shortest decimal that float32 stores as this number: 1e-5, where the file says 9.999999747378752e-06."""
    import numpy as np

    return float(str(np.float32(number)))


def _sizes(keys: _Keys, architecture: Architecture, tensors: dict[str, TensorInfo]) -> dict[str, Any]:
    heads, hidden = keys.number("attention.head_count"), keys.number("embedding_length")
    if heads < 1 or hidden < 1:
        raise keys.fail(f"a model of {heads} heads and width {hidden}")
    head = keys.number("attention.key_length", hidden // heads)
    if keys.number("attention.value_length", head) != head or keys.number("rope.dimension_count", head) != head:
        raise keys.fail("heads that are rotated in part, or whose keys and values differ in width, are not converted")
    return {
        "architectures": [architecture.class_name],
        "model_type": architecture.model_types[0],
        "vocab_size": tensors["token_embd.weight"].shape[0],
        "hidden_size": hidden,
        "intermediate_size": keys.number("feed_forward_length"),
        "num_hidden_layers": keys.number("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": keys.number("attention.head_count_kv", heads),
        "head_dim": head,
        "hidden_act": "silu",
        "max_position_embeddings": keys.number("context_length"),
        "rms_norm_eps": keys.real("attention.layer_norm_rms_epsilon"),
        "tie_word_embeddings": "output.weight" not in tensors,
    }


def _rotary(keys: _Keys) -> dict[str, Any]:
    kind = keys.text("rope.scaling.type") or "none"
    scaling: dict[str, Any] | None = None
    if kind == "linear":
        scaling = {"rope_type": "linear", "factor": keys.real("rope.scaling.factor")}
    elif kind != "none":
        raise keys.fail(f"rotary embeddings scaled by {kind} are not converted")
    return {"rope_theta": keys.real("rope.freq_base", 10000.0), "rope_scaling": scaling}


def _biases(architecture: Architecture, tensors: dict[str, TensorInfo], place: str) -> dict[str, Any]:
    if architecture.word != "llama":
        return {"attention_bias": False} if architecture.word == "qwen3" else {}
    said: dict[str, Any] = {}
    for key, stems in (("attention_bias", ("attn_q", "attn_k", "attn_v", "attn_output")), ("mlp_bias", ("ffn_gate", "ffn_up", "ffn_down"))):
        present = [f"blk.0.{stem}.bias" in tensors for stem in stems]
        if any(present) and not all(present):
            raise ModelError(
                f"only some of {', '.join(stems)} have a bias", place=place, hint="fetch the model in the format that you need"
            )
        said[key] = all(present)
    return said


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
