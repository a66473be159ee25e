"""A model in fewer bits: GGUF's formats through llama.cpp in a process of its own, 8 bits without it, int8 and int4 for ONNX."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import deque
from importlib.util import find_spec
from pathlib import Path

from sqlcoder_core.errors import ModelError, UsageError
from sqlcoder_core.models.convert.gguf_header import GgufHeader, part_paths, read_header, refuse_other_kinds
from sqlcoder_core.models.convert.gguf_write import write_gguf
from sqlcoder_core.models.convert.made import Made, Progress, made
from sqlcoder_core.models.convert.staging import check_room, refuse_existing, staged_file
from sqlcoder_core.models.convert.weights import read_weights

# File types by the words that people know. Source: enum llama_ftype in llama.h. Bits are what they come to, for the estimate of room.
GGUF_TYPES = {
    "q2_k": (10, 3.4),
    "q3_k_s": (11, 3.9),
    "q3_k_m": (12, 4.3),
    "q3_k_l": (13, 4.6),
    "q4_0": (2, 4.8),
    "q4_1": (3, 5.3),
    "iq4_nl": (25, 4.8),
    "iq4_xs": (30, 4.6),
    "q4_k_s": (14, 4.9),
    "q4_k_m": (15, 5.2),
    "q5_0": (8, 5.8),
    "q5_1": (9, 6.3),
    "q5_k_s": (16, 5.8),
    "q5_k_m": (17, 6.0),
    "q6_k": (18, 6.8),
    "q8_0": (7, 8.7),
}
ONNX_TYPES = ("int8", "int4")
_BLOCKS_OF_256 = re.compile(r"q\d_k|iq4_xs")
_STEP = re.compile(r"\[\s*(\d+)/\s*(\d+)\]\s+(\S+)")
_KEPT = (
    "PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "HOME",
    "LANG",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LLAMA_CPP_LIB_PATH",
    "SYSTEMROOT",
    "TZ",
)
"""What the process gets of the environment: where things lie, and no credentials."""
_MODULE = "sqlcoder_core.models.convert.quantize_child"
_KEPT_LINES = 12


def quantize(
    src: Path, dst: Path, to: str, *, overwrite: bool = False, threads: int | None = None, progress: Progress | None = None
) -> Made:
    """Write `src` (GGUF, a folder of safetensors, for int8 and int4 also an fp32 ONNX folder of ours) to `dst` in fewer bits.

    `to` is one of `GGUF_TYPES` in any case (`Q4_K_M`), or int8 or int4, which make an ONNX folder. K-quants need rows that are
    multiples of 256; what fell back to another format is told in the notes. Raises UsageError for an unknown word or an existing
    destination, ModelError for a broken source, for a failure of llama.cpp with its reason, and where llama.cpp is needed and missing.
    """
    word = to.lower().replace("-", "_")
    if word in ONNX_TYPES:
        from sqlcoder_core.models.convert.convert import convert
        from sqlcoder_core.models.convert.onnx_fewer_bits import is_graph, quantize_graph

        if is_graph(src):
            return quantize_graph(src, dst, word, overwrite=overwrite, progress=progress)
        return convert(src, dst, dtype=word, overwrite=overwrite, progress=progress, kind="onnx")
    if word not in GGUF_TYPES:
        raise UsageError(f"there is no format {to!r}", hint=f"choose one of {', '.join((*GGUF_TYPES, *ONNX_TYPES))}")
    if dst.suffix != ".gguf":
        raise UsageError(f"{word} is a format of GGUF files, and {dst.name} is none", hint="name a file that ends in .gguf")
    refuse_existing(dst, overwrite)
    if src.exists() and dst.exists() and src.samefile(dst):
        raise UsageError(f"{dst} cannot be quantised onto itself", hint="choose another name")
    if find_spec("llama_cpp") is None:
        return _without_llama_cpp(src, dst, word, progress)
    if src.suffix == ".gguf":
        return _with_llama_cpp(src, dst, word, threads, progress)
    return _through_gguf(src, dst, word, threads, progress)


def _without_llama_cpp(src: Path, dst: Path, word: str, progress: Progress | None) -> Made:
    if word != "q8_0":
        hint = 'install it with `pip install "sqlcoder-core[llama-cpp]"`, or choose q8_0, which needs nothing'
        raise ModelError(f"{word} is made by llama.cpp, which is not installed here", hint=hint)
    notes = write_gguf(read_weights(src), dst, dtype="q8_0", progress=progress)
    return made(dst, notes)


def _through_gguf(src: Path, dst: Path, word: str, threads: int | None, progress: Progress | None) -> Made:
    """From safetensors: a GGUF that loses nothing first, beside the destination, and gone afterwards."""
    weights = read_weights(src)
    with tempfile.TemporaryDirectory(dir=dst.absolute().parent, prefix=f".{dst.name}.") as scratch:
        whole = Path(scratch) / "whole.gguf"
        write_gguf(weights, whole, progress=progress)
        return _with_llama_cpp(whole, dst, word, threads, progress)


def _with_llama_cpp(src: Path, dst: Path, word: str, threads: int | None, progress: Progress | None) -> Made:
    parts = [read_header(part) for part in part_paths(src)]
    refuse_other_kinds(parts[0])
    number, bits = GGUF_TYPES[word]
    tensors = [tensor for part in parts for tensor in part.tensors]
    bits *= 1.25 if any(tensor.shape[-1] % 256 for tensor in tensors) else 1  # for what falls back to larger formats
    check_room(dst, int(sum(tensor.numbers for tensor in tensors) * bits / 8))
    threads = threads or max(1, (os.cpu_count() or 2) - 1)
    with staged_file(dst) as staged:
        _run([str(parts[0].path), str(staged), str(number), str(threads)], src, progress)
        read_header(staged)  # raises for a file that was not written to its end
    return made(dst, (*_lost_before(parts), *fallen_back(read_header(dst), word)))


def _run(arguments: list[str], src: Path, progress: Progress | None) -> None:
    """Raises ModelError with llama.cpp's last words where it fails."""
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    command = [sys.executable, "-P", "-m", _MODULE, *arguments]
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=own) as child:
        try:
            for line in child.stdout or ():
                last.append(line.strip())
                step = _STEP.match(line)
                if step and progress:
                    progress(step[3], int(step[1]), int(step[2]))
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise ModelError(
            f"llama.cpp could not quantise it: {_reason(list(last), child.returncode)}", place=str(src), hint=_next_step(child.returncode)
        )


