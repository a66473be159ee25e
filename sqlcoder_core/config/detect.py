"""What the configuration leaves open: which connection, which sources; asked of the plugins, or of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlcoder_core.config.database import from_text
from sqlcoder_core.config.entries import Entry, detected
from sqlcoder_core.config.yaml_nodes import Document
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.host import Host
from sqlcoder_core.host.nearest import did_you_mean
from sqlcoder_core.values.connection import Detection
from sqlcoder_core.values.options import Options

_INTROSPECT = Entry(use="introspect", origin="default", label="source 'introspect': ")


class NothingToAsk(ConfigError):
    """Neither a configured connection nor a project was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that the choice depends on. `sources` is None when the file says nothing of them."""

    document: Document
    connections: Mapping[str, Entry]
    wanted: str | None
    sources: tuple[Entry, ...] | None
    options: Options
    environ: Mapping[str, str]
    cwd: Path
    start: Path
    config_dir: Path
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Connection (None: nothing is executed), its name, sources, and what a plugin found, if one was asked."""

    connection: Entry | None
    connection_name: str
    sources: tuple[Entry, ...]
    detection: Detection | None = None


def choose(scene: Scene) -> Choice:
    """--database first, then the file, then what plugins recognise. Raises ConfigError when there is nothing to ask."""
    named = scene.options.database or scene.wanted
    if named:
        return _named(scene, named)
    if len(scene.connections) > 1:
        names = ", ".join(scene.connections)
        place = scene.document.place(("connections",), key=True)
        raise ConfigError(
            f"there are several connections ({names}) and none is chosen",
            place=place,
            hint="add `connection: NAME`, or pass --database NAME",
        )
    if scene.connections:
        ((name, entry),) = scene.connections.items()
        return _with_sources(scene, entry, name)
    return _detected(scene)


def _named(scene: Scene, name: str) -> Choice:
    if name in scene.connections:
        return _with_sources(scene, scene.connections[name], name)
    if scene.options.database:
        entry = from_text(name, scene.host, scene.environ, scene.cwd)
        return _with_sources(scene, entry, "--database")
    hint = did_you_mean(name, scene.connections) or "there are no `connections`"
    raise ConfigError(f"connection {name!r} is not defined", place=scene.document.place(("connection",)), hint=hint)


def _with_sources(scene: Scene, entry: Entry, name: str) -> Choice:
    """A connection that was said, and the sources: those of the file, else those of the project around, else the database."""
    if scene.sources is not None:
        return Choice(connection=entry, connection_name=name, sources=scene.sources)
    try:
        found = _ask(scene)
    except ConfigError:
        found = ()  # a broken project must not keep anybody from asking a database
    best = replace(found[0], notes=()) if found else None
    around = [replace(detected(spec), spare=True) for spec in best.sources if spec.use != _INTROSPECT.use] if best else []
    return Choice(connection=entry, connection_name=name, sources=(*around[:1], _INTROSPECT, *around[1:]), detection=best)


def _detected(scene: Scene) -> Choice:
    found = _ask(scene)
    best = next((one for one in found if one.connection is not None), found[0] if found else None)
    if best is None and not scene.sources:
        raise nothing_found(scene)
    connection = detected(best.connection) if best and best.connection else None
    name = best.connection.name if best and best.connection else ""
    sources = scene.sources
    if sources is None:
        sources = tuple(map(detected, best.sources)) if best else ()
    return Choice(connection=connection, connection_name=name, sources=sources, detection=best)


def _ask(scene: Scene) -> tuple[Detection, ...]:
    """With sources in the file, only their plugins are asked, each in the folder that its own settings name."""
    flags = {"target": scene.options.target, "profiles_dir": scene.options.profiles_dir and str(scene.cwd / scene.options.profiles_dir)}
    said = {key: str(value) for key, value in flags.items() if value is not None}
    if scene.sources is None:
        return scene.host.detect(scene.start, said)
    found: list[Detection] = []
    for entry in scene.sources:
        own = {key: str(value) for key, value in entry.settings.items() if isinstance(value, str | int | float)}
        for key in ("project_dir", "profiles_dir"):
            if key in own:
                own[key] = str(scene.config_dir / Path(own[key]).expanduser())
        folder = Path(own.get("project_dir", scene.config_dir))
        found += scene.host.detect(folder, {**own, **said}, words=(entry.use,))
    return tuple(found)


def nothing_found(scene: Scene) -> NothingToAsk:
    """Says what was looked for and the ways on."""
    file = f"no connection in {scene.document.name}" if scene.document.values else "no sqlcoder.yaml"
    hint = "change into a dbt project, pass --database URL or FILE, write a sqlcoder.yaml with `sqlcoder init`, or try `sqlcoder demo`"
    return NothingToAsk(f"nothing to ask: {file} and no dbt project from {scene.start} upwards", hint=hint)
