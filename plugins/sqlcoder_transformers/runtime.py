"""The runtime `transformers` as the parent process knows it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from sqlcoder_core.api import LocalSettings, Problem, Runtime, Settings

_NEEDED = ("torch", "transformers", "safetensors", "tokenizers", "numpy")
INSTALL = "run pip install 'sqlcoder-core[transformers]'"


class TransformersSettings(LocalSettings):
    """Where and how exactly the model computes."""

    device: str = Field(default="auto", description="`auto`, `cpu`, `cuda`, `cuda:1`, `mps`, or `map` to spread it over all devices.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        default="auto", description="Precision of the weights; auto: float32 on a CPU, bfloat16 (or float16) on accelerators."
    )
    load_in: Literal["8bit", "4bit", "int8", "int4"] | None = Field(
        default=None, description="Quantise while loading: 8bit, 4bit (bitsandbytes) or int8, int4 (torchao)."
    )


class TransformersRuntime(Runtime):
    """Models of the transformers library on torch: beams over one shared prompt, 8- and 4-bit weights, LoRA adapters."""

    name = "transformers"
    engine = "sqlcoder_transformers.engine:TransformersEngine"
    kinds = ("safetensors",)
    Settings: ClassVar[type[Settings]] = TransformersSettings
    settings: TransformersSettings

    def missing(self) -> Problem | None:
        """What is not installed, with the command that brings it."""
        lacking = [name for name in _NEEDED if not _version(name)]
        if lacking:
            return _absent(f"runtime 'transformers' needs {', '.join(lacking)}", INSTALL)
        quantiser = {"8bit": "bitsandbytes", "4bit": "bitsandbytes", "int8": "torchao", "int4": "torchao"}.get(self.settings.load_in or "")
        if quantiser and not _version(quantiser):
            return _absent(f"`load_in: {self.settings.load_in}` needs {quantiser}", f"run pip install {quantiser}")
        if self.settings.adapter and not _version("peft"):
            return _absent("`adapter` needs peft", INSTALL)
        return None

    def devices(self) -> bool:
        """True unless it is told to, or can only, compute on the CPU."""
        if self.settings.device == "cpu":
            return False
        return self.settings.device != "auto" or any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/kfd", "/dev/dri/renderD128"))

    def findings(self) -> tuple[Problem, ...]:
        """Which versions would load a model."""
        said = ", ".join(
            f"{name} {_version(name)}" for name in ("torch", "transformers", "bitsandbytes", "torchao", "peft") if _version(name)
        )
        return (Problem(code="runtime", message=said or "not installed", severity="note", found_by=self.name),)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _absent(message: str, command: str) -> Problem:
    return Problem(code="missing_extra", message=message, hint=command, found_by="transformers")
