"""llama.cpp as ctypes sees it, silent: what it logs is kept for error texts instead of going to stderr."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import Any

from sqlcoder_core.api import ModelError

_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # enum ggml_log_level
_KEPT_LINES = 20
_FUNCTION = re.compile(r"^(?:[a-z_0-9]+: )+")


class Log:
    """The last warnings and errors of llama.cpp. Lines come from any of its threads, some of them in pieces."""

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str]] = deque(maxlen=_KEPT_LINES)
        self._devices: list[str] = []
        self._level, self._piece = 0, ""
        self._lock = threading.Lock()

    def add(self, level: int, text: str) -> None:
        """Take what llama.cpp says; a line ends with its line feed."""
        with self._lock:
            if level != _CONTINUED:
                self._level, self._piece = level, ""
            self._piece += text
            if self._piece.endswith("\n"):
                self._take_line(self._piece.strip())
                self._piece = ""

    def clear(self) -> None:
        """Forget what was said before the call that may fail now."""
        with self._lock:
            self._lines.clear()
            self._devices.clear()

    def reason(self) -> str:
        """The first error since `clear`, which is the cause of those after it, without the function's name; or the last warning."""
        with self._lock:
            errors = [line for level, line in self._lines if level == _ERROR]
            warnings = [line for level, line in self._lines if level == _WARNING]
        said = errors[:1] or warnings[-1:] or ["llama.cpp does not say why"]
        return _FUNCTION.sub("", said[0]).rstrip(".")

    def devices(self) -> tuple[str, ...]:
        """Devices that the model was put on, as llama.cpp names them."""
        with self._lock:
            return tuple(self._devices)

    def _take_line(self, line: str) -> None:
        if self._level >= _WARNING and line:
            self._lines.append((self._level, line))
        if "using device " in line:
            self._devices.append(line.partition("using device ")[2].partition(" - ")[0])


_LOG = Log()
_held: list[Any] = []  # a callback that Python forgot would be called all the same


def load_library() -> tuple[Any, Log]:
    """The module of ctypes declarations, started, and what it logs. Raises ModelError where it is missing, broken or too old."""
    try:
        from llama_cpp import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        hint = "run pip install 'sqlcoder-core[llama-cpp]'"
        raise ModelError(f"llama-cpp-python cannot be loaded: {error}", hint=hint) from error
    if not _held:
        callback = llama_cpp.llama_log_callback(lambda level, text, _: _LOG.add(level, text.decode("utf-8", "replace")))
        _held.append(callback)
        llama_cpp.llama_log_set(callback, None)
        llama_cpp.llama_backend_init()
    if not hasattr(llama_cpp.llama_context_default_params(), "kv_unified"):
        raise ModelError("this llama-cpp-python cannot share a prompt between beams", hint="run pip install -U llama-cpp-python")
    return llama_cpp, _LOG
