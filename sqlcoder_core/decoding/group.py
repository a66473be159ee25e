"""Questions that are decoded together: their beams are branches of one tree, and each step moves all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from sqlcoder_core.contracts.model_engine import Handle, TreeSession
from sqlcoder_core.decoding.answer_text import Pieces, TextStream
from sqlcoder_core.decoding.beam_search import BeamSearch
from sqlcoder_core.decoding.best_tokens import BestTokens, Ranked
from sqlcoder_core.decoding.job import Question
from sqlcoder_core.decoding.kept import Kept
from sqlcoder_core.decoding.prompt_tree import PromptTree, Root
from sqlcoder_core.decoding.sampling import Sampling
from sqlcoder_core.decoding.search import Rules, Search
from sqlcoder_core.values.generation import Decoding
from sqlcoder_core.values.problem import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sqlcoder_core.contracts.model_engine import Logits

    Masks: TypeAlias = NDArray[np.bool_]


@dataclass(slots=True)
class _Running:
    """A question, its search, and its clock: `since` is the moment at which its time began, less what it had to wait for others."""

    question: Question
    search: Search
    since: float
    logits: Logits
    stream: TextStream | None


class Group:
    """Answers questions in a session with room for all of them. Whatever happens, only kept branches are left in the session."""

    def __init__(self, session: TreeSession, kept: Kept | None, best: BestTokens, pieces: Pieces, decoding: Decoding) -> None:
        self._session, self._kept, self._best = session, kept, best
        self._pieces, self._decoding = pieces, decoding
        self._held: list[Handle] = []

    def answer(self, questions: Sequence[Question], pause: Callable[[], None], on_text: Callable[[int, str], None] | None) -> None:
        """Put answers and problems into the questions. Raises what `pause` and the engine raise."""
        self._session.pause = pause
        try:
            running = self._prefilled(questions, pause, on_text)
            self._renew(running, self._first(running))
            while running := self._still_running(running):
                pause()
                self._renew(running, self._step(running))
        finally:
            self._session.pause = lambda: None
            for handle in self._held:
                self._session.free(handle)

    def _prefilled(
        self, questions: Sequence[Question], pause: Callable[[], None], on_text: Callable[[int, str], None] | None
    ) -> list[_Running]:
        roots = [Root(tokens=question.tokens, shared=question.shared) for question in questions]
        try:
            PromptTree(self._session, self._kept, self._decoding.seconds, pause).grow(roots)
        finally:
            self._held = [root.handle for root in roots if root.handle is not None]
        now = monotonic()
        running = []
        for question, root in zip(questions, roots, strict=True):
            question.seconds = root.spent
            if root.handle is None or root.logits is None:
                question.problem = self._time_limit("and the prompt was not read yet")
                continue
            question.computed = root.computed
            search = self._search(question)
            search.begin(root.handle)
            running.append(_Running(question, search, now - root.spent, root.logits, self._stream(question.place, search, on_text)))
        return running

    def _search(self, question: Question) -> Search:
        job = question.job
        rules = Rules(self._pieces, self._decoding, limit=question.limit, stop=job.stop, guide=job.guide)
        return Sampling(rules, self._best) if self._decoding.temperature > 0 else BeamSearch(rules, self._best)

    def _stream(self, place: int, search: Search, on_text: Callable[[int, str], None] | None) -> TextStream | None:
        answers = self._decoding.hypotheses if self._decoding.temperature > 0 else self._decoding.beams
        return TextStream(partial(on_text, place), search.rules.stops) if on_text is not None and answers == 1 else None

    def _first(self, running: list[_Running]) -> list[list[int]]:
        parents = []
        for place, (one, mask) in enumerate(zip(running, _masks(running), strict=True)):
            theirs = _take(self._pieces, one, self._best.rank(one.logits[None]), mask)
            parents.append([place for _ in theirs])
        return parents

    def _step(self, running: list[_Running]) -> list[list[int]]:
        moves = [(beam.handle, beam.tokens[-1]) for one in running for beam in one.search.beams]
        ranked = self._best.rank(self._session.step(moves))
        masks = _masks(running)
        parents, start = [], 0
        for one, mask in zip(running, masks, strict=True):
            end = start + len(one.search.beams)
            parents.append([start + parent for parent in _take(self._pieces, one, ranked.rows(start, end), mask)])
            start = end
        return parents

    def _renew(self, running: list[_Running], parents: list[list[int]]) -> None:
        """Make the session's branches those of the beams that go on. `parents` are places in `_held`, the branches of the last step's."""
        places = [place for theirs in parents for place in theirs]
        if places != list(range(len(self._held))):
            self._held = self._session.assign(self._held, places)
        handles = iter(self._held)
        for one in running:
            for beam in one.search.beams if not one.search.done else ():
                beam.handle = next(handles)

    def _still_running(self, running: list[_Running]) -> list[_Running]:
        """Those that go on; what the others have found is put into their questions."""
        now = monotonic()
        going = []
        for one in running:
            if one.search.done:
                self._conclude(one, now, late=False)
            elif now - one.since >= self._decoding.seconds:
                self._conclude(one, now, late=True)
                for beam in one.search.beams:
                    self._held.remove(beam.handle)
                    self._session.free(beam.handle)
            else:
                going.append(one)
        return going

    def _conclude(self, one: _Running, now: float, *, late: bool) -> None:
        question = one.question
        found, problem = one.search.hypotheses(unfinished=late), None
        if late:
            problem = self._time_limit(f"{one.search.steps} tokens into the answer")
        elif not found:
            hint = "raise `max_tokens:`, or set `constrain: false`"
            problem = Problem(code="dead_end", message="no answer fits the constraint", hint=hint, found_by="decoder")
        question.conclude(found, problem)
        question.generated_tokens, question.seconds = one.search.steps, now - one.since
        if one.stream is not None and found:
            one.stream.finish(found[0].text)

    def _time_limit(self, where: str) -> Problem:
        message = f"the time limit of {self._decoding.seconds:g} s was reached, {where}"
        return Problem(code="time_limit", message=message, hint="raise `seconds:`, or use fewer beams", found_by="decoder")


def _take(pieces: Pieces, one: _Running, ranked: Ranked, masks: Masks | None) -> list[int]:
    parents = one.search.take(ranked, masks)
    if one.search.done:
        return []
    if one.stream is not None:
        one.stream.push(pieces[one.search.beams[0].tokens[-1]])
    return parents


def _masks(running: list[_Running]) -> list[Masks | None]:
    """What the guides let through, one call for all beams that share a guide and have the same room left."""
    found: list[Masks | None] = [None] * len(running)
    together: dict[tuple[int, int], list[int]] = {}
    for place, one in enumerate(running):
        if one.search.rules.guide is not None:
            together.setdefault((id(one.search.rules.guide), one.search.left), []).append(place)
    for (_, left), places in together.items():
        guide = running[places[0]].search.rules.guide
        assert guide is not None
        rows = guide.masks([beam.state for place in places for beam in running[place].search.beams], left)
        if len(together) > 1:
            rows = rows.copy()  # a guide may fill the same array again at the next call
        start = 0
        for place in places:
            end = start + len(running[place].search.beams)
            found[place] = rows[start:end]
            start = end
    return found
