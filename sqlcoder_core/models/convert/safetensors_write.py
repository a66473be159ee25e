"""Weights as a folder that transformers loads: config.json, model.safetensors (in shards where large), tokenizer, model card."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcoder_core.models.convert.made import Progress
from sqlcoder_core.models.convert.number_formats import FLOATS, checked_dtype, encoded_blocks, size_of
from sqlcoder_core.models.convert.safetensors_weights import CARD_WORDS, INDEX
from sqlcoder_core.models.convert.staging import check_room, staged_folder
from sqlcoder_core.models.convert.weights import Weights

_SHARD = 5_000_000_000  # bytes, as transformers does
_HEADS = {"f32": "F32", "f16": "F16", "bf16": "BF16"}
_TORCH = {"f32": "float32", "f16": "float16", "bf16": "bfloat16"}


def write_safetensors(
    weights: Weights, dst: Path, *, dtype: str | None = None, progress: Progress | None = None, shard: int = _SHARD
) -> None:
    """Write the folder, tensor by tensor; all of it appears at the end or nothing does.

    `dtype` is f32, f16 or bf16 (None: what loses nothing); `progress` hears the tensor's name, and bytes written and to write.
    Raises ModelError for a tokenizer that is missing, FileError where the disk has no room.
    """
    dtype = checked_dtype(dtype, weights, tuple(FLOATS))
    sizes = {name: size_of(math.prod(weights.shape(name)), dtype) for name in weights.names()}
    total = sum(sizes.values())
    check_room(dst, total, "free some space, choose another place, or write f16 or bf16 instead of f32")
    files = weights.tokenizer_files()
    with staged_folder(dst) as folder:
        for name, content in {**files, "config.json": _config(weights, dtype), "README.md": _card(weights)}.items():
            (folder / name).write_bytes(content)
        _Shards(weights, dtype, sizes, progress).write(folder, shard)


class _Shards:
    """The tensors' files, and how far writing them is."""

    def __init__(self, weights: Weights, dtype: str, sizes: dict[str, int], progress: Progress | None) -> None:
        self._weights, self._dtype, self._sizes, self._progress = weights, dtype, sizes, progress
        self._total, self._done = sum(sizes.values()), 0

    def write(self, folder: Path, shard: int) -> None:
        shards = list(_divided(self._sizes, shard))
        names = [f"model-{place:05d}-of-{len(shards):05d}.safetensors" for place in range(1, len(shards) + 1)]
        names = ["model.safetensors"] if len(shards) == 1 else names
        for name, tensors in zip(names, shards, strict=True):
            self._file(folder / name, tensors)
        if len(shards) > 1:
            where = {tensor: name for name, tensors in zip(names, shards, strict=True) for tensor in tensors}
            index = {"metadata": {"total_size": self._total}, "weight_map": where}
            (folder / INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")

    def _file(self, path: Path, names: list[str]) -> None:
        header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
        at = 0
        for name in names:
            places = [at, at + self._sizes[name]]
            header[name] = {"dtype": _HEADS[self._dtype], "shape": list(self._weights.shape(name)), "data_offsets": places}
            at += self._sizes[name]
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)  # so that the data begin at a multiple of 8
        with path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for name in names:
                for block in encoded_blocks(self._weights, name, self._dtype):
                    block.tofile(file)
                self._done += self._sizes[name]
                if self._progress:
                    self._progress(name, self._done, self._total)


def _divided(sizes: dict[str, int], most: int) -> Iterator[list[str]]:
    """Names in order, in runs of at most so many bytes; a larger tensor stands alone."""
    run: list[str] = []
    held = 0
    for name, size in sizes.items():
        if run and held + size > most:
            yield run
            run, held = [], 0
        run.append(name)
        held += size
    yield run


def _config(weights: Weights, dtype: str) -> bytes:
    said = {key: value for key, value in weights.config.items() if key not in ("torch_dtype", "dtype", "transformers_version")}
    return json.dumps(said | {"torch_dtype": _TORCH[dtype]}, indent=1, ensure_ascii=False).encode()


def _card(weights: Weights) -> bytes:
    """A model card, so that the licence goes with the weights."""
    head = [f"{CARD_WORDS[key]}: {json.dumps(value, ensure_ascii=False)}" for key, value in weights.about.items() if key in CARD_WORDS]
    title = weights.about.get("name", weights.path.name)
    return "\n".join(["---", *head, "---", "", f"# {title}", "", f"Converted from `{weights.path.name}` by sqlcoder.", ""]).encode()
