"""The embedder `openai`: texts to vectors by the `embeddings` endpoint that vLLM, llama-server, Ollama and TEI have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, ClassVar

from sqlcoder_core.api import Context, Embedder, ModelError, Problem, Settings
from sqlcoder_openai.address import is_loopback
from sqlcoder_openai.exchange import Exchange
from sqlcoder_openai.failures import ServerError
from sqlcoder_openai.known_servers import known_from
from sqlcoder_openai.loop_thread import LoopThread
from sqlcoder_openai.settings import EmbeddingSettings

_EXTRA = 'run pip install "sqlcoder-core[openai]"'


class OpenaiEmbedder(Embedder):
    """An embedding model on any server that speaks the OpenAI protocol."""

    name = "openai"
    Settings: ClassVar[type[Settings]] = EmbeddingSettings
    settings: EmbeddingSettings

    def __init__(self, settings: Any, context: Context) -> None:
        super().__init__(settings, context)
        self.local = is_loopback(self.settings.base_url)
        self._thread = LoopThread()
        self._exchange = Exchange(self.settings)
        self._model = self.settings.model

    def embed(self, texts: Sequence[str], *, question: bool = False) -> Sequence[Sequence[float]]:
        """One request for all texts. Raises ModelError (ServerError) where the server cannot be asked or answers something else."""
        if find_spec("httpx") is None:
            raise ModelError("embedder 'openai' needs httpx", hint=_EXTRA)
        prefix = self.settings.question_prefix if question else self.settings.table_prefix
        body: dict[str, Any] = {"model": self._named(), "input": [prefix + text for text in texts], "encoding_format": "float"}
        if self.settings.dimensions is not None:
            body["dimensions"] = self.settings.dimensions
        answer = self._thread.run(self._exchange.json("POST", "embeddings", body, seconds=self.settings.seconds))
        return self._vectors(answer, len(texts))

    def identity(self) -> str:
        """Model, prefixes and dimensions; the address is none of it: the same model may move."""
        settings = self.settings
        return f"{settings.model or 'the only one'} {settings.question_prefix!r} {settings.table_prefix!r} {settings.dimensions}"

    def findings(self) -> tuple[Problem, ...]:
        """Where questions and names go, and that they go in clear where they do."""
        where = "on this machine" if self.local else "another machine"
        message = (
            f"openai: {self.settings.base_url} ({where}) receives questions, and names and descriptions of tables and columns; no contents"
        )
        note = Problem(code="linking", message=message, severity="note", found_by=self.name)
        if self.local or self.settings.base_url.startswith("https:"):
            return (note,)
        hint = "use https://, or a tunnel that ends on this machine"
        clear = f"questions travel unencrypted to {self.settings.base_url}"
        return (note, Problem(code="unencrypted", message=clear, severity="warning", hint=hint, found_by=self.name))

    def close(self) -> None:
        """End the connections."""
        self._thread.close(self._exchange.aclose)
        self._exchange = Exchange(self.settings)

    def _named(self) -> str:
        """The model's name; where none is set, the only one that the server has."""
        if self._model is None:
            models = known_from(self._thread.run(self._exchange.json("GET", "models", seconds=self.settings.seconds))).models
            if len(models) != 1:
                told = f"the server has {', '.join(models[:8])}" if models else "the server lists none"
                raise ServerError(f"which model embeds is not said; {told}", place=self._exchange.place, hint="set `linking.model:`")
            self._model = models[0]
        return self._model

    def _vectors(self, answer: object, wanted: int) -> list[list[float]]:
        """`{"data": [{"index", "embedding"}]}`, in the order of the texts (platform.openai.com/docs/api-reference/embeddings)."""
        try:
            entries = sorted(answer["data"], key=lambda entry: entry["index"])  # type: ignore[index]
            vectors = [[float(number) for number in entry["embedding"]] for entry in entries]
        except (TypeError, KeyError, ValueError):
            vectors = []
        if len(vectors) != wanted or not all(vector and all(map(math.isfinite, vector)) for vector in vectors):
            message = f"the server gave {len(vectors)} vectors for {wanted} texts"
            raise ServerError(message, place=self._exchange.place, hint="is the model an embedding model, and the server started for it?")
        return vectors
