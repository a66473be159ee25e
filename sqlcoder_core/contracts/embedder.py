"""Embedders: texts to vectors whose angle says how near two texts are in meaning."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.values.problem import Problem


class Embedder(Component):
    """Finds tables by meaning in catalogs that are too large to be linked whole, beside the search by words.

    Texts of tables (names, columns, descriptions; never contents) are embedded once and kept; a question costs one text.
    """

    local: bool = True
    """False when questions and names leave this machine."""
    together: int = 64
    """Texts that it likes to get in one call."""

    def embed(self, texts: Sequence[str], *, question: bool = False) -> Sequence[Sequence[float]]:
        """One vector a text, in order, all of one length; they need not have length 1. `question` tells questions from tables, for
        models that mark the two. Raises ModelError when it cannot."""
        raise NotImplementedError

    def identity(self) -> str:
        """What tells its vectors from another model's: they are kept by it."""
        raise NotImplementedError

    def findings(self) -> tuple[Problem, ...]:
        """What `doctor` should say: what it is, what it receives, what is missing."""
        return ()

    def close(self) -> None:
        """Give back what was loaded."""
