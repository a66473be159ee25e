"""The source `glossary`."""

from __future__ import annotations

from sqlcoder_core.api import MetadataSource
from sqlcoder_core.hookspecs import hookimpl


@hookimpl
def sqlcoder_metadata_sources() -> list[type[MetadataSource]]:
    """The one source of this plugin."""
    from sqlcoder_glossary.source import GlossarySource

    return [GlossarySource]
