"""What this plugin brings: the proposer `builtin`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.api import Proposer, hookimpl


@hookimpl
def sqlcoder_proposers() -> Iterable[type[Proposer]]:
    from sqlcoder_builtin.proposer import BuiltinProposer

    return (BuiltinProposer,)
