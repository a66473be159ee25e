"""One file over HTTP: continued where it stopped, checked at the end."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import IO, TypeAlias
from urllib.error import HTTPError

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.web import Response, Web, host_of, shown_url, told

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Told what is being done, how many bytes are done, and of how many where that is known."""

TRIES = 5
_CHUNK = 1 << 20
_PAUSE = 0.5
_SERVER_TROUBLE = (408, 425, 429, 500, 502, 503, 504)


def no_progress(what: str, done: int, total: int | None) -> None:
    """For those who do not want to know."""


def download(
    web: Web, url: str, file: Path, *, sha256: str | None = None, size: int | None = None, progress: Progress = no_progress
) -> str:
    """Fetch `url` into `file`; returns its SHA-256.

    Bytes that are there from an earlier try are kept where the server continues at them and the file is the same (its ETag, or a
    checksum to hold it to). A cut connection or a server in trouble is tried again up to `TRIES` times without progress. Raises
    ModelError for a server that refuses or cannot be reached and for a wrong checksum, after which the file is gone, and FileError
    for a full disk.
    """
    fetch = _Fetch(web, url, file, size, resumes=sha256 is not None, progress=progress)
    fetch.all()
    digest = hash_of(file, progress)
    if sha256 is not None and digest != sha256.lower():
        file.unlink()
        message = f"{shown_url(url)} is not the file it should be: SHA-256 {digest} instead of {sha256.lower()}"
        raise ModelError(message, hint="the file was removed; pull again, and if it happens again do not use this source")
    fetch.mark.unlink(missing_ok=True)
    return digest


def hash_of(file: Path, progress: Progress = no_progress) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest, total, done = hashlib.sha256(), file.stat().st_size, 0
    for chunk in chunks_of(file):
        digest.update(chunk)
        done += len(chunk)
        progress("checking", done, total)
    return digest.hexdigest()


def chunks_of(file: Path) -> Iterator[bytes]:
    """A file, a megabyte at a time."""
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def need_space(folder: Path, wanted: int, what: str) -> None:
    """Raise FileError where `folder` has not that many bytes left."""
    free = shutil.disk_usage(folder).free
    if wanted > free:
        message = f"{what} needs {size_text(wanted)}, and {folder} has {size_text(free)} left"
        raise FileError(message, hint="free some space, or set SQLCODER_MODELS to a folder elsewhere")


def size_text(count: int) -> str:
    """Bytes as people read them, in powers of ten."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 100 * size else f"{count / size:.0f} {unit}"
    return f"{count} bytes"


class _Fetch:
    """The tries at one file. `mark` holds the ETag of the file that `file` is a part of."""

    def __init__(self, web: Web, url: str, file: Path, size: int | None, *, resumes: bool, progress: Progress) -> None:
        self._web, self._url, self._file, self._size, self._progress = web, url, file, size, progress
        self._resumes = resumes
        self.mark = file.with_name(file.name + ".etag")

    def all(self) -> None:
        """Fetch what is missing, trying again as long as that helps."""
        tries = 0
        while not self._is_whole():
            before = self._have()
            try:
                self._some()
            except (HTTPError, OSError, HTTPException) as error:
                tries = 1 if self._have() > before else tries + 1
                self._give_up_or_wait(error, tries)

    def _is_whole(self) -> bool:
        return self._size is not None and self._have() == self._size

    def _have(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def _some(self) -> None:
        have = self._have() if self._resumes or self.mark.exists() else 0
        response = self._web.open(self._url, self._headers(have))
        try:
            start = self._start(response, have)
            total = self._total(response, start)
            self._room(total, start)
            self._remember(response)
            self._write(response, start, total)
        finally:
            response.close()
        if total is not None and self._have() < total:
            raise ConnectionResetError("the connection was cut")
        self._size = self._have()

    def _start(self, response: Response, have: int) -> int:
        if response.status != 206:
            return 0  # the whole file, from its beginning
        given = response.headers.get("Content-Range", "")  # "bytes 5-9/10"; RFC 9110
        if given.removeprefix("bytes ").partition("-")[0] != str(have):
            self._forget()
            raise ConnectionResetError("the server sent another part than was asked for")
        return have

    def _headers(self, have: int) -> dict[str, str]:
        if not have:
            return {}
        etag = self.mark.read_text(encoding="utf-8") if self.mark.exists() else ""
        return {"Range": f"bytes={have}-"} | ({"If-Range": etag} if etag else {})

    def _total(self, response: Response, start: int) -> int | None:
        length = response.headers.get("Content-Length")
        return self._size if length is None or not length.isdigit() else start + int(length)

    def _room(self, total: int | None, start: int) -> None:
        if total is not None:
            need_space(self._file.parent, total - start, self._file.name)

    def _remember(self, response: Response) -> None:
        etag = response.headers.get("ETag") or ""
        if etag and not etag.startswith("W/"):
            self.mark.write_text(etag, encoding="utf-8")
        else:
            self.mark.unlink(missing_ok=True)

    def _write(self, response: Response, start: int, total: int | None) -> None:
        done = start
        with self._opened(start) as file:
            while chunk := response.read(_CHUNK):
                try:
                    file.write(chunk)
                except OSError as error:
                    raise FileError(f"cannot write {self._file}: {(error.strerror or '').lower()}", hint="free some space") from error
                done += len(chunk)
                self._progress("fetching", done, total)

    def _opened(self, start: int) -> IO[bytes]:
        try:
            file: IO[bytes] = self._file.open("r+b" if start else "wb")
            file.seek(start)
            file.truncate()
        except OSError as error:
            raise FileError(f"cannot write {self._file}: {(error.strerror or '').lower()}") from error
        return file

    def _give_up_or_wait(self, error: Exception, tries: int) -> None:
        if isinstance(error, HTTPError):
            code = error.code
            error.close()
            if code == 416 and self._have():
                self._beyond_the_end(error)
                return
            if code not in _SERVER_TROUBLE or tries >= TRIES:
                raise told(error, self._url) from error
        elif tries >= TRIES or (not self._have() and tries > 1):
            raise self._unreached(error) from error
        time.sleep(_PAUSE * 2 ** (tries - 1))

    def _beyond_the_end(self, error: HTTPError) -> None:
        """All of it is here already, or what is here is no beginning of it."""
        if error.headers.get("Content-Range", "") == f"bytes */{self._have()}":
            self._size = self._have()
        else:
            self._forget()

    def _forget(self) -> None:
        self._file.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)

    def _unreached(self, error: Exception) -> ModelError:
        if not self._have():
            return told(error, self._url)
        message = f"the connection to {host_of(self._url)} was lost {TRIES} times in a row, {size_text(self._have())} are kept"
        return ModelError(message, hint="run the same command again to continue")
