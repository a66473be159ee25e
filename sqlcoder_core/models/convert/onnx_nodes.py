"""Nodes and tensors of an ONNX graph as they are written: small ones in the graph, large ones straight to a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INSIDE = 1024
"""Bytes up to which a tensor is kept in the graph: shapes, single numbers, the norms of a toy."""
_PAGE = 4096
"""Tensors in the file begin at multiples of this, so that they can be mapped instead of read."""


class GraphWriter:
    """A graph under construction: `tensor` and `op` return the names by which later nodes call what they made.

    `data` is the file for large tensors, written as they come: the writer holds none of them.
    """

    def __init__(self, data: Path) -> None:
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        self._place = data.name
        self._data = data.open("wb")

    def tensor(self, name: str, array: NDArray[Any]) -> str:
        """A constant; returns its name."""
        from onnx import TensorProto, helper, numpy_helper

        if array.nbytes <= _INSIDE:
            self.tensors.append(numpy_helper.from_array(array, name))
            return name
        offset = self._data.seek(-self._data.tell() % _PAGE, 1)
        self._data.write(_contiguous(array).data)
        proto = TensorProto(name=name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape)
        proto.data_location = TensorProto.EXTERNAL
        for key, value in (("location", self._place), ("offset", offset), ("length", array.nbytes)):
            proto.external_data.add(key=key, value=str(value))
        self.tensors.append(proto)
        return name

    def op(self, kind: str, inputs: Sequence[str], *, outputs: Sequence[str] = (), domain: str = "", **attributes: Any) -> str:
        """A node; returns the name of its first output, made up where `outputs` names none."""
        from onnx import helper

        made = list(outputs) or [f"{kind}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, list(inputs), made, name=f"node_{len(self.nodes)}", domain=domain, **attributes))
        return made[0]

    def close(self) -> None:
        """Finish the file of large tensors."""
        self._data.close()


def _contiguous(array: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.ascontiguousarray(array)
