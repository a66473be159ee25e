"""Glossary files as a metadata source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sqlcoder_core.api import ConfigError, Fact, MetadataSource, Probe, Settings, read_yaml
from sqlcoder_glossary.entries import Texts

DEFAULT_FILES = ("glossary.yml", "glossary.yaml")


class GlossarySettings(Settings):
    """Where the glossary is."""

    files: Texts = Field(
        default=(), description="Files or patterns (`glossary/*.yml`), from the configuration file's folder; empty: glossary.yml there."
    )


class GlossarySource(MetadataSource):
    """Terms, synonyms, joins, verified questions and instructions from YAML files."""

    name = "glossary"
    Settings: ClassVar[type[Settings]] = GlossarySettings
    authority: ClassVar = "annotates"
    settings: GlossarySettings

    def fingerprint(self, probe: Probe | None) -> str:
        """Names, sizes and times of the files."""
        stats = [(path, path.stat()) for path in self._paths()]
        return "|".join(f"{path}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats)

    def identity(self, probe: Probe | None) -> str:
        """A hash of the files' contents."""
        digest = hashlib.sha256()
        for path in self._paths():
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
        return digest.hexdigest()

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """What the files say. Raises ConfigError for a file that is missing or is no YAML; a wrong entry is a Clash."""
        from sqlcoder_glossary.reading import Glossary

        for path in self._paths():
            document = read_yaml(_text(path), self._shown(path))
            if document.problems:
                first = document.problems[0]
                raise ConfigError(first.message, place=first.place, hint=first.hint, problems=tuple(document.problems))
            yield from Glossary(document, probe.dialect if probe else None).facts()

    def _paths(self) -> list[Path]:
        root = self.context.config_dir
        wanted = self.settings.files or tuple(name for name in DEFAULT_FILES if (root / name).is_file())
        if not wanted:
            raise ConfigError(
                f"there is no {DEFAULT_FILES[0]} in {root}", hint="write one, name it under `files:`, or take `glossary` out of `sources:`"
            )
        return [path for text in wanted for path in _matching(root, text)]

    def _shown(self, path: Path) -> str:
        root = self.context.config_dir
        return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _matching(root: Path, text: str) -> list[Path]:
    path = root / Path(text).expanduser()
    if path.is_dir():
        return sorted([*path.glob("*.yml"), *path.glob("*.yaml")])
    if path.is_file():
        return [path]
    found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if any(sign in text for sign in "*?[") else []
    if not found:
        raise ConfigError(f"glossary file {text} is not there", place=str(path), hint="correct `files:` of the source `glossary`")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the glossary: {error}", place=str(path), hint="save it as UTF-8 text") from error
