"""One repair that is proposed: the text after it, and what was changed in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """`sql` is the whole statement, not yet judged by the guard; `note` says what was changed: "orders.stat -> orders.status".

    `certain` is False for one that changes what a running query counts, groups by, joins on or shows: that may have been meant.
    """

    sql: str
    note: str
    certain: bool = True
