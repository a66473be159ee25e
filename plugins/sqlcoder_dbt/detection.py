"""A folder in; the dbt project around it, its connection and the sources worth reading, out. Only YAML is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlcoder_core.api import ComponentSpec, ConfigError, ConnectionSpec, Detection
from sqlcoder_dbt.connections import connection
from sqlcoder_dbt.profiles import Wanted, load_profile
from sqlcoder_dbt.project import PROJECT_FILE, Project, env_setting, find_project, read_project, target_folder

_SAID = ("profiles_dir", "profile", "target")
_GLOSSARIES = ("glossary.yml", "glossary.yaml", "sqlcoder/*.yml", "sqlcoder/*.yaml")


def detect(directory: Path, options: Mapping[str, str]) -> Iterator[Detection]:
    """At most one project. A connection that cannot be made out is a note, so that SQL can be written without one.

    Raises ConfigError when a target, a profile or a folder of profiles was said and is not there.
    """
    environment = os.environ
    said = options.get("project_dir") or env_setting(environment, "PROJECT_DIR")
    root = find_project(directory / Path(said).expanduser() if said else directory)
    if root is None:
        return
    project = read_project(root)
    spec, notes = _connection(project, environment, directory, options)
    yield Detection(
        found=f"dbt project {project.name or root.name}",
        root=str(root),
        connection=spec,
        sources=tuple(_sources(project, options, connected=spec is not None)),
        notes=(*notes, *_artifact_notes(project, environment, options)),
    )


def _connection(
    project: Project, environment: Mapping[str, str], directory: Path, options: Mapping[str, str]
) -> tuple[ConnectionSpec | None, tuple[str, ...]]:
    profiles_dir = options.get("profiles_dir")
    wanted = Wanted(
        profiles_dir=directory / profiles_dir if profiles_dir else None, profile=options.get("profile"), target=options.get("target")
    )
    try:
        profile = load_profile(project, environment, cwd=directory, wanted=wanted)
    except ConfigError as error:
        if any(options.get(key) for key in _SAID):
            raise
        return None, (str(error),)
    return connection(profile, project.root, directory)


def _sources(project: Project, options: Mapping[str, str], *, connected: bool) -> Iterator[ComponentSpec]:
    """dbt first, since it says what things mean; the live database fills in; the glossary adds words."""
    place = str(project.root / PROJECT_FILE)
    settings = {key: options[key] for key in ("target_path", "profiles_dir", "profile", "target") if key in options}
    yield ComponentSpec(use="dbt", settings={"project_dir": str(project.root), **settings}, place=place)
    if connected:
        yield ComponentSpec(use="introspect", place=place)
    files = sorted(str(path) for pattern in _GLOSSARIES for path in project.root.glob(pattern) if path.is_file())
    if files:
        yield ComponentSpec(use="glossary", settings={"files": files}, place=place)


def _artifact_notes(project: Project, environment: Mapping[str, str], options: Mapping[str, str]) -> tuple[str, ...]:
    said = options.get("target_path")
    folder = target_folder(project, environment, Path(said) if said else None)
    if (folder / "manifest.json").is_file():
        return ()
    return (f"{folder / 'manifest.json'} does not exist: run `dbt parse`, so that descriptions, keys and metrics are known",)
