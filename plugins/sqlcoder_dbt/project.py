"""A folder in; the dbt project it belongs to, with its name, profile and target folder, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sqlcoder_core.api import ConfigError

PROJECT_FILE = "dbt_project.yml"
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
    """The nearest folder upwards from `start` that has a dbt_project.yml."""
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if (folder / PROJECT_FILE).is_file()), None)


def read_project(root: Path) -> Project:
    """dbt_project.yml of that folder; raises ConfigError with file and line."""
    raw = load_yaml(root / PROJECT_FILE)
    if not isinstance(raw, dict):
        raise ConfigError("is not a mapping of settings", place=str(root / PROJECT_FILE), hint="it starts with `name:` and `profile:`")
    return Project(root=root, raw=raw)


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
