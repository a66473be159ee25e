"""A model's files in, every file that its worker must be able to read out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlcoder_core.values.model_files import ModelFiles

_WEIGHTS = (".safetensors", ".gguf", ".onnx", ".onnx_data", ".data")
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


def readable_files(files: ModelFiles) -> tuple[str, ...]:
    """The model and its adapter: folders, the parts of a file in parts, and what links in them point to (caches are full of links).

    A link of a folder opens only what is a model's: a folder that was fetched from somewhere could point to anything.
    """
    found: list[Path] = []
    for top in _tops(files):
        found += (top, top.resolve())
        found += (target for link in (top.rglob("*") if top.is_dir() else ()) if (target := _linked(link, top.resolve())))
    return tuple(dict.fromkeys(map(str, found)))


def _linked(link: Path, top: Path) -> Path | None:
    """The file of a model that a link leads to: one of a hub's cache, weights, or what lies beside weights under the link's own name."""
    target = link.resolve()
    if target.is_relative_to(top) or not target.is_file():
        return None
    beside = target.name == link.name and any(file.suffix in _WEIGHTS for file in target.parent.iterdir())
    return target if target.parent.name == "blobs" or target.suffix in _WEIGHTS or beside else None


def weight_files(files: ModelFiles) -> tuple[Path, ...]:
    """The files that hold weights, adapter included; none where there is no such file."""
    found = [path for top in _tops(files) for path in (sorted(top.rglob("*")) if top.is_dir() else (top,))]
    kept = {"safetensors": (".safetensors",), "gguf": (".gguf", ".safetensors"), "onnx": _WEIGHTS[2:]}[files.kind]
    return tuple(path for path in found if path.is_file() and path.name.lower().endswith(kept))


def package_folders() -> tuple[str, ...]:
    """Where Python's packages are installed, the user's own ones too: all that is imported after the walls are up."""
    return tuple(path for path in sys.path if Path(path).name in ("site-packages", "dist-packages"))


def _tops(files: ModelFiles) -> Iterator[Path]:
    path = Path(files.path)
    parts = _PART.search(path.name)
    if parts:
        yield from sorted(path.parent.glob(f"{path.name[: parts.start()]}-*-of-{parts[2]}.gguf"))
    else:
        yield path
    if files.adapter:
        yield Path(files.adapter)
