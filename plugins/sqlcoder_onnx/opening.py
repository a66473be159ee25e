"""A graph file in, a session of ONNX Runtime on the provider that was asked for out; failures told in one sentence each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from sqlcoder_core.api import ModelError, available_bytes
from sqlcoder_onnx.packages import mend

_NAMES = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "coreml": "CoreMLExecutionProvider"}
_AGAIN = "fetch or convert the model again"
_STANDARD = "convert the model with `sqlcoder models convert SRC DST.onnx --graph standard`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session, the provider it computes on (`cpu`, `cuda` or `coreml`), and what the user should know of the choice."""

    session: Any
    provider: str
    notes: tuple[str, ...] = ()


def open_graph(file: Path, wanted: str, *, threads: int, for_cuda: bool) -> Opened:
    """Load the graph. `wanted` is `auto` or a provider; `for_cuda` says that CUDA has all of its operators.

    Raises ModelError for a provider that is not there, a file that is missing or broken, and a graph that this version does not know.
    """
    runtime = _library()
    if not file.is_file():
        raise ModelError("the graph is missing", place=str(file), hint=_AGAIN)
    _check_memory(file)
    provider, notes = _chosen(wanted, runtime.get_available_providers(), for_cuda)
    names = list(dict.fromkeys((_NAMES[provider], _NAMES["cpu"])))
    try:
        session = runtime.InferenceSession(str(file), _options(runtime, threads), providers=names)
    except Exception as error:  # the library raises bare subclasses of Exception and RuntimeError, one for each status
        raise _failed(str(error), file, runtime.__version__) from error
    if _NAMES[provider] in session.get_providers():
        return Opened(session=session, provider=provider, notes=notes)
    if wanted != "auto":
        hint = "install the CUDA and cuDNN versions that this onnxruntime-gpu asks for, or set `provider: cpu`"
        raise ModelError(f"{provider} cannot be used: ONNX Runtime could not load its libraries", place=str(file), hint=hint)
    return Opened(session=session, provider="cpu", notes=(f"{provider} could not be loaded, so the CPU computes",))


def check_runs(work: Callable[[], Any], file: Path) -> None:
    """Try the graph on a token or two, so that operators without a kernel show while loading. Raises ModelError."""
    try:
        work()
    except ModelError:
        raise
    except Exception as error:  # as above
        raise _failed(str(error), file, _library().__version__) from error


def _library() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        hint = "run pip install 'sqlcoder-core[onnx]' (or sqlcoder-core[onnx-gpu] for CUDA)"
        raise ModelError(f"onnxruntime cannot be imported: {error}", hint=hint) from error
    return onnxruntime


def _options(runtime: Any, threads: int) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what fails is raised, and told once
    # Threads that spin while they wait take the core from whoever else needs it, and all wait for the one that lost its own.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _chosen(wanted: str, available: list[str], for_cuda: bool) -> tuple[str, tuple[str, ...]]:
    there = {word for word, name in _NAMES.items() if name in available}
    if wanted == "auto":
        if "cuda" not in there:
            return "cpu", ()
        note = f"CUDA is there, and this graph is for the CPU: {_STANDARD}"
        return ("cuda", ()) if for_cuda else ("cpu", (note,))
    if wanted not in there:
        hint = mend("onnx-gpu") if wanted == "cuda" else "set `provider: auto`"
        raise ModelError(f"`provider: {wanted}` is not in the installed ONNX Runtime, which has {', '.join(sorted(there))}", hint=hint)
    if wanted == "cuda" and not for_cuda:
        raise ModelError(
            "this graph cannot run on CUDA, whose attention takes no mask of its own", hint=f"{_STANDARD}, or set `provider: cpu`"
        )
    return wanted, ()


def _check_memory(file: Path) -> None:
    beside = [other for other in file.parent.glob(f"{escape(file.name)}*") if other.is_file()]
    needed, there = sum(other.stat().st_size for other in beside), available_bytes()
    if there is not None and needed > there:
        said = f"the weights take {needed / 1e9:.1f} GB, and {there / 1e9:.1f} GB of memory are free"
        raise ModelError(
            said, place=str(file), hint="quantise it with `sqlcoder models quantize SRC DST --to int4`, or use a smaller model"
        )


_NEWER = "run pip install --upgrade onnxruntime (or onnxruntime-gpu), or convert the model anew"
_KINDS = (
    (
        r"[Oo]pset \d+ is under development|official support for domain|Unsupported model IR version",
        "it needs a newer ONNX Runtime",
        _NEWER,
    ),
    (r"not a registered function/op|No Op registered|Could not find an implementation", "ONNX Runtime lacks an operator", _NEWER),
    (r"Protobuf|INVALID_PROTOBUF|ModelProto does not have a graph", "the graph is broken or truncated", _AGAIN),
    (r"escapes model directory", "its weights are a link that leads out of its folder", "copy the folder with `cp -rL`"),
    (r"(?i)external (data|initializer)|out of bounds|file_length", "the weights beside the graph are missing or truncated", _AGAIN),
    (r"(?i)bad_?\s?alloc|allocate memory|out of memory", "there is not enough memory for the model", "use a quantised or smaller model"),
)
"""What ONNX Runtime says, sorted by what its user can do about it."""


def _failed(text: str, file: Path, version: str) -> ModelError:
    for pattern, said, hint in _KINDS:
        if found := re.search(pattern, text):
            return ModelError(f"{said} (ONNX Runtime {version}: {_first_line(text[found.start() :])})", place=str(file), hint=hint)
    return ModelError(f"it cannot be loaded (ONNX Runtime {version}: {_first_line(text)})", place=str(file), hint=_AGAIN)


def _first_line(text: str) -> str:
    """The beginning of what ONNX Runtime said, without its own codes."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
    line = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", line)
    return line if len(line) <= 160 else line[:160] + "..."
