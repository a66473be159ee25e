"""An fp32 graph of ours in, the same in fewer bits out, in place of what is there if it may be replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlcoder_core.errors import UsageError
from sqlcoder_core.models.convert.made import Made, Progress, made
from sqlcoder_core.models.convert.onnx_write import DESCRIPTION, quantize_onnx
from sqlcoder_core.models.convert.staging import refuse_existing, replaced_folder


def is_graph(src: Path) -> bool:
    """Whether a folder holds a graph that sqlcoder wrote."""
    return (src / DESCRIPTION).is_file()


def quantize_graph(src: Path, dst: Path, word: str, *, overwrite: bool, progress: Progress | None) -> Made:
    """Write the graph in `src` to the folder `dst`; `word` is int8 or int4.

    Raises UsageError for a folder that is to stay, and as `quantize_onnx`.
    """
    refuse_existing(dst, overwrite)
    if dst.exists() and src.samefile(dst):
        raise UsageError(f"{dst} cannot be quantised onto itself", hint="choose another name")

    def heard(done: int, total: int) -> None:
        if progress:
            progress(dst.name, done, total)

    precision: Literal["int8", "int4"] = "int4" if word == "int4" else "int8"
    with replaced_folder(dst) as new:
        quantize_onnx(src, new, precision, progress=heard)
    return made(dst)
