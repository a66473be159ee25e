"""What a query that the guard passed gets wrong, proved from the catalog; one file per kind of finding.

The checks are loaded with the first query, so that whoever only passes them on does not wait for them.
"""

from __future__ import annotations

from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.problem import Problem


def findings(query: CheckedQuery, catalog: Catalog) -> tuple[Problem, ...]:
    """What the query gets wrong, errors first; spans count in `query.text`, codes stand in `codes.py`.

    Nothing is said where nothing is known. Raises nothing of its own; a catalog on disk may raise FileError.
    """
    return findings_in(query.text, query.dialect, catalog)


def findings_in(text: str, dialect: str, catalog: Catalog) -> tuple[Problem, ...]:
    """`findings` for a text without comments that the guard has not seen, or does not pass."""
    from sqlcoder_core.sql.soundness.judging import judged

    return judged(text, dialect, catalog)
