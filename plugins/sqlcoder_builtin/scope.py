"""Names inside one SELECT: which table goes by which name, and where columns need it before them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlcoder_core.api import TableName


@dataclass(slots=True)
class Scope:
    """Tables of one SELECT and, through `parent`, of those around it. `used` counts names over the whole statement."""

    names: dict[str, str] = field(default_factory=dict)
    parent: Scope | None = None
    used: dict[str, int] = field(default_factory=dict)

    def enter(self, table: TableName) -> str:
        """The name for a table that joins this SELECT: its own, or with a number where that name is taken around it."""
        count = self.used.get(table.name.lower(), 0) + 1
        self.used[table.name.lower()] = count
        self.names[table.key] = table.name if count == 1 else f"{table.name}_{count}"
        return self.names[table.key]

    def name(self, table: TableName) -> str:
        """The name by which the nearest SELECT knows the table; its own when none does."""
        scope: Scope | None = self
        while scope is not None:
            if table.key in scope.names:
                return scope.names[table.key]
            scope = scope.parent
        return table.name

    def inner(self) -> Scope:
        """A scope for a SELECT inside this one, which sees these tables."""
        return Scope(parent=self, used=self.used)

    def apart(self) -> Scope:
        """A scope for a SELECT that sees nothing of this one (a CTE, a derived table)."""
        return Scope()
