"""What is installed under the entry point group `sqlcoder.plugins`, read from metadata: nothing is imported."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path

GROUP = "sqlcoder.plugins"
OWN_DISTRIBUTION = "sqlcoder-core"

_HOOK = re.compile(r"^(?:async )?def (sqlcoder_\w+)\s*\(", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Installed:
    """One entry point: the word, the module it names, and the distribution that brought it."""

    word: str
    target: str
    distribution: str
    version: str
    location: str = ""

    @property
    def built_in(self) -> bool:
        """True for the plugins that come with SQLCoder itself."""
        return self.distribution == OWN_DISTRIBUTION

    def __str__(self) -> str:
        return f"plugin {self.word!r} ({self.distribution} {self.version})"

    @property
    def module(self) -> str:
        """The module to import, without what stands behind the colon."""
        return self.target.partition(":")[0].strip()

    @property
    def entry_point(self) -> EntryPoint:
        """To load it, when it was named."""
        return EntryPoint(name=self.word, value=self.target, group=GROUP)

    @cached_property
    def _spec(self) -> importlib.machinery.ModuleSpec | None:
        return _find_spec(self.module)

    @property
    def is_there(self) -> bool:
        """False when the module it names is not to be found."""
        return self._spec is not None

    @cached_property
    def source_file(self) -> Path | None:
        """The file behind `module`, found without importing its package; None where that cannot be told."""
        origin = self._spec.origin if self._spec else None
        return Path(origin) if origin and origin.endswith(".py") else None

    @cached_property
    def hooks(self) -> tuple[str, ...] | None:
        """The hooks its text defines, in order; None where the text cannot be read without importing."""
        if self.source_file is None:
            return None
        try:
            return tuple(_HOOK.findall(self.source_file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            return None


def _find_spec(module: str) -> importlib.machinery.ModuleSpec | None:
    # importlib.util.find_spec would import the parent packages of a dotted name; the finders below only look for files.
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    name = top
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        name = f"{name}.{part}"
        spec = importlib.machinery.PathFinder.find_spec(name, spec.submodule_search_locations)
    return spec


def installed_plugins(found: Iterable[Distribution] | None = None) -> tuple[Installed, ...]:
    """Every installed plugin, by word; a word may occur twice when two distributions claim it."""
    plugins = [plugin for distribution in (distributions() if found is None else found) for plugin in _of(distribution)]
    # One distribution may be on the path twice (an editable install over a wheel): the first one is the one that imports.
    first = {(plugin.distribution, plugin.word): plugin for plugin in reversed(plugins)}
    return tuple(sorted(first.values(), key=lambda plugin: (plugin.word, plugin.distribution)))


def _of(distribution: Distribution) -> Iterable[Installed]:
    text = distribution.read_text("entry_points.txt")
    if not text or GROUP not in text:
        return
    name, version = distribution.metadata["Name"], distribution.version
    for entry in distribution.entry_points.select(group=GROUP):
        location = str(distribution.locate_file(""))
        yield Installed(word=entry.name, target=entry.value, distribution=name, version=version, location=location)
