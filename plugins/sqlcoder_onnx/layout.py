"""A folder in, which graph lies in it and by what names it is spoken to out: ours, Optimum's or onnxruntime-genai's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlcoder_core.api import ModelError

DESCRIPTION = "sqlcoder_onnx.json"
_GENAI = "genai_config.json"
_GRAPHS = ("decoder_model_merged.onnx", "model.onnx", "decoder_with_past_model.onnx", "decoder_model.onnx")
"""Names that Optimum gives to decoders, best first: a merged one works with and without a past."""
_ENCODERS = ("encoder_model.onnx", "encoder.onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLayout:
    """A graph of ours, as `sqlcoder_onnx.json` describes it. It takes explicit positions and a mask, so that rows can be a tree."""

    file: Path
    graph: Literal["contrib", "standard"]
    precision: str
    layers: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    context: int
    parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceLayout:
    """A graph that takes whole sequences: its mask says how long they are, not who sees whom.

    Names with `%d` stand for one of each layer. `context` is None where nothing says it.
    """

    file: Path
    context: int | None
    input_ids: str = "input_ids"
    attention_mask: str = "attention_mask"
    position_ids: str = "position_ids"
    use_cache_branch: str = "use_cache_branch"
    past_key: str = "past_key_values.%d.key"
    past_value: str = "past_key_values.%d.value"
    logits: str = "logits"
    present_key: str = "present.%d.key"
    present_value: str = "present.%d.value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model: its graph's layout, the folder of config and tokenizer, and the architecture by the config's word."""

    layout: TreeLayout | SequenceLayout
    folder: Path
    architecture: str


def find_model(path: Path) -> Found:
    """The model in a folder, or the graph file itself with its config beside it or one folder up.

    Raises ModelError where there is none, where it is not a decoder, or where its description cannot be read.
    """
    if not path.exists():
        raise ModelError("there is no such file or folder", place=str(path), hint="see `sqlcoder models list`, or check the path")
    folder = _folder_of(path)
    if (folder / DESCRIPTION).is_file():
        return Found(layout=_ours(folder, _json(folder / DESCRIPTION)), folder=folder, architecture=_architecture(folder))
    _refuse_encoders(folder)
    if (folder / _GENAI).is_file():
        return _genai(folder, _json(folder / _GENAI))
    layout = SequenceLayout(file=path if path.is_file() else _graph_in(folder), context=_context(folder))
    return Found(layout=layout, folder=folder, architecture=_architecture(folder))


def _folder_of(path: Path) -> Path:
    """Where config and tokenizer lie: with the graph, or one up, where many models on the hub keep their graphs in `onnx/`."""
    folder = path if path.is_dir() else path.parent
    return folder.parent if folder.name == "onnx" and not (folder / "tokenizer.json").exists() else folder


def _ours(folder: Path, said: Mapping[str, Any]) -> TreeLayout:
    place, hint = str(folder / DESCRIPTION), "convert the model again with `sqlcoder models convert`"
    if said.get("format") != 1:
        message = f"format {said.get('format')!r} is not known to this version"
        raise ModelError(message, place=place, hint="upgrade sqlcoder-core, or convert the model again with `sqlcoder models convert`")
    numbers = ("layers", "kv_heads", "head_dim", "vocabulary", "context", "parameters")
    try:
        sizes = {name: int(said[name]) for name in numbers}
        file = folder / Path(str(said["file"])).name
        if said["graph"] not in ("contrib", "standard"):
            raise ValueError(f"graph {said['graph']!r}")
        return TreeLayout(file=file, graph=said["graph"], precision=str(said["precision"]), **sizes)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"is not complete: {error}", place=place, hint=hint) from error


def _genai(folder: Path, said: Mapping[str, Any]) -> Found:
    place, model = str(folder / _GENAI), said.get("model")
    decoder = model.get("decoder") if isinstance(model, dict) else None
    if not isinstance(model, dict) or not isinstance(decoder, dict):
        raise ModelError("describes no decoder", place=place, hint="fetch the model again")
    if "encoder" in model:
        raise _encoder_refused(folder)
    if "pipeline" in decoder:
        raise ModelError("the model is cut into a pipeline of graphs", place=place, hint="fetch it as one graph, for the CPU or CUDA")
    given = {**(decoder.get("inputs") or {}), **(decoder.get("outputs") or {})}
    renamed = {"past_key_names": "past_key", "past_value_names": "past_value"}
    renamed |= {"present_key_names": "present_key", "present_value_names": "present_value"}
    known = {"input_ids", "attention_mask", "position_ids", "logits", *renamed.values()}
    names = {renamed.get(key, key): str(value) for key, value in given.items()}
    file = folder / Path(str(decoder.get("filename") or "model.onnx")).name
    layout = SequenceLayout(
        file=file, context=_number(model.get("context_length")), **{name: text for name, text in names.items() if name in known}
    )
    return Found(layout=layout, folder=folder, architecture=str(model.get("type") or _architecture(folder)))


def _graph_in(folder: Path) -> Path:
    for place in (folder, folder / "onnx"):
        found = next((place / name for name in _GRAPHS if (place / name).is_file()), None)
        others = sorted(place.glob("*.onnx"))
        if found or len(others) == 1:
            return found or others[0]
        if others:
            named = ", ".join(file.name for file in others[:4])
            raise ModelError(f"holds several graphs ({named})", place=str(place), hint="name the file to use as `runtime: {model: ...}`")
    hint = "convert a model with `sqlcoder models convert SRC DST.onnx`, or name a folder with model.onnx"
    raise ModelError("there is no ONNX graph", place=str(folder), hint=hint)


def _refuse_encoders(folder: Path) -> None:
    if any((place / name).is_file() for place in (folder, folder / "onnx") for name in _ENCODERS):
        raise _encoder_refused(folder)


def _encoder_refused(folder: Path) -> ModelError:
    hint = "use the runtime `transformers` with the model's safetensors, or a decoder-only model"
    return ModelError("encoder-decoder models in ONNX are not run here", place=str(folder), hint=hint)


def _architecture(folder: Path) -> str:
    config = _json(folder / "config.json") if (folder / "config.json").is_file() else {}
    return str(config.get("model_type") or "")


def _context(folder: Path) -> int | None:
    config = _json(folder / "config.json") if (folder / "config.json").is_file() else {}
    if config.get("is_encoder_decoder"):
        raise _encoder_refused(folder)
    sizes = [_number(config.get(name)) for name in ("max_position_embeddings", "n_positions", "sliding_window")]
    return min((size for size in sizes if size), default=None)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot be read: {error}", place=str(file), hint="fetch or convert the model again") from error
    if not isinstance(found, dict):
        raise ModelError("is not a JSON object", place=str(file), hint="fetch or convert the model again")
    return found
