"""A statement that is no answer, and why not, as each form of prompt says it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_core.api import Ask
from sqlcoder_prompts.plain import Plain

_MOST_SQL = 3_000
_MOST = 300
"""Characters of one reason: an engine may quote the whole query once more."""


def failed_sql(ask: Ask, plain: Plain) -> str:
    """The statement in one line, since what a model wrote may be any text; empty where none has failed."""
    return plain.brief(ask.failed.sql, _MOST_SQL) if ask.failed else ""


def reasons(ask: Ask, plain: Plain) -> tuple[str, ...]:
    """Why it is no answer, a line each."""
    return tuple(plain.brief(one, _MOST) for one in ask.failed.problems) if ask.failed else ()


def failed_rule(ask: Ask, plain: Plain) -> Iterator[str]:
    """All of it in one line, for forms that have a place for rules only."""
    if ask.failed:
        why = "; ".join(reasons(ask, plain))
        yield f"Do not answer with `{plain.quoted(failed_sql(ask, plain))}`, which is wrong: {why}"
