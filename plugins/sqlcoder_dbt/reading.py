"""Artifact files in, structs out; a file that is missing, cut off or no JSON is one error that says what to run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from sqlcoder_core.api import ConfigError
from sqlcoder_dbt.artifacts import Manifest

_HEAD_BYTES = 4096
_Artifact = TypeVar("_Artifact")
_FACT = re.compile(rb'"(invocation_id|generated_at)"\s*:\s*"([^"]*)"')


def read_manifest(path: Path, project: Path) -> Manifest:
    """manifest.json, split; raises ConfigError."""
    if not path.is_file():
        raise ConfigError(f"no dbt artifacts: {path.name} is not in {path.parent}", place=str(project), hint=_missing_hint(path, project))
    return read(path, Manifest)


def read_optional(path: Path, kind: type[_Artifact]) -> _Artifact | None:
    """An artifact that may be missing; raises ConfigError when it is there and unreadable."""
    return read(path, kind) if path.is_file() else None


def read(path: Path, kind: type[_Artifact]) -> _Artifact:
    """The artifact; raises ConfigError with the path."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", place=str(path)) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"is not a dbt artifact: {error}", place=str(path), hint="run `dbt parse` to write it anew") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = "dbt may be writing it or was interrupted; run `dbt parse` to write it anew"
        raise ConfigError(f"is cut off or no JSON ({error})", place=str(path), hint=hint) from error


def head(path: Path) -> dict[str, str]:
    """`invocation_id` and `generated_at` from the first 4 KB, since the metadata stand first; empty when they do not."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEAD_BYTES)
    except OSError:
        return {}
    return {name.decode(): value.decode(errors="replace") for name, value in reversed(_FACT.findall(start))}


def _missing_hint(path: Path, project: Path) -> str:
    if any(path.parent.glob("*.parquet")) or any(path.parent.glob("*/*.parquet")):
        return "dbt Fusion has written Parquet there and no JSON; run a plain `dbt parse`, without --write-metadata or --write-index"
    return f"run `dbt parse` in {project} (or `dbt build`, which makes the tables too)"
