"""A candidate with problems in, mended candidates out: by rules first, then by whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from sqlcoder_core.contracts.proposer import Proposer
from sqlcoder_core.errors import PluginError, SqlcoderError
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.checked import CheckedCandidate, Executed
from sqlcoder_core.values.problem import Problem

Problems = tuple[Problem, ...]
Rules = Callable[[Candidate, Problems], Iterable[tuple[str, str, bool]]]
"""Core's own repairs: (SQL, what was changed, whether that is certain), best first."""
ExtensionRepairs = Callable[[Candidate, Problems], Iterable[Candidate]]
Author = Callable[[Candidate, Problems], Proposal]

MENDABLE: Final = frozenset(
    [
        "statement-syntax",
        "statement-several",
        "text-quote",
        "text-operator",
        "table-unknown",
        "table-ambiguous",
        "column-unknown",
        "column-ambiguous",
        "function-unknown",
        "function-qualified",
        "cast-type",
        "name-keyword",
    ]
)
"""What the guard refuses as a slip. Its other refusals are walls: nobody is asked to find a way around them."""

_OPTIONS: Final = 4
"""Mended statements that are tried for one."""
_STEPS: Final = 4
"""Repairs by rules of one statement: a check may name one mistake at a time."""


@dataclass(slots=True, kw_only=True)
class Repairs:
    """The repairs of one question. `rounds` is how often the author may be asked again; with 0 nothing is repaired at all.

    `check` is core's step, so that nothing mended passes unchecked. No SQL text is tried twice. A statement that can be run gives way
    only to a repair that is certain; one that is not is offered beside it.
    """

    check: Callable[[Candidate], CheckedCandidate]
    rules: Rules
    extensions: ExtensionRepairs
    author: Author
    rounds: int
    record: list[tuple[str, str]] = field(default_factory=list)
    """What the author was given each time, for the signature: (name, value) pairs, `repair_1_prompt` the first."""
    problems: list[Problem] = field(default_factory=list)
    """What went wrong while asking again."""
    _asked: int = 0
    _asked_about: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    _tried: set[str] = field(default_factory=set)
    _mended_from: dict[str, CheckedCandidate] = field(default_factory=dict)

    def before(self, checked: Sequence[CheckedCandidate]) -> tuple[CheckedCandidate, ...]:
        """The candidates, each behind what was mended of it; the author is asked only where none is without fault."""
        self._tried.update(map(_text, checked))
        if self.rounds <= 0 or all(map(_clean, checked)):
            return tuple(checked)
        tries = self._with_mended(checked)
        wrong = next(filter(_faults, checked), None)
        while wrong is not None and not any(map(_clean, tries)):
            written = self._by_author(wrong, _faults(wrong))
            tries = _better_first(self._with_mended(written), tries)
            wrong = next(filter(_faults, written), None)
        return (*tries, *(offer for one in tries for offer in self._offers(one)))

    def after(self, failed: Executed) -> tuple[CheckedCandidate, ...]:
        """What takes the place of a candidate that the database refused to run; none where it was not the query's fault."""
        problem = failed.problem
        if self.rounds <= 0 or problem is None or problem.code != "database":
            return ()
        faults = (problem, *failed.checked.doubts)
        runs = [one for one in self._by_rules(failed.checked, faults) if one.query is not None]
        if runs:
            return tuple(runs)
        written = self._with_mended(self._by_author(*self._of_author(failed.checked, faults)))
        return tuple(one for one in written if one.query is not None)

    def _of_author(self, failed: CheckedCandidate, faults: Problems) -> tuple[CheckedCandidate, Problems]:
        """What the author wrote itself: it is shown nothing that rules have put in, stored values among it."""
        original = self._mended_from.get(_text(failed))
        return (original, _faults(original)) if original is not None else (failed, faults)

    def _with_mended(self, written: Sequence[CheckedCandidate]) -> list[CheckedCandidate]:
        return [one for each in written for one in (*self._by_rules(each, _faults(each)), each)]

    def _by_rules(self, one: CheckedCandidate, faults: Problems) -> list[CheckedCandidate]:
        """The statement mended by rules and extensions, where that makes it better; a step may leave the next mistake to the next step."""
        kept: CheckedCandidate | None = None
        last, left = one, faults
        for _ in range(_STEPS if left else 0):
            options = self._looked_at(last, left, guess=last.query is None or any(fault.severity == "error" for fault in left))
            if not options:
                break
            last = min(options, key=_badness)
            left = _faults(last)
            kept = last if kept is None or _badness(last) < _badness(kept) else kept
            if not left:
                break
        # Faults that the checks did not find are the database's: then whatever passes the checks is worth a try.
        better = kept is not None and (_badness(kept) < _badness(one) or faults != _faults(one))
        if kept is None or not better:
            return []
        self._mended_from[_text(kept)] = self._mended_from.get(_text(one), one)
        return [kept]

    def _offers(self, one: CheckedCandidate) -> list[CheckedCandidate]:
        """The best of the repairs that are guesses, of a statement that could run as it is."""
        faults = _faults(one) if one.query is not None else ()
        options = self._looked_at(one, faults, guess=True) if faults else []
        best = min(options, key=_badness, default=one)
        if _badness(best) >= _badness(one):
            return []
        return [replace(best, candidate=replace(best.candidate, offered=True))]

    def _looked_at(self, one: CheckedCandidate, faults: Problems, *, guess: bool) -> list[CheckedCandidate]:
        """The first few statements that may take its place, checked; `guess` lets in those that are not certain."""
        return [self.check(option) for option in islice(self._new(self._options(one.candidate, faults, guess=guess)), _OPTIONS)]

    def _options(self, candidate: Candidate, faults: Problems, *, guess: bool) -> Iterator[Candidate]:
        why = _why(faults)
        for sql, note, certain in self.rules(candidate, faults):
            if not (certain or guess):
                continue
            yield _standing_in(replace(candidate, sql=sql), f"{note}, since {why}", candidate)
        for other in self.extensions(candidate, faults):
            said = "; ".join(other.notes[len(candidate.notes) :]) or "changed by an extension"
            yield _standing_in(replace(other, notes=candidate.notes), f"{said}, since {why}", candidate)

    def _by_author(self, wrong: CheckedCandidate, faults: Problems) -> list[CheckedCandidate]:
        """What whoever wrote it writes in its place."""
        about = (_text(wrong), tuple(one.message for one in faults))
        if self._asked >= self.rounds or not faults or about in self._asked_about:
            return []
        self._asked_about.add(about)
        proposal = self.author(wrong.candidate, faults)
        if proposal.problem is not None:
            told = f"{wrong.candidate.proposer} could not be asked again: {proposal.problem.message}"
            self.problems.append(replace(proposal.problem, message=told, severity="note"))
        if not proposal.record and not proposal.candidates:
            return []
        self._asked += 1
        self.record += [(f"repair_{self._asked}_{name}", value) for name, value in proposal.record]
        why = f"written anew by {wrong.candidate.proposer}, since {_why(faults)}"
        # What was said of the author with the first statement is said with the one that takes its place.
        new = (replace(one, notes=tuple(dict.fromkeys((*wrong.candidate.notes, *one.notes)))) for one in self._new(proposal.candidates))
        return [self.check(_standing_in(one, why, wrong.candidate)) for one in new]

    def _new(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        for one in candidates:
            if (text := same_text(one.sql)) not in self._tried:
                self._tried.add(text)
                yield one


def ask_author(proposer: Proposer, ask: Callable[[], Proposal]) -> Proposal:
    """What the proposer says, its failure named in a PluginError."""
    try:
        return ask()
    except SqlcoderError:
        raise
    except Exception as error:  # a proposer is foreign code; its failure is reported by name, not swallowed
        raise PluginError(f"runtime {proposer.name!r} failed while repairing: {type(error).__name__}: {error}") from error


def same_text(sql: str) -> str:
    """What two statements have in common that differ in white space or a final semicolon only."""
    return " ".join(sql.rstrip("; \n").split())


def _text(one: CheckedCandidate) -> str:
    return same_text(one.candidate.sql)


def _standing_in(one: Candidate, why: str, original: Candidate) -> Candidate:
    """A changed statement is nobody's verified one any more."""
    route = "sql" if original.route == "verified" else original.route
    return replace(one, route=route, repairs=(*original.repairs, why))


def _faults(one: CheckedCandidate) -> Problems:
    """What is to be repaired of it: why it must not run, where that is a slip, or why it is likely wrong."""
    errors = tuple(problem for problem in one.problems if problem.severity == "error")
    walls = [problem for problem in errors if problem.found_by == "guard" and problem.code not in MENDABLE]
    if walls or (_is_ambiguous(one.candidate.sql) and any(problem.code.startswith("text-") for problem in errors)):
        return ()
    return errors or one.doubts


def _why(faults: Problems) -> str:
    """The first two reasons; which of them a repair was for is not told."""
    return " and ".join(one.message for one in faults[:2])


def _is_ambiguous(sql: str) -> bool:
    """Whether engines may disagree on what is quoted: such a text is no slip, and what a rule makes of it proves nothing."""
    return "\\" in sql or "/*" in sql or any(char not in "\n\t\r" and not char.isprintable() for char in sql)


def _clean(one: CheckedCandidate) -> bool:
    return one.query is not None and not one.doubts


def _badness(one: CheckedCandidate) -> tuple[bool, int]:
    return one.query is None, len(one.doubts)


def _better_first(newer: Sequence[CheckedCandidate], older: Sequence[CheckedCandidate]) -> list[CheckedCandidate]:
    """New statements stand before the old ones where they are better, and behind them where not."""
    least = min(map(_badness, older))
    better = [one for one in newer if _badness(one) < least]
    return [*better, *older, *(one for one in newer if one not in better)]
