"""Repairs by rule of a query's text, most certain first; one file per repair. They are proposed, the guard judges them again."""

from __future__ import annotations

from sqlcoder_core.sql.mending.mended import Mended
from sqlcoder_core.sql.mending.mending import mended

__all__ = ["Mended", "mended"]
