"""Keys and values of all rows in buffers that are allocated once, behind the interface that transformers calls a cache."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin


class RowCursor:
    """Where the next forward pass writes its rows, and how far attention looks."""

    def __init__(self) -> None:
        self.rows: Any = slice(0, 0)
        self.high = 0
        self.capacity = 0


class RowLayer(CacheLayerMixin):  # type: ignore[misc]
    """One layer's keys and values, `[1, heads, capacity, size]`, written at the cursor's rows."""

    def __init__(self, cursor: RowCursor) -> None:
        super().__init__()
        self._cursor = cursor

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Allocate as the first keys and values are shaped; their sizes may differ."""
        self.keys = _empty_like(key_states, self._cursor.capacity)
        self.values = _empty_like(value_states, self._cursor.capacity)
        self.is_initialized = True

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new rows; returns all that attention may look at."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        self.keys[:, :, self._cursor.rows] = key_states
        self.values[:, :, self._cursor.rows] = value_states
        return self.keys[:, :, : self._cursor.high], self.values[:, :, : self._cursor.high]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Attention sees everything up to the highest row; the mask says what of it counts."""
        return self._cursor.high, 0

    def get_seq_length(self) -> int:
        """Rows before the ones being written; positions are always given, so that this is asked for nothing else."""
        return max(self._cursor.high - 1, 0)

    def get_max_length(self) -> int:
        """No bound of its own."""
        return -1

    def grow(self) -> None:
        """Move to buffers of the cursor's capacity."""
        if self.is_initialized and self.keys is not None and self.values is not None:
            self.keys, self.values = _grown(self.keys, self._cursor.capacity), _grown(self.values, self._cursor.capacity)


class RowCache(Cache):  # type: ignore[misc]
    """All layers over one cursor."""

    def __init__(self, layers: int) -> None:
        self.cursor = RowCursor()
        self.row_layers = [RowLayer(self.cursor) for _ in range(layers)]
        super().__init__(layers=list(self.row_layers))

    def grow(self, capacity: int) -> None:
        """Make room for so many rows; what is there stays."""
        if capacity > self.cursor.capacity:
            self.cursor.capacity = capacity
            for layer in self.row_layers:
                layer.grow()


def _empty_like(states: torch.Tensor, capacity: int) -> torch.Tensor:
    # Zeros, since a masked row is still multiplied by a weight of nothing, and nothing times a leftover NaN is a NaN.
    return torch.zeros((states.shape[0], states.shape[1], capacity, states.shape[3]), dtype=states.dtype, device=states.device)


def _grown(buffer: torch.Tensor, capacity: int) -> torch.Tensor:
    larger = torch.zeros((*buffer.shape[:2], capacity, buffer.shape[3]), dtype=buffer.dtype, device=buffer.device)
    larger[:, :, : buffer.shape[2]] = buffer
    return larger
