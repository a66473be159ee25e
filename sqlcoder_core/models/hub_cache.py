"""Models that Hugging Face's own cache holds already, found without the network and without its library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.models.file_kind import kinds_at, missing_parts
from sqlcoder_core.models.names import label_of
from sqlcoder_core.models.store import Entry, size_of, user_cache
from sqlcoder_core.values.model_files import ModelKind

_PREFIX = "models--"


def hub_cache_dir(environ: Mapping[str, str]) -> Path:
    """HF_HUB_CACHE, HF_HOME/hub, or `huggingface/hub` in the user's cache, as huggingface_hub has it."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environ.get(name):
            return Path(environ[name]).expanduser()
    home = environ.get("HF_HOME")
    return (Path(home).expanduser() if home else user_cache(environ) / "huggingface") / "hub"


def cached_models(cache: Path) -> tuple[Entry, ...]:
    """All complete models in the cache: the snapshot that `main` points to, or the newest one."""
    try:
        folders = sorted(folder for folder in cache.iterdir() if folder.name.startswith(_PREFIX))
    except OSError:  # no cache, or not ours to read
        return ()
    return tuple(entry for folder in folders for entry in _entries(folder))


def cached_model(cache: Path, name: str) -> tuple[Entry, ...]:
    """What the cache holds of one hub id."""
    folder = cache / f"{_PREFIX}{name.replace('/', '--')}"
    return tuple(_entries(folder)) if "/" in name and folder.is_dir() else ()


def _entries(folder: Path) -> Iterator[Entry]:
    snapshot = _snapshot(folder)
    if snapshot is None:
        return
    name = folder.name.removeprefix(_PREFIX).replace("--", "/", 1)
    for kind, paths in _complete_kinds(snapshot).items():
        for path in paths:
            size = size_of(path)
            yield Entry(
                name=name, kind=kind, variant=label_of(path.name, kind), folder=snapshot, path=path, size=size, source=f"hf://{name}"
            )


def _snapshot(folder: Path) -> Path | None:
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
        named = folder / "snapshots" / commit
        if commit and named.is_dir():
            return named
        return max((folder / "snapshots").iterdir(), key=lambda one: one.stat().st_mtime, default=None)
    except OSError:
        return None


def _complete_kinds(snapshot: Path) -> dict[ModelKind, tuple[Path, ...]]:
    """What can be used of a snapshot; one that is not whole or not readable counts as not there."""
    try:
        found = kinds_at(snapshot)
        if "safetensors" in found and missing_parts(snapshot):
            del found["safetensors"]
    except SqlcoderError:
        return {}
    return found
