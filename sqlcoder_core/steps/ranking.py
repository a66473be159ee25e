"""What speaks for a candidate and what against it, and how sure that makes us; used before, between and after executions.

Against: a doubt that core's checks have proved (see `CheckedCandidate.doubts`), and rows that clearly miss the shape that the question
asks for. Fewer of these come first, whatever else is true.

For: where candidates are tries at one reading (`Proposer.votes`), those with the same rows vote for each other, each with its weight; a
result that says nothing has half a voice, since wrong conditions agree on it by accident. Equal votes go by weight, then by the
proposer's order. Where candidates are readings, agreement proves nothing: the proposer's order stands.

A candidate's weight is its score, times 0.85 for each repair. Confidence is

    weight x 0.7 ** kinds of doubt x shape x agreement

with shape 1 where rows fit the question, 0.9 where they are odd, 0.6 where they clearly do not; and, among tries at one reading,
agreement = 0.4 + 0.6 x (share + (1 - share) x margin): `share` is the winning rows' part of all votes cast (a try that the engine
refused is cast for nobody), `margin` how far the best try with other rows scores behind, 0.2 counting as out of reach. With nothing
run, or where candidates are readings, agreement is 1: a proposer's own calibration stands unless something speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlcoder_core.linking.answer_shape import Misfit, Shape
from sqlcoder_core.steps.agreement import result_key, says_nothing
from sqlcoder_core.values.checked import CheckedCandidate, Executed

_REPAIR: Final = 0.85
_DOUBT: Final = 0.7
_SHAPES: Final[dict[Misfit, float]] = {"": 1.0, "weak": 0.9, "clear": 0.6}
_OUT_OF_REACH: Final = 0.2
_LEAST_AGREEMENT: Final = 0.4


def weight(one: CheckedCandidate) -> float:
    """The proposer's score, less for what had to be repaired."""
    return one.candidate.score * float(_REPAIR ** len(one.candidate.repairs))


def ceiling(one: CheckedCandidate) -> float:
    """The confidence that it can have at most, known before it runs."""
    return weight(one) * float(_DOUBT ** doubts(one))


def doubts(one: CheckedCandidate) -> int:
    """How many kinds of doubt there are: two sums over one join are doubtful for one reason."""
    return len({doubt.code for doubt in one.doubts})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How the candidates of one question are compared; `votes` is the proposer's."""

    shape: Shape = field(default_factory=Shape)
    votes: bool = False

    def best_first(self, ran: Sequence[Executed]) -> list[Executed]:
        """Candidates that may be the answer (with rows, or all checked ones where nothing is to run), the best first."""
        tally = self.tally(ran)
        order = sorted(enumerate(ran), key=lambda pair: (*self._standing(pair[1], tally), pair[0]))
        return [one for _, one in order]

    def tally(self, ran: Iterable[Executed]) -> dict[str, float]:
        """Votes by what the rows say; one weight for each candidate where they do not vote."""
        found: dict[str, float] = {}
        for one in ran:
            found[key_of(one)] = found.get(key_of(one), 0.0) + self._voice(one)
        return found

    def against(self, one: Executed) -> int:
        """How many things speak against it."""
        return doubts(one.checked) + (self.misfit(one) == "clear")

    def misfit(self, one: Executed) -> Misfit:
        """How badly its rows miss the shape that the question asks for."""
        return self.shape.misfit(one.result) if one.result is not None else ""

    def worth_running(self, one: CheckedCandidate, others: Iterable[CheckedCandidate], least: float) -> bool:
        """Whether it may lead to an answer as sure as wanted: by itself, or by its vote for or against one that may."""
        sure = ceiling(one) >= least
        return sure or (self.votes and any(_may_run(other) and ceiling(other) >= least for other in others))

    def settled(self, done: Sequence[Executed], waiting: Sequence[CheckedCandidate]) -> bool:
        """Whether running any of those that wait could no longer change which one is best; of tries, two are compared in any case."""
        ran = [one for one in done if one.result is not None]
        if not ran:
            return False
        least = min(map(self.against, ran))
        rivals = [one for one in waiting if _may_run(one) and doubts(one) < least + self.votes]
        if not self.votes or not rivals:
            return not rivals
        if len(ran) == 1:
            return False
        first, *others = sorted(self.tally(one for one in ran if self.against(one) == least).values(), reverse=True)
        return first > sum(map(weight, rivals)) + max(others, default=0.0)

    def confidence(self, best: Executed, executed: Sequence[Executed]) -> float:
        """How sure the best one is, 0 to 1, by the formula at the top of this file."""
        sure = ceiling(best.checked) * _SHAPES[self.misfit(best)]
        return sure * self._agreement(best, executed) if self.votes and best.result is not None else sure

    def _standing(self, one: Executed, tally: dict[str, float]) -> tuple[float, ...]:
        if not self.votes:
            return (self.against(one),)
        return (self.against(one), -tally[key_of(one)], -weight(one.checked))

    def _voice(self, one: Executed) -> float:
        quiet = one.result is not None and says_nothing(one.result)
        return weight(one.checked) * (0.5 if quiet else 1.0)

    def _agreement(self, best: Executed, executed: Sequence[Executed]) -> float:
        cast = [one for one in executed if one.result is not None or one.problem is not None]
        others = [one for one in cast if one.result is None or key_of(one) != key_of(best)]
        share = 1.0 - sum(map(self._voice, others)) / (sum(map(self._voice, cast)) or 1.0)
        behind = weight(best.checked) - max((weight(one.checked) for one in others), default=0.0)
        margin = min(1.0, max(0.0, behind / _OUT_OF_REACH))
        return _LEAST_AGREEMENT + (1 - _LEAST_AGREEMENT) * (share + (1 - share) * margin)


def _may_run(one: CheckedCandidate) -> bool:
    return one.query is not None and not one.candidate.offered


def key_of(one: Executed) -> str:
    """What its rows say; without rows, what it would run."""
    query = one.checked.query
    sql = query.text if query is not None else one.checked.candidate.sql
    return sql if one.result is None else result_key(one.result, sql)
