"""The process in which llama.cpp quantises: a crash or a lack of memory there does not end the program, and a file that was made to
harm finds a sandbox.

Arguments: source, destination, number of the file type, threads. Prints llama.cpp's log; exit code 0 for success.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def main(source: str, destination: str, file_type: int, threads: int) -> int:
    """Quantise; llama.cpp's own return code, 0 for success."""
    _confine(Path(source), Path(destination))
    from llama_cpp import llama_cpp

    def said(_level: int, text: bytes, _data: Any) -> None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    callback = llama_cpp.llama_log_callback(said)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype, settings.nthread, settings.allow_requantize = file_type, threads, True
    return int(llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(destination), ctypes.byref(settings)))


def _confine(source: Path, destination: Path) -> None:
    """Reads the source's folder and Python's packages, writes the destination, and has no network; before llama.cpp is imported."""
    from sqlcoder_core.worker import confine
    from sqlcoder_core.worker.no_sockets import forbid_sockets

    destination.touch()
    read = (*{str(folder) for folder in (source.parent, source.resolve().parent)}, *(path for path in sys.path if os.path.isabs(path)))
    confine.confine(SimpleNamespace(read=read, write=(str(destination), os.devnull), tcp_ports=(), network=False, sandbox=True))
    with suppress(OSError):  # a kernel without such filters
        forbid_sockets()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
