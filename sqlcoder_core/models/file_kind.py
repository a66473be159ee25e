"""What lies at a path: safetensors, GGUF, ONNX or a pickle, told by content and not only by name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.values.model_files import ModelKind

KIND_NAMES: dict[ModelKind, str] = {"safetensors": "safetensors", "gguf": "GGUF", "onnx": "ONNX"}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_PICKLE_HEADS = (b"\x80", b"PK\x03\x04")
_ONNX_SIGNS = ("sqlcoder_onnx.json", "genai_config.json")
_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$")
CONVERT_PICKLE = (
    "save the model anew with `save_pretrained(..., safe_serialization=True)` on a machine where you trust the file, "
    "or let the hub's conversion do it: https://huggingface.co/spaces/safetensors/convert"
)


def kinds_at(path: Path) -> dict[ModelKind, tuple[Path, ...]]:
    """The kinds of model at `path`, each with what to open: GGUF files, or the folder for the other two.

    A file that is one of a folder's (`model.safetensors`, `model.onnx`) stands for the folder. Raises FileError for a path that
    cannot be read.
    """
    try:
        return _in_file(path) if path.is_file() else _in_folder(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"cannot read {path}: {reason}", hint="name a model file or folder that is there") from error


def refuse_pickle(path: Path) -> None:
    """Raise ModelError where what lies at `path` is, or a folder holds only, a pickled checkpoint."""
    found = next(pickles_in([path] if path.is_file() else sorted(path.iterdir())), None)
    if found is not None:
        message = "a pickled checkpoint, which can run any code while it is loaded, and is not read"
        raise ModelError(message, place=str(found), hint=CONVERT_PICKLE)


def pickles_in(files: list[Path]) -> Iterator[Path]:
    """Those of the files that are pickles."""
    for file in files:
        with suppress(OSError):  # one that cannot be read is not read
            if file.suffix in _PICKLES and file.is_file() and _head(file).startswith(_PICKLE_HEADS):
                yield file


def is_adapter(folder: Path) -> bool:
    """True for a LoRA adapter in PEFT's format."""
    return (folder / "adapter_config.json").is_file()


def missing_parts(folder: Path) -> tuple[str, ...]:
    """Files that the index of a model in parts names and that are not there, or elsewhere than in its folder."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return ()
    try:
        named = sorted({str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()})
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ModelError("the index of the model's parts cannot be read", place=str(index), hint="fetch the model again") from error
    return tuple(name for name in named if Path(name).name != name or not (folder / name).is_file())


def _in_file(path: Path) -> dict[ModelKind, tuple[Path, ...]]:
    if _head(path).startswith(b"GGUF"):
        return {"gguf": (path,)}
    if path.suffix == ".safetensors":
        return {"safetensors": (path.parent,)}
    return {"onnx": (path.parent,)} if path.suffix == ".onnx" else {}


def _in_folder(path: Path) -> dict[ModelKind, tuple[Path, ...]]:
    names = sorted(path.iterdir())
    found: dict[ModelKind, tuple[Path, ...]] = {}
    weights = [file for file in names if file.suffix == ".safetensors" and not file.name.startswith("adapter_")]
    if weights and (path / "config.json").is_file():
        found["safetensors"] = (path,)
    ggufs = tuple(file for file in names if file.suffix == ".gguf" and not _LATER_PART.search(file.name))
    if ggufs:
        found["gguf"] = ggufs
    if any((path / sign).is_file() for sign in _ONNX_SIGNS) or any(path.glob("*.onnx")) or any(path.glob("onnx/*.onnx")):
        found["onnx"] = (path,)
    return found


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(4)
