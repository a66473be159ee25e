"""A folder in; the dbt project it belongs to, with its name, profile and target folder, out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sqlcoder_core.api import ConfigError

PROJECT_FILE = "dbt_project.yml"
_BUILT = ("profiles.yml", "target/manifest.json")
_PROJECT_NAME = re.compile(rb'"project_name"\s*:\s*"([^"]*)"')
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """dbt_project.yml, not rendered."""

    root: Path
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """The project's name, which is also its package's."""
        name = self.raw.get("name")
        return name if isinstance(name, str) else None


def find_project(start: Path) -> Path | None:
    """The nearest folder upwards from `start` that has a dbt_project.yml.

    Where there is none at all, one that holds what was built and how to connect (target/manifest.json beside profiles.yml).
    """
    start = start.absolute()
    folders = (start, *start.parents)
    declared = (folder for folder in folders if (folder / PROJECT_FILE).is_file())
    built = (folder for folder in folders if all((folder / name).is_file() for name in _BUILT))
    return next(declared, None) or next(built, None)


def read_project(root: Path) -> Project:
    """dbt_project.yml of that folder; raises ConfigError with file and line."""
    if not (root / PROJECT_FILE).exists() and all((root / name).is_file() for name in _BUILT):
        return Project(root=root, raw=_from_what_was_built(root))
    raw = load_yaml(root / PROJECT_FILE)
    if not isinstance(raw, dict):
        raise ConfigError("is not a mapping of settings", place=str(root / PROJECT_FILE), hint="it starts with `name:` and `profile:`")
    return Project(root=root, raw=raw)


def _from_what_was_built(root: Path) -> dict[str, Any]:
    """The project's name as the manifest has it, and the only profile there is, else the one of that name."""
    with (root / "target" / "manifest.json").open("rb") as file:
        # The metadata stand first, so a manifest of 100 MB is not read for this.
        found = _PROJECT_NAME.search(file.read(4096))
    name = found[1].decode("utf-8", "replace") if found else root.name
    profiles = load_yaml(root / "profiles.yml")
    known = [key for key in profiles if key != "config"] if isinstance(profiles, dict) else []
    return {"name": name, "profile": known[0] if len(known) == 1 else name}


def target_folder(project: Project, environment: Mapping[str, str], said: Path | None = None) -> Path:
    """Where dbt writes artifacts: what was said, DBT_ENGINE_TARGET_PATH or DBT_TARGET_PATH, `target-path:`, or `target`."""
    written = project.raw.get("target-path")
    found = said or env_setting(environment, "TARGET_PATH") or _rendered(written, environment) or "target"
    return project.root / Path(found).expanduser()


def env_setting(environment: Mapping[str, str], name: str) -> str | None:
    """A setting of dbt's own in the environment; the newer prefix wins."""
    return environment.get(f"DBT_ENGINE_{name}") or environment.get(f"DBT_{name}") or None


def _rendered(value: object, environment: Mapping[str, str]) -> str | None:
    if not isinstance(value, str) or "{{" not in value:
        return value if isinstance(value, str) else None
    from sqlcoder_dbt.rendering import Renderer

    return str(Renderer(environment).render(value))


def load_yaml(path: Path) -> Any:
    """A YAML file, as dbt reads it; raises ConfigError with file and line."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=_Loader)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8 text", place=str(path)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark is not None else str(path)
        raise ConfigError(f"is not valid YAML: {getattr(error, 'problem', None) or error}", place=place) from error
