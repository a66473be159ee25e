"""What the source `dbt` can be told, and the files it reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sqlcoder_core.api import Settings


class DbtSettings(Settings):
    """Where the project is, and what of it is offered."""

    project_dir: Path | None = Field(None, description="folder of dbt_project.yml; the nearest one upwards when left out")
    target_path: Path | None = Field(None, description="folder of manifest.json; `target-path:` of the project or `target` when left out")
    profiles_dir: Path | None = Field(None, description="folder of profiles.yml; searched as dbt does when left out")
    profile: str | None = Field(None, description="profile to use instead of the project's own")
    target: str | None = Field(None, description="target of the profile to use instead of its default")
    vars: dict[str, Any] = Field(default_factory=dict, description="variables for profiles.yml, as `dbt --vars` takes them")
    packages: list[str] | None = Field(None, description="packages whose models are offered, the project's own included; all when left out")
    versions: Literal["latest", "all"] = Field("latest", description="versions of versioned models that are offered")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactPaths:
    """The three files that are read."""

    manifest: Path
    catalog: Path
    semantic: Path
