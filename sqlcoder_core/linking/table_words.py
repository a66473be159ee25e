"""The words by which a table is found in the full-text index."""

from __future__ import annotations

from sqlcoder_core.linking.words import split_name
from sqlcoder_core.values.catalog import Table


def indexed_words(table: Table) -> tuple[str, str, str]:
    """Words of the name, of the columns, and of what is said about them. Hidden columns have no say."""
    shown = [column for column in table.columns if not column.hidden]
    about = [table.description or "", *table.tags, *(column.description for column in shown if column.description)]
    columns = [_spread(column.name) for column in shown]
    columns.extend(synonym for column in shown for synonym in column.synonyms)
    return " ".join((_spread(table.name.name), *table.synonyms)), " ".join(columns), " ".join(about)


_GLUED = 10
"""Letters without a break from which a name may be several words: LISTEDSECURITY, legalname."""


def glued_words(table: Table) -> tuple[str, str]:
    """Long pieces of the name and of the columns' names, which only a search for letters within them finds."""
    shown = (piece for column in table.columns if not column.hidden for piece in split_name(column.name))
    return " ".join(filter(_is_glued, split_name(table.name.name))), " ".join(dict.fromkeys(filter(_is_glued, shown)))


def _is_glued(piece: str) -> bool:
    return len(piece) >= _GLUED


def _spread(name: str) -> str:
    """A name as words; the index splits at underscores by itself, only camel case needs help."""
    return name if name.islower() or name.isupper() else f"{name} {' '.join(split_name(name))}"
