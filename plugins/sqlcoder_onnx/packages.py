"""Which distributions of ONNX Runtime are installed: several write the same files, and only one of them can work."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino", "onnxruntime-silicon", "onnxruntime-qnn")
"""Distributions that bring the package `onnxruntime`, as the index knows them."""
_BESIDE = ("tokenizers", "numpy")


def installed(name: str) -> str | None:
    """The version of a distribution, from its metadata; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def installed_runtimes() -> dict[str, str]:
    """Every distribution of ONNX Runtime here, with its version."""
    found = {name: installed(name) for name in RUNTIMES}
    return {name: number for name, number in found.items() if number is not None}


def what_is_missing(provider: str) -> tuple[str, str] | None:
    """Why `provider` cannot work with what is installed, and the command that mends it; None where it can."""
    runtimes = installed_runtimes()
    extra = "onnx-gpu" if provider == "cuda" else "onnx"
    bring = f"run pip install 'sqlcoder-core[{extra}]'"
    if not runtimes:
        return "runtime 'onnx' needs onnxruntime", bring
    if len(runtimes) > 1:
        named = " and ".join(f"{name} {number}" for name, number in runtimes.items())
        wanted = "onnx-gpu" if provider == "cuda" or (provider == "auto" and "onnxruntime-gpu" in runtimes) else "onnx"
        return f"{named} are both installed, and overwrite each other's files", mend(wanted)
    lacking = [name for name in _BESIDE if not installed(name)]
    if lacking:
        return f"runtime 'onnx' needs {', '.join(lacking)}", bring
    if provider == "cuda" and "onnxruntime-gpu" not in runtimes:
        return "`provider: cuda` needs onnxruntime-gpu, and onnxruntime for the CPU is installed", mend("onnx-gpu")
    return None


def mend(extra: str) -> str:
    """The commands that leave exactly the runtime of this extra: all go first, since they share their files."""
    names = " ".join(installed_runtimes())
    return f"run pip uninstall -y {names} && pip install 'sqlcoder-core[{extra}]'"
