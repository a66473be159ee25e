"""One llama.cpp context: a unified cache of keys and values whose cells belong to any number of sequences, and its logits."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sqlcoder_core.api import ModelError, available_bytes
from sqlcoder_llamacpp.loaded import KV_TYPES, Loaded

_GRAIN = 256  # llama.cpp rounds a context up to so many cells
_MOST_CELLS = 2**31 - _GRAIN
_FULL, _ABORTED = 1, 2  # what llama_decode returns
_FEWER = "set fewer `beams`, a smaller `together`, `max_tokens` or `context`, or `kv: q8_0`"


class Full(ModelError):
    """There are not enough free cells; nothing was computed."""


class Cache:
    """`cells` tokens of `sequences` sequences together. Raises ModelError where memory does not suffice."""

    def __init__(self, loaded: Loaded, cells: int, sequences: int) -> None:
        self._loaded, self._llama = loaded, loaded.llama
        self.cells = -(-cells // _GRAIN) * _GRAIN
        self.sequences = sequences
        self._check_memory()
        loaded.log.clear()
        self._context = self._llama.llama_init_from_model(loaded.model, self._parameters())
        if not self._context:
            raise self._not_opened(loaded.log.reason())
        self._memory = self._llama.llama_get_memory(self._context)
        self._never_abort = type(self._parameters().abort_callback)()
        self._arrays = _BatchArrays(self._llama, max(loaded.batch, sequences))
        self._lay_adapters()

    def decode(self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int], *, every: bool) -> None:
        """Compute tokens at their positions of their sequences; logits for `every` one, else for the last.

        Raises Full, InterruptedError when an `interruptible` call was stopped, and ModelError.
        """
        self._loaded.log.clear()
        code = self._llama.llama_decode(self._context, self._arrays.filled(tokens, positions, sequences, every))
        if code == _FULL:
            raise Full(f"{self.cells:,} tokens are in the context, and no more fit", place=self._loaded.place, hint=_FEWER)
        if code == _ABORTED:
            raise InterruptedError
        if code:
            said = f"llama.cpp failed with code {code}: {self._loaded.log.reason()}"
            raise ModelError(said, place=self._loaded.place, hint="try fewer beams or less context")

    def logits(self, count: int) -> NDArray[np.float32]:
        """The last `count` rows that were asked for, `[count, width]`, as a copy: llama.cpp's own goes with the context."""
        found = np.ctypeslib.as_array(self._llama.llama_get_logits(self._context), (count, self._loaded.width))
        return found.astype(np.float32)

    def interruptible(self, callback: Any) -> None:
        """Have `callback` asked between the parts of a computation whether to stop; None ends that."""
        self._llama.llama_set_abort_callback(self._context, callback or self._never_abort, None)

    def copy(self, source: int, target: int, start: int = -1) -> None:
        """Let `target` share `source`'s cells from position `start` on."""
        self._llama.llama_memory_seq_cp(self._memory, source, target, start, -1)

    def cut(self, sequence: int, start: int = -1) -> None:
        """Take a sequence out of its cells from position `start` on; what nobody shares is free then."""
        self._llama.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def end(self, sequence: int) -> int:
        """The last position of a sequence, -1 for none."""
        return int(self._llama.llama_memory_seq_pos_max(self._memory, sequence))

    def state(self) -> NDArray[np.uint8]:
        """All cells with their sequences."""
        size = self._llama.llama_state_get_size(self._context)
        kept = np.empty(size, np.uint8)
        written = self._llama.llama_state_get_data(self._context, kept.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)), size)
        return kept[:written]

    def take_state(self, state: NDArray[np.uint8]) -> None:
        """Take over what `state` of another context on this model gave, shared cells as shared ones."""
        self._loaded.log.clear()
        if not self._llama.llama_state_set_data(self._context, state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)), len(state)):
            raise ModelError(f"the context cannot be carried over: {self._loaded.log.reason()}", place=self._loaded.place)

    def write(self, file: bytes, sequence: int, mark: Sequence[int]) -> bool:
        """Save one sequence to a file, with `mark` (32-bit numbers) at its head."""
        numbers = (self._llama.llama_token * len(mark))(*mark)
        return bool(self._llama.llama_state_seq_save_file(self._context, file, sequence, numbers, len(mark)))

    def read(self, file: bytes, sequence: int, mark: int) -> bool:
        """Load one sequence from a file with `mark` numbers at its head."""
        numbers, count = (self._llama.llama_token * mark)(), ctypes.c_size_t()
        return bool(self._llama.llama_state_seq_load_file(self._context, file, sequence, numbers, mark, ctypes.byref(count)))

    def close(self) -> None:
        """Give the memory back."""
        self._llama.llama_free(self._context)

    def _parameters(self) -> Any:
        loaded, wanted = self._loaded, self._llama.llama_context_default_params()
        wanted.n_ctx, wanted.n_seq_max, wanted.kv_unified = self.cells, self.sequences, True
        wanted.n_batch = max(loaded.batch, self.sequences)
        wanted.n_ubatch = wanted.n_batch
        wanted.n_threads = wanted.n_threads_batch = loaded.threads
        wanted.type_k = wanted.type_v = KV_TYPES[loaded.kv]
        wanted.offload_kqv = wanted.op_offload = loaded.on_gpu
        wanted.no_perf = True
        if hasattr(wanted, "n_outputs_max"):  # else room for a row of logits for each token of a batch
            wanted.n_outputs_max = self.sequences
        if hasattr(wanted, "flash_attn_type"):
            wanted.flash_attn_type = loaded.flash
        else:
            wanted.flash_attn = loaded.flash == 1
        return wanted

    def _check_memory(self) -> None:
        """The system promises more memory than it has and kills whoever takes it: so ask before."""
        if self.cells > _MOST_CELLS:
            raise self._no_room("llama.cpp holds 2,147,483,392 tokens at most")
        needed, there = self.cells * self._loaded.cell_bytes(), available_bytes()
        if there is not None and needed > there and not self._loaded.on_gpu:
            raise self._no_room(f"it takes {needed / 1e9:.1f} GB, and {there / 1e9:.1f} GB are free")

    def _not_opened(self, why: str) -> ModelError:
        if "alloc" in why or "memory" in why:
            return self._no_room(why)
        said = f"llama.cpp opens no context on this model: {why}"
        return ModelError(said, place=self._loaded.place, hint="leave `kv` and `flash_attention` as they are by default")

    def _no_room(self, why: str) -> ModelError:
        return ModelError(f"no memory for a context of {self.cells:,} tokens: {why}", place=self._loaded.place, hint=_FEWER)

    def _lay_adapters(self) -> None:
        for adapter, scale in self._loaded.adapters:
            lay: Callable[..., int] | None = getattr(self._llama, "llama_set_adapters_lora", None)
            if lay is None:
                failed = self._llama.llama_set_adapter_lora(self._context, adapter, scale)
            else:
                one = (self._llama.llama_adapter_lora_p_ctypes * 1)(adapter)
                failed = lay(self._context, one, 1, (ctypes.c_float * 1)(scale))
            if failed:
                self.close()
                raise ModelError(f"the adapter cannot be laid over the model: {self._loaded.log.reason()}", place=self._loaded.place)


class _BatchArrays:
    """The arrays of a llama_batch, allocated once for `most` tokens."""

    def __init__(self, llama: Any, most: int) -> None:
        self._token, self._position, self._sequence = (np.zeros(most, np.int32) for _ in range(3))
        self._wanted = np.zeros(most, np.int8)
        self._counts = np.ones(most, np.int32)
        self._places = (self._sequence.ctypes.data + 4 * np.arange(most)).astype(np.uintp)
        number = ctypes.POINTER(ctypes.c_int32)
        self._batch = llama.llama_batch(
            token=self._token.ctypes.data_as(number),
            pos=self._position.ctypes.data_as(number),
            n_seq_id=self._counts.ctypes.data_as(number),
            seq_id=self._places.ctypes.data_as(ctypes.POINTER(number)),
            logits=self._wanted.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def filled(self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int], every: bool) -> Any:
        count = len(tokens)
        self._token[:count] = tokens
        self._position[:count] = positions
        self._sequence[:count] = sequences
        self._wanted[:count] = every
        self._wanted[count - 1] = 1
        self._batch.n_tokens = count
        return self._batch
