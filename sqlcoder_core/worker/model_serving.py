"""Requests in, frames out: counting, rendering chats, building guides, decoding; in the model's process."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.contracts.model_engine import ModelEngine
from sqlcoder_core.errors import ModelError, SqlcoderError
from sqlcoder_core.values.generation import Decoding, ModelFacts, Prompt
from sqlcoder_core.worker import model_wire, wire

if TYPE_CHECKING:
    from sqlcoder_core.decoding.decoder import Decoder
    from sqlcoder_core.decoding.guide import Guide


_SLACK = 0.5
_LARGE = 3_000_000_000
"""Parameters from which on a model is trusted to define what it names before it defines it."""
"""Seconds that an engine gets to notice its own limit."""


class Cancelled(BaseException):
    """The parent asked to stop. Not an Exception: nothing that handles the failures of a model's work may take it for one."""


class TimeUp(Exception):
    """An engine that decodes by itself did not end in its time."""


class Serving:
    """Answers requests on one loaded engine, one after the other; `is_cancelled` tells of a request's number."""

    def __init__(
        self, engine: ModelEngine, facts: ModelFacts, load: model_wire.Load, replies: int, is_cancelled: Callable[[int], bool]
    ) -> None:
        self._engine = engine
        self._facts = facts
        self._load = load
        self._replies = replies
        self._is_cancelled = is_cancelled

    def serve(self, request: model_wire.Work) -> None:
        """Send the frames of one request; the last is Counts, Done or Failed."""
        try:
            if isinstance(request, model_wire.Count):
                counts = tuple(len(self._engine.tokenizer.encode(text, whole=False)) for text in request.texts)
                last: model_wire.ModelReply = model_wire.Counts(number=request.number, counts=counts)
            else:
                self._generate(request)
                last = model_wire.Done(number=request.number)
        except (Exception, Cancelled) as error:  # noqa: BLE001 - an engine may raise anything, and the parent waits for an answer
            last = failure(request.number, error, self._load.secrets)
        wire.send(self._replies, last)

    def _generate(self, request: model_wire.Generate) -> None:
        from sqlcoder_core.decoding.decoder import Job

        jobs = []
        for prompt in request.prompts:
            text, shared = self._rendered(prompt)
            guide = self._guide(prompt, request.decoding)
            jobs.append(Job(text=text, shared=shared, stop=self._stops(prompt), guide=guide))
        for generated in self._decoder.generate(jobs, request.decoding, pause=self._pause(request), on_text=self._listener(request)):
            wire.send(self._replies, model_wire.Produced(number=request.number, generated=generated))

    @cached_property
    def _decoder(self) -> Decoder:
        """Core's decoding on this engine."""
        from sqlcoder_core.decoding.decoder import Decoder

        folder = Path(self._load.folder) if self._load.folder else None
        together = self._load.settings.get("together", 1)
        return Decoder(self._engine, self._facts, keep=self._load.keep, folder=folder, together=together)

    def _rendered(self, prompt: Prompt) -> tuple[str, int]:
        """The whole text, and how many of its first characters do not depend on the question."""
        if not prompt.messages:
            return prompt.text, prompt.shared
        text = self._engine.tokenizer.chat(prompt.messages)
        if text is None:
            hint = "choose a prompter that writes plain text, such as `runtime: {prompt: schema_first}`"
            raise ModelError(f"model {self._facts.name} has no chat template, which prompter {prompt.prompter!r} needs", hint=hint)
        return text + prompt.opening, _shared(text, prompt)

    def _guide(self, prompt: Prompt, decoding: Decoding) -> Guide[Any] | None:
        if not decoding.constrain or not prompt.shown:
            return None
        from sqlcoder_core.decoding.constrain.sql_guide import guide_for

        strict = needs_a_strict_guide(self._facts)
        return guide_for(prompt.shown, decoding.dialect, self._engine.tokenizer, opening=prompt.opening, strict=strict)

    def _stops(self, prompt: Prompt) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*prompt.stop, *self._load.files.stop)))

    def _pause(self, request: model_wire.Generate) -> Callable[[], None]:
        """What decoding and engines ask between steps. Each question has its own clock in there; here is the last wall."""
        until = time.monotonic() + request.decoding.seconds * len(request.prompts) + _SLACK

        def pause() -> None:
            if self._is_cancelled(request.number):
                raise Cancelled
            if time.monotonic() > until:
                raise TimeUp

        return pause

    def _listener(self, request: model_wire.Generate) -> Callable[[int, str], None] | None:
        def tell(index: int, text: str) -> None:
            if index == 0 and text:
                wire.send(self._replies, model_wire.Text(number=request.number, text=text))

        return tell if request.stream else None


def needs_a_strict_guide(facts: ModelFacts) -> bool:
    """Whether names that only a later subquery or alias could give are refused at once.

    That costs some right SQL, which large models write; small ones wander off when they may name what they have yet to define.
    """
    return facts.parameters < _LARGE


def _shared(text: str, prompt: Prompt) -> int:
    """Where the first message's shared part ends in the rendered text; 0 where the template has changed it."""
    part = prompt.messages[0].content[: prompt.shared].strip()
    start = text.find(part) if part else -1
    return start + len(part) if start >= 0 else 0


def _where(error: BaseException) -> str:
    """File and line that raised it, for whoever mends the fault."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({os.sep.join(frames[-1].filename.split(os.sep)[-2:])}:{frames[-1].lineno})" if frames else ""


def failure(number: int, error: BaseException, secrets: Sequence[str]) -> model_wire.Failed:
    """The error as a frame, without the settings' secrets."""
    message = error.message if isinstance(error, SqlcoderError) else str(error)
    if isinstance(error, Cancelled):
        kind = "cancelled"
    elif isinstance(error, TimeUp):
        kind = "time"
    elif isinstance(error, MemoryError):
        kind = "memory"
    else:
        kind = "model" if isinstance(error, SqlcoderError) else "internal"
    if kind == "internal":
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
        message += _where(error)
    for secret in secrets:
        message = message.replace(secret, "***")
    return model_wire.Failed(
        number=number,
        kind=kind,  # type: ignore[arg-type] # one of the words above
        message=message.encode("utf-8", "replace").decode(),
        place=getattr(error, "place", None),
        hint=getattr(error, "hint", None),
    )
