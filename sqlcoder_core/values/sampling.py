"""How much of a database's contents may be looked at to learn which values its columns hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Bounds on looking at contents: distinct `values` kept of one column, `seconds` for all tables.

    `never` are patterns as in file names (`*email*`, `staging.*.note`, `hr.*`), held against `column`, `table.column` and
    `schema.table.column` without regard to case; what matches is not read. `billed` says to look even where the engine bills for it.
    """

    values: int = 1000
    seconds: float = 30.0
    never: tuple[str, ...] = ()
    billed: bool = False
