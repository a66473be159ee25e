"""What one question from the command line and the loop have in common: how it is asked, and what is said beside the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.cli.progress import spinner
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Question

if TYPE_CHECKING:
    from sqlcoder_core.session import Session
    from sqlcoder_core.values.answer import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How questions are to be answered; None means what the configuration says. `seconds` is the time limit of one query."""

    run: bool = True
    explain: bool = False
    limit: int | None = None
    seconds: float | None = None
    candidates: int | None = None
    beams: int | None = None
    min_confidence: float | None = None
    instructions: str | None = None

    def question(self, text: str, number: int, session: Session, previous: str | None = None) -> Question:
        """The text as a question of this run."""
        limit = self.limit if self.limit is not None else session.built.limit
        return Question(text=text, id=f"q{number}", instructions=self.instructions, limit=limit, previous=previous)

    def keywords(self, session: Session) -> dict[str, Any]:
        """The same for `Session.ask`."""
        limits = None if self.seconds is None else replace(session.built.limits, seconds=self.seconds)
        return {"run": self.run, "candidates": self.candidates, "min_confidence": self.min_confidence, "limits": limits}


def tell(answer: Answer, asking: Asking, notices: Notices, *, shows_details: bool) -> None:
    """What stderr says of an answer beside what its sink shows."""
    notices.outcome(answer)
    if not shows_details:
        notices.warnings(answer)
    if not asking.explain:
        notices.tried(answer)
    else:
        notices.explanation(answer, shown=shows_details)


@contextmanager
def opened(asking: Asking, options: Options, notices: Notices) -> Iterator[Session]:
    """A session with its catalog read, its warnings said, and `--beams` where it belongs; closed at the end."""
    with spinner("starting", options):
        session = _with_beams(asking, options, notices)
    with session:
        session.built.proposer.warm()  # loads while the schema is read
        with spinner("reading the schema", options):
            _ = session.catalog
        for warning in session.warnings:
            notices.problem(warning)
        yield session


def _with_beams(asking: Asking, options: Options, notices: Notices) -> Session:
    """Beams are a setting of runtimes that search with a model; the others are told apart by not having it."""
    from sqlcoder_core.session import Session

    session = Session.open(options)
    if asking.beams is None:
        return session
    proposer = session.built.proposer
    if "beams" not in proposer.Settings.model_fields:
        notices.note(f"--beams has no effect: the runtime {proposer.name!r} does not search with a model")
        return session
    session.close()
    return Session.open(replace(options, overrides=(*options.overrides, f"runtime.beams={asking.beams}")))
