"""What a model's files say of it: headers and configuration only, no engine and no tensor is loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.foreign import foreign
from sqlcoder_core.models.convert.gguf_header import GgufHeader, part_paths, read_header
from sqlcoder_core.models.convert.safetensors_file import SafetensorsFile
from sqlcoder_core.models.json_file import read_object
from sqlcoder_core.models.memory_need import memory_need
from sqlcoder_core.models.names import KnownModel, Shape, known, label_of, recognised
from sqlcoder_core.models.store import RECORD, size_of
from sqlcoder_core.values.model_files import ModelFiles, ModelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """One model. Sizes count bytes, `context` tokens; None and "" stand for what its files do not say.

    `precision` lists the number formats of the weights, the one with most bytes first. `need` is the memory for one question
    (`memory_need`).
    """

    name: str
    kind: ModelKind
    path: str
    size: int
    architecture: str = ""
    parameters: int | None = None
    layers: int | None = None
    context: int | None = None
    vocabulary: int | None = None
    precision: tuple[str, ...] = ()
    tokenizer: str = ""
    chat_template: bool = False
    prompt: str = "chat"
    licence: str = ""
    trained_on: str = ""
    source: str = ""
    need: int = 0


def describe(files: ModelFiles) -> ModelInfo:
    """The facts of one model. Raises ModelError for files that are broken, FileError for those that cannot be read."""
    path = Path(files.path)
    model = known(files.name) or recognised(path.name)
    readers: dict[ModelKind, Callable[[Path], dict[str, Any]]] = {"gguf": _gguf, "safetensors": _safetensors, "onnx": _onnx}
    found = readers[files.kind](path)
    shape: Shape | None = found.pop("shape", None) or (model.shape if model else None)
    size = sum(size_of(part) for part in part_paths(path)) if files.kind == "gguf" else size_of(path)
    said = {name: value for name, value in found.items() if value} | {"size": size, "need": memory_need(size, shape)}
    record = read_object((path.parent if files.kind == "gguf" else path) / RECORD)
    said["source"] = record.get("source") or record.get("made_from") or ""
    return ModelInfo(name=files.name, kind=files.kind, path=files.path, **_with_known(said, model, files.prompt))


def _with_known(said: dict[str, Any], model: KnownModel | None, prompt: str | None) -> dict[str, Any]:
    if model is None:
        return said | ({"prompt": prompt} if prompt else {})
    also = {"architecture": model.architecture, "parameters": model.parameters, "context": model.context, "licence": model.licence}
    return also | said | {"prompt": prompt or model.prompt, "trained_on": model.trained_on}


def _gguf(path: Path) -> dict[str, Any]:
    headers = [read_header(part) for part in part_paths(path)]
    header, tensors = headers[0], [tensor for one in headers for tensor in one.tensors]
    if header.metadata.get("general.type", "model") != "model":
        what = header.metadata["general.type"]
        raise ModelError(f"a GGUF {what}, not a model", place=str(path), hint="give it to a runtime as `adapter`, beside its model")
    bytes_of: Counter[str] = Counter()
    for tensor in tensors:
        bytes_of[tensor.type.name] += tensor.size
    read = _Numbers(header)
    tokens = header.arrays.get("tokenizer.ggml.tokens")
    kind, pre = (header.metadata.get(f"tokenizer.ggml.{name}", "") for name in ("model", "pre"))
    return {
        "architecture": header.architecture,
        "parameters": sum(tensor.numbers for tensor in tensors),
        "layers": read("block_count"),
        "context": read("context_length"),
        "vocabulary": tokens.length if tokens else read("vocab_size"),
        "precision": tuple(name for name, _ in bytes_of.most_common()),
        "tokenizer": f"{kind}, pre-tokenizer {pre}" if kind and pre else str(kind),
        "chat_template": "tokenizer.chat_template" in header.metadata,
        "licence": str(header.metadata.get("general.license", "")),
        "shape": read.shape(),
    }


class _Numbers:
    """Numbers under the architecture's own prefix in a GGUF header."""

    def __init__(self, header: GgufHeader) -> None:
        self._header = header

    def __call__(self, name: str) -> int | None:
        found = self._header.metadata.get(f"{self._header.architecture}.{name}")
        return found if isinstance(found, int) else None

    def shape(self) -> Shape | None:
        layers, heads, width = self("block_count"), self("attention.head_count"), self("embedding_length")
        if not (layers and heads and width):
            return None
        kv_heads, head = self("attention.head_count_kv") or heads, self("attention.key_length") or width // heads
        return Shape(layers=layers, kv_heads=kv_heads, head_size=head)


def _safetensors(path: Path) -> dict[str, Any]:
    bytes_of: Counter[str] = Counter()
    parameters = 0
    quantised = read_object(path / "config.json").get("quantization_config")
    for file in sorted(path.glob("*.safetensors")):
        if not file.name.startswith("adapter_"):
            for tensor in SafetensorsFile(file).tensors.values():
                bytes_of[tensor.dtype] += tensor.size
                parameters += prod(tensor.shape)
    # In a quantised checkpoint several numbers share one stored one, so that counting says nothing.
    counted = None if quantised else parameters
    return _from_config(path) | {"parameters": counted, "precision": tuple(name for name, _ in bytes_of.most_common())}


def _onnx(path: Path) -> dict[str, Any]:
    ours = read_object(path / "sqlcoder_onnx.json")
    label = str(ours.get("precision") or read_object(path / RECORD).get("variant") or label_of(path.name, "onnx") or "")
    own = {"parameters": _integer(ours, "parameters"), "context": _integer(ours, "context")}
    known_here = {name: value for name, value in own.items() if value}
    return _from_config(path) | known_here | {"precision": (label,) if label else ()}


def _from_config(path: Path) -> dict[str, Any]:
    with foreign("config.json", str(path)):
        return _told_by_config(path, read_object(path / "config.json"))


def _told_by_config(path: Path, config: dict[str, Any]) -> dict[str, Any]:
    template = (path / "chat_template.jinja").is_file() or bool(read_object(path / "tokenizer_config.json").get("chat_template"))
    return {
        "architecture": str(next(iter(config.get("architectures") or ()), config.get("model_type") or "")),
        "layers": _integer(config, "num_hidden_layers", "n_layer"),
        "context": _integer(config, "max_position_embeddings", "n_positions"),
        "vocabulary": _integer(config, "vocab_size"),
        "tokenizer": _tokenizer(path),
        "chat_template": template,
        "shape": _shape(config),
    }


def _shape(config: Mapping[str, Any]) -> Shape | None:
    layers, heads = _integer(config, "num_hidden_layers", "n_layer"), _integer(config, "num_attention_heads", "n_head")
    width = _integer(config, "hidden_size", "n_embd")
    if not (layers and heads and width):
        return None
    kv_heads = 1 if config.get("multi_query") else _integer(config, "num_key_value_heads") or heads
    return Shape(layers=layers, kv_heads=kv_heads, head_size=_integer(config, "head_dim") or width // heads)


def _tokenizer(path: Path) -> str:
    if (path / "tokenizer.json").is_file():
        kind = (read_object(path / "tokenizer.json").get("model") or {}).get("type")
        return f"tokenizer.json, {kind}" if kind else "tokenizer.json"
    return "tokenizer.model" if (path / "tokenizer.model").is_file() else ""


def _integer(config: Mapping[str, Any], *names: str) -> int | None:
    return next((config[name] for name in names if isinstance(config.get(name), int)), None)
