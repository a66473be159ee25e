"""A query that asks for the current day in, one that says the suite's day out."""

from __future__ import annotations

from datetime import datetime

from sqlglot import exp

_MOMENTS = (exp.CurrentTimestamp, exp.CurrentDatetime)
_CALLS = ("now", "getdate", "current_timestamp", "transaction_timestamp")
_DAYS = ("today", "curdate", "current_date")


def pinned(tree: exp.Expr, now: datetime) -> exp.Expr:
    """The same tree where it does not speak of the current day, else one with literals in place of it."""
    if not any(_literal(node, now) is not None for node in tree.walk()):
        return tree
    return tree.transform(lambda node: _literal(node, now) or node)


def _literal(node: exp.Expr, now: datetime) -> exp.Expr | None:
    called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if isinstance(node, exp.CurrentDate) or called in _DAYS:
        return exp.cast(exp.Literal.string(now.date().isoformat()), "date")
    if isinstance(node, _MOMENTS) or called in _CALLS:
        return exp.cast(exp.Literal.string(now.replace(tzinfo=None).isoformat(sep=" ")), "timestamp")
    # SQLite's date('now', ...): the text is a moment to it.
    if isinstance(node, exp.Literal) and node.is_string and node.name.lower() == "now" and isinstance(node.parent, exp.Func):
        return exp.Literal.string(now.replace(tzinfo=None).isoformat(sep=" "))
    return None
