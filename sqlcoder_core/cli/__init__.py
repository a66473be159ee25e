"""The command `sqlcoder`: one file per command; bodies import what they need when they run."""

from __future__ import annotations

import os
import sys

from sqlcoder_core.cli.app import app


def main() -> None:
    """Entry point of the console script."""
    _open_closed_streams()
    app()


def _open_closed_streams() -> None:
    """Cron jobs and `>&-` close stdout or stderr, and Python then has None in their place: what is said there goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - lives as long as the program
