"""A child's two pipes to its parent, kept out of reach of whatever prints."""

from __future__ import annotations

import os


def take_pipes() -> tuple[int, int]:
    """Descriptors of requests and replies. Standard input is empty from here on, and what is printed goes to standard error, so
    that nothing that a library says lands between frames."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies
