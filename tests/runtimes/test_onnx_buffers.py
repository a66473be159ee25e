"""Rows of keys and values, where the memory is ours and where it lies on a device that is copied to and from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sqlcoder_core.errors import ModelError
from sqlcoder_onnx.buffers import Buffers
from sqlcoder_onnx.opening import _chosen

onnxruntime: Any = pytest.importorskip("onnxruntime")


class DeviceValue:
    """An OrtValue on a device: what goes in and out is a copy."""

    def __init__(self, array: Any) -> None:
        self._array = array.copy()

    @classmethod
    def ortvalue_from_numpy(cls, array: Any, device: str, number: int) -> DeviceValue:
        assert (device, number) == ("cuda", 0)
        return cls(array)

    def numpy(self) -> Any:
        return self._array.copy()

    def update_inplace(self, array: Any) -> None:
        assert array.shape == self._array.shape and array.flags.c_contiguous
        self._array[...] = array


@pytest.fixture(params=["cpu", "cuda"])
def buffers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Buffers:
    if request.param == "cuda":
        monkeypatch.setattr(onnxruntime, "OrtValue", DeviceValue)
    made = Buffers(3, 2, 4, request.param)
    made.grow(10, 0)
    return made


def _block(rows: int) -> Any:
    return np.random.default_rng(rows).normal(size=(3, 2, rows, 4)).astype(np.float32)


def test_what_is_written_is_read_and_stays_when_there_is_more_room(buffers: Buffers) -> None:
    block = _block(6)
    buffers.write(2, block)
    buffers.grow(buffers.capacity + 1, 8)
    assert buffers.capacity == 512
    np.testing.assert_array_equal(buffers.read(np.arange(2, 8)), block)
    assert [value.numpy().shape for value in buffers.values] == [(1, 2, 512, 4)] * 3


def test_rows_that_are_kept_move_together_in_order(buffers: Buffers) -> None:
    block = _block(9)
    buffers.write(0, block)
    buffers.move(np.array([3, 4, 7, 8]), 2)
    np.testing.assert_array_equal(buffers.read(np.arange(6)), block[:, :, [0, 1, 3, 4, 7, 8]])


def test_less_room_than_there_is_changes_nothing(buffers: Buffers) -> None:
    before = list(buffers.values)
    buffers.grow(3, 0)
    assert buffers.values == before and buffers.capacity == 256


ALL = ["CUDAExecutionProvider", "CPUExecutionProvider"]


def test_auto_takes_cuda_for_graphs_that_are_for_it_and_says_why_not() -> None:
    assert _chosen("auto", ALL, True) == ("cuda", ())
    provider, notes = _chosen("auto", ALL, False)
    assert provider == "cpu" and "--graph standard" in notes[0]
    assert _chosen("auto", ALL[1:], True) == ("cpu", ())
    assert _chosen("cpu", ALL, True) == ("cpu", ())


def test_cuda_for_a_graph_that_is_not_for_it_is_an_error_with_the_command() -> None:
    with pytest.raises(ModelError, match=r"cannot run on CUDA.*--graph standard`, or set `provider: cpu`"):
        _chosen("cuda", ALL, False)
