"""A tree session on a causal model of transformers: one sequence, explicit positions, a mask that says who sees whom."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from sqlcoder_core.api import Handle, ModelError, TreeSession
from sqlcoder_transformers.kv_store import RowCache
from sqlcoder_transformers.rows import RowBook, Rows

_CHUNK = 256
_STEP = 256  # rows are added in multiples of this


class TorchSession(TreeSession):
    """Batch size 1: every branch is a set of rows in one sequence; beams are reordered by copying a line of the mask, never KV."""

    can_save = True

    def __init__(self, model: Any, *, weights: str, context: int) -> None:
        super().__init__()
        self._model = model
        self._weights = weights
        self._context = context
        self._book = RowBook()
        self._cache = RowCache(model.config.get_text_config().num_hidden_layers)
        self._cache_argument = _cache_argument(model)
        self._device = model.get_input_embeddings().weight.device

    def reserve(self, tokens: int, branches: int) -> None:
        """See `TreeSession`."""
        self._book.grow(-(-tokens // _STEP) * _STEP, branches)
        try:
            self._cache.grow(self._book.capacity)
        except (RuntimeError, MemoryError) as error:
            hint = "lower `beams`, `together` or `context`, or take a smaller or quantised model"
            raise ModelError(f"no memory for the state of {tokens} tokens: {error}", hint=hint) from error

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Any]:
        """See `TreeSession`."""
        self._room_for(len(tokens))
        handle = self._book.branch(parent)
        try:
            for start in range(0, len(tokens), _CHUNK):
                self.pause()
                logits = self._extend(handle, tokens[start : start + _CHUNK])
        except BaseException:  # whatever stopped it, a branch that is only half there must not stay; it is raised on
            self._book.drop(handle)
            raise
        return handle, logits[-1]

    def fork(self, handle: Handle) -> Handle:
        """See `TreeSession`."""
        return self._book.branch(handle)

    def step(self, moves: Sequence[tuple[Handle, int]]) -> Any:
        """See `TreeSession`."""
        self.pause()
        self._room_for(len(moves))
        handles = [handle for handle, _ in moves]
        positions = [self._book.length(handle) for handle in handles]
        rows = self._book.take(handles)
        bias = self._book.bias[handles, : self._book.high]
        return self._forward([token for _, token in moves], positions, rows, bias, keep=len(moves))

    def free(self, handle: Handle) -> None:
        """See `TreeSession`."""
        self._book.drop(handle)

    def length(self, handle: Handle) -> int:
        """See `TreeSession`."""
        return self._book.length(handle)

    def save(self, handle: Handle, file: Path) -> None:
        """The branch's keys and values as safetensors, with the weights' hash in its header."""
        rows = torch.from_numpy(self._book.rows(handle).copy())
        tensors = {}
        for index, layer in enumerate(self._cache.row_layers):
            assert layer.keys is not None and layer.values is not None
            tensors[f"k{index}"] = layer.keys[:, :, rows.to(layer.keys.device)].cpu().contiguous()
            tensors[f"v{index}"] = layer.values[:, :, rows.to(layer.values.device)].cpu().contiguous()
        save_file(tensors, str(file), metadata={"weights": self._weights, "length": str(len(rows))})

    def restore(self, file: Path) -> Handle:
        """See `TreeSession`; raises ValueError for what this model did not write."""
        try:
            with safe_open(str(file), framework="pt") as stored:
                metadata = stored.metadata() or {}
                if metadata.get("weights") != self._weights:
                    raise ValueError(f"{file} was written by another model")
                return self._placed(stored, int(metadata["length"]))
        except (SafetensorError, KeyError) as error:
            raise ValueError(f"{file} is broken: {error}") from error

    def close(self) -> None:
        """See `TreeSession`."""
        self._book = RowBook()
        self._cache = RowCache(len(self._cache.row_layers))

    def _extend(self, handle: Handle, tokens: Sequence[int]) -> Any:
        """One chunk of a branch's tokens, each seeing the branch and those before it."""
        start = self._book.length(handle)
        before = self._book.bias[handle].copy()
        rows = self._book.take([handle] * len(tokens))
        bias = np.repeat(before[None, : self._book.high], len(tokens), axis=0)
        bias[:, rows] = np.triu(np.full((len(tokens), len(tokens)), -np.inf, np.float32), 1)
        return self._forward(tokens, range(start, start + len(tokens)), rows, bias, keep=1)

    def _forward(self, tokens: Sequence[int], positions: Sequence[int], rows: Rows, bias: Any, *, keep: int) -> Any:
        """Logits `[keep, vocabulary]` of the last tokens."""
        cursor = self._cache.cursor
        cursor.high = self._book.high
        cursor.rows = _span(rows)
        mask = torch.from_numpy(np.ascontiguousarray(bias))[None, None].to(self._device, self._model.dtype)
        with torch.inference_mode():
            out = self._model(
                input_ids=torch.tensor([list(tokens)], device=self._device),
                attention_mask=mask,
                position_ids=torch.tensor([list(positions)], device=self._device),
                use_cache=True,
                **{self._cache_argument: self._cache},
                logits_to_keep=keep,
            )
        return out.logits[0].float().cpu().numpy()

    def _placed(self, stored: Any, length: int) -> Handle:
        pairs = [(stored.get_tensor(f"k{index}"), stored.get_tensor(f"v{index}")) for index in range(len(self._cache.row_layers))]
        self._room_for(length)
        handle = self._book.branch(None)
        rows = self._book.take([handle] * length)
        with torch.inference_mode():
            for layer, (keys, values) in zip(self._cache.row_layers, pairs, strict=True):
                if not layer.is_initialized:
                    layer.lazy_initialization(keys.to(self._device), values.to(self._device))
                assert layer.keys is not None and layer.values is not None
                layer.keys[:, :, rows] = keys.to(layer.keys.device)
                layer.values[:, :, rows] = values.to(layer.values.device)
        return handle

    def _room_for(self, tokens: int) -> None:
        if self._book.free < tokens:
            missing = tokens - self._book.free
            self.reserve(self._book.capacity + max(missing, self._book.capacity // 2), 0)


def _span(rows: Rows) -> Any:
    """A slice where the rows follow one another, since writing through an index copies more slowly."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else torch.from_numpy(rows)


def _cache_argument(model: Any) -> str:
    """What a forward pass calls its cache: `past_key_values`, since transformers 5.24 `cache`."""
    known = signature(model.get_base_model().forward if hasattr(model, "get_base_model") else model.forward).parameters
    return "cache" if "cache" in known else "past_key_values"
