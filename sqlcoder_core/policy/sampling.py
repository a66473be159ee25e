"""Which columns' contents may be looked at when the catalog is built."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from sqlcoder_core.values.catalog import Column, Table
from sqlcoder_core.values.sampling import Sampling

PRIVATE_TAGS = frozenset({"pii", "gdpr", "phi", "pci", "sensitive", "personal", "personal_data", "confidential", "secret", "restricted"})
"""Tags by which projects say that contents are nobody's business; a tag `pii:email` or `contains_pii` counts too."""


def may_sample(table: Table, column: Column, sampling: Sampling) -> bool:
    """False for what is hidden, tagged as private, or named by one of `sampling.never`."""
    if table.hidden or column.hidden or _is_private(table.tags) or _is_private(column.tags):
        return False
    name = table.name
    spellings = {column.name, f"{name.name}.{column.name}", f"{name}.{column.name}"}
    if name.database:
        spellings.add(f"{name.database}.{name}.{column.name}")
    return not any(fnmatchcase(spelling.lower(), pattern.lower()) for spelling in spellings for pattern in sampling.never)


def _is_private(tags: Iterable[str]) -> bool:
    words = {word for tag in tags for word in (tag.lower(), tag.lower().partition(":")[0], tag.lower().removeprefix("contains_"))}
    return bool(words & PRIVATE_TAGS)
