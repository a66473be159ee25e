"""Linked questions in, candidate statements out."""

from __future__ import annotations

from sqlcoder_core.contracts.proposer import Ask, Proposer
from sqlcoder_core.errors import PluginError, SqlcoderError
from sqlcoder_core.values.candidate import Proposal


def propose(proposer: Proposer, asks: tuple[Ask, ...]) -> tuple[Proposal, ...]:
    """One proposal per ask, in order; a proposer that fails is named in a PluginError."""
    try:
        proposals = tuple(proposer.propose(asks))
    except SqlcoderError:
        raise
    except Exception as error:  # a proposer is foreign code; its failure is reported by name, not swallowed
        raise PluginError(f"runtime {proposer.name!r} failed while proposing: {type(error).__name__}: {error}") from error
    if len(proposals) != len(asks):
        raise PluginError(f"runtime {proposer.name!r} answered {len(proposals)} of {len(asks)} questions")
    return proposals
