"""What makes a run repeatable: versions, runtime, settings, seed, data, as pairs of text."""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version

from sqlcoder_core import __version__
from sqlcoder_core.config.entries import as_written
from sqlcoder_core.evaluation.records import Suite
from sqlcoder_core.session import Session

_SECTIONS = {"limits", "guard", "time", "answer", "policy"}


def run_signature(suite: Suite, session: Session, *, seed: int, instances: int) -> tuple[tuple[str, str], ...]:
    """The pairs. Paths of databases are not in it: the data's hash stands for them. Raises ModelError for a model that is not here."""
    fuzzed = any(not base.has_contents for base in suite.bases)
    clock = session.built.clock
    pairs = [
        ("sqlcoder", __version__),
        ("sqlglot", version("sqlglot")),
        ("duckdb", version("duckdb")),
        ("suite", f"{suite.kind}:{suite.name}"),
        ("data", suite.data_hash),
        ("now", clock.now.isoformat() if clock.now else "unset"),
        ("settings", _settings_hash(session)),
        ("runtime", os.path.basename(session.configuration.runtime.use)),  # a file of the user's by its name
        *session.built.proposer.identity(),
        ("candidates", str(session.built.candidates)),
        ("min_confidence", f"{session.built.min_confidence:g}"),
    ]
    if fuzzed:
        pairs += [("seed", str(seed)), ("instances", str(instances))]
    if any(base.database == "" for base in suite.bases):
        pairs.append(("catalog", session.catalog.content_hash[:16]))
    return tuple(pairs)


def _settings_hash(session: Session) -> str:
    """Over the sections and the components that write and check SQL; where the data is stands in the suite."""
    configuration = session.configuration
    sections = configuration.core.model_dump(mode="json", include=_SECTIONS)
    components = [(entry.use, as_written(entry.settings)) for entry in (configuration.runtime, *configuration.extensions)]
    text = json.dumps([sections, components], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
