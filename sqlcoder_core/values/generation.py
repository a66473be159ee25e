"""What goes to a model and what comes back: prompts, how to decode, hypotheses with their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.problem import Problem

Ended = Literal["stop", "length", "time", "repetition", "cancelled"]
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a chat prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table that a prompt shows, with the columns it shows of it: what a constrained answer may name.

    `bare` says that the name alone means it, since its schema is the one that unqualified names mean.
    """

    name: TableName
    columns: tuple[str, ...]
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What one question looks like to a model.

    Either `text`, complete, or `messages`, which the model's own chat template turns into text. `opening` is how the answer
    begins: it is put behind the rendered messages (a `text` already ends with it), and before what the model writes when SQL is
    taken out. `shared` counts characters from the start of `text` (or of the first message's content) that do not depend on the
    question: their KV is worth keeping. `stop` are texts that end the answer, `shown` is what the prompt shows, `dropped` what
    was left out for want of room, in the order of dropping. `prompter` is the word of whoever rendered it.
    """

    text: str = ""
    messages: tuple[Message, ...] = ()
    opening: str = ""
    shared: int = 0
    stop: tuple[str, ...] = ()
    shown: tuple[ShownTable, ...] = ()
    dropped: tuple[str, ...] = ()
    prompter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How to decode. Semantics and names are those of transformers' `generate`.

    `hypotheses` is how many are returned, at most `beams`. `temperature` 0 searches (greedy with one beam); above 0 it samples
    `hypotheses` independent answers with `top_p`, `top_k` and `seed`. `seconds` is the time for one question, prefill included.
    `constrain` keeps the answer to read-only SELECT statements over `Prompt.shown`, in the sqlglot `dialect`. `no_repeat` ends
    an answer that repeats the same run of tokens over and over.
    """

    beams: int = 4
    hypotheses: int = 3
    max_tokens: int = 400
    length_penalty: float = 1.0
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int = 0
    seconds: float = 120.0
    constrain: bool = True
    no_repeat: bool = True
    dialect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One answer of a model. `text` is without the prompt, `opening` and stop text.

    `logprob` is the sum of its tokens' log-probabilities, end of text included; `score` is what beams are ranked by:
    `logprob / tokens ** length_penalty`.
    """

    text: str
    tokens: int
    logprob: float
    score: float
    ended: Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What came of one prompt, best first; `problem` says why there is nothing, or less than there could be.

    `prompt_tokens` is the prompt's length, `reused_tokens` how many of them were not computed anew, `seconds` the time spent.
    """

    hypotheses: tuple[Hypothesis, ...] = ()
    problem: Problem | None = None
    prompt_tokens: int = 0
    reused_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What a loaded model is. `weights` is a hash of its files (the first 16 hex digits of SHA-256 over sizes and parts).

    `context` counts tokens; `special_texts` are texts that mean a control token, which must not come in through questions or
    catalogs; `beams` is False where the engine returns one answer only; `notes` are said with the first answer (a slow
    fallback with what mends it), `details` only by `doctor`.
    """

    name: str
    architecture: str = ""
    context: int = 2048
    vocabulary: int = 0
    parameters: int = 0
    precision: str = ""
    device: str = "cpu"
    weights: str = ""
    chat_template: bool = False
    special_texts: tuple[str, ...] = ()
    beams: bool = True
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
