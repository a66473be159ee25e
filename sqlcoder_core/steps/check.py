"""A candidate in, the same candidate judged by the guard, the catalog and the extensions out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql import guard
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.checked import CheckedCandidate, CheckedQuery
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.problem import Problem

ExtensionChecks = Callable[[Candidate, Linked], tuple[Problem, ...]]


def check(
    candidate: Candidate,
    linked: Linked,
    *,
    dialect: str,
    catalog: Catalog,
    extensions: ExtensionChecks,
    allow_functions: tuple[str, ...] = (),
    policy_id: str = "",
) -> CheckedCandidate:
    """Core's own checks always; extensions may add problems, and cannot remove one."""
    query, refusal = _guarded(candidate.sql, dialect, catalog, allow_functions, policy_id)
    if query is None or refusal:
        return CheckedCandidate(candidate=candidate, query=None, problems=(refusal,) if refusal else ())
    notes = tuple(Problem(code="cleaned", severity="note", message=note) for note in query.notes)
    problems = notes + extensions(replace(candidate, dialect=dialect), linked)
    blocked = any(problem.severity == "error" for problem in problems)
    return CheckedCandidate(candidate=candidate, query=None if blocked else query, problems=problems)


def _guarded(
    sql: str, dialect: str, catalog: Catalog, allow_functions: tuple[str, ...], policy_id: str
) -> tuple[CheckedQuery | None, Problem | None]:
    try:
        return guard.check(sql, dialect, catalog, allow_functions=allow_functions, policy_id=policy_id), None
    except Refused as refused:
        return None, Problem(code=refused.code, message=refused.message, span=refused.span, hint=refused.hint, found_by="guard")
