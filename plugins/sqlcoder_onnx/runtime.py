"""The runtime `onnx` as the parent process knows it."""

from __future__ import annotations

from sqlcoder_core.api import Runtime


class OnnxRuntime(Runtime):
    """ONNX models on ONNX Runtime: fast on CPUs, CUDA and CoreML where there are."""

    name = "onnx"
    engine = "sqlcoder_onnx.engine:OnnxEngine"
    kinds = ("onnx",)
