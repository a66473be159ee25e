"""Candidates with their problems and rows in, one answer out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlcoder_core.errors import Abstained, PluginError, Refused, TimeLimit
from sqlcoder_core.steps.ranking import Ranking, ceiling
from sqlcoder_core.steps.trail import trail
from sqlcoder_core.values.answer import Alternative, Answer
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.checked import CheckedCandidate, Executed
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What `choose` decides between: the candidates as far as they got, in the order of their turns.

    `withheld` are checked readings to be offered where there is no candidate, since the proposer finds them too doubtful.
    `record` and `problems` are of what happened since the proposal: repairs, and what went wrong with them.
    """

    question: Question
    dialect: str
    proposal: Proposal
    executed: tuple[Executed, ...]
    run: bool
    min_confidence: float = 0.0
    ranking: Ranking = field(default_factory=Ranking)
    withheld: tuple[CheckedCandidate, ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> list[Executed]:
        """Those with rows (or, when nothing is to be run, those that passed), the best first."""
        return self.ranking.best_first([one for one in self.executed if _usable(one, self.run)])

    @property
    def first(self) -> Executed:
        """The proposer's own best, before any repair."""
        return next((one for one in self.executed if not one.checked.candidate.repairs), self.executed[0])


def choose(choice: Choice) -> Answer:
    """The best of the candidates that ran (or, when nothing is to be run, that passed); otherwise why there is none."""
    best = next(iter(choice.usable), None)
    answer = _chosen(choice, best)
    told = tuple(trail(choice.executed, best, choice.ranking))
    return replace(answer, signature=choice.proposal.record + choice.record, trail=told)


def _chosen(choice: Choice, best: Executed | None) -> Answer:
    if not choice.executed:
        problem = choice.proposal.problem
        return _unproposed(choice, problem) if problem else _offered(choice)
    if best is not None:
        sure = choice.ranking.confidence(best, choice.executed)
        return _answered(choice, best, sure) if sure >= choice.min_confidence else _unsure(choice, sure, best)
    passed = next((one for one in choice.executed if one.checked.query is not None), None)
    if passed is not None and passed.problem is None and ceiling(passed.checked) < choice.min_confidence:
        return _unsure(choice, ceiling(passed.checked))
    return _failed(choice)


def _usable(one: Executed, run: bool) -> bool:
    return one.result is not None if run else one.checked.query is not None and not one.checked.candidate.offered


def _answered(choice: Choice, best: Executed, sure: float) -> Answer:
    candidate = best.checked.candidate
    return Answer(
        question=choice.question,
        status="answered",
        dialect=choice.dialect,
        sql=_sql(best),
        route=candidate.route,
        result=best.result,
        reading=candidate.reading,
        confidence=round(sure, 4),
        problems=(
            *(Problem(code="repaired", severity="note", message=f"repaired: {change}") for change in candidate.repairs),
            *best.checked.problems,
            *_shape_note(choice, best),
            *(Problem(code="note", severity="note", message=text, found_by=candidate.proposer) for text in candidate.notes),
            *_lesser(choice.proposal.problem),
            *(found for problem in choice.problems for found in _lesser(problem)),
        ),
        alternatives=_alternatives(choice, best),
    )


def _shape_note(choice: Choice, best: Executed) -> tuple[Problem, ...]:
    if best.result is None or choice.ranking.misfit(best) != "clear":
        return ()
    shape = choice.ranking.shape
    wanted = "one number" if shape.kind == "one number" else f"at most {shape.most} rows"
    message = f"the question asks for {wanted}, and there are {len(best.result.rows):,} rows"
    return (Problem(code="shape", severity="note", message=message),)


def _sql(one: Executed) -> str:
    return one.checked.query.text if one.checked.query is not None else one.checked.candidate.sql


def _lesser(problem: Problem | None) -> tuple[Problem, ...]:
    """What went wrong while proposing, beside an answer that there is nevertheless."""
    if problem is None:
        return ()
    return (replace(problem, severity="warning") if problem.severity == "error" else problem,)


def _unproposed(choice: Choice, problem: Problem) -> Answer:
    """The runtime could not propose anything: a failure of the model, not of the question."""
    exit_code = TimeLimit.exit_code if problem.code == "time_limit" else PluginError.exit_code
    return Answer(question=choice.question, status="failed", dialect=choice.dialect, problems=(problem,), exit_code=exit_code)


def _alternatives(choice: Choice, best: Executed | None) -> tuple[Alternative, ...]:
    """Others that may be meant; not those that are more doubtful than the answer, among them what was repaired to become it."""
    most = len(best.checked.doubts) if best is not None else None
    return tuple(
        Alternative(sql=other.checked.query.text, reading=other.checked.candidate.reading)
        for other in choice.executed
        if other is not best
        and other.checked.query is not None
        and other.problem is None
        and (most is None or len(other.checked.doubts) <= most)
    )


def _failed(choice: Choice) -> Answer:
    """No candidate is usable: the first one's problems are reported, since it is the proposer's best."""
    first = choice.first
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
        alternatives=_alternatives(choice, None),
        exit_code=Abstained.exit_code,
    )


def _offered(choice: Choice) -> Answer:
    """Nothing was understood well enough; what it may mean is offered, with the confidence that the best of it has."""
    passed = [one for one in choice.withheld if one.query is not None]
    answer = _abstained(choice, _not_understood(choice.proposal))
    others = tuple(Alternative(sql=one.query.text, reading=one.candidate.reading) for one in passed if one.query)
    return replace(answer, alternatives=others, confidence=round(ceiling(passed[0]), 4) if passed else None)


def _not_understood(proposal: Proposal) -> Problem:
    words = ", ".join(f"'{word}'" for word in proposal.unplaced)
    message = proposal.reason or (f"could not place {words}" if words else "could not tell what to look up")
    hint = "nearest known: " + ", ".join(proposal.suggestions) if proposal.suggestions else None
    return Problem(code="not_understood", severity="warning", message=message, hint=hint, found_by="runtime")


def _unsure(choice: Choice, sure: float, best: Executed | None = None) -> Answer:
    problem = Problem(
        code="unsure",
        severity="warning",
        message=f"confidence {sure:.2f} is below {choice.min_confidence:.2f}",
        hint="see the alternatives, or lower --min-confidence",
        found_by="core",
    )
    answer = _abstained(choice, problem)
    first = _sql(best) if best is not None else None
    ordered = sorted(answer.alternatives, key=lambda other: other.sql != first)
    return replace(answer, confidence=round(sure, 4), alternatives=tuple(ordered))
