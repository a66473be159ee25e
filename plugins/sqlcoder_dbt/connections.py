"""A rendered output of profiles.yml in; how to connect, in SQLCoder's words, out, or exactly what cannot be carried over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcoder_core.api import ConnectionSpec, Secret
from sqlcoder_dbt.profiles import Profile
from sqlcoder_dbt.urls import WAREHOUSES

_REMOTE = ("md:", "motherduck:", "ducklake:", "s3:", "gs:", "gcs:", "az:", "http:", "https:", "postgres:", "mysql:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The connection, or None; `notes` say what was left out and why there is none."""

    engine: str = ""
    settings: Mapping[str, object] | None = None
    notes: tuple[str, ...] = ()


def connection(profile: Profile, project_root: Path, cwd: Path) -> tuple[ConnectionSpec | None, tuple[str, ...]]:
    """The connection of a profile's output, and notes for the user."""
    origin = f"{profile.path} {profile.name}.{profile.target}"
    maker = _MAKERS.get(profile.adapter)
    if maker is not None:
        mapped = maker(profile, project_root, cwd)
    elif profile.adapter in WAREHOUSES:
        settings, notes = WAREHOUSES[profile.adapter](profile)
        mapped = Mapped(engine="sqlalchemy", settings=settings, notes=notes)
    else:
        mapped = Mapped(notes=(f"the adapter {profile.adapter} is not known here: give the database with --database URL",))
    notes = tuple(f"{profile.path.name}, target {profile.target}: {note}" for note in mapped.notes)
    if mapped.settings is None:
        return None, notes
    known = {key: value for key, value in mapped.settings.items() if value not in (None, "", [], {})}
    return ConnectionSpec(engine=mapped.engine, settings=known, name=profile.target, origin=origin), notes


def _duckdb(profile: Profile, project_root: Path, cwd: Path) -> Mapped:
    output = profile.output
    path = str(output.get("path") or ":memory:")
    if path == ":memory:":
        hint = "set `path:` to a file, or use --database"
        return Mapped(notes=(f"the database is in memory, so nothing of it is left after `dbt run`: {hint}",))
    if path.lower().startswith(_REMOTE):
        scheme = path.split(":", maxsplit=1)[0]
        return Mapped(notes=(f"{scheme}: databases are not supported, only DuckDB files: give one with --database",))
    attached, notes = _attached(output, project_root, cwd)
    for key in ("secrets", "filesystems", "plugins"):
        if output.get(key):
            notes.append(f"`{key}` are not carried over: views that read other places through them cannot be queried")
    root = output.get("external_root")
    settings = {
        "path": found_file(path, project_root, cwd),
        "default_schema": output.get("schema"),
        "attach": attached,
        "extensions": [str(each.get("name") if isinstance(each, dict) else each) for each in output.get("extensions") or ()],
        "allowed_directories": [found_file(str(root), project_root, cwd)] if root and not str(root).startswith(_REMOTE) else [],
    }
    return Mapped(engine="duckdb", settings=settings, notes=tuple(notes))


def _attached(output: Mapping[str, Any], project_root: Path, cwd: Path) -> tuple[list[dict[str, object]], list[str]]:
    """Attached DuckDB files; everything else is named in the notes."""
    kept: list[dict[str, object]] = []
    notes: list[str] = []
    for entry in output.get("attach") or ():
        entry = entry if isinstance(entry, dict) else {"path": entry}
        path = str(entry.get("path") or "")
        kind = str(entry.get("type") or (entry.get("options") or {}).get("type") or "duckdb").lower()
        if not path or path.lower().startswith(_REMOTE) or kind != "duckdb":
            shown = entry.get("alias") or path.split(":", maxsplit=1)[0] or "?"
            notes.append(f"the attached database {shown} ({kind}) is left out, only DuckDB files are supported")
            continue
        alias = {"alias": str(entry["alias"])} if entry.get("alias") else {}
        kept.append({"path": found_file(path, project_root, cwd), **alias})
    return kept, notes


def found_file(path: str, project_root: Path, cwd: Path) -> str:
    """dbt-duckdb counts relative paths from where dbt was started: nearly always the project's folder, else where we are."""
    places = [folder / Path(path).expanduser() for folder in (project_root, cwd)]
    return str(next((place for place in places if place.exists()), places[0]))


def _sqlite(profile: Profile, project_root: Path, cwd: Path) -> Mapped:
    output = profile.output
    paths = output.get("schemas_and_paths")
    paths = paths if isinstance(paths, dict) else {}
    main = paths.get("main") or next(iter(paths.values()), None)
    if not main:
        return Mapped(notes=("`schemas_and_paths` names no file: give the database with --database",))
    others = [name for name, path in paths.items() if path != main]
    notes = (f"the attached schemas {', '.join(map(str, others))} are not opened, only main",) if others else ()
    return Mapped(engine="sqlite", settings={"path": found_file(str(main), project_root, cwd)}, notes=notes)


def _postgres(profile: Profile, project_root: Path, cwd: Path) -> Mapped:
    output = profile.output
    settings: dict[str, object | Secret | None] = {
        "host": text(output.get("host")),
        "port": whole_number(output.get("port")),
        "user": text(output.get("user")),
        "password": profile.secret("password", "pass"),
        "dbname": text(output.get("dbname") or output.get("database")),
        "default_schema": text(output.get("schema")),
        "search_path": [part.strip().strip('"') for part in str(output.get("search_path") or "").split(",") if part.strip()],
        "role": text(output.get("role")),
        "connect_timeout": whole_number(output.get("connect_timeout")),
        "sslmode": text(output.get("sslmode")),
    }
    for key in ("sslcert", "sslkey", "sslrootcert"):
        settings[key] = found_file(str(output[key]), project_root, cwd) if output.get(key) else None
    return Mapped(engine="postgres", settings=settings)


def text(value: object) -> str | None:
    """A setting as text; None when it is not there."""
    return None if value in (None, "") else str(value)


def whole_number(value: object) -> int | None:
    """A port, which may be text when it came from the environment."""
    try:
        return int(str(value)) if value not in (None, "") else None
    except ValueError:
        return None


_MAKERS: dict[str, Callable[[Profile, Path, Path], Mapped]] = {"duckdb": _duckdb, "sqlite": _sqlite, "postgres": _postgres}
