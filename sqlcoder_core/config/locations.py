"""Where things are: the configuration file, the user's cache and state directories."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlcoder_core.errors import ConfigError, FileError

FILE_NAME = "sqlcoder.yaml"
_ROOT_MARKS = ("dbt_project.yml", ".git")


def find_file(given: Path | None, cwd: Path, environ: Mapping[str, str], *, start: Path | None = None) -> Path | None:
    """The sqlcoder.yaml to use: `--config`, SQLCODER_CONFIG, else the nearest one upwards of `start` (`cwd` when left out).

    Raises ConfigError when a file is named and not there.
    """
    named, by = (given, "--config") if given else (_from_environ(environ), "SQLCODER_CONFIG")
    if named is not None:
        file = cwd / named.expanduser()
        if not file.is_file():
            raise ConfigError(f"{by} names {named}, which is not a file", hint="`sqlcoder init` writes one")
        return file
    return next(filter(None, map(_file_in, folders_upwards(start or cwd))), None)


def _file_in(folder: Path) -> Path | None:
    if (folder / FILE_NAME).is_file():
        return folder / FILE_NAME
    near_miss = folder / "sqlcoder.yml"
    if near_miss.is_file():
        raise ConfigError(f"{near_miss} is not read", hint=f"rename it to {FILE_NAME}")
    return None


def starting_folder(project_dir: Path | None, cwd: Path) -> Path:
    """Where the search begins: --project-dir, else `cwd`. Raises ConfigError. Other paths on the command line count from `cwd`."""
    start = (cwd / project_dir.expanduser()).resolve() if project_dir else cwd
    if not start.is_dir():
        raise ConfigError(f"--project-dir names {project_dir}, which is not a folder")
    return start


def _from_environ(environ: Mapping[str, str]) -> Path | None:
    return Path(environ["SQLCODER_CONFIG"]) if environ.get("SQLCODER_CONFIG") else None


def folders_upwards(start: Path) -> Iterator[Path]:
    """`start` and the folders above it, ending with the root of the dbt project or repository.

    Where there is no such root, they end before a folder of another user, and with the home directory: what somebody left
    in /tmp is not ours.
    """
    for folder in (start, *start.parents):
        if folder != start and not _is_own(folder):
            return
        yield folder
        if any((folder / mark).exists() for mark in _ROOT_MARKS) or folder == Path.home():
            return


def _is_own(folder: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def cache_dir(environ: Mapping[str, str]) -> Path:
    """The user's cache: SQLCODER_CACHE_DIR, XDG_CACHE_HOME/sqlcoder, ~/.cache/sqlcoder."""
    if environ.get("SQLCODER_CACHE_DIR"):
        return Path(environ["SQLCODER_CACHE_DIR"]).expanduser().absolute()
    return _xdg(environ, "XDG_CACHE_HOME", ".cache")


def state_dir(environ: Mapping[str, str]) -> Path:
    """What is remembered between runs (trust, history): XDG_STATE_HOME/sqlcoder, ~/.local/state/sqlcoder."""
    if environ.get("SQLCODER_STATE_DIR"):
        return Path(environ["SQLCODER_STATE_DIR"]).expanduser().absolute()
    return _xdg(environ, "XDG_STATE_HOME", ".local/state")


def _xdg(environ: Mapping[str, str], name: str, default: str) -> Path:
    # The XDG specification has relative values ignored.
    given = Path(environ.get(name, ""))
    home = Path(environ.get("HOME") or Path.home())
    return (given if given.is_absolute() else home / default) / "sqlcoder"


def private_dir(folder: Path) -> Path:
    """Make a folder that only the user can enter. Raises FileError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FileError(f"cannot make {folder}: {error.strerror}", hint="set SQLCODER_CACHE_DIR to a folder of yours") from error
    return folder


def shown(file: Path, cwd: Path) -> str:
    """A file as messages name it: relative where that is shorter to read."""
    return str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)