def _reason(lines: list[str], code: int) -> str:
    if code < 0:
        return f"its process was ended by signal {-code}"
    failed = [line for line in lines if "fail" in line.lower() or "error" in line.lower()]
    return (failed or lines or [f"exit code {code}"])[-1]


def _next_step(code: int) -> str:
    return "close other programs to free memory, and try again" if code == -9 else "fetch the file again, or choose another format"


def _lost_before(parts: list[GgufHeader]) -> tuple[str, ...]:
    kinds = sorted({tensor.type.name for part in parts for tensor in part.tensors if tensor.type.quantised})
    return (f"the source is quantised already ({', '.join(kinds)}): what that lost stays lost",) if kinds else ()


def fallen_back(header: GgufHeader, word: str) -> tuple[str, ...]:
    """One line on matrices that could not be written in blocks of 256, or nothing."""
    if not _BLOCKS_OF_256.match(word):
        return ()
    matrices = [tensor for tensor in header.tensors if len(tensor.shape) > 1]
    fallen = [tensor for tensor in matrices if tensor.shape[-1] % 256]
    if not fallen:
        return ()
    kinds = sorted({tensor.type.name for tensor in fallen})
    names = ", ".join(tensor.name for tensor in fallen[:3]) + (", ..." if len(fallen) > 3 else "")
    said = f"{len(fallen)} of {len(matrices)} matrices fell back to {', '.join(kinds)}, since their rows are no multiple of 256: {names}"
    return (said,)
