"""One prompt in, one `Generated` out: asks the server, without what it does not take, until there are enough answers."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlcoder_core.api import Decoding, Generated, Problem, Prompt
from sqlcoder_openai.answers import Choice, choices_in, estimated_tokens, hypotheses_of, usage_of
from sqlcoder_openai.asking import OPTIONAL, Body, Round, body_of, endpoint_of, rounds
from sqlcoder_openai.exchange import Exchange
from sqlcoder_openai.failures import ServerError, is_too_long
from sqlcoder_openai.known_servers import Known, context_from, is_count, known_from, version_from
from sqlcoder_openai.settings import OpenaiSettings
from sqlcoder_openai.streaming import Heard

_PROBE_SECONDS = 30.0
_RISKY = OPTIONAL[: OPTIONAL.index("seed")]
_REFUSING = re.compile(
    r"support|recogni[sz]|unknown|permitted|extra|invalid|allowed|deprecated|unexpected|must be|should be", re.IGNORECASE
)
_NO_MODEL = re.compile(
    r"model\b.*(not exist|not found|no such|unknown|not loaded)|(unknown|no such|invalid) model|try pulling it", re.IGNORECASE
)


class Deadline:
    """The time of one question, counted from when its first request may go out."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._until = seconds, 0.0

    def left(self) -> float:
        """Seconds left; the first call starts the clock."""
        self._until = self._until or time.monotonic() + self._seconds
        return self._until - time.monotonic()


