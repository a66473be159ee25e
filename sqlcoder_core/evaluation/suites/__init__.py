"""Suites by format: whatever a file of questions looks like, one Suite comes out."""

from __future__ import annotations

from sqlcoder_core.evaluation.suites.load import load_suite

__all__ = ["load_suite"]
