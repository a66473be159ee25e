"""A sqlcoder.yaml that brings code, reads the environment or writes elsewhere is approved once, by the hash of what it brings.

A cloned repository is not the user: its file could import a Python file of its own, or send `${AWS_SECRET_ACCESS_KEY}` to
a server of its own, with the first question asked in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcoder_core.config.environment import names_in, texts
from sqlcoder_core.config.locations import FILE_NAME, find_file, private_dir, shown, starting_folder
from sqlcoder_core.config.problems import raise_all
from sqlcoder_core.config.yaml_nodes import read_yaml
from sqlcoder_core.errors import ConfigError, FileError
from sqlcoder_core.host.local import is_local, local_use
from sqlcoder_core.values.options import Options

_STORE = "trusted.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a file wants to be trusted with: Python files it brings, variables it reads, files it writes elsewhere; and its hash."""

    file: Path
    code: tuple[Path, ...]
    variables: tuple[str, ...]
    writes: tuple[str, ...]
    digest: str

    def __bool__(self) -> bool:
        return bool(self.code or self.variables or self.writes)

    def told(self) -> tuple[str, ...]:
        """Each demand in a few words."""
        return (
            *(f"runs {path}" for path in self.code),
            *(f"reads ${{{name}}}" for name in self.variables),
            *(f"writes {name}" for name in self.writes),
        )


def demands(file: Path, data: dict[str, Any]) -> Demands:
    """What a file wants, from its data before anything was expanded or imported."""
    found = sorted(set(_code(data, file.parent)))
    variables = sorted({name for text in texts(data) for name in names_in(text)})
    digest = hashlib.sha256(file.read_bytes())
    for path in found:
        digest.update(b"\0" + path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    writes = tuple(dict.fromkeys(_written_elsewhere(data, file.parent)))
    return Demands(file=file, code=tuple(found), variables=tuple(variables), writes=writes, digest=digest.hexdigest())


def demands_of(options: Options, cwd: Path, environ: Mapping[str, str]) -> Demands:
    """What the sqlcoder.yaml that would be used wants. Raises ConfigError where there is none, or when it cannot be read."""
    start = starting_folder(options.project_dir, cwd)
    file = find_file(options.config, cwd, environ, start=start)
    if file is None:
        raise ConfigError(f"there is no {FILE_NAME} from {start} upwards", hint="`sqlcoder init` writes one")
    document = read_yaml(file.read_text(encoding="utf-8"), shown(file, cwd))
    raise_all(document.problems, str)
    return demands(file, document.data)


def _code(data: Any, folder: Path) -> Iterator[Path]:
    for text in texts(data):
        if is_local(text):
            try:
                yield local_use(text, folder, "").file
            except ConfigError:
                continue  # said with its line when the component is looked for


def _written_elsewhere(data: dict[str, Any], folder: Path) -> Iterator[str]:
    """Files that its sinks write outside of its own folder: `output: ["csv:~/.profile"]` is not for a stranger to say."""
    output = [text.partition(":")[2] for text in texts(data.get("output"))]
    for text in (*output, *texts(data.get("sinks"))):
        try:
            outside = bool(text) and not (folder / Path(text).expanduser()).resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError, ValueError):
            outside = True
        if outside:
            yield text


def require(wanted: Demands, state: Path, place: str) -> None:
    """Raise ConfigError when the file wants something and was not approved with exactly these contents."""
    if wanted and wanted.digest not in _approved(state):
        message = f"this file {', '.join(wanted.told())}, and was not approved as it is"
        raise ConfigError(message, place=place, hint="look at it, then run `sqlcoder trust`")


def approve(wanted: Demands, state: Path) -> None:
    """Remember these contents as approved. Raises FileError."""
    store = private_dir(state) / _STORE
    known = _approved(state) | {wanted.digest: str(wanted.file)}
    fresh = store.with_suffix(f".{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(known, out, indent=1)
        os.replace(fresh, store)
    except OSError as error:
        raise FileError(f"cannot write {store}: {error.strerror}") from error


def _approved(state: Path) -> dict[str, str]:
    try:
        known = json.loads((state / _STORE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
