"""Runtime for tests: it knows the answers. `answers` is a JSON file of question -> SQL; what it does not know it abstains from."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from sqlcoder_core.api import Ask, Candidate, ModelError, Proposal, Proposer, Settings


class KnownAnswers(Settings):
    """What it knows, and how it behaves."""

    answers: Path = Field(description="JSON: question -> SQL.")
    pause: float = Field(default=0.0, description="Seconds it thinks.")
    together: int = Field(default=1, description="Questions it likes at once.")
    doubts: float | None = Field(default=None, description="Withhold each answer, as sure as this.")
    missing: bool = Field(default=False, description="Its model is not here.")
    log: Path | None = Field(default=None, description="Where it notes each question.")


class Gold(Proposer):
    """Answers by heart."""

    name = "gold"
    Settings = KnownAnswers

    def __init__(self, settings: KnownAnswers, context: object) -> None:
        super().__init__(settings, context)
        self.together = settings.together
        self._known: dict[str, str] = json.loads(settings.answers.read_text())

    def identity(self) -> tuple[tuple[str, str], ...]:
        if self.settings.missing:
            raise ModelError("the model gold is not on this machine", hint="run `sqlcoder models pull gold`")
        return (("model", "gold"),)

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        for ask in asks:
            text = ask.linked.question.text
            if self.settings.log is not None:
                with self.settings.log.open("a") as log:
                    log.write(f"{os.getpid()} {text}\n")
            time.sleep(self.settings.pause)
            if "crash" in text:
                raise IndexError("list index out of range")
            sql = self._known.get(text)
            record = (("tokens", "prompt 120, reused 100, written 30"),)
            doubts = self.settings.doubts
            known = (Candidate(sql=sql, proposer="gold", score=0.75 if doubts is None else doubts),) if sql else ()
            yield Proposal(record=record, **{"candidates" if doubts is None else "withheld": known})
