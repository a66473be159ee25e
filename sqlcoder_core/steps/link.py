"""Question and catalog in, the part of the catalog that the question is about out."""

from __future__ import annotations

from sqlcoder_core.linking.linker import link as link_words
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.question import Question


def link(question: Question, catalog: Catalog) -> Linked:
    """Tables as values, the joins among them, stored values and terms that the question's words may mean."""
    return link_words(question, catalog)
