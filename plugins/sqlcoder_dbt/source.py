"""The metadata source `dbt`: what a project's artifacts say about its tables."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from sqlcoder_core.api import ConfigError, Context, Fact, MetadataSource, Probe, Problem
from sqlcoder_dbt.project import PROJECT_FILE, Project, find_project, read_project, target_folder
from sqlcoder_dbt.settings import ArtifactPaths, DbtSettings


class DbtSource(MetadataSource):
    """Tables, columns, keys, joins, enumerations, metrics and exposures from dbt's artifacts; dbt itself is not needed."""

    name = "dbt"
    Settings = DbtSettings

    def __init__(self, settings: DbtSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._settings = settings

    def fingerprint(self, probe: Probe | None) -> str:
        """Path, time and size of each artifact, and the settings that choose among the facts."""
        return "\n".join([*map(_stat_line, self._files()), self._choice_line()])

    def identity(self, probe: Probe | None) -> str:
        """The dbt invocation that wrote the manifest and the time of the catalog, from their first 4 KB."""
        from sqlcoder_dbt.reading import head

        paths = self.paths
        manifest, catalog = head(paths.manifest), head(paths.catalog)
        if not manifest.get("invocation_id"):
            return self.fingerprint(probe)
        written = [manifest.get("invocation_id"), manifest.get("generated_at"), _size(paths.manifest)]
        described = [catalog.get("invocation_id"), catalog.get("generated_at"), _size(paths.catalog)]
        return "\n".join(map(str, [*written, *described, _checksum(paths.semantic), self._choice_line()]))

    def facts(self, probe: Probe | None) -> Iterator[Fact]:
        """All facts, tables first, one at a time; raises ConfigError when manifest.json is missing or cannot be read."""
        from sqlcoder_dbt.artifacts import CatalogFile, SemanticManifest
        from sqlcoder_dbt.facts import facts
        from sqlcoder_dbt.nodes import Artifacts, Choice
        from sqlcoder_dbt.reading import read_manifest, read_optional

        paths, chosen = self.paths, self._settings
        manifest = read_manifest(paths.manifest, self.project.root)
        lacking = not manifest.metrics and not manifest.semantic_models
        artifacts = Artifacts(
            manifest=manifest,
            catalog=read_optional(paths.catalog, CatalogFile),
            semantic=read_optional(paths.semantic, SemanticManifest) if lacking else None,
            project=manifest.metadata.project_name or self.project.name,
        )
        packages = frozenset(chosen.packages) if chosen.packages is not None else None
        yield from facts(artifacts, Choice(all_versions=chosen.versions == "all", packages=packages))

    def findings(self) -> tuple[Problem, ...]:
        """What `doctor` should say of the artifacts: age, what is missing, another target than the profile's."""
        from sqlcoder_dbt.health import findings

        return tuple(findings(self.project, self.paths, self._settings, self._environment))

    @cached_property
    def project(self) -> Project:
        """The dbt project; raises ConfigError when there is none."""
        said = self._settings.project_dir
        start = self.context.config_dir / said if said is not None else self.context.project_dir
        root = find_project(start)
        if root is None:
            hint = "go to the dbt project, or set `project_dir` of the source `dbt`"
            raise ConfigError(f"no {PROJECT_FILE} here or in a folder above", place=str(start), hint=hint)
        return read_project(root)

    @cached_property
    def paths(self) -> ArtifactPaths:
        """The artifacts' paths, whether they exist or not."""
        folder = target_folder(self.project, self._environment, self._settings.target_path)
        return ArtifactPaths(manifest=folder / "manifest.json", catalog=folder / "catalog.json", semantic=folder / "semantic_manifest.json")

    @property
    def _environment(self) -> Mapping[str, str]:
        return self.context.environment or os.environ

    def _files(self) -> tuple[Path, Path, Path]:
        return self.paths.manifest, self.paths.catalog, self.paths.semantic

    def _choice_line(self) -> str:
        packages = ",".join(sorted(self._settings.packages)) if self._settings.packages is not None else "*"
        return f"versions={self._settings.versions} packages={packages}"


def _stat_line(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return f"{path} missing"
    return f"{path} {stat.st_mtime_ns} {stat.st_size}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes()) if path.is_file() else 0
