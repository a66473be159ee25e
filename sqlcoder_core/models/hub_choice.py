"""Which of a repository's files make up the model that is wanted; pickles never do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.file_kind import CONVERT_PICKLE, KIND_NAMES
from sqlcoder_core.models.gpus import Gpu
from sqlcoder_core.models.memory_need import memory_need, weight_bytes
from sqlcoder_core.models.names import KnownModel, label_of
from sqlcoder_core.values.model_files import ModelKind

USUAL_VARIANT = "q4_k_m"
"""The precision that is taken of several GGUF files: with beams it runs nearly twice as fast as Q5_K_M and loses little."""
_PART = re.compile(r"-\d{5}-of-\d{5}(?=\.gguf$)")
_BESIDE = (".json", ".jinja", ".model", ".txt")
_LICENCE = re.compile(r"licen[cs]e|notice|use_policy", re.IGNORECASE)
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The files to fetch. `kind` is also "adapter", for a LoRA adapter in PEFT's format."""

    kind: str
    files: tuple[str, ...]
    variant: str = ""


class OnlyPickles(ModelError):
    """The repository has weights, and all of them are pickles."""


def choose(names: Iterable[str], repository: str, kind: ModelKind | None, variant: str | None, file: str | None = None) -> Choice:
    """The files of `kind` (None: safetensors, else GGUF, else ONNX) in precision `variant`, or those that belong to one `file`.

    Raises ModelError where there is no such model in the repository, and OnlyPickles where there are only those.
    """
    there = sorted(names)
    if file is not None:
        return _one_file(there, repository, file)
    if kind is None and variant is not None:
        kind = "gguf"
    if kind is None and {"adapter_config.json", "adapter_model.safetensors"} <= set(there):
        return Choice(kind="adapter", files=("adapter_config.json", "adapter_model.safetensors"))
    found = {"safetensors": _safetensors(there), "gguf": _ggufs(there), "onnx": _onnx(there)}
    chosen: ModelKind | None = kind or next((one for one in KIND_NAMES if found[one]), None)
    if chosen is None or not found[chosen]:
        raise _nothing(there, repository, chosen, [one for one in KIND_NAMES if found[one]])
    if chosen == "gguf":
        return _one_gguf(found["gguf"], repository, variant)
    beside = [name for name in there if "/" not in name and (name.endswith(_BESIDE) or _LICENCE.search(name))]
    return Choice(kind=chosen, files=tuple(dict.fromkeys((*found[chosen], *beside))))


def usual_kind(model: KnownModel | None, gpus: Iterable[Gpu]) -> ModelKind | None:
    """Of a known model that comes in both kinds: safetensors for a GPU that holds them, else the official GGUF; None for others."""
    if model is None or not {"safetensors", "gguf"} <= set(model.weights):
        return None
    need = memory_need(weight_bytes(model.parameters, "bf16"), model.shape)
    return "safetensors" if any(gpu.kind == "cuda" and (gpu.memory or 0) >= need for gpu in gpus) else "gguf"


def _safetensors(there: list[str]) -> list[str]:
    weights = [name for name in there if name.endswith(".safetensors") and "/" not in name and not name.startswith("adapter_")]
    # Some repositories hold a second copy in the layout of another program (consolidated.safetensors).
    usual = [name for name in weights if name.startswith("model")]
    return (usual or weights) if "config.json" in there else []


def _ggufs(there: list[str]) -> list[str]:
    return [name for name in there if name.endswith(".gguf") and "mmproj" not in name.lower()]


def _onnx(there: list[str]) -> list[str]:
    graphs = [name for name in there if name.endswith(".onnx")]
    return graphs and [name for name in there if ".onnx" in PurePosixPath(name).name]


def _one_file(there: list[str], repository: str, file: str) -> Choice:
    if file not in there:
        hint = f"there is {', '.join(_ggufs(there)[:8]) or 'no GGUF file'}"
        raise ModelError(f"{repository} has no file {file}", hint=hint)
    if not file.endswith(".gguf"):
        raise ModelError(f"{file} is not a whole model", hint=f"`sqlcoder models pull {repository}` fetches the repository")
    group = _PART.sub("", file)
    return Choice(kind="gguf", files=tuple(name for name in _ggufs(there) if _PART.sub("", name) == group), variant=label_of(group, "gguf"))


def _one_gguf(names: list[str], repository: str, variant: str | None) -> Choice:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_PART.sub("", name), []).append(name)
    labels = {group: label_of(group, "gguf") for group in groups}
    if variant is None and len(groups) == 1:
        wanted = list(groups)
    else:
        wanted = [group for group in groups if labels[group] == (variant or USUAL_VARIANT)]
    if len(wanted) != 1:
        listed = ", ".join(sorted(label or PurePosixPath(group).name for group, label in labels.items()))
        hint = f"write {repository}:NAME with one of them, or hf://{repository}/FILE"
        raise ModelError(f"{repository} has {len(groups)} GGUF models, and none is {variant or 'chosen'}: {listed}", hint=hint)
    return Choice(kind="gguf", files=tuple(groups[wanted[0]]), variant=labels[wanted[0]])


def _nothing(there: list[str], repository: str, kind: ModelKind | None, others: list[ModelKind]) -> ModelError:
    if others and kind is not None:
        words = " and ".join(KIND_NAMES[one] for one in others)
        hint = f"pull it as it is, then run `sqlcoder models convert {repository} --to {kind}`"
        return ModelError(f"{repository} holds {words}, and no {KIND_NAMES[kind]}", hint=hint)
    if any(name.endswith(_PICKLES) for name in there):
        message = f"{repository} holds its weights as pickles only, which can run any code while they are loaded, and are not read"
        return OnlyPickles(message, hint=f"{CONVERT_PICKLE}; a conversion that was offered there can be pulled with `--revision`")
    return ModelError(f"{repository} holds no model that can be read", hint="safetensors, GGUF and ONNX can be")
