"""A suite's files in, their texts out, and one hash over all that was read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlcoder_core.errors import ConfigError, FileError
from sqlcoder_core.whole_file import named_errors

_WHOLE = 64 * 1024 * 1024
"""Bytes up to which a file is hashed as a whole; of a larger one its size, its beginning and its end."""
_PART = 1024 * 1024


class SuiteFiles:
    """Reads files and remembers their hashes. `folder` is a place for what has to be made, gone when the program ends."""

    def __init__(self, folder: Path | None = None) -> None:
        self._digests: dict[str, str] = {}
        self._given = folder
        self._made: TemporaryDirectory[str] | None = None

    @property
    def folder(self) -> Path:
        """The folder for what has to be made."""
        if self._given is not None:
            return self._given
        if self._made is None:
            self._made = TemporaryDirectory(prefix="sqlcoder-suite-", ignore_cleanup_errors=True)
            _kept.append(self._made)
        return Path(self._made.name)

    @property
    def data_hash(self) -> str:
        """Over names and contents of all that was read, the same whatever the order and the folder."""
        text = json.dumps(sorted((Path(path).name, digest) for path, digest in self._digests.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def text(self, path: Path) -> str:
        """A text file. Raises FileError for one that cannot be read, ConfigError for one that is not UTF-8."""
        with named_errors(path, "read"):
            data = path.read_bytes()
        self._digests[str(path)] = hashlib.sha256(data).hexdigest()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise ConfigError("this is not UTF-8 text", place=f"{path}:{line}", hint="save the file as UTF-8") from None

    def json(self, path: Path) -> Any:
        """A JSON file. Raises FileError, and ConfigError with the line that is not JSON."""
        text = self.text(path)
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"this is not JSON: {error.msg.lower()}", place=f"{path}:{error.lineno}") from None
        except (RecursionError, ValueError) as error:
            raise ConfigError(f"this is not JSON that can be read: {error}", place=str(path)) from None

    def note(self, path: Path) -> None:
        """A file that others will read, such as a database."""
        if str(path) not in self._digests:
            with named_errors(path, "read"):
                self._digests[str(path)] = _digest(path)


_kept: list[TemporaryDirectory[str]] = []
"""A TemporaryDirectory removes its folder when nobody holds it any more, and else when the program ends."""


def _digest(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _WHOLE:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(str(size).encode() + file.read(_PART))
        file.seek(-_PART, 2)
        digest.update(file.read())
        return digest.hexdigest()


def existing(path: Path, *, what: str, hint: str | None = None) -> Path:
    """That path. Raises FileError when there is nothing there."""
    if not path.exists():
        raise FileError(f"there is no {what} {path}", hint=hint)
    return path


def plain_name(name: str, place: str) -> str:
    """A database's name as it stands in a suite. Raises ConfigError for one that would lead out of the folder of databases."""
    if "/" in name or "\\" in name or name.startswith("."):
        raise ConfigError(f"{name!r} is no name of a database", place=place, hint="a name has no slashes, and no dot in front")
    return name
