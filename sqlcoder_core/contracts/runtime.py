"""Model runtimes: what loads a model and lets it write; the parent process never imports the engine's library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from sqlcoder_core.contracts.component import Component, Settings
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts, Prompt
from sqlcoder_core.values.model_files import ModelFiles, ModelKind
from sqlcoder_core.values.problem import Problem

TokenListener = Callable[[str], None]


class RuntimeSettings(Settings):
    """What every model runtime can be told."""

    model: str | None = Field(default=None, description="A name from `sqlcoder models list`, a hub id, hf://, pypi://, or a path.")
    prompt: str | dict[str, Any] | None = Field(
        default=None, description="The prompter's word, or `use:` with its settings; unset: what the model was trained with, else chat."
    )
    beams: int = Field(default=4, ge=1, le=32, description="Beams of the search; 1 is greedy.")
    max_tokens: int = Field(default=400, ge=1, description="Tokens that an answer may have.")
    length_penalty: float = Field(default=1.0, description="Exponent of the length that beam scores are divided by.")
    temperature: float = Field(default=0.0, ge=0, description="Above 0: sample instead of searching.")
    top_p: float = Field(default=1.0, gt=0, le=1, description="Sampling: keep the likeliest tokens up to this mass.")
    top_k: int = Field(default=0, ge=0, description="Sampling: keep so many tokens; 0 keeps all.")
    seed: int = Field(default=0, description="Sampling: the seed.")
    seconds: float = Field(default=120.0, gt=0, description="Time for one question's generation.")
    constrain: bool = Field(default=True, description="Let the model write only SELECT statements over the tables that it was shown.")
    together: int = Field(default=5, ge=1, le=32, description="Questions of a batch that are decoded together.")

    @field_validator("prompt")
    @classmethod
    def _names_a_prompter(cls, value: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
        if isinstance(value, dict) and not isinstance(value.get("use"), str):
            raise ValueError("should be a prompter's word, or have `use:`")
        return value

    def decoding(self, hypotheses: int) -> Decoding:
        """These settings as decoding takes them; `hypotheses` is how many answers are wanted."""
        return Decoding(
            beams=self.beams,
            hypotheses=min(hypotheses, self.beams) if self.temperature == 0 else hypotheses,
            max_tokens=self.max_tokens,
            length_penalty=self.length_penalty,
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=self.top_k,
            seed=self.seed,
            seconds=self.seconds,
            constrain=self.constrain,
        )


OF_AN_ANSWER = frozenset(RuntimeSettings.model_fields) - {"together"}
"""Settings that a loaded model does not depend on: they come with each question, and sessions that differ in them share the model."""


class LocalSettings(RuntimeSettings):
    """What every runtime that loads a model itself can be told."""

    adapter: str | None = Field(default=None, description="A LoRA adapter to lay over the model: a folder in PEFT's format, or a file.")
    context: int | None = Field(default=None, ge=64, description="Tokens of context; unset: as many as prompt and answer need.")
    threads: int | None = Field(default=None, ge=1, description="Threads; unset: physical cores less one.")
    keep_prefix: Literal["no", "memory", "disk"] = Field(
        default="disk", description="Where the state of a shared schema is kept between questions; `disk` also between runs."
    )

    @field_validator("keep_prefix", mode="before")
    @classmethod
    def _no_is_a_word(cls, value: object) -> object:
        """YAML reads a bare `no` as false."""
        return "no" if value is False else value


class Runtime(Component):
    """Base of runtimes whose model is loaded here, in the model worker.

    `engine` is the `ModelEngine` that the worker loads: "package.module:Class", or ":Class" for one in the runtime's own file; only
    that name, the settings and the model's files travel there. `kinds` are the kinds of files it reads, best first.
    """

    local: ClassVar[bool] = True
    engine: ClassVar[str] = ""
    kinds: ClassVar[tuple[ModelKind, ...]] = ()
    Settings: ClassVar[type[Settings]] = LocalSettings
    settings: RuntimeSettings

    def missing(self) -> Problem | None:
        """Why this runtime cannot work here (a package that is not installed, two that exclude each other), with the command that
        mends it as `hint`; None where it can. Looks at metadata, imports nothing heavy."""
        return None

    def readable(self, files: ModelFiles) -> tuple[str, ...]:
        """Files and folders that the worker must read beside the model's own and Python's packages."""
        return ()

    def memory(self, files: ModelFiles) -> int | None:
        """Bytes of memory that the weights take once loaded; None: as many as their files. A model that does not fit is refused."""
        return None

    def devices(self) -> bool:
        """True when the worker needs an accelerator's device files, for which it runs without a sandbox."""
        return False

    def findings(self) -> tuple[Problem, ...]:
        """What `doctor` should say of this runtime."""
        return ()


class RemoteRuntime(Runtime):
    """Base of runtimes that ask a server. `local` is False unless the server is on this machine."""

    local: ClassVar[bool] = False

    def facts(self) -> ModelFacts:
        """What is known of the server's model. Raises ModelError where the server cannot be asked."""
        raise NotImplementedError

    def count(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Tokens of each text, or a careful estimate."""
        raise NotImplementedError

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding, listener: TokenListener | None = None) -> Iterator[Generated]:
        """What comes of each prompt, in order. What fails with one prompt is in its `problem`; ModelError is for all of them."""
        raise NotImplementedError

    def close(self) -> None:
        """End connections."""
