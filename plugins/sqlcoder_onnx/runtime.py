"""The runtime `onnx` as the parent process knows it."""

from __future__ import annotations

import sys
from typing import ClassVar, Literal

from pydantic import Field

from sqlcoder_core.api import LocalSettings, Problem, Runtime, Settings
from sqlcoder_onnx.packages import installed_runtimes, what_is_missing


class OnnxSettings(LocalSettings):
    """Where ONNX Runtime computes."""

    provider: Literal["auto", "cpu", "cuda", "coreml"] = Field(
        default="auto", description="auto: CUDA where onnxruntime-gpu and a card are there and the graph is for it, else the CPU."
    )


class OnnxRuntime(Runtime):
    """ONNX models on ONNX Runtime: fast on CPUs, CUDA and CoreML where there are."""

    name = "onnx"
    engine = "sqlcoder_onnx.engine:OnnxEngine"
    kinds = ("onnx",)
    Settings: ClassVar[type[Settings]] = OnnxSettings
    settings: OnnxSettings

    def missing(self) -> Problem | None:
        """A runtime that is not installed, or two of them, with the commands that mend it."""
        wrong = what_is_missing(self.settings.provider)
        if wrong is None and self.settings.provider == "coreml" and sys.platform != "darwin":
            wrong = "`provider: coreml` works on macOS only", "set `provider: auto`"
        return wrong and Problem(code="missing_extra", message=wrong[0], hint=wrong[1], found_by=self.name)

    def devices(self) -> bool:
        """True where the GPU build is installed and not told to leave the GPU alone, or CoreML is asked for."""
        if self.settings.provider == "auto":
            return "onnxruntime-gpu" in installed_runtimes()
        return self.settings.provider != "cpu"

    def findings(self) -> tuple[Problem, ...]:
        """Which build would load a model, or why none can."""
        wrong = self.missing()
        if wrong is not None:
            return (wrong,)
        named = ", ".join(f"{name} {number}" for name, number in installed_runtimes().items())
        return (Problem(code="runtime", message=named, severity="note", found_by=self.name),)
