"""From flags, environment and sqlcoder.yaml to one Configuration, or one error that holds everything that is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sqlcoder_core.config import auto_runtime, overrides
from sqlcoder_core.config.checking import component_problems, secrets_in_clear
from sqlcoder_core.config.configuration import Configuration
from sqlcoder_core.config.detect import Choice, NothingToAsk, Scene, choose
from sqlcoder_core.config.entries import Entry, as_written, written
from sqlcoder_core.config.environment import expand_all
from sqlcoder_core.config.hiding import hide_all
from sqlcoder_core.config.locations import cache_dir, find_file, shown, starting_folder, state_dir
from sqlcoder_core.config.problems import from_error, from_failure, from_validation, raise_all
from sqlcoder_core.config.schema import ConfigFile, spell_out
from sqlcoder_core.config.trust import demands, require
from sqlcoder_core.config.yaml_nodes import Document, Steps, read_yaml
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.host import Host
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem

__all__ = ["Configuration", "NothingToAsk", "load"]


def load(options: Options, *, cwd: Path, environ: Mapping[str, str], host: Host | None = None, without_file: bool = False) -> Configuration:
    """Read and check the configuration.

    Raises ConfigError, carrying every problem with file and line, NothingToAsk where there is neither file nor project nor
    database, and UsageError for a flag that cannot be used. `without_file` gives the defaults, though there may be a file.
    """
    host = host or Host()
    cwd = cwd.absolute()
    start = starting_folder(options.project_dir, cwd)
    path = None if without_file else find_file(options.config, cwd, environ, start=start)
    document = _document(path, cwd, options)
    if path is not None:
        require(demands(path, document.data), state_dir(environ), document.name)
    _lay_flags_over(document, options)
    expand_all(document, environ)
    hide_all(host.scrub, document.data)
    core = _core(document)
    scene = _scene(document, core, path.parent if path else start, options=options, environ=environ, cwd=cwd, start=start, host=host)
    choice = _chosen(scene)
    hide_all(host.scrub, *(entry.settings for entry in (choice.connection, *choice.sources) if entry))
    configuration = _configuration(scene, choice, path, core)
    if document.problems:
        problems, failures = component_problems(configuration, host)
        raise_all([*document.problems, *problems, *map(from_failure, failures)], host.scrub)
    return replace(configuration, warnings=(*configuration.warnings, *secrets_in_clear(configuration, host)))


def _document(path: Path | None, cwd: Path, options: Options) -> Document:
    if path is None:
        return Document(name="sqlcoder.yaml")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigError(f"cannot read {path}: {told}") from None
    return read_yaml(text, shown(path, cwd))


def _lay_flags_over(document: Document, options: Options) -> None:
    document.data = spell_out(document.data)
    if options.runtime and document.data.get("runtime", {}).get("use") != options.runtime:
        overrides.put(document, ("runtime",), {"use": options.runtime}, "--runtime")
    if "runtime" not in document.data and any(text.startswith("runtime.") for text in options.overrides):
        overrides.put(document, ("runtime",), {"use": ConfigFile.model_fields["runtime"].default.use}, "default")
    overrides.apply(document, options.overrides)
    document.data = spell_out(document.data)


def _core(document: Document) -> ConfigFile:
    try:
        return ConfigFile.model_validate(document.data)
    except ValidationError as error:
        document.problems += from_validation(error, ConfigFile, lambda steps, key: document.place(steps, key=key))
        # What is right is still looked at, so that problems of components are said in the same breath.
        wrong = {one["loc"][0] for one in error.errors(include_url=False) if one["loc"]}
        try:
            return ConfigFile.model_validate({key: value for key, value in document.data.items() if key not in wrong})
        except ValidationError:
            return ConfigFile()


def _scene(document: Document, core: ConfigFile, config_dir: Path, **given: Any) -> Scene:
    connections = {name: written(document, ("connections", name), entry.use, entry.settings()) for name, entry in core.connections.items()}
    sources = None if core.sources is None else _listed(document, "sources", core)
    return Scene(document=document, connections=connections, wanted=core.connection, sources=sources, config_dir=config_dir, **given)


def _chosen(scene: Scene) -> Choice:
    try:
        return choose(scene)
    except NothingToAsk:
        if not scene.document.problems:  # else a consequence of them, probably
            raise
    except ConfigError as error:
        scene.document.problems += from_error(error)
    return Choice(connection=None, connection_name="", sources=scene.sources or ())


def _configuration(scene: Scene, choice: Choice, path: Path | None, core: ConfigFile) -> Configuration:
    document = scene.document
    root = Path(choice.detection.root) if choice.detection else scene.config_dir
    runtime, notes = auto_runtime.chosen(_runtime(document, core), scene.host, scene.environ, scene.config_dir)
    linking = written(document, ("linking",), core.linking.use, core.linking.settings()) if core.linking else None
    extensions = _listed(document, "extensions", core)
    return Configuration(
        path=path,
        project_dir=root,
        config_dir=scene.config_dir,
        cwd=scene.cwd,
        cache_dir=cache_dir(scene.environ),
        state_dir=state_dir(scene.environ),
        options=scene.options,
        connection=choice.connection,
        connection_name=choice.connection_name,
        connections=scene.connections,
        sources=choice.sources,
        runtime=runtime,
        linking=linking,
        sinks={name: written(document, ("sinks", name), entry.use, entry.settings()) for name, entry in core.sinks.items()},
        output=core.output,
        extensions=extensions,
        limits=core.limits.value(),
        clock=core.time.value(),
        answer=core.answer,
        allow_functions=core.guard.allow_functions,
        policy=core.policy,
        detection=choice.detection,
        document=document,
        core=core,
        environ=scene.environ,
        scrub=scene.host.scrub,
        settings_hash=_hash(core, choice, (runtime, *((linking,) if linking else ()), *extensions)),
        warnings=(*_warnings(choice), *notes),
    )


def _listed(document: Document, section: str, core: ConfigFile) -> tuple[Entry, ...]:
    steps: tuple[Steps, ...] = tuple((section, index) for index in range(len(getattr(core, section))))
    return tuple(written(document, one, entry.use, entry.settings()) for one, entry in zip(steps, getattr(core, section), strict=True))


def _runtime(document: Document, core: ConfigFile) -> Entry:
    if "runtime" not in document.data:
        return Entry(use=core.runtime.use, label="runtime: ")
    return written(document, ("runtime",), core.runtime.use, core.runtime.settings())


def _hash(core: ConfigFile, choice: Choice, entries: Iterable[Entry]) -> str:
    sections = core.model_dump(mode="json", include={"limits", "guard", "time", "answer", "policy"})
    components = [(entry.use, as_written(entry.settings)) for entry in (choice.connection, *choice.sources, *entries) if entry]
    text = json.dumps([sections, components], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _warnings(choice: Choice) -> tuple[Problem, ...]:
    notes = choice.detection.notes if choice.detection else ()
    return tuple(Problem(code="detected", message=note, severity="warning", found_by="config") for note in notes)
