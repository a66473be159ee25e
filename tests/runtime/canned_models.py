"""A runtime, a server and prompters without any library: the model writes what its settings say, token by token, on a toy session."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from sqlcoder_core.api import (
    Generated,
    Hypothesis,
    LocalSettings,
    Message,
    ModelError,
    ModelFacts,
    Problem,
    Prompt,
    Prompter,
    RemoteRuntime,
    Runtime,
    RuntimeSettings,
    Settings,
    ShownTable,
    UsageError,
    hookimpl,
)
from sqlcoder_core.testing.tree_session import ToyEngine

ASKED, ANSWER = "\nquestion: ", "\nSQL: "


class CannedSettings(LocalSettings):
    """What it writes: the end of a question to the answers, best first. Words such as `abort` make it fail instead."""

    answers: dict[str, list[str]] = Field(default={}, description="End of a question: answers, best first.")
    constrain: bool = False
    slow: float = 0.0
    lacks: bool = False
    window: int = 100_000
    template: bool = False
    fails: str = ""


class CannedRuntime(Runtime):
    """Writes what its settings say."""

    name = "canned"
    engine = "sqlcoder_canned:CannedEngine"
    kinds = ("gguf",)
    Settings = CannedSettings

    def missing(self) -> Problem | None:
        if self.settings.fails == "missing":
            raise KeyError("missing")
        if self.settings.lacks:
            hint = 'run pip install "sqlcoder-core[canned]"'
            return Problem(code="missing_extra", message="runtime 'canned' needs cannedlib", hint=hint)
        return None

    def findings(self) -> tuple[Problem, ...]:
        if self.settings.fails == "findings":
            raise KeyError("findings")
        return (Problem(code="runtime", message="cannedlib 1.0", severity="note"),)


class CannedEngine(ToyEngine):
    """Likes best the next token of the first answer, then that of the second, and so on; at the end of an answer, the end."""

    def __init__(self, settings: Any, files: Any) -> None:
        super().__init__(settings, files, predict=self.predict, context=settings.window, room=1 << 24)

    def load(self) -> ModelFacts:
        if self.settings.fails:
            raise ModelError(self.settings.fails, place=self.files.path, hint="fetch it again")
        return replace(super().load(), chat_template=self.settings.template, notes=("canned on purpose",))

    def predict(self, tokens: Sequence[int]) -> Any:
        time.sleep(self.settings.slow)
        text = self.tokenizer.decode(tokens)
        prompt, _, written = text.rpartition(ANSWER)
        written = written.removeprefix("\nassistant: ")
        question = prompt.rpartition(ASKED)[2].partition("\n")[0]
        if question == "abort":
            os.abort()
        if question == "stubborn":
            time.sleep(3600)
        if question == "tokens":
            return self._one(f"SELECT {len([token for token in tokens if token in self.tokenizer.special])}", written)
        answers = next((found for end, found in self.settings.answers.items() if question.endswith(end)), [f"SELECT '{question}'"])
        logits = np.zeros(self.tokenizer.vocabulary, dtype=np.float32)
        for rank, answer in enumerate(answers):
            logits = np.maximum(logits, self._one(answer, written) * np.float32(1 - 0.1 * rank))
        return logits

    def _one(self, answer: str, written: str) -> Any:
        logits = np.zeros(self.tokenizer.vocabulary, dtype=np.float32)
        if answer.startswith(written):
            rest = self.tokenizer.encode(answer[len(written) :], whole=False)
            logits[rest[0] if rest else self.tokenizer.end] = 30.0
        return logits


class ServerSettings(RuntimeSettings):
    """What the server says."""

    url: str = "https://models.example"
    share_values: bool = False
    constrain: bool = False
    answer: str = "SELECT count(*) AS n FROM pets"
    again: str | None = None
    closed: str | None = None
    serves: str = "canned-server"
    mode: str = "auto"


class ServerRuntime(RemoteRuntime):
    """A server that is none."""

    name = "server"
    Settings = ServerSettings
    seen: ClassVar[list[Prompt]] = []

    def facts(self) -> ModelFacts:
        return ModelFacts(name=self.settings.model or self.settings.serves, chat_template=True, beams=False)

    def count(self, texts: Sequence[str]) -> tuple[int, ...]:
        return tuple(len(text) // 4 + 1 for text in texts)

    def generate(self, prompts: Sequence[Prompt], decoding: Any, listener: Any = None) -> Iterator[Generated]:
        ServerRuntime.seen.extend(prompts)
        for prompt in prompts:
            answer = self.settings.again if self.settings.again and ", not " in prompt.text else self.settings.answer
            yield Generated(hypotheses=(Hypothesis(text=answer, tokens=8, logprob=-0.8, score=-0.1, ended="stop"),))

    def close(self) -> None:
        ServerRuntime.seen.append(Prompt(text="closed"))


class PlainSettings(Settings):
    """How it fails."""

    style: str = "plain"
    fails: bool = False
    padding: int = 0
    heeds: bool = True


class PlainPrompter(Prompter):
    """The tables, then the question: for models that never learned more."""

    name = "plain"
    suits = "models that write what they are told"
    Settings = PlainSettings

    def prompt(self, ask: Any, room: Any) -> Prompt:
        question = ask.linked.question
        if self.settings.fails:
            raise KeyError("style")
        text = "-" * self.settings.padding + f"tables: {', '.join(str(table.name) for table in ask.linked.tables)}\nvalues: {room.values}"
        if room.count([text])[0] + len(question.text) > room.tokens:
            raise UsageError(f"the question does not fit into {room.tokens} tokens", hint="ask something shorter")
        shown = tuple(ShownTable(name=table.name, columns=tuple(one.name for one in table.columns)) for table in ask.linked.tables)
        again = f", not {' '.join(ask.failed.sql.split())} ({'; '.join(ask.failed.problems)})" if ask.failed and self.settings.heeds else ""
        whole = f"{text}{ASKED}{question.text}{again}{ANSWER}"
        return Prompt(text=whole, shared=len(text), shown=shown, dropped=("sample values",), stop=("\n\n",))


class TalkingPrompter(PlainPrompter):
    """The same as one message."""

    name = "talking"

    def prompt(self, ask: Any, room: Any) -> Prompt:
        plain = super().prompt(ask, room)
        return replace(plain, text="", messages=(Message(role="user", content=plain.text),))


@hookimpl
def sqlcoder_runtimes() -> tuple[type[Runtime], ...]:
    return (CannedRuntime, ServerRuntime)


@hookimpl
def sqlcoder_prompters() -> tuple[type[Prompter], ...]:
    return (PlainPrompter, TalkingPrompter)
