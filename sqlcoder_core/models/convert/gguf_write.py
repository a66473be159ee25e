"""Weights as one GGUF file, written tensor by tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.architectures import check_shapes, of_config, pairs_from_halves, permuted_heads, stays_float
from sqlcoder_core.models.convert.foreign import foreign
from sqlcoder_core.models.convert.llama_family import head_width
from sqlcoder_core.models.convert.made import Progress
from sqlcoder_core.models.convert.number_formats import FLOATS, Q8_0_BLOCK, checked_dtype, encoded, encoded_blocks, size_of
from sqlcoder_core.models.convert.rope import llama3_factors
from sqlcoder_core.models.convert.staging import check_room, staged_file
from sqlcoder_core.models.convert.tokenizer_to_gguf import GgufVocabulary, gguf_vocabulary
from sqlcoder_core.models.convert.weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray


GGUF_DTYPES = (*FLOATS, "q8_0")
_ALIGNMENT = 32  # bytes, what a file has that says nothing of it
_FACTORS = "rope_freqs.weight"
_FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7, "bf16": 32}  # llama_ftype in llama.h
_ABOUT = ("name", "license", "organization", "basename", "size_label", "finetune", "author", "url")


def write_gguf(weights: Weights, dst: Path, *, dtype: str | None = None, progress: Progress | None = None) -> tuple[str, ...]:
    """Write the file; it appears whole at the end, or not at all. Norms and biases stay float32.

    `dtype` is f32, f16, bf16 or q8_0 (None: what loses nothing); `progress` hears the tensor's name, and bytes written and to write.
    Gives what is worth knowing: tensors that could not take the format. Raises ModelError for what GGUF cannot say of this model.
    """
    dtype = checked_dtype(dtype, weights, GGUF_DTYPES)
    with foreign("config.json", str(weights.path)):
        plan = _Plan(weights, dtype)
    check_room(dst, plan.total, "free some space, choose another place, or write f16 or q8_0")
    files = weights.tokenizer_files()
    with foreign("tokenizer.json", str(weights.path)):
        vocabulary = gguf_vocabulary(files, plan.config, str(weights.path))
    with staged_file(dst) as staged:
        _write(plan, vocabulary, staged, progress)
    return (*plan.notes(), *vocabulary.notes)


class _Plan:
    """Which tensors there will be, under which names, in which format; all of it known before a byte is written."""

    def __init__(self, weights: Weights, dtype: str) -> None:
        self.weights, self.dtype = weights, dtype
        self.architecture = of_config(weights.config, str(weights.path))
        self.names = {self._gguf_name(name): name for name in weights.names()}
        self.config = weights.config
        self._check_names()
        self.config = weights.config | {"vocab_size": weights.shape(self.names["token_embd.weight"])[0]}
        check_shapes(self.architecture, self.config, {name: weights.shape(told) for name, told in self.names.items()}, str(weights.path))
        odd = self.architecture.family.not_sayable(self.config)
        if odd is not None:
            raise self.fail(odd)
        self.keys = self.architecture.family.keys_from(self.config)
        self.factors = self._rope_factors()
        self.total = sum(self.size(name) for name in self.names)

    def _check_names(self) -> None:
        layers = self.config.get(self.architecture.family.LAYERS)
        if not isinstance(layers, int) or layers > len(self.names):
            raise self.fail(f"the config speaks of {layers!r} layers, the model has {len(self.names)} tensors")
        missing = [name for name in self.architecture.expected(layers) if name not in self.names]
        if not self.config["tie_word_embeddings"] and "output.weight" not in self.names:
            missing.append("output.weight")
        if missing:
            raise self.fail(f"the tensor {self.architecture.hf_name(missing[0])} is missing ({len(missing)} are in all)")

    def dtype_of(self, name: str) -> str:
        shape = self.weights.shape(self.names[name])
        if stays_float(name) or len(shape) < 2:
            return "f32"
        return "f16" if self.dtype == "q8_0" and shape[-1] % Q8_0_BLOCK else self.dtype

    def size(self, name: str) -> int:
        return size_of(math.prod(self.weights.shape(self.names[name])), self.dtype_of(name))

    def blocks(self, name: str) -> Iterator[NDArray[Any]]:
        """The tensor's bytes, block by block; one whose rows change places comes whole."""
        heads = permuted_heads(self.architecture, name, self.config)
        if heads is None:
            yield from encoded_blocks(self.weights, self.names[name], self.dtype_of(name))
        else:
            yield encoded(pairs_from_halves(self.weights.array(self.names[name]), heads), self.dtype_of(name), name)

    def notes(self) -> tuple[str, ...]:
        fallen = [name for name in self.names if self.dtype_of(name) not in (self.dtype, "f32")]
        said = f"{len(fallen)} tensors stay float16, since their rows are no multiple of {Q8_0_BLOCK}: {', '.join(fallen[:3])}"
        return (said,) if fallen else ()

    def fail(self, what: str) -> ModelError:
        return ModelError(what, place=str(self.weights.path), hint="use the safetensors or ONNX form of this model")

    def _gguf_name(self, name: str) -> str:
        found = self.architecture.gguf_name(name)
        if found is None:
            raise self.fail(f"the tensor {name} is not part of {self.architecture.word} as it is known here")
        return found

    def _rope_factors(self) -> NDArray[Any] | None:
        scaling = self.config.get("rope_scaling")
        if not scaling or scaling["rope_type"] != "llama3":
            return None
        return llama3_factors(scaling, float(self.config["rope_theta"]), head_width(self.config))


