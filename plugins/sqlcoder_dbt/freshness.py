"""Whether catalog.json and manifest.json describe the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlcoder_core.api import Clash
from sqlcoder_dbt.nodes import Artifacts, Nodes

_TOLERATED = timedelta(hours=24)
_REMEDY = "run `dbt docs generate` with the target that was built"


def parsed_time(text: str | None) -> datetime | None:
    """`generated_at` as a time; None when it is missing or odd."""
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def catalog_lag(artifacts: Artifacts) -> timedelta | None:
    """How much older than the manifest catalog.json is (negative: newer); None where that cannot be known."""
    made = parsed_time(artifacts.catalog.metadata.generated_at) if artifacts.catalog is not None else None
    manifest = parsed_time(artifacts.manifest.metadata.generated_at)
    return manifest - made if made is not None and manifest is not None else None


def catalog_is_newer(artifacts: Artifacts) -> bool:
    """True when catalog.json was made after the manifest: a documented column that it lacks does not exist."""
    lag = catalog_lag(artifacts)
    return lag is not None and lag <= timedelta(0)


def catalog_clashes(nodes: Nodes) -> Iterator[Clash]:
    """What is odd between the two files, counted while the nodes were read."""
    lag = catalog_lag(nodes.artifacts)
    if nodes.artifacts.catalog is None:
        return
    if lag is not None and lag > timedelta(0):
        lost = f"; {nodes.missing} models of the manifest are not in it" if nodes.missing else ""
        severity = "warning" if lag > _TOLERATED or nodes.missing else "note"
        message = f"catalog.json is {span(lag)} older than manifest.json: types and columns may have changed since{lost}"
        yield Clash(kind="stale_catalog", subject="catalog.json", message=message, severity=severity, hint=_REMEDY)  # type: ignore[arg-type]
    for (expected, found), count in sorted(nodes.other_schemas.items()):
        message = (
            f"catalog.json has {count} relations in schema {found} that manifest.json has in {expected}: it was made with another target"
        )
        yield Clash(kind="other_target", subject="catalog.json", message=message, hint=_REMEDY)


def span(time: timedelta) -> str:
    """A length of time in the largest unit that fits."""
    seconds = int(time.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}{'s' if seconds >= 2 * length else ''}"
    return f"{seconds} seconds"
