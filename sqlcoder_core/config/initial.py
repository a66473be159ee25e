"""The first sqlcoder.yaml: made of what is detected, never over one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlcoder_core.config.load import load
from sqlcoder_core.config.locations import FILE_NAME, state_dir
from sqlcoder_core.config.trust import approve, demands
from sqlcoder_core.config.written_file import file_text
from sqlcoder_core.config.yaml_nodes import read_yaml
from sqlcoder_core.errors import FileError, UsageError
from sqlcoder_core.host import Host
from sqlcoder_core.values.options import Options


def initial_text(options: Options, cwd: Path, environ: Mapping[str, str]) -> tuple[str, Path]:
    """The file's text and the folder it belongs in (a dbt project's root). Raises NothingToAsk where nothing is detected."""
    host = Host()
    configuration = load(options, cwd=cwd, environ=environ, host=host, without_file=True)
    folder = configuration.project_dir
    return file_text(configuration, host, folder), folder


def refuse_existing(folder: Path) -> None:
    """Raise UsageError when the folder has its sqlcoder.yaml."""
    if (folder / FILE_NAME).exists():
        raise UsageError(f"{folder / FILE_NAME} is there already", hint="--force replaces it, --print shows what would be written")


def write_file(text: str, folder: Path, *, force: bool, environ: Mapping[str, str]) -> Path:
    """Write the file; what the user has written here needs no `sqlcoder trust`. Raises UsageError when one is there, FileError."""
    file = folder / FILE_NAME
    if not force:
        refuse_existing(folder)
    try:
        with open(file, "w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise FileError(f"cannot write {file}: {error.strerror}", hint="--print shows what would be written") from error
    wanted = demands(file, read_yaml(text, file.name).data)
    if wanted:
        approve(wanted, state_dir(environ))
    return file