def _write(plan: _Plan, vocabulary: GgufVocabulary, path: Path, progress: Progress | None) -> None:
    from gguf.gguf_writer import GGUFWriter

    writer = GGUFWriter(path, plan.architecture.word)
    try:
        _say_model(writer, plan)
        _say_vocabulary(writer, vocabulary)
        _announce(writer, plan)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
    finally:
        writer.close()
    with path.open("ab") as file:
        done = 0
        for name in plan.names:
            _write_tensor(file, plan.blocks(name))
            done += plan.size(name)
            if progress:
                progress(name, done, plan.total)
        if plan.factors is not None:
            _write_tensor(file, iter([plan.factors]))


def _write_tensor(file: BinaryIO, blocks: Iterator[NDArray[Any]]) -> None:
    """Its bytes from the next multiple of the alignment on, and zeros up to the one after them."""
    _pad(file)
    for block in blocks:
        block.tofile(file)
    _pad(file)


def _pad(file: BinaryIO) -> None:
    file.write(b"\0" * (-file.tell() % _ALIGNMENT))


def _announce(writer: Any, plan: _Plan) -> None:
    import numpy as np
    from gguf.constants import GGMLQuantizationType

    raw = {"q8_0": GGMLQuantizationType.Q8_0, "bf16": GGMLQuantizationType.BF16}
    plain = {"f32": np.dtype("float32"), "f16": np.dtype("float16")}
    for name, hf_name in plan.names.items():
        dtype, shape = plan.dtype_of(name), plan.weights.shape(hf_name)
        if dtype in raw:  # such tensors are handed over as bytes, so their shape is told in bytes too
            shape = (*shape[:-1], plan.size(name) // math.prod(shape[:-1]))
        writer.add_tensor_info(name, shape, plain.get(dtype, np.dtype("uint8")), plan.size(name), raw_dtype=raw.get(dtype))
    if plan.factors is not None:
        writer.add_tensor_info(_FACTORS, plan.factors.shape, plain["f32"], plan.factors.nbytes)


def _say_model(writer: Any, plan: _Plan) -> None:
    config, about = plan.config, plan.weights.about
    writer.add_type("model")
    for key in _ABOUT:
        if key in about:
            writer.add_string(f"general.{key}", about[key])
    for key, value in plan.keys.items():
        add = {int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}[type(value)]
        add(f"{plan.architecture.word}.{key}", value)
    writer.add_vocab_size(int(config["vocab_size"]))
    writer.add_file_type(_FILE_TYPES[plan.dtype])
    writer.add_quantization_version(2)


def _say_vocabulary(writer: Any, vocabulary: GgufVocabulary) -> None:
    writer.add_tokenizer_model(vocabulary.model)
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    if vocabulary.merges is not None:
        writer.add_token_merges(vocabulary.merges)
    if vocabulary.scores is not None:
        writer.add_token_scores(vocabulary.scores)
    for word, number in vocabulary.numbers.items():
        writer.add_uint32(f"tokenizer.ggml.{word}_token_id", number)
    writer.add_add_bos_token(vocabulary.begins)
    writer.add_add_eos_token(vocabulary.ends)
    writer.add_add_space_prefix(vocabulary.space_prefix)
    if vocabulary.template is not None:
        writer.add_chat_template(vocabulary.template)
