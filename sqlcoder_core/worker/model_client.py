"""A local model as the rest of the program sees it: prompts in, what came of each out; a crash is a problem of those prompts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Self

from sqlcoder_core.contracts.runtime import Runtime, TokenListener
from sqlcoder_core.errors import ModelDied, ModelError
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts, Prompt
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.worker import model_wire
from sqlcoder_core.worker.model_process import ModelProcess

GRACE_SECONDS = 10.0
"""What a model may take beyond its time before it counts as hanging."""
_REMEMBERED = 20_000
"""Texts whose lengths are remembered: the lines of a catalog are counted for every question."""


class ModelWorker:
    """One model, in a process that can be killed. It is loaded with the first question and stays.

    Threads may share a worker; they wait for each other. `sandbox` False leaves out Landlock, for tests and for systems where
    it is in the way. Everything here raises ModelError when the model cannot be loaded.
    """

    def __init__(self, runtime: Runtime, files: ModelFiles, *, folder: Path | None = None, sandbox: bool = True) -> None:
        self.files = files
        self._process = ModelProcess(runtime, files, folder=folder, sandbox=sandbox)
        self._numbers = count(1)
        self._lengths: dict[str, int] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def unconfined(self) -> str | None:
        """Why the loaded model has no sandbox; None where it has one."""
        return self._process.unconfined

    def warm(self) -> None:
        """Start loading without waiting."""
        with self._lock:
            self._process.launch()

    def facts(self) -> ModelFacts:
        """What the loaded model is."""
        with self._lock:
            return self._process.ready()

    def count(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text within a prompt. Raises ModelDied when the process ends meanwhile."""
        with self._lock:
            self._process.ready()
            unknown = tuple(dict.fromkeys(text for text in texts if text not in self._lengths))
            if unknown:
                found = dict(zip(unknown, self._counted(unknown), strict=True))
                if len(self._lengths) > _REMEMBERED:
                    self._lengths.clear()
                lengths = {**{text: self._lengths[text] for text in texts if text in self._lengths}, **found}
                self._lengths |= found
                return tuple(lengths[text] for text in texts)
            return tuple(self._lengths[text] for text in texts)

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding, listener: TokenListener | None = None) -> Iterator[Generated]:
        """What comes of each prompt, in order, decoded together; `listener` hears the first one's text as it is written.

        A failure, a crash or a hang is the `problem` of every prompt that has nothing yet. A keyboard interrupt stops the model
        within a second and goes on upwards.
        """
        with self._lock:
            self._process.ready()
            number = next(self._numbers)
            produced: list[Generated] = []
            settled = False
            try:
                self._process.send(
                    model_wire.Generate(number=number, prompts=tuple(prompts), decoding=decoding, stream=listener is not None)
                )
                problem, settled = self._listen(number, produced, len(prompts), decoding.seconds, listener)
            except ModelDied as died:
                problem, settled = _problem(died.code, died), True
            finally:
                if not settled:
                    self._process.stop(number)
        missing = len(prompts) - len(produced)
        return iter((*produced, *([Generated(problem=problem)] * missing)))

    def close(self) -> None:
        """End the process; the next question would load the model again."""
        with self._lock:
            self._process.close()

    def sandbox_finding(self) -> Problem:
        """What `doctor` says of the walls around the loaded model."""
        if self.unconfined is None:
            message = "the model runs in a Landlock sandbox, without network and credentials"
            return Problem(code="sandboxed", message=message, severity="note", found_by="worker")
        message = f"the model runs in a process of its own, without credentials but unsandboxed: {self.unconfined}"
        return Problem(code="unsandboxed", message=message, severity="note", found_by="worker")

    def _counted(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        number = next(self._numbers)
        settled = False
        try:
            self._process.send(model_wire.Count(number=number, texts=texts))
            while True:
                reply = self._process.receive(GRACE_SECONDS * 6)
                if isinstance(reply, model_wire.Counts) and reply.number == number:
                    settled = True
                    return reply.counts
                if isinstance(reply, model_wire.Failed) and reply.number == number:
                    settled = True
                    raise ModelError(f"model {self.files.name} cannot count tokens: {reply.message}", place=reply.place, hint=reply.hint)
                if reply is None:
                    raise ModelDied(f"model {self.files.name} hung while counting tokens; its process was killed")
        finally:
            if not settled:
                self._process.stop(number)

    def _listen(
        self, number: int, produced: list[Generated], wanted: int, seconds: float, listener: TokenListener | None
    ) -> tuple[Problem | None, bool]:
        """Take replies until the last: the problem of the prompts that got nothing, and False when the model hangs. Raises ModelDied."""
        deadline = time.monotonic() + seconds * wanted + GRACE_SECONDS
        while True:
            reply = self._process.receive(deadline - time.monotonic())
            if isinstance(reply, model_wire.Done) and reply.number == number:
                return _nothing(self.files.name) if len(produced) < wanted else None, True
            if isinstance(reply, model_wire.Failed) and reply.number == number:
                return self._told(reply, seconds), True
            if isinstance(reply, model_wire.Produced) and reply.number == number:
                produced.append(reply.generated)
                deadline = min(deadline, time.monotonic() + seconds * (wanted - len(produced)) + GRACE_SECONDS)
            if isinstance(reply, model_wire.Text) and reply.number == number and listener is not None:
                listener(reply.text)
            if time.monotonic() >= deadline:
                return self._time_limit(seconds), False

    def _told(self, failed: model_wire.Failed, seconds: float) -> Problem:
        if failed.kind == "time":
            return self._time_limit(seconds)
        code = {"memory": "out_of_memory", "cancelled": "cancelled"}.get(failed.kind, "model")
        message, hint = failed.message, failed.hint
        if failed.kind == "internal":
            message = f"model {self.files.name} failed while writing: {message}"
            hint = "this is a fault of the runtime or of its library; another runtime or quantisation may do"
        elif failed.kind == "memory":
            message = f"model {self.files.name} ran out of memory while writing"
            hint = "choose a smaller quantisation, fewer `beams`, or a smaller `context`"
        return Problem(code=code, message=message or failed.kind, place=failed.place, hint=hint, found_by="runtime")

    def _time_limit(self, seconds: float) -> Problem:
        message = f"model {self.files.name} was stopped after {seconds:g} s"
        hint = "raise `runtime: {seconds: ...}`, or use fewer `beams` or a smaller model"
        return Problem(code="time_limit", message=message, hint=hint, found_by="runtime")


def _problem(code: str, error: ModelError) -> Problem:
    return Problem(code=code, message=error.message, place=error.place, hint=error.hint, found_by="runtime")


def _nothing(name: str) -> Problem:
    return Problem(code="model", message=f"model {name} gave fewer answers than it was asked for", found_by="runtime")
