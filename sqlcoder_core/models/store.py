"""Where models are kept on this machine: one folder per model and kind, each with a record of where it came from."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import FileError
from sqlcoder_core.models.file_kind import kinds_at
from sqlcoder_core.models.names import label_of
from sqlcoder_core.values.model_files import ModelKind

RECORD = "sqlcoder_model.json"
_STAGING, _PARTIAL = ".staging", ".partial"
_KINDS: tuple[ModelKind, ...] = ("safetensors", "gguf", "onnx")
_SEPARATOR = "--"
_FORGOTTEN = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model in one kind and precision. `folder` is the store's, `path` what an engine opens (a GGUF file, or the folder).

    `source` is the address it was pulled from, `made_from` what it was converted from; one of them is set where that is known.
    `sha256` holds a digest for each checked file, `size` counts bytes, `variant` tells files of one kind apart ("q8_0").
    """

    name: str
    kind: ModelKind
    variant: str
    folder: Path
    path: Path
    size: int = 0
    source: str | None = None
    made_from: str | None = None
    sha256: Mapping[str, str] = field(default_factory=dict)
    date: str = ""


def store_dir(environ: Mapping[str, str]) -> Path:
    """SQLCODER_MODELS, else `models` in the user's cache: SQLCODER_CACHE_DIR, XDG_CACHE_HOME/sqlcoder or ~/.cache/sqlcoder."""
    if environ.get("SQLCODER_MODELS"):
        return Path(environ["SQLCODER_MODELS"]).expanduser().absolute()
    if environ.get("SQLCODER_CACHE_DIR"):
        return Path(environ["SQLCODER_CACHE_DIR"]).expanduser().absolute() / "models"
    return user_cache(environ) / "sqlcoder" / "models"


def user_cache(environ: Mapping[str, str]) -> Path:
    """XDG_CACHE_HOME where it is absolute, else ~/.cache."""
    given = Path(environ.get("XDG_CACHE_HOME", ""))
    return given if given.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"


def entries(store: Path) -> tuple[Entry, ...]:
    """Everything in the store, by name. Folders of somebody else's making are told by their content; broken ones are left out."""
    return tuple(entry for folder in _folders(store) for entry in _entries_of(folder))


def entries_named(store: Path, name: str) -> tuple[Entry, ...]:
    """What the store has of one model."""
    folder = store / folder_name(name)
    return tuple(_entries_of(folder)) if folder.is_dir() else ()


def folder_name(name: str) -> str:
    """A model's name as the name of a folder; nothing in it can lead out of the store."""
    safe = name.replace("/", _SEPARATOR).replace("\\", _SEPARATOR).replace(":", "-")
    return f"_{safe}" if safe.startswith(".") else safe


def place_of(store: Path, name: str, kind: str, variant: str = "") -> Path:
    """The folder of one kind and precision of a model."""
    return store / folder_name(name) / (f"{kind}-{variant}" if variant else kind)


@contextmanager
def staging(store: Path) -> Iterator[Path]:
    """A fresh folder in the store to put files into before `put` moves it to its place; removed with whatever is left in it."""
    place = _private(_private(store) / _STAGING)
    try:
        folder = Path(tempfile.mkdtemp(dir=place))
    except OSError as error:
        raise FileError(f"cannot write {place}: {(error.strerror or '').lower()}", hint=_ELSEWHERE) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def partial(store: Path, key: str) -> Path:
    """A folder for the half-fetched files of one source, kept between runs so that they can be continued.

    What nobody has continued for `_FORGOTTEN` seconds is removed on the way.
    """
    top = _private(_private(store) / _PARTIAL)
    for folder in top.iterdir():
        if folder.name != key and time.time() - _last_written(folder) > _FORGOTTEN:
            shutil.rmtree(folder, ignore_errors=True)
    return _private(top / key)


def put(
    store: Path,
    staged: Path,
    *,
    name: str,
    kind: str,
    variant: str = "",
    source: str | None = None,
    made_from: str | None = None,
    sha256: Mapping[str, str] | None = None,
) -> Path:
    """Write the record into a staged folder and move it to its place in one step, over what was there. Returns the place."""
    place = place_of(store, name, kind, variant)
    record: dict[str, Any] = {"name": name, "kind": kind, "variant": variant, "source": source, "made_from": made_from}
    record |= {"sha256": dict(sha256 or {}), "size": size_of(staged), "date": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        (staged / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        _private(place.parent)
        _move_over(staged, place, _private(store / _STAGING))
    except OSError as error:
        raise FileError(f"cannot write {place}: {(error.strerror or str(error)).lower()}", hint=_ELSEWHERE) from error
    return place


def remove(store: Path, chosen: tuple[Entry, ...]) -> int:
    """Delete entries; returns the bytes that were freed. What lies elsewhere, as in the hub's cache, is left alone."""
    freed = 0
    for entry in chosen:
        if entry.folder.is_relative_to(store):
            freed += entry.size
            _delete(entry.folder, store)
    return freed


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder, the store's record left out."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and file.name != RECORD]
    return sum(file.stat().st_size for file in files)


_ELSEWHERE = "set SQLCODER_MODELS to a folder of yours"


def _last_written(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:  # it is being worked on
        return time.time()


def _folders(store: Path) -> list[Path]:
    try:
        return sorted(folder for folder in store.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    except OSError:  # a store that is not there, or not ours to read, has no models for us
        return []


def _entries_of(folder: Path) -> Iterator[Entry]:
    for inner in sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")):
        record, kinds = _record(inner), _kinds_of(inner)
        wanted = record.get("kind") or inner.name.partition("-")[0]
        for kind in _KINDS:
            if kind == wanted and kind in kinds:
                yield from _entries_in(inner, kind, kinds[kind], record)


def _entries_in(inner: Path, kind: ModelKind, paths: tuple[Path, ...], record: dict[str, Any]) -> Iterator[Entry]:
    for path in paths:
        alone = len(paths) == 1
        variant = record.get("variant") or inner.name.partition("-")[2] if alone else label_of(path.name, kind) or path.stem
        yield Entry(
            name=record.get("name") or inner.parent.name.replace(_SEPARATOR, "/"),
            kind=kind,
            variant=variant,
            folder=inner,
            path=path,
            size=size_of(inner if alone else path),
            source=record.get("source"),
            made_from=record.get("made_from"),
            sha256=record.get("sha256") or {},
            date=record.get("date") or "",
        )


def _kinds_of(folder: Path) -> Mapping[ModelKind, tuple[Path, ...]]:
    try:
        return kinds_at(folder)
    except FileError:  # another process has just removed it, or it is not ours to read
        return {}


def _record(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # no record, or half of one: the files speak for themselves
        return {}
    return found if isinstance(found, dict) else {}


def _move_over(staged: Path, place: Path, aside: Path) -> None:
    if not place.exists():
        staged.rename(place)
        return
    old = Path(tempfile.mkdtemp(dir=aside)) / "old"
    place.rename(old)
    staged.rename(place)
    shutil.rmtree(old.parent, ignore_errors=True)


def _delete(folder: Path, store: Path) -> None:
    aside = Path(tempfile.mkdtemp(dir=_private(store / _STAGING)))
    try:
        folder.rename(aside / "old")
        shutil.rmtree(aside)
    except OSError as error:
        raise FileError(f"cannot delete {folder}: {(error.strerror or str(error)).lower()}", hint="close what uses the model") from error
    if folder.parent != store and not any(folder.parent.iterdir()):
        folder.parent.rmdir()


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {(error.strerror or str(error)).lower()}", hint=_ELSEWHERE) from error
    return folder
