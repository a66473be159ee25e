"""One configured component as the configuration holds it: word, settings, and the place of each setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sqlcoder_core.config.environment import Expanded
from sqlcoder_core.config.yaml_nodes import Document, Steps
from sqlcoder_core.values.connection import ComponentSpec, ConnectionSpec
from sqlcoder_core.values.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`label` is what stands before a key in messages (`connections.shop.`); `where(steps, key)` is the place of a setting.

    `origin` is the place of the entry itself, and stands in for the settings' places where there is no `where`. A `spare`
    source was found beside a connection that somebody asked for; where it cannot be read, the others do.
    """

    use: str
    settings: Mapping[str, object] = field(default_factory=dict)
    origin: str = "default"
    label: str = ""
    spare: bool = False
    where: Callable[[Steps, bool], str] | None = field(default=None, repr=False, compare=False)

    def place(self, steps: Steps, key: bool = False) -> str:
        """Where a setting's value (or its key) was said."""
        return self.where(steps, key) if self.where else self.origin


def written(document: Document, steps: Steps, use: str, settings: Mapping[str, object]) -> Entry:
    """An entry that stands in the file (or was made there by --set)."""

    def where(below: Steps, key: bool) -> str:
        return document.place((*steps, *below), key=key)

    label = ".".join(str(step) for step in steps) + "."
    return Entry(use=use, settings=settings, origin=document.place(steps, key=True), label=label, where=where)


def named_within(entry: Entry, name: str) -> Entry | None:
    """The component that one setting of another names, as a word or with settings of its own (`runtime.prompt`); None where it is unset."""
    value = entry.settings.get(name)
    use = value.get("use") if isinstance(value, Mapping) else value
    if not isinstance(use, str):
        return None

    def where(below: Steps, key: bool) -> str:
        return entry.place((name, *below) if isinstance(value, Mapping) else (name,), key)

    settings = {key: item for key, item in value.items() if key != "use"} if isinstance(value, Mapping) else {}
    return Entry(use=use, settings=settings, origin=where((), True), label=f"{entry.label}{name}.", where=where)


def with_flags(entry: Entry, said: Mapping[str, tuple[object, str]]) -> Entry:
    """An entry with settings laid over from the command line: name to (value, flag)."""

    def where(below: Steps, key: bool) -> str:
        name = str(below[0]) if below else ""
        return said[name][1] if name in said else entry.place(below, key)

    return replace(entry, settings={**entry.settings, **{name: value for name, (value, _) in said.items()}}, where=where)


def detected(spec: ComponentSpec | ConnectionSpec) -> Entry:
    """An entry that a plugin found."""
    if isinstance(spec, ConnectionSpec):
        return Entry(use=spec.engine, settings=spec.settings, origin=spec.origin or "detected", label=f"connection {spec.name!r}: ")
    return Entry(use=spec.use, settings=spec.settings, origin=spec.place or "detected", label=f"source {spec.use!r}: ")


def as_written(value: object) -> object:
    """Settings without what may not be seen: text from the environment as its reference, secrets as where they come from."""
    if isinstance(value, Expanded):
        return value.reference
    if isinstance(value, Secret):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): as_written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_written(item) for item in value]
    return value
