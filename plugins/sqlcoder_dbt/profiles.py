"""profiles.yml in, the one output that is used out, with the values that dbt itself would have; nothing else is rendered.

Folder: what was said, DBT_ENGINE_PROFILES_DIR or DBT_PROFILES_DIR, the working directory or the project's folder when it has
a profiles.yml, `~/.dbt`. Profile: what was said, DBT_PROFILE, `profile:` of the project. Target: what was said, DBT_TARGET,
`target:` of the profile, `default`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sqlcoder_core.api import ConfigError, Secret
from sqlcoder_dbt.dotenv import with_dotenv
from sqlcoder_dbt.project import Project, env_setting, load_yaml
from sqlcoder_dbt.rendering import MissingVariable, Renderer

PROFILES_FILE = "profiles.yml"
_VARS_FILE = "vars.yml"
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was said on the command line or in the settings; None where nothing was."""

    profiles_dir: Path | None = None
    profile: str | None = None
    target: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One output, rendered. `variables` says from which environment variables a setting came, by its dotted path."""

    name: str
    target: str
    path: Path
    output: Mapping[str, Any] = field(repr=False)
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def adapter(self) -> str:
        """The adapter's word, such as `duckdb`."""
        return str(self.output["type"])

    def secret(self, *keys: str) -> Secret | None:
        """The first of these settings that is there, with where it comes from."""
        key = next((key for key in keys if self.output.get(key) not in (None, "")), None)
        if key is None:
            return None
        names = self.variables.get(key, ())
        reference = f"${{{names[0]}}}" if len(names) == 1 else f"{self.path.name} {self.name}.{self.target}.{key}"
        return Secret(str(self.output[key]), reference=reference)


def load_profile(project: Project, environment: Mapping[str, str], *, cwd: Path | None = None, wanted: Wanted | None = None) -> Profile:
    """The output to connect with; raises ConfigError that names the file, the line and what is missing."""
    wanted, cwd = wanted or Wanted(), cwd or project.root
    environment = with_dotenv(environment, cwd)
    renderer = Renderer(environment, {**_file_variables(project), **wanted.variables})
    path = _profiles_file(project, environment, cwd, wanted)
    name = _profile_name(project, environment, renderer, wanted)
    profiles = load_yaml(path)
    profile = profiles.get(name) if isinstance(profiles, dict) else None
    if not isinstance(profile, dict):
        known = ", ".join(str(key) for key in profiles if key != "config") if isinstance(profiles, dict) else ""
        raise ConfigError(f"has no profile {name!r}", place=str(path), hint=f"it has {known}" if known else "it is empty")
    target = wanted.target or env_setting(environment, "TARGET") or _rendered(renderer, profile.get("target"), path, (name, "target"))
    return _output(path, name, profile, str(target or "default"), renderer)


def _profiles_file(project: Project, environment: Mapping[str, str], cwd: Path, wanted: Wanted) -> Path:
    said = str(wanted.profiles_dir) if wanted.profiles_dir is not None else env_setting(environment, "PROFILES_DIR")
    home = Path(environment.get("HOME") or Path.home()) / ".dbt"
    folders = [cwd / Path(said).expanduser()] if said else [cwd, project.root, home]
    found = next((folder / PROFILES_FILE for folder in folders if (folder / PROFILES_FILE).is_file()), None)
    if found is None:
        looked = ", ".join(dict.fromkeys(str(folder) for folder in folders))
        hint = "say where it is with --profiles-dir, or give the database with --database"
        raise ConfigError(f"no {PROFILES_FILE} in {looked}", place=str(project.root), hint=hint)
    return found


def _profile_name(project: Project, environment: Mapping[str, str], renderer: Renderer, wanted: Wanted) -> str:
    name = wanted.profile or env_setting(environment, "PROFILE")
    place = project.root / "dbt_project.yml"
    name = name or _rendered(renderer, project.raw.get("profile"), place, ("profile",))
    if not name:
        raise ConfigError("names no profile", place=str(place), hint="add `profile: NAME`, or give the database with --database")
    return str(name)


def _output(path: Path, name: str, profile: Mapping[str, Any], target: str, renderer: Renderer) -> Profile:
    outputs = profile.get("outputs")
    output = outputs.get(target) if isinstance(outputs, dict) else None
    if not isinstance(output, dict):
        known = ", ".join(str(key) for key in outputs) if isinstance(outputs, dict) else "none"
        raise ConfigError(
            f"profile {name!r} has no target {target!r}",
            place=_place(path, (name, "outputs")),
            hint=f"its targets are {known}; choose one with --target",
        )
    where: _Path = (name, "outputs", target)
    variables: dict[str, tuple[str, ...]] = {}
    made = _deep(renderer, output, path, where, variables)
    if not made.get("type"):
        raise ConfigError("has no `type`", place=_place(path, where), hint="add the adapter's name, such as `type: duckdb`")
    shown = {key.removeprefix(".".join(map(str, where)) + "."): names for key, names in variables.items()}
    return Profile(name=name, target=target, path=path, output=made, variables=shown)


def _deep(renderer: Renderer, value: Any, path: Path, where: _Path, variables: dict[str, tuple[str, ...]]) -> Any:
    if isinstance(value, dict):
        return {key: _deep(renderer, each, path, (*where, str(key)), variables) for key, each in value.items()}
    if isinstance(value, list):
        return [_deep(renderer, each, path, (*where, number), variables) for number, each in enumerate(value)]
    made = _rendered(renderer, value, path, where)
    if renderer.used:
        variables[".".join(map(str, where))] = tuple(renderer.used)
    return made


def _rendered(renderer: Renderer, value: Any, path: Path, where: _Path) -> Any:
    try:
        return renderer.render(value.isoformat() if hasattr(value, "isoformat") else value)
    except MissingVariable as error:
        hint = "set it, or give it a default in the file"
        raise ConfigError(f"{'.'.join(map(str, where))}: {error}", place=_place(path, where), hint=hint) from error
    except Exception as error:  # noqa: BLE001 - expressions in a file of the user's may raise anything at all
        if "password" in where:
            renderer.used = []
            return value  # a password may look like Jinja: one that does not render is meant as it stands
        reason = f"cannot be rendered ({type(error).__name__})"  # without the text, which may hold a secret
        raise ConfigError(f"{'.'.join(map(str, where))}: {reason}", place=_place(path, where)) from None


def _file_variables(project: Project) -> Mapping[str, Any]:
    path = project.root / _VARS_FILE
    said = load_yaml(path) if path.is_file() else None
    variables = said.get("vars") if isinstance(said, dict) else None
    return variables if isinstance(variables, dict) else {}


def _place(path: Path, where: _Path) -> str:
    """File and line of a setting, found again when there is something to say about it."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):
        return str(path)
    line = None
    for step in where:
        pairs: Any = getattr(node, "value", None)
        if isinstance(node, yaml.MappingNode):
            found = next(((key, each) for key, each in pairs if key.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(pairs):
            node = pairs[step]
            line = node.start_mark.line
    return f"{path}:{line + 1}" if line is not None else str(path)
