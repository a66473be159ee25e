"""A JSON list of questions as Spider and BIRD have them in, checked records with their lines out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ConfigError, FileError
from sqlcoder_core.evaluation.suites.files import SuiteFiles
from sqlcoder_core.host.nearest import nearest


def question_file(path: Path, names: Sequence[str]) -> Path:
    """The file itself, or the first of `names` in the folder."""
    if path.is_file():
        return path
    found = next((path / name for name in names if (path / name).is_file()), None)
    if found is None:
        raise FileError(f"there is no {' or '.join(names)} in {path}", hint="name the folder that holds it, or the file itself")
    return found


def read_questions(path: Path, files: SuiteFiles, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Number from 1, record, place. Raises ConfigError with the number of the record that lacks something."""
    listed = files.json(path)
    if not isinstance(listed, list):
        raise ConfigError("this is no list of questions", place=str(path))
    if not listed:
        raise ConfigError("there are no questions in this file", place=str(path))
    for number, record in enumerate(listed, 1):
        place = f"{path}: question {number}"
        if not isinstance(record, dict):
            raise ConfigError("this is no object", place=place)
        for name in needed:
            if not isinstance(record.get(name), str) or not record[name].strip():
                near = nearest(name, [one for one in record if one not in needed])
                hint = f"rename {near!r}" if near else f"each question has {', '.join(needed)}"
                raise ConfigError(f"{name!r} is missing", place=place, hint=hint)
        yield number, record, place
