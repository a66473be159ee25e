"""The runtime `openai`: a server is asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from sqlcoder_core.api import Context, Decoding, Generated, ModelFacts, Problem, Prompt, RemoteRuntime, Settings
from sqlcoder_openai.address import is_loopback
from sqlcoder_openai.known_servers import CONTROL_TEXTS
from sqlcoder_openai.loop_thread import LoopThread
from sqlcoder_openai.server import Server
from sqlcoder_openai.settings import OpenaiSettings

DEFAULT_CONTEXT = 4_096


class OpenaiRuntime(RemoteRuntime):
    """Any server that speaks the OpenAI protocol: vLLM, llama-server, Ollama, TGI."""

    name = "openai"
    Settings: ClassVar[type[Settings]] = OpenaiSettings
    settings: OpenaiSettings

    def __init__(self, settings: Any, context: Context) -> None:
        super().__init__(settings, context)
        # Of this server: values may be shown to one on this machine.
        self.local = is_loopback(self.settings.base_url)  # type: ignore[misc]
        self._thread = LoopThread()
        self._server = Server(self.settings, self.name)

    def missing(self) -> Problem | None:
        """httpx, with the command that installs it."""
        if find_spec("httpx") is not None:
            return None
        hint = 'run pip install "sqlcoder-core[openai]"'
        return Problem(code="missing_extra", message="runtime 'openai' needs httpx", hint=hint, found_by=self.name)

    def facts(self) -> ModelFacts:
        """What the server tells of the model; 4,096 tokens of context where neither it nor `context:` says.

        Raises ModelError where the server cannot be asked, refuses the key, or has several models and none is named.
        """
        known = self._thread.run(self._server.known())
        context = self.settings.context or known.context
        told = (
            ()
            if context
            else (f"the server does not tell the model's window; {DEFAULT_CONTEXT:,} tokens are assumed, `context:` says more",)
        )
        return ModelFacts(
            name=self._server.model,
            architecture=known.name,
            context=context or DEFAULT_CONTEXT,
            device=self.settings.base_url,
            chat_template=self.settings.mode != "completions",
            special_texts=CONTROL_TEXTS,
            beams=known.has_beams,
            notes=told,
        )

    def count(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text, counted by servers that can (vLLM, llama.cpp's), else estimated at 3.2 characters a token."""
        futures = [self._thread.start(self._server.count(text)) for text in texts]
        try:
            return tuple(future.result() for future in futures)
        finally:
            for future in futures:
                future.cancel()

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding, listener: Any = None) -> Iterator[Generated]:
        """What comes of each prompt, in order; all are asked at once, `concurrent` requests at a time. Closing the iterator calls off the
        rest. Raises ModelError for what concerns every prompt."""
        heard = listener if len(prompts) == 1 else None
        futures = [self._thread.start(self._server.generate(prompt, decoding, heard)) for prompt in prompts]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def findings(self) -> tuple[Problem, ...]:
        """That a key travels in clear."""
        settings = self.settings
        if self.local or settings.base_url.startswith("https:"):
            return ()
        what = "the key and the questions travel" if settings.api_key or settings.headers else "questions travel"
        hint = "use https://, or a tunnel that ends on this machine"
        message = f"{what} unencrypted to {settings.base_url}"
        return (Problem(code="unencrypted", message=message, severity="warning", hint=hint, found_by=self.name),)

    def close(self) -> None:
        """Call off what is under way and end the connections."""
        self._thread.close(self._server.exchange.aclose)
        self._server = Server(self.settings, self.name)
