"""What `--suite` says in, the suite out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.errors import ConfigError, FileError
from sqlcoder_core.evaluation.records import Suite
from sqlcoder_core.evaluation.suites import bird, own, spider, sql_eval
from sqlcoder_core.evaluation.suites.files import SuiteFiles
from sqlcoder_core.host.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where a suite is, and where its databases are, when that is said apart."""

    path: Path
    databases: str | None
    files: SuiteFiles


_FORMATS: dict[str, Callable[[Wanted], Suite]] = {
    "sql-eval": lambda wanted: sql_eval.read(wanted.path, wanted.databases, wanted.files),
    "spider": lambda wanted: spider.read(wanted.path, wanted.databases, wanted.files),
    "bird": lambda wanted: bird.read(wanted.path, wanted.databases, wanted.files),
}


def load_suite(text: str, *, databases: str | None = None, folder: Path | None = None) -> Suite:
    """Read the suite that `text` names.

    `sql-eval:PATH`, `spider:PATH` and `bird:PATH` are those formats, any other path is a suite of our own (YAML or JSON lines), or a
    folder of such. `databases` says where the databases are, for the three: a folder, a file, or a URL with {db} in it. What has to be
    made (a database out of a dump) is made in `folder`, without one in a folder that is gone when the program ends. Raises FileError
    for files that are not there, ConfigError with file and line for what is wrong in one, and for two questions of one id.
    """
    suite = _read(text, databases, SuiteFiles(folder))
    seen: dict[str, str] = {}
    for task in suite.tasks:
        if task.id in seen:
            raise ConfigError(f"id {task.id!r} stands here a second time", place=task.place, hint=f"it is taken by {seen[task.id]}")
        seen[task.id] = task.place
    return suite


def _read(text: str, databases: str | None, files: SuiteFiles) -> Suite:
    kind, colon, rest = text.partition(":")
    if colon and kind in _FORMATS:
        return _FORMATS[kind](Wanted(path=_path(rest, text), databases=databases, files=files))
    path = Path(text).expanduser()
    if not path.exists() and colon:
        raise ConfigError(f"suite format {kind!r} is not known", place="--suite", hint=did_you_mean(kind, _FORMATS))
    if databases is not None:
        raise ConfigError("a suite of this format names its database itself", place="--databases", hint=f"write `database:` in {text}")
    return own.read_folder(path, files) if path.is_dir() else own.read(path, files)


def _path(text: str, said: str) -> Path:
    path = Path(text).expanduser()
    if not text or not path.exists():
        raise FileError(f"there is no file or folder {text!r}", hint=f"--suite {said} looks for it from here, {Path.cwd()}")
    return path
