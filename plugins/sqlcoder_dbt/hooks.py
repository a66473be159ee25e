"""What the plugin brings: the source `dbt`, and the recognition of a dbt project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlcoder_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from sqlcoder_core.api import Detection, MetadataSource


@hookimpl
def sqlcoder_metadata_sources() -> Iterable[type[MetadataSource]]:
    """The source `dbt`."""
    from sqlcoder_dbt.source import DbtSource

    return (DbtSource,)


@hookimpl
def sqlcoder_detect(directory: Path, options: dict[str, str]) -> Iterable[Detection]:
    """A dbt project here or in a parent; its artifacts are not opened."""
    from sqlcoder_dbt.detection import detect

    return detect(directory, options)
