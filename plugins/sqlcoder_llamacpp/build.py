"""Which llama.cpp is installed, read from its files: importing it would load a library of tens of megabytes into the parent."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

_ACCELERATORS = ("cuda", "metal", "vulkan", "hip", "sycl", "musa", "cann", "opencl")
_INSTALL = "pip install 'sqlcoder-core[llama-cpp]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An installed llama-cpp-python: its version, where its libraries lie, and which accelerators and BLAS they were built for."""

    version: str
    folder: Path
    accelerators: tuple[str, ...]
    blas: bool


def installed_build() -> Build | None:
    """The build that the worker would load; None where the package is not installed."""
    spec = find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        return None
    folder = Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(spec.origin).parent / "lib")
    names = {_backend(file.name) for file in folder.glob("*ggml-*")}
    accelerators = tuple(word for word in _ACCELERATORS if word in names)
    return Build(version=_version(), folder=folder, accelerators=accelerators, blas="blas" in names)


def install_command(*, accelerated: bool = False) -> str:
    """What to type to install it here; `accelerated`: built for this machine's GPU."""
    if not accelerated:
        return f"{_INSTALL} (compiles for some minutes; needs a C++ compiler)"
    return f"{build_flags()} {_INSTALL} --force-reinstall --no-cache-dir --no-binary llama-cpp-python"


def build_flags() -> str:
    """CMAKE_ARGS for this platform's accelerator: Metal on Apple silicon, CUDA elsewhere, a BLAS on Macs without Metal."""
    if sys.platform == "darwin":
        return 'CMAKE_ARGS="-DGGML_METAL=on"' if platform.machine() == "arm64" else 'CMAKE_ARGS="-DGGML_METAL=off -DGGML_BLAS=on"'
    return 'CMAKE_ARGS="-DGGML_CUDA=on"'


def _backend(file: str) -> str:
    """`cuda` of `libggml-cuda.so.0`."""
    return file.partition("ggml-")[2].partition(".")[0].partition("-")[0]


def _version() -> str:
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return "of unknown version"
