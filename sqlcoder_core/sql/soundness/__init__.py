"""What a query that the guard passed gets wrong, proved from the catalog; one file per kind of finding."""

from __future__ import annotations

from sqlcoder_core.sql.soundness.judging import findings, findings_in

__all__ = ["findings", "findings_in"]
