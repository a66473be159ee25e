"""Decoder-only architectures that are converted: their names in GGUF and in config.json, and what each tensor is called in both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_HEAD_NORMS = {"attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
_NORMS = ("attn_norm", "ffn_norm", "attn_q_norm", "attn_k_norm")
_GGUF_LAYER = re.compile(r"blk\.(\d+)\.([a-z_]+)\.(weight|bias)")
_HF_LAYER = re.compile(r"model\.layers\.(\d+)\.([a-z_.]+)\.(weight|bias)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One architecture. `word` is GGUF's name, `model_types` are those of config.json (the first is written), `class_name` transformers'.

    `permuted`: llama.cpp rotates neighbouring rows of this architecture's queries and keys, transformers the two halves of a head.
    `biases`: layer tensors that always have a bias; `layer` maps GGUF's names within a layer to transformers'.
    """

    word: str
    model_types: tuple[str, ...]
    class_name: str
    permuted: bool
    layer: Mapping[str, str]
    biases: tuple[str, ...] = ()

    def hf_name(self, name: str) -> str | None:
        """transformers' name of a GGUF tensor, or None for one that is not of this architecture."""
        found = _GGUF_LAYER.fullmatch(name)
        if found and found[2] in self.layer:
            return f"model.layers.{found[1]}.{self.layer[found[2]]}.{found[3]}"
        stem, _, kind = name.rpartition(".")
        return f"{_WHOLE[stem]}.{kind}" if stem in _WHOLE and kind == "weight" else None

    def gguf_name(self, name: str) -> str | None:
        """GGUF's name of a transformers tensor, or None for one that is not of this architecture."""
        found = _HF_LAYER.fullmatch(name)
        if found:
            stem = next((stem for stem, hf in self.layer.items() if hf == found[2]), None)
            return f"blk.{found[1]}.{stem}.{found[3]}" if stem else None
        stem = next((stem for stem, hf in _WHOLE.items() if name == f"{hf}.weight"), None)
        return f"{stem}.weight" if stem else None

    def expected(self, layers: int) -> Iterator[str]:
        """GGUF names of the tensors that a model of so many layers cannot do without."""
        yield from ("token_embd.weight", "output_norm.weight")
        for number in range(layers):
            yield from (f"blk.{number}.{stem}.weight" for stem in self.layer)
            yield from (f"blk.{number}.{stem}.bias" for stem in self.biases)


ARCHITECTURES = {
    one.word: one
    for one in (
        Architecture(word="llama", model_types=("llama", "mistral"), class_name="LlamaForCausalLM", permuted=True, layer=_LAYER),
        Architecture(
            word="qwen2",
            model_types=("qwen2",),
            class_name="Qwen2ForCausalLM",
            permuted=False,
            layer=_LAYER,
            biases=("attn_q", "attn_k", "attn_v"),
        ),
        Architecture(word="qwen3", model_types=("qwen3",), class_name="Qwen3ForCausalLM", permuted=False, layer=_LAYER | _HEAD_NORMS),
    )
}


def of_gguf(word: str, place: str) -> Architecture:
    """The architecture that a GGUF file names. Raises ModelError that lists those which are converted."""
    if word in ARCHITECTURES:
        return ARCHITECTURES[word]
    raise _not_converted(word, tuple(ARCHITECTURES), place)


def of_config(config: Mapping[str, Any], place: str) -> Architecture:
    """The architecture that a config.json names. Raises ModelError that lists those which are converted."""
    word = str(config.get("model_type", ""))
    found = next((one for one in ARCHITECTURES.values() if word in one.model_types), None)
    if found is None:
        raise _not_converted(word, tuple(word for one in ARCHITECTURES.values() for word in one.model_types), place)
    return found


def check_shapes(architecture: Architecture, config: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], place: str) -> None:
    """Raises ModelError where tensors (by their names in GGUF) do not have the sizes that the config says, or it says none."""
    sizes = {key: config.get(key) for key in ("hidden_size", "intermediate_size", "num_attention_heads", "num_hidden_layers", "vocab_size")}
    odd = next((key for key, value in sizes.items() if not isinstance(value, int) or isinstance(value, bool) or value < 1), None)
    if odd is not None:
        raise ModelError(f"the config says nothing usable about {odd} ({sizes[odd]!r})", place=place, hint="fetch the model again")
    wanted = _wanted_shapes(config)
    for name, shape in shapes.items():
        layer = _GGUF_LAYER.fullmatch(name)
        if layer and int(layer[1]) >= config["num_hidden_layers"]:
            said = f"the tensor {architecture.hf_name(name)} belongs to no layer, of which the config has {config['num_hidden_layers']}"
            raise ModelError(said, place=place, hint="fetch the model again, all of its files of one revision")
        stem = name.split(".")[-2]
        needed = wanted.get(stem)
        if needed is not None and shape != (needed[:1] if name.endswith(".bias") else needed):
            said = f"the tensor {architecture.hf_name(name)} has the sizes {shape}, where the config asks for {needed}"
            raise ModelError(said, place=place, hint="fetch the model again, all of its files of one revision")


def _wanted_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    hidden, inner, heads = (int(config[key]) for key in ("hidden_size", "intermediate_size", "num_attention_heads"))
    head = int(config.get("head_dim") or hidden // heads)
    wide, narrow = heads * head, int(config.get("num_key_value_heads") or heads) * head
    matrices = {"attn_q": (wide, hidden), "attn_k": (narrow, hidden), "attn_v": (narrow, hidden), "attn_output": (hidden, wide)}
    matrices |= {"ffn_gate": (inner, hidden), "ffn_up": (inner, hidden), "ffn_down": (hidden, inner)}
    matrices |= {"token_embd": (int(config["vocab_size"]), hidden), "output": (int(config["vocab_size"]), hidden)}
    norms = dict.fromkeys(("attn_norm", "ffn_norm", "output_norm"), (hidden,)) | dict.fromkeys(("attn_q_norm", "attn_k_norm"), (head,))
    return {**matrices, **norms}


def is_norm(name: str) -> bool:
    """Whether a GGUF tensor is a norm's weight or a bias: small, and kept in float32."""
    stem = name.split(".")[-2]
    return name.endswith(".bias") or stem in _NORMS or stem == "output_norm"


def halves_from_pairs(array: NDArray[Any], heads: int) -> NDArray[Any]:
    """Rows of queries or keys from llama.cpp's order (neighbours rotate together) to transformers' (the two halves of a head do)."""
    return array.reshape(heads, array.shape[0] // heads // 2, 2, *array.shape[1:]).swapaxes(1, 2).reshape(array.shape)


def pairs_from_halves(array: NDArray[Any], heads: int) -> NDArray[Any]:
    """The inverse of `halves_from_pairs`. Source: `permute` in llama.cpp's convert_hf_to_gguf.py."""
    return array.reshape(heads, 2, array.shape[0] // heads // 2, *array.shape[1:]).swapaxes(1, 2).reshape(array.shape)


def permuted_heads(architecture: Architecture, name: str, config: Mapping[str, Any]) -> int | None:
    """By how many heads the rows of a GGUF tensor are permuted; None where they are not."""
    stem = name.split(".")[-2]
    if not architecture.permuted or stem not in ("attn_q", "attn_k"):
        return None
    heads = int(config["num_attention_heads"])
    return heads if stem == "attn_q" else int(config.get("num_key_value_heads") or heads)


def _not_converted(word: str, known: tuple[str, ...], place: str) -> ModelError:
    said = f"models of the architecture {word or '(none named)'} are not converted; those that are: {', '.join(known)}"
    return ModelError(said, place=place, hint="fetch the model in the format that you need")
