"""Model text in, a query that may run out: the only maker of a CheckedQuery."""

from __future__ import annotations

from sqlcoder_core.errors import Refused, SqlcoderError
from sqlcoder_core.sql.constructs import Constructs
from sqlcoder_core.sql.lexer import CleanText, clean
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.names import check_names
from sqlcoder_core.sql.refusal import refused, short
from sqlcoder_core.sql.tree import parse
from sqlcoder_core.values.catalog import Catalog, TableName
from sqlcoder_core.values.checked import GUARD_SEAL, CheckedQuery


def check(text: str, dialect: str, catalog: Catalog | None, *, allow_functions: tuple[str, ...] = (), policy_id: str = "") -> CheckedQuery:
    """Judge one statement without running it.

    The result carries the given text without comments and final semicolon, not a rewritten one: what is shown is what runs.
    Without a catalog the relations are not held against anything, and `catalog_checked` says so. `allow_functions` are full
    names (`st_area`, `postgis.st_area`) that the user vouches for. Raises Refused, with a code of `codes.py`, and nothing else.
    """
    if dialect not in LEXICAL:
        message = f'the guard has no rules for the dialect "{short(dialect)}"'
        raise refused("dialect-unknown", message, (0, len(text)), f"it knows {', '.join(LEXICAL)}")
    cleaned = clean(text, dialect)
    tables = _judged(cleaned, dialect, catalog, allow_functions)
    return CheckedQuery(
        text=cleaned.text,
        dialect=dialect,
        tables=tables,
        catalog_checked=catalog is not None,
        policy_id=policy_id,
        notes=cleaned.notes,
        seal=GUARD_SEAL,
    )


def _judged(cleaned: CleanText, dialect: str, catalog: Catalog | None, allow_functions: tuple[str, ...]) -> tuple[TableName, ...]:
    try:
        tree = parse(cleaned, dialect)
        Constructs(cleaned, dialect, allow_functions).check(tree)
        return check_names(tree, cleaned, dialect, catalog)
    except SqlcoderError:
        raise
    except RecursionError:
        raise _unjudged(cleaned, "text-depth", "the query is nested too deep to be checked", "move inner parts to WITH") from None
    except Exception as error:
        # Fails closed: whatever the parser stumbles over, what cannot be judged does not run.
        message = f"the guard cannot judge this query ({type(error).__name__})"
        raise _unjudged(cleaned, "guard-failed", message, "write it in plainer SQL") from error


def _unjudged(cleaned: CleanText, code: str, message: str, hint: str) -> Refused:
    return refused(code, message, cleaned.given_span(0, len(cleaned.text)), hint)
