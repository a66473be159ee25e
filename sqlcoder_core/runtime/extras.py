"""Which model runtimes could run here, told from the metadata of installed packages; nothing is imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TypeAlias

from sqlcoder_core.values.problem import Problem

Version: TypeAlias = Callable[[str], str | None]
"""The version of an installed distribution; None where it is not installed."""

_SHARED = ("numpy", "tokenizers", "llguidance")
_ENGINES: dict[str, tuple[tuple[str, ...], str]] = {
    "transformers": (("torch", "transformers", "safetensors"), "transformers"),
    "llamacpp": (("llama-cpp-python",), "llama-cpp"),
    "onnx": (("onnxruntime",), "onnx"),
}
_ONNX_PACKAGES = ("onnxruntime", "onnxruntime-gpu")


def installed_version(distribution: str) -> str | None:
    """`Version` for this Python."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def lacking(word: str, version_of: Version = installed_version) -> tuple[str, ...]:
    """The distributions that a runtime needs and that are not installed; nothing for a word that needs none."""
    needed = _ENGINES[word][0] + _SHARED if word in _ENGINES else ()
    return tuple(name for name in needed if not (_onnx_version(version_of) if name == "onnxruntime" else version_of(name)))


def is_ready(word: str, version_of: Version = installed_version) -> bool:
    """True for a runtime that has what it needs, and nothing that spoils it."""
    return not lacking(word, version_of) and not (word == "onnx" and both_onnx_packages(version_of))


def extra_of(word: str) -> str:
    """The extra that brings a runtime's packages."""
    return _ENGINES[word][1]


def engine_words() -> tuple[str, ...]:
    """The runtimes that need an extra."""
    return tuple(_ENGINES)


def engine_versions(word: str, version_of: Version = installed_version) -> str:
    """Name and version of what a runtime runs on."""
    names = _ONNX_PACKAGES if word == "onnx" else _ENGINES[word][0]
    return ", ".join(f"{name} {found}" for name in names if (found := version_of(name)))


def both_onnx_packages(version_of: Version = installed_version) -> Problem | None:
    """The two packages of ONNX Runtime write the same files, and the last one installed wins without a word."""
    if not all(version_of(name) for name in _ONNX_PACKAGES):
        return None
    remove = "pip uninstall -y onnxruntime onnxruntime-gpu"
    hint = f"run `{remove}`, then `pip install 'sqlcoder-core[onnx-gpu]'` for an NVIDIA GPU, or `pip install 'sqlcoder-core[onnx]'`"
    message = "onnxruntime and onnxruntime-gpu are both installed and overwrite each other's files, so that a GPU may go unused"
    return Problem(code="two_onnxruntimes", message=message, hint=hint, found_by="doctor")


def _onnx_version(version_of: Version) -> str | None:
    return next((found for name in _ONNX_PACKAGES if (found := version_of(name))), None)
