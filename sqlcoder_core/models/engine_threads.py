"""How many threads an engine computes with when it is not told."""

from __future__ import annotations

from sqlcoder_core.models.hardware import look_without_gpus


def default_threads() -> int:
    """Physical cores that this process may use, a container's quota included, less one; at least one.

    One core stays free since a step waits for its slowest thread, and the others spin meanwhile.
    """
    return max(1, look_without_gpus().cores - 1)
