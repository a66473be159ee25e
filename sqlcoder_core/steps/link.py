"""Question and catalog in, the part of the catalog that the question is about out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from sqlcoder_core.contracts.embedder import Embedder
from sqlcoder_core.host.calls import named
from sqlcoder_core.linking.linker import SMALL, Near
from sqlcoder_core.linking.linker import link as link_words
from sqlcoder_core.linking.table_vectors import TableVectors
from sqlcoder_core.values.catalog import Catalog, TableName
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.question import Question


def link(question: Question, catalog: Catalog, near: Near | None = None) -> Linked:
    """Tables as values, the joins among them, stored values and terms that the question's words may mean."""
    return link_words(question, catalog, near)


class Meaning:
    """Tables near to a text in meaning, by a configured embedder: a `Near` for `link`.

    The tables' vectors are made with the first question (and kept in `folder`), catalogs small enough to be linked whole need none.
    """

    def __init__(self, embedder: Embedder, catalog: Catalog, folder: Path, scrub: Callable[[str], str] = str) -> None:
        """`scrub` takes secrets out of what a failing embedder says."""
        self._embedder, self._catalog, self._folder, self._scrub = embedder, catalog, folder, scrub

    def __call__(self, text: str, limit: int) -> tuple[TableName, ...]:
        """Raises PluginError where the embedder fails: a table that is not found would be a wrong answer that nobody sees."""
        if len(self._catalog) <= SMALL:
            return ()
        with named(f"embedder {self._embedder.name!r}", "finding tables by meaning", scrub=self._scrub):
            (vector,) = self._embedder.embed((text,), question=True)
            return self._vectors.nearest(vector, limit)

    @cached_property
    def _vectors(self) -> TableVectors:
        key = hashlib.sha256(f"{self._embedder.name} {self._embedder.identity()}".encode()).hexdigest()[:16]
        return TableVectors(self._catalog, self._tables, self._folder / f"vectors-{key}.sqlite", self._embedder.together)

    def _tables(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return self._embedder.embed(texts)
