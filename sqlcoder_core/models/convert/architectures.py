"""Decoder-only architectures that are converted: their names in GGUF and in config.json, and what each tensor is called in both."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert import llama_family, starcoder_family
from sqlcoder_core.models.convert.gguf_keys import GgufKeys

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
_STARCODER_WHOLE = {
    "token_embd": "transformer.wte",
    "position_embd": "transformer.wpe",
    "output_norm": "transformer.ln_f",
    "output": "lm_head",
}
_STARCODER_LAYER = {
    "attn_norm": "ln_1",
    "attn_qkv": "attn.c_attn",
    "attn_output": "attn.c_proj",
    "ffn_norm": "ln_2",
    "ffn_up": "mlp.c_fc",
    "ffn_down": "mlp.c_proj",
}
_PLAIN = ("attn_norm", "ffn_norm", "attn_q_norm", "attn_k_norm", "output_norm", "position_embd")
_GGUF_LAYER = re.compile(r"blk\.(\d+)\.([a-z_]+)\.(weight|bias)")


class Family(Protocol):
    """What is the same for all architectures of one kin; the modules `*_family` are such."""

    SIZES: tuple[str, ...]
    """Keys of config.json that must be positive whole numbers."""
    LAYERS: str
    """The key of config.json that counts layers."""

    def config_from(self, keys: GgufKeys, word: str, tensors: Collection[str], /) -> dict[str, Any]:
        """config.json from GGUF's keys, without names and vocabulary."""

    def keys_from(self, config: Mapping[str, Any], /) -> dict[str, int | float | str]:
        """GGUF's keys from config.json."""

    def not_sayable(self, config: Mapping[str, Any], /) -> str | None:
        """What of a config GGUF has no words for."""

    def shapes(self, config: Mapping[str, Any], /) -> dict[str, tuple[int, ...]]:
        """Sizes of tensors by the stems of their GGUF names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One architecture. `word` is GGUF's name, `model_types` are those of config.json (the first is written), `class_name` transformers'.

    `permuted`: llama.cpp rotates neighbouring rows of this architecture's queries and keys, transformers the two halves of a head.
    `whole` and `layer` map GGUF's names to transformers', which has layers under `prefix`; `biases` always have a bias.
    """

    word: str
    family: Family
    model_types: tuple[str, ...]
    class_name: str
    permuted: bool = False
    prefix: str = "model.layers."
    whole: Mapping[str, str] = field(default_factory=lambda: _WHOLE)
    layer: Mapping[str, str] = field(default_factory=lambda: _LAYER)
    biases: tuple[str, ...] = ()

    def hf_name(self, name: str) -> str | None:
        """transformers' name of a GGUF tensor, or None for one that is not of this architecture."""
        found = _GGUF_LAYER.fullmatch(name)
        if found:
            return f"{self.prefix}{found[1]}.{self.layer[found[2]]}.{found[3]}" if found[2] in self.layer else None
        stem, _, kind = name.rpartition(".")
        return f"{self.whole[stem]}.{kind}" if stem in self.whole and self._may_be(stem, kind) else None

    def gguf_name(self, name: str) -> str | None:
        """GGUF's name of a transformers tensor, or None for one that is not of this architecture."""
        stem, _, kind = name.rpartition(".")
        number, _, inner = stem.removeprefix(self.prefix).partition(".")
        if stem.startswith(self.prefix) and number.isdecimal() and kind in ("weight", "bias"):
            found = next((one for one, hf in self.layer.items() if hf == inner), None)
            return f"blk.{number}.{found}.{kind}" if found else None
        found = next((one for one, hf in self.whole.items() if hf == stem), None)
        return f"{found}.{kind}" if found and self._may_be(found, kind) else None

    def expected(self, layers: int) -> Iterator[str]:
        """GGUF names of the tensors that a model of so many layers cannot do without."""
        yield from (f"{stem}.weight" for stem in self.whole if stem != "output")
        yield from (f"{stem}.bias" for stem in self.whole if stem in self.biases)
        for number in range(layers):
            yield from (f"blk.{number}.{stem}.weight" for stem in self.layer)
            yield from (f"blk.{number}.{stem}.bias" for stem in self.layer if stem in self.biases)

    def _may_be(self, stem: str, kind: str) -> bool:
        return kind == "weight" or (kind == "bias" and stem in self.biases)


ARCHITECTURES = {
    one.word: one
    for one in (
        Architecture(word="llama", family=llama_family, model_types=("llama", "mistral"), class_name="LlamaForCausalLM", permuted=True),
        Architecture(
            word="qwen2", family=llama_family, model_types=("qwen2",), class_name="Qwen2ForCausalLM", biases=("attn_q", "attn_k", "attn_v")
        ),
        Architecture(word="qwen3", family=llama_family, model_types=("qwen3",), class_name="Qwen3ForCausalLM", layer=_LAYER | _HEAD_NORMS),
        Architecture(
            word="starcoder",
            family=starcoder_family,
            model_types=("gpt_bigcode",),
            class_name="GPTBigCodeForCausalLM",
            prefix="transformer.h.",
            whole=_STARCODER_WHOLE,
            layer=_STARCODER_LAYER,
            biases=("output_norm", *_STARCODER_LAYER),
        ),
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
    sizes = {key: config.get(key) for key in architecture.family.SIZES}
    odd = next((key for key, value in sizes.items() if not isinstance(value, int) or isinstance(value, bool) or value < 1), None)
    if odd is not None:
        raise ModelError(f"the config says nothing usable about {odd} ({sizes[odd]!r})", place=place, hint="fetch the model again")
    wanted, layers = architecture.family.shapes(config), int(config[architecture.family.LAYERS])
    for name, shape in shapes.items():
        layer, needed = _GGUF_LAYER.fullmatch(name), wanted[name.split(".")[-2]]
        if layer and int(layer[1]) >= layers:
            said = f"the tensor {architecture.hf_name(name)} belongs to no layer, of which the config has {layers}"
        elif shape != (needed[:1] if name.endswith(".bias") else needed):
            said = f"the tensor {architecture.hf_name(name)} has the sizes {shape}, where the config asks for {needed}"
        else:
            continue
        raise ModelError(said, place=place, hint="fetch the model again, all of its files of one revision")


def stays_float(name: str) -> bool:
    """Whether a GGUF tensor is a norm, a bias or a table of positions: small, and kept in float32."""
    return name.endswith(".bias") or name.split(".")[-2] in _PLAIN


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
