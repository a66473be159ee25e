"""A candidate in, the same candidate judged by the guard, by what the catalog proves, and by the extensions out."""

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
Findings = Callable[[CheckedQuery, Catalog], tuple[Problem, ...]]


def check(
    candidate: Candidate,
    linked: Linked,
    *,
    dialect: str,
    catalog: Catalog,
    findings: Findings,
    extensions: ExtensionChecks,
    allow_functions: tuple[str, ...] = (),
    policy_id: str = "",
) -> CheckedCandidate:
    """Core's own checks always; extensions may add problems, and cannot remove one."""
    query, refusal = _guarded(candidate.sql, dialect, catalog, allow_functions, policy_id)
    if query is None or refusal:
        return CheckedCandidate(candidate=candidate, query=None, problems=(refusal,) if refusal else ())
    notes = tuple(Problem(code="cleaned", severity="note", message=note) for note in query.notes)
    found = _found(query, catalog, findings)
    problems = notes + found + extensions(replace(candidate, dialect=dialect), linked)
    blocked = any(problem.severity == "error" for problem in problems)
    # What a person has verified is not put behind something else on core's word; it is still said.
    doubts = () if candidate.route == "verified" else tuple(problem for problem in found if problem.severity == "warning")
    return CheckedCandidate(candidate=candidate, query=None if blocked else query, problems=problems, doubts=doubts)


def _found(query: CheckedQuery, catalog: Catalog, findings: Findings) -> tuple[Problem, ...]:
    try:
        return findings(query, catalog)
    except Exception as error:  # noqa: BLE001 - advice on a query that the guard has let through: no question fails for it
        message = f"the query could not be looked through for mistakes ({type(error).__name__})"
        return (Problem(code="unexamined", severity="note", message=message),)


def _guarded(
    sql: str, dialect: str, catalog: Catalog, allow_functions: tuple[str, ...], policy_id: str
) -> tuple[CheckedQuery | None, Problem | None]:
    try:
        return guard.check(sql, dialect, catalog, allow_functions=allow_functions, policy_id=policy_id), None
    except Refused as refused:
        return None, Problem(code=refused.code, message=refused.message, span=refused.span, hint=refused.hint, found_by="guard")
