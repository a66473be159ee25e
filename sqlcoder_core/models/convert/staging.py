"""Files and folders that appear whole or not at all, with room for them made sure of beforehand."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.whole_file import WholeFile, named_errors, sync

_SPARE = 16 << 20  # bytes, for headers and the file system's own needs


def refuse_existing(dst: Path, overwrite: bool) -> None:
    """Raises UsageError where something is there already and is to stay."""
    if not overwrite and (dst.is_file() or (dst.is_dir() and any(dst.iterdir()))):
        raise UsageError(f"{dst} exists already", hint="choose another name, or say that it is to be replaced (`--overwrite`)")


def check_room(dst: Path, needed: int, hint: str = "free some space or choose another place") -> None:
    """Raises FileError where the disk has less than `needed` bytes free."""
    folder = next((parent for parent in dst.absolute().parents if parent.is_dir()), Path("/"))
    with named_errors(folder, "look at"):
        free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise FileError(f"{dst} needs {_gigabytes(needed)}, {_gigabytes(free)} are free", hint=hint)


@contextmanager
def staged_file(dst: Path) -> Iterator[Path]:
    """A path beside `dst` to write to; it becomes `dst` at the end, and is removed where writing fails."""
    file = WholeFile(dst)
    try:
        with named_errors(dst):
            yield file.staged
    except BaseException:
        file.discard()
        raise
    file.commit()


@contextmanager
def staged_folder(dst: Path) -> Iterator[Path]:
    """A folder beside `dst` to fill; it becomes `dst` at the end, and is removed where filling it fails."""
    with replaced_folder(dst) as new:
        with named_errors(dst):
            new.mkdir()
        yield new


@contextmanager
def replaced_folder(dst: Path) -> Iterator[Path]:
    """A name beside `dst`, where nothing is yet, for whoever makes the folder itself; what is there at the end becomes `dst`."""
    dst = Path(os.path.realpath(dst))
    with named_errors(dst):
        scratch = Path(tempfile.mkdtemp(dir=dst.parent, prefix=f".{dst.name}.", suffix=".part"))
    try:
        with named_errors(dst):
            yield scratch / "new"
            _publish(scratch / "new", dst)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _publish(made: Path, dst: Path) -> None:
    for file in made.iterdir():
        sync(file)
    old = made.with_name("old")
    if dst.exists():
        dst.rename(old)
    try:
        made.rename(dst)
    except OSError:
        if old.exists():
            old.rename(dst)
        raise
    sync(dst.parent)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.2f} GB"
