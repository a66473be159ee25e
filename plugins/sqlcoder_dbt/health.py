"""What `doctor` says of a project's artifacts: missing, older than the project, of another target than the profile's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sqlcoder_core.api import ConfigError, Problem
from sqlcoder_dbt.artifacts import Lenient
from sqlcoder_dbt.freshness import span
from sqlcoder_dbt.profiles import Wanted, load_profile
from sqlcoder_dbt.project import PROJECT_FILE, Project
from sqlcoder_dbt.reading import read_manifest, read_optional

if TYPE_CHECKING:
    from sqlcoder_dbt.settings import ArtifactPaths, DbtSettings

_PATHS = {"model-paths": "models", "seed-paths": "seeds", "snapshot-paths": "snapshots"}
_ENDINGS = (".sql", ".py", ".yml", ".yaml", ".csv")


_CHECKOUT = 60.0  # seconds: a fresh clone writes its files in any order


class _Place(Lenient):
    schema: str | None = None


class _Result(Lenient):
    unique_id: str | None = None
    status: str | None = None


class _RunResults(Lenient):
    """run_results.json: what became of each node in dbt's last run."""

    results: list[_Result] | None = None


def findings(project: Project, paths: ArtifactPaths, settings: DbtSettings, environment: Mapping[str, str]) -> Iterator[Problem]:
    """Every finding, each with its remedy."""
    if not paths.manifest.is_file():
        yield _missing(paths.manifest, project)
        return
    yield from _age(project, paths.manifest)
    if not paths.catalog.is_file():
        hint = "run `dbt docs generate`, so that column types and order are known without asking the database"
        yield _finding("dbt_no_catalog", "there is no catalog.json", paths.catalog, "note", hint)
    elif paths.catalog.stat().st_mtime < paths.manifest.stat().st_mtime - timedelta(days=1).total_seconds():
        age = span(timedelta(seconds=paths.manifest.stat().st_mtime - paths.catalog.stat().st_mtime))
        message = f"catalog.json is {age} older than manifest.json"
        yield _finding("dbt_old_catalog", message, paths.catalog, "warning", "run `dbt docs generate`")
    yield from _last_run(paths.manifest.with_name("run_results.json"))
    yield from _target(project, paths, settings, environment)


def _last_run(path: Path) -> Iterator[Problem]:
    try:
        run = read_optional(path, _RunResults)
    except ConfigError as error:
        yield _finding("dbt_run_results", error.message, path, "note", None)
        return
    results = (run.results if run is not None else None) or ()
    failed = [
        (each.unique_id or "").split(".")[-1] for each in results if (each.status or "").lower() == "error" and _is_relation(each.unique_id)
    ]
    if failed:
        named = ", ".join(failed[:5]) + (f" and {len(failed) - 5} more" if len(failed) > 5 else "")
        message = f"dbt's last run failed on {named}: what is in the database may be old or missing"
        yield _finding("dbt_failed_models", message, path, "warning", "run `dbt retry`")


def _is_relation(uid: str | None) -> bool:
    return (uid or "").startswith(("model.", "seed.", "snapshot."))


def _missing(path: Path, project: Project) -> Problem:
    try:
        read_manifest(path, project.root)
    except ConfigError as error:
        return _finding("dbt_no_manifest", error.message, path, "error", error.hint)
    return _finding("dbt_no_manifest", "has only just appeared", path, "note", None)


def _age(project: Project, manifest: Path) -> Iterator[Problem]:
    """The newest file of the project against the manifest."""
    written = manifest.stat().st_mtime
    newest = max(_files(project), key=lambda file: file.stat().st_mtime, default=None)
    if newest is not None and newest.stat().st_mtime > written + _CHECKOUT:
        age = span(timedelta(seconds=newest.stat().st_mtime - written))
        message = f"manifest.json is {age} older than {newest.relative_to(project.root)}"
        yield _finding("dbt_old_manifest", message, manifest, "warning", "run `dbt parse`, or `dbt build` to make the tables anew too")


def _files(project: Project) -> Iterator[Path]:
    if (project.root / PROJECT_FILE).is_file():
        yield project.root / PROJECT_FILE
    for key, default in _PATHS.items():
        said = project.raw.get(key, [default])
        for folder in said if isinstance(said, list) else [said]:
            yield from (path for path in (project.root / str(folder)).rglob("*") if path.suffix in _ENDINGS and path.is_file())


def _target(project: Project, paths: ArtifactPaths, settings: DbtSettings, environment: Mapping[str, str]) -> Iterator[Problem]:
    """The manifest does not say which target it was made for; its models' schemas do, since they start with the target's own."""
    wanted = Wanted(profiles_dir=settings.profiles_dir, profile=settings.profile, target=settings.target, variables=settings.vars)
    try:
        profile = load_profile(project, environment, wanted=wanted)
        manifest = read_manifest(paths.manifest, project.root)
    except ConfigError as error:
        yield _finding("dbt_profile", error.message, Path(error.place or project.root), "warning", error.hint)
        return
    schema = str(profile.output.get("schema") or profile.output.get("dataset") or "").lower()
    own = f"model.{project.name}."
    found = {(_schema(raw) or "").lower() for uid, raw in (manifest.nodes or {}).items() if uid.startswith(own)} - {""}
    if schema and found and not any(name.startswith(schema) for name in found) and not _names_schemas_itself(project):
        message = f"manifest.json has models in {', '.join(sorted(found)[:3])}, the target {profile.target} writes to {schema}"
        yield _finding("dbt_other_target", message, paths.manifest, "warning", f"run `dbt parse --target {profile.target}`")


def _schema(raw: msgspec.Raw) -> str | None:
    try:
        return msgspec.json.decode(raw, type=_Place).schema
    except msgspec.ValidationError:
        return None


def _names_schemas_itself(project: Project) -> bool:
    """A macro of the project's own may name schemas without the target's."""
    folders = project.raw.get("macro-paths", ["macros"])
    files = (path for folder in folders for path in (project.root / str(folder)).rglob("*.sql"))
    return any("generate_schema_name" in path.read_text(encoding="utf-8", errors="replace") for path in files)


def _finding(code: str, message: str, place: Path, severity: str, hint: str | None) -> Problem:
    return Problem(code=code, message=message, severity=severity, place=str(place), hint=hint, found_by="dbt")  # type: ignore[arg-type]
