"""The guard first, then what the catalog proves, then extensions, which add and never remove."""

from __future__ import annotations

from typing import Any

from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.steps.check import check
from sqlcoder_core.testing.fakes import fake_linked, fake_table
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.checked import CheckedCandidate
from sqlcoder_core.values.problem import Problem

from .scripted import DOUBT

PETS = fake_table("pets", {"id": "integer", "kind": "text"})
ERROR = Problem(code="null-comparison", message="never true")
NOTE = Problem(code="literal-unseen", message="not seen", severity="note")
HOUSE = Problem(code="house", message="not in this house", severity="warning", found_by="house")


def judged(sql: str = "SELECT id FROM pets", *, found: Any = (), added: tuple[Problem, ...] = (), route: Any = "sql") -> CheckedCandidate:
    def findings(query: Any, catalog: Any) -> tuple[Problem, ...]:
        if isinstance(found, Exception):
            raise found
        return tuple(found)

    return check(
        Candidate(sql=sql, proposer="fake", route=route),
        fake_linked("pets", PETS),
        dialect="duckdb",
        catalog=memory_catalog([PETS]),
        findings=findings,
        extensions=lambda candidate, linked: added,
    )


def test_findings_come_between_the_guard_and_the_extensions() -> None:
    one = judged(found=[DOUBT, NOTE], added=(HOUSE,))
    assert one.problems == (DOUBT, NOTE, HOUSE)
    assert one.query is not None


def test_only_cores_warnings_are_doubts() -> None:
    assert judged(found=[DOUBT, NOTE], added=(HOUSE,)).doubts == (DOUBT,)


def test_a_finding_that_is_an_error_keeps_the_statement_from_running() -> None:
    one = judged(found=[ERROR])
    assert (one.query, one.problems) == (None, (ERROR,))


def test_what_the_guard_refuses_is_looked_at_no_further() -> None:
    one = judged("DROP TABLE pets", found=RuntimeError("must not be called"), added=(HOUSE,))
    assert [problem.code for problem in one.problems] == ["statement-kind"]


def test_a_verified_statement_is_not_put_behind_others() -> None:
    one = judged(found=[DOUBT], route="verified")
    assert (one.problems, one.doubts) == ((DOUBT,), ())


def test_a_check_that_stumbles_says_so_and_fails_no_question() -> None:
    one = judged(found=RecursionError("too deep"))
    assert one.query is not None
    assert [(problem.code, problem.severity) for problem in one.problems] == [("unexamined", "note")]
