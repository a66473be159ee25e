"""Linear layers on a CPU with weights in oneDNN's own order, where that is faster here than what torch calls by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

_ROWS = 4  # what a step of beam search computes
_ROUNDS = 5
_WORTH = 0.85  # of torch's time; packing must stay below
_TOLERANCE = 1e-3
_LEAST = 100_000  # weights of a layer; below, a call of oneDNN costs more than their order gains


class PackedLinear(nn.Module):  # type: ignore[misc]
    """A linear layer whose float32 weights are in the order that oneDNN computes with; `nn.Linear` leaves them to the BLAS library.

    `weight` has the shape and type of the layer's, and contents that only oneDNN reads.
    """

    weight: torch.Tensor

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.in_features, self.out_features, self.bias = layer.in_features, layer.out_features, layer.bias
        # Neither is a buffer or looked up through torch at each of some hundred calls a step.
        self.__dict__["weight"] = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), _ROWS)
        self._compute = torch.ops.mkldnn._linear_pointwise.default

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """As `nn.Linear` does it."""
        found: torch.Tensor = self._compute(inputs, self.weight, self.bias, "none", [], "")
        return found

    def unpacked(self) -> nn.Linear:
        """The layer as it was."""
        layer = nn.Linear(self.in_features, self.out_features, bias=False, device="meta")
        layer.weight, layer.bias = nn.Parameter(self.weight.to_dense(), requires_grad=False), self.bias
        return layer


def pack(model: nn.Module) -> bool:
    """Pack the linear layers in place; False where that cannot be done, or gains nothing on this processor.

    How much it gains is tried out on the largest layer: from nothing to a third of the time, by processor and BLAS library.
    """
    if not torch.backends.mkldnn.is_available() or any(one.device.type != "cpu" for one in model.parameters()):
        return False
    places = _plain_layers(model)
    with torch.inference_mode():
        if not places or not _gains(max((_layer(*place) for place in places), key=lambda layer: layer.weight.numel())):
            return False
        for parent, name in places:  # one by one, so that memory never holds all of them twice
            setattr(parent, name, PackedLinear(_layer(parent, name)))
    return True


def unpack(model: nn.Module) -> None:
    """Take back what `pack` did."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, PackedLinear):
                setattr(parent, name, child.unpacked())


def _plain_layers(model: nn.Module) -> list[tuple[nn.Module, str]]:
    """Where layers of some size are that hold nothing but float32 weights: no quantised ones, none that an adapter is laid over."""
    return [
        (parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if type(child) is nn.Linear
        and type(child.weight) is nn.Parameter
        and child.weight.dtype == torch.float32
        and child.weight.numel() >= _LEAST
    ]


def _layer(parent: nn.Module, name: str) -> nn.Linear:
    found = getattr(parent, name)
    assert isinstance(found, nn.Linear)
    return found


def _gains(layer: nn.Linear) -> bool:
    inputs = torch.randn((1, _ROWS, layer.in_features), generator=torch.Generator().manual_seed(0))
    try:
        packed = PackedLinear(layer)
        close = torch.allclose(packed(inputs), layer(inputs), rtol=_TOLERANCE, atol=_TOLERANCE)
    except (AttributeError, RuntimeError):  # another torch without these operators, or without them for this processor
        return False
    theirs, ours = _seconds(lambda: functional.linear(inputs, layer.weight, layer.bias)), _seconds(lambda: packed(inputs))
    return close and ours < theirs * _WORTH


def _seconds(work: Callable[[], object]) -> float:
    """The least of some rounds, since other work on the machine only adds."""
    spent = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)
