"""A local runtime's model: its files found, its worker shared with every session that has the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.runtime import OF_AN_ANSWER, LocalSettings, Runtime, TokenListener
from sqlcoder_core.decoding.kept_files import tidy
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.models.store import store_dir
from sqlcoder_core.models.weights_hash import weights_hash
from sqlcoder_core.runtime import loaded_models
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts, Prompt
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.worker.model_client import ModelWorker
from sqlcoder_core.worker.model_paths import weight_files


class LocalModel:
    """Files are looked for when they are first needed, the worker is taken with the first question and given back by `close`.

    Raises ModelError for a model that is not on this machine or cannot be loaded.
    """

    def __init__(self, runtime: Runtime, context: Context) -> None:
        self._runtime = runtime
        self._context = context
        self._key: loaded_models.Key | None = None
        self._taken: ModelWorker | None = None

    @cached_property
    def files(self) -> ModelFiles:
        """Where the model is."""
        settings, context = self._runtime.settings, self._context
        adapter = settings.adapter if isinstance(settings, LocalSettings) else None
        environ = context.environment
        return resolve(
            settings.model,
            self._runtime.kinds,
            store=store_dir(environ),
            adapter=adapter,
            folder=context.config_dir,
            environ=environ,
        )

    @cached_property
    def weights(self) -> str:
        """A hash of its weights, told without loading them."""
        return weights_hash(weight_files(self.files))

    @property
    def worker(self) -> ModelWorker:
        """Its process."""
        if self._taken is None:
            settings = self._runtime.settings.model_dump_json(exclude=set(OF_AN_ANSWER))
            self._key = loaded_models.Key(runtime=self._runtime.name, settings=settings, files=self.files)
            self._taken = loaded_models.take(self._key, self._made)
        return self._taken

    def _made(self) -> ModelWorker:
        states = self._context.cache_dir / "prefixes"
        with suppress(OSError):
            tidy(states)
        # A folder for each model, since its process writes there: one that is up to no good reaches no other's states.
        return ModelWorker(self._runtime, self.files, folder=states / (self.weights or "unknown"))

    def warm(self) -> None:
        """Start loading without waiting."""
        self.worker.warm()

    def facts(self) -> ModelFacts:
        """What the loaded model is."""
        return self.worker.facts()

    def count(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text."""
        return self.worker.count(texts)

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding, listener: TokenListener | None = None) -> Iterator[Generated]:
        """What comes of each prompt, in order."""
        return self.worker.generate(prompts, decoding, listener)

    def close(self) -> None:
        """Give the worker back; the last session that uses it ends its process."""
        if self._key is not None:
            loaded_models.give_back(self._key)
            self._key, self._taken = None, None
