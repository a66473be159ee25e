"""Candidates with their problems and rows in, one answer out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlcoder_core.errors import Abstained, PluginError, Refused, TimeLimit
from sqlcoder_core.values.answer import Alternative, Answer
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.checked import Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What `choose` decides between: the candidates as far as they got, in the proposer's order."""

    question: Question
    dialect: str
    proposal: Proposal
    executed: tuple[Executed, ...]
    run: bool
    min_confidence: float = 0.0


def choose(choice: Choice) -> Answer:
    """The first candidate that ran (or, when nothing is to be run, that passed); otherwise why there is none."""
    return replace(_chosen(choice), signature=choice.proposal.record)


def _chosen(choice: Choice) -> Answer:
    if not choice.executed:
        problem = choice.proposal.problem
        return _unproposed(choice, problem) if problem else _abstained(choice, _not_understood(choice.proposal))
    best = next((one for one in choice.executed if one.checked.query is not None), None)
    if best is not None and best.checked.candidate.score < choice.min_confidence:
        return _abstained(choice, _unsure(best, choice.min_confidence))
    good = next((one for one in choice.executed if _usable(one, choice.run)), None)
    return _answered(choice, good) if good else _failed(choice)


def _usable(one: Executed, run: bool) -> bool:
    return one.result is not None if run else one.checked.query is not None


def _answered(choice: Choice, good: Executed) -> Answer:
    candidate = good.checked.candidate
    query = good.checked.query
    notes = tuple(Problem(code="note", severity="note", message=text, found_by=candidate.proposer) for text in candidate.notes)
    return Answer(
        question=choice.question,
        status="answered",
        dialect=choice.dialect,
        sql=query.text if query else candidate.sql,
        route=candidate.route,
        result=good.result,
        reading=candidate.reading,
        confidence=round(candidate.score, 4),
        problems=good.checked.problems + notes + _lesser(choice.proposal.problem),
        alternatives=_alternatives(choice, good),
    )


def _lesser(problem: Problem | None) -> tuple[Problem, ...]:
    """What went wrong while proposing, beside an answer that there is nevertheless."""
    if problem is None:
        return ()
    return (replace(problem, severity="warning") if problem.severity == "error" else problem,)


def _unproposed(choice: Choice, problem: Problem) -> Answer:
    """The runtime could not propose anything: a failure of the model, not of the question."""
    exit_code = TimeLimit.exit_code if problem.code == "time_limit" else PluginError.exit_code
    return Answer(question=choice.question, status="failed", dialect=choice.dialect, problems=(problem,), exit_code=exit_code)


def _alternatives(choice: Choice, good: Executed) -> tuple[Alternative, ...]:
    return tuple(
        Alternative(sql=other.checked.query.text, reading=other.checked.candidate.reading)
        for other in choice.executed
        if other is not good and other.checked.query is not None
    )


def _failed(choice: Choice) -> Answer:
    """No candidate is usable: the first one's problems are reported, since it is the proposer's best."""
    first = choice.executed[0]
    ran = first.problem is not None
    problems = first.checked.problems + ((first.problem,) if first.problem else ())
    return Answer(
        question=choice.question,
        status="failed" if ran else "refused",
        dialect=choice.dialect,
        sql=first.checked.candidate.sql,
        route=first.checked.candidate.route,
        reading=first.checked.candidate.reading,
        problems=problems,
        exit_code=first.exit_code if ran else Refused.exit_code,
    )


def _abstained(choice: Choice, problem: Problem) -> Answer:
    return Answer(
        question=choice.question,
        status="abstained",
        dialect=choice.dialect,
        problems=(problem,),
        alternatives=tuple(
            Alternative(sql=one.checked.query.text, reading=one.checked.candidate.reading) for one in choice.executed if one.checked.query
        ),
        exit_code=Abstained.exit_code,
    )


def _not_understood(proposal: Proposal) -> Problem:
    words = ", ".join(f"'{word}'" for word in proposal.unplaced)
    message = proposal.reason or (f"could not place {words}" if words else "could not tell what to look up")
    hint = "nearest known: " + ", ".join(proposal.suggestions) if proposal.suggestions else None
    return Problem(code="not_understood", severity="warning", message=message, hint=hint, found_by="runtime")


def _unsure(best: Executed, least: float) -> Problem:
    return Problem(
        code="unsure",
        severity="warning",
        message=f"confidence {best.checked.candidate.score:.2f} is below {least:.2f}",
        hint="see the alternatives, or lower --min-confidence",
        found_by="core",
    )
