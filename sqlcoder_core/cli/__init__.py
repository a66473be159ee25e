"""The command `sqlcoder`: one file per command; bodies import what they need when they run."""

from __future__ import annotations

from sqlcoder_core.cli.app import app


def main() -> None:
    """Entry point of the console script."""
    app()
