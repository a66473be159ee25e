"""How one table is reached from others by known joins: the one shortest way, or none where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlcoder_core.sql.soundness.visible_joins import is_visible
from sqlcoder_core.values.catalog import Catalog, Relationship, TableName

_MOST_STEPS: Final = 3
_MOST_TABLES: Final = 60


class Reach:
    """All tables within a few joins of the starting ones, with the way to each."""

    def __init__(self, catalog: Catalog, starts: Sequence[TableName]) -> None:
        self.names: dict[str, TableName] = {name.key: name for name in starts}
        self._ways: dict[str, list[tuple[Relationship, ...]]] = {name.key: [()] for name in starts}
        frontier = list(starts)
        for _ in range(_MOST_STEPS):
            frontier = self._step(catalog, frontier)
            if not frontier or len(self.names) > _MOST_TABLES:
                break

    def way(self, name: TableName) -> tuple[Relationship, ...] | None:
        """The joins that lead there, nearest first; None where there is no way, or there are several as short."""
        ways = self._ways.get(name.key, [])
        return ways[0] if len(ways) == 1 else None

    def _step(self, catalog: Catalog, frontier: Sequence[TableName]) -> list[TableName]:
        known = {name.key for name in frontier}
        found: dict[str, TableName] = {}
        ways: dict[str, list[tuple[Relationship, ...]]] = {}
        for join in catalog.relationships(list(frontier)):
            for here, there in ((join.left, join.right), (join.right, join.left)):
                if here.key in known and there.key not in self._ways and is_visible(join, catalog):
                    found[there.key] = there
                    ways.setdefault(there.key, []).extend((*way, join) for way in self._ways[here.key])
        self._ways |= ways
        self.names |= found
        return list(found.values())
