"""How each dialect compares names, so that the guard sees the relation that the engine sees."""

from __future__ import annotations

import string
from typing import Final

from sqlglot import exp

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UPPER: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_FOLDS_UNQUOTED: Final = frozenset({"postgres", "redshift"})
_RAISES_UNQUOTED: Final = frozenset({"snowflake", "oracle"})
_CASE_MATTERS: Final = frozenset({"mysql", "mariadb", "bigquery"})


def fold(text: str) -> str:
    """Lower case for ASCII letters only, as engines fold names."""
    return text.translate(_LOWER)


def written_key(name: exp.Identifier, dialect: str) -> str:
    """What two names of one query are compared by, a CTE and its use."""
    text, quoted = name.name, bool(name.args.get("quoted"))
    if dialect in _FOLDS_UNQUOTED:
        return text if quoted else fold(text)
    if dialect in _RAISES_UNQUOTED:
        return text if quoted else text.translate(_UPPER)
    return text if dialect in ("mysql", "mariadb") else fold(text)


def means(name: exp.Identifier, spelled: str, dialect: str) -> bool:
    """Whether the engine takes the written name for the relation or schema that is spelled so in its catalog.

    Catalogs of Snowflake and Oracle may be written in lower case for names that the engine keeps in upper case.
    """
    text, quoted = name.name, bool(name.args.get("quoted"))
    if dialect in _FOLDS_UNQUOTED:
        return (text if quoted else fold(text)) == spelled
    if dialect in _RAISES_UNQUOTED:
        kept = spelled.translate(_UPPER) if spelled == fold(spelled) else spelled
        return (text if quoted else text.translate(_UPPER)) == kept or (quoted and text == spelled)
    return text == spelled if dialect in _CASE_MATTERS else fold(text) == fold(spelled)