class Server:
    """What is behind `base_url`. All coroutines run on one event loop."""

    def __init__(self, settings: OpenaiSettings, word: str) -> None:
        self.exchange = Exchange(settings)
        self._settings, self._word = settings, word
        self._slots = asyncio.Semaphore(settings.concurrent)
        self._known: Known | None = None
        self._asking = asyncio.Lock()
        self.model = settings.model or ""

    # ------------------------------------------------------------------ what it is

    async def known(self) -> Known:
        """What the server says of itself, asked once. Raises ServerError where it cannot be asked, or where the model is not clear."""
        async with self._asking:
            if self._known is None:
                self._known = await self._introduced()
        return self._known

    async def _introduced(self) -> Known:
        try:
            listing = await self.exchange.json("GET", "models", seconds=_PROBE_SECONDS)
        except ServerError as error:
            if error.status not in (404, 405, 501) or not self.model:
                raise
            listing = None
        known = known_from(listing)
        if not self.model:
            self.model = self._only(known)
        known.context = context_from(listing, self.model)
        if known.kind == "vllm":
            known.version = version_from(await self._maybe("/version"))
        if known.kind == "llama-server":
            known.context = _loaded_context(await self._maybe("/props")) or known.context
        return known

    async def _maybe(self, path: str) -> Any:
        try:
            return await self.exchange.json("GET", path, seconds=_PROBE_SECONDS, retry=False)
        except ServerError:
            return None

    def _only(self, known: Known) -> str:
        if len(known.models) == 1:
            return known.models[0]
        told = f"the server has {_listed(known.models)}" if known.models else "the server lists none"
        raise ServerError(f"which model is not said; {told}", place=self.exchange.place, hint="set `model:` to one of them")

    async def count(self, text: str) -> int:
        """Tokens of a text: counted by servers that can, else estimated."""
        known = await self.known()
        way = known.counting(self.model, text)
        if way is not None and "counting" not in known.refused:
            try:
                async with self._slots:
                    answer = await self.exchange.json("POST", *way, seconds=_PROBE_SECONDS, retry=False)
                return _counted(answer)
            except (ServerError, ValueError):
                known.refused.add("counting")
        return estimated_tokens(text)

    # ------------------------------------------------------------------ one prompt

    async def generate(self, prompt: Prompt, decoding: Decoding, listener: Callable[[str], None] | None) -> Generated:
        """What comes of a prompt. Raises ServerError for what concerns every prompt."""
        known, start, deadline = await self.known(), time.monotonic(), Deadline(decoding.seconds)
        asked = rounds(decoding, self._settings, known)
        if listener is not None and len(asked) == 1 and asked[0].answers == 1:
            results: list[Any] = [await _caught(self._heard(prompt, asked[0], decoding, deadline, listener))]
        else:
            results = await asyncio.gather(*(_caught(self._round(prompt, one, decoding, deadline)) for one in asked))
        answers = [answer for result in results if isinstance(result, list) for answer in result]
        errors = [result for result in results if isinstance(result, ServerError)]
        problem = next((error for error in errors if not error.one), None)
        if problem is not None:
            raise problem
        return self._generated(answers, errors, prompt, decoding, time.monotonic() - start)

    def _generated(self, answers: list[Any], errors: list[ServerError], prompt: Prompt, decoding: Decoding, seconds: float) -> Generated:
        choices: list[Choice] = [choice for answer in answers for choice in choices_in(answer, self.exchange.place)]
        used = [usage_of(answer) for answer in answers]
        return Generated(
            hypotheses=hypotheses_of(choices, prompt, decoding.length_penalty)[: decoding.hypotheses],
            problem=self._problem(errors[0], fewer=bool(choices)) if errors else None,
            prompt_tokens=max((tokens for tokens, _, _ in used), default=0),
            reused_tokens=max((tokens for _, _, tokens in used), default=0),
            generated_tokens=sum(tokens for _, tokens, _ in used) or sum(one.tokens for one in choices),
            seconds=seconds,
        )

    def _problem(self, error: ServerError, *, fewer: bool) -> Problem:
        severity = "warning" if fewer else "error"
        return Problem(code=error.code, message=error.message, place=error.place, hint=error.hint, found_by=self._word, severity=severity)  # type: ignore[arg-type]

    async def _round(self, prompt: Prompt, one: Round, decoding: Decoding, deadline: Deadline) -> list[Any]:
        """The answers of one request; where a server ignores `n`, of as many more as are missing, each with a seed of its own."""
        answers = [await self._asked(prompt, one, decoding, deadline)]
        missing = one.answers - len(choices_in(answers[0], self.exchange.place))
        if missing <= 0 or one.beams:
            return answers
        (await self.known()).refused.add("n")
        more = (replace(one, answers=1, seed=(one.seed or 0) + 1 + place) for place in range(missing))
        return answers + list(await asyncio.gather(*(self._asked(prompt, single, decoding, deadline) for single in more)))

    async def _asked(self, prompt: Prompt, one: Round, decoding: Decoding, deadline: Deadline) -> Any:
        """One response; fields that the server refuses are left out, now and from then on."""
        known = await self.known()
        set_aside: set[str] = set()
        while True:  # every further round leaves out more
            endpoint = endpoint_of(prompt, self._settings, known)
            body = {"model": self.model, **body_of(prompt, endpoint, one, decoding, settings=self._settings, known=known)}
            try:
                async with self._slots:
                    return await self.exchange.json("POST", endpoint, body, seconds=deadline.left())
            except ServerError as error:
                if self._adapts(error, endpoint, body, known):
                    continue
                if set_aside or not (set_aside := _suspects(error, body, known)):
                    known.refused -= set_aside  # it was not for them
                    raise self._told(error, known) from error
                known.refused |= set_aside

    def _adapts(self, error: ServerError, endpoint: str, body: Body, known: Known) -> bool:
        """Whether the request may succeed in another form; then the form is remembered."""
        text = error.message
        if endpoint == "completions" and self._settings.mode == "auto" and error.status in (404, 405, 501) and not _NO_MODEL.search(text):
            known.refused.add("completions")
            return True
        if error.status not in (400, 422, 500, 501) or is_too_long(text):
            return False
        named = {name for name in OPTIONAL if name in body and re.search(rf"\b{name}\b", text)} if _REFUSING.search(text) else set()
        if "max_completion_tokens" in text and "max_tokens" in body:
            named.add("max_tokens")
        learned = named - known.refused
        known.refused |= learned
        return bool(learned)

    def _told(self, error: ServerError, known: Known) -> ServerError:
        """The error as it is, or that the server does not have the model."""
        if error.status not in (400, 404) or not _NO_MODEL.search(error.message):
            return error
        told = f"; it has {_listed(known.models)}" if known.models else ""
        hint = "set `model:` to one of them" if known.models else "check `model:`"
        return ServerError(f"the server has no model {self.model!r}{told}", place=self.exchange.place, hint=hint, status=error.status)

    # ------------------------------------------------------------------ as it is written

    async def _heard(
        self, prompt: Prompt, one: Round, decoding: Decoding, deadline: Deadline, listener: Callable[[str], None]
    ) -> list[Any]:
        """The response of a stream, its text handed on as it comes; a server that refuses to stream is asked in the ordinary way."""
        known = await self.known()
        endpoint = endpoint_of(prompt, self._settings, known)
        body = {"model": self.model, **body_of(prompt, endpoint, one, decoding, settings=self._settings, known=known), "stream": True}
        heard = Heard(prompt, listener)
        try:
            async with self._slots:
                async for event in self.exchange.events(endpoint, body, seconds=deadline.left()):
                    heard.add(event)
        except ServerError as error:
            if heard.text or error.status is None:
                raise
            answer = await self._asked(prompt, one, decoding, deadline)
            heard.add({"choices": [{"text": choice.text} for choice in choices_in(answer, self.exchange.place)[:1]]})
            heard.end()
            return [answer]
        heard.end()
        return [heard.answer()]


def _suspects(error: ServerError, body: Body, known: Known) -> set[str]:
    """The fields that a refusal without a name may be about."""
    if error.status not in (400, 422) or error.code == "prompt_too_long" or _NO_MODEL.search(error.message):
        return set()
    return {name for name in _RISKY if name in body} - known.refused


async def _caught(work: Any) -> Any:
    try:
        return await work
    except ServerError as error:
        return error


def _listed(models: tuple[str, ...]) -> str:
    shown = ", ".join(models[:8])
    return f"{shown} and {len(models) - 8} more" if len(models) > 8 else shown


def _loaded_context(props: Any) -> int | None:
    """The window of one slot of llama-server, smaller than the model's where it was started so."""
    settings = props.get("default_generation_settings") if isinstance(props, dict) else None
    size = settings.get("n_ctx") if isinstance(settings, dict) else None
    return size if is_count(size) else None


def _counted(answer: Any) -> int:
    count = answer.get("count") if isinstance(answer, dict) else None
    tokens = answer.get("tokens") if isinstance(answer, dict) else None
    if isinstance(count, int) and is_count(count):
        return count
    if isinstance(tokens, list):
        return len(tokens)
    raise ValueError("no count")
