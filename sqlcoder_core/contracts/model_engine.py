"""The worker's side of a model runtime: a loaded model, its tokenizer, and the tree session that decoding works on.

Loaded in the model worker, where there is no pydantic; engines import their library inside `load`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from sqlcoder_core.values.generation import Decoding, Generated, Message, ModelFacts
from sqlcoder_core.values.model_files import ModelFiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Logits: TypeAlias = NDArray[np.float32]

Handle: TypeAlias = int


class Tokenizer(ABC):
    """Text to tokens and back, exactly as the model was trained with.

    `vocabulary` is the width of the logits. `ends` are the tokens that end an answer, `special` those that stand for control, not text.
    """

    vocabulary: int
    ends: frozenset[int]
    special: frozenset[int]

    @abstractmethod
    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        """Tokens of a text. `whole`: a prompt from its start, with the model's begin token where it wants one and control
        tokens recognised; False: plain text in the middle of an answer, nothing added or recognised."""

    @abstractmethod
    def decode(self, tokens: Sequence[int]) -> str:
        """Text of tokens, control tokens left out; broken UTF-8 at the ends becomes U+FFFD."""

    @abstractmethod
    def token_bytes(self, token: int) -> bytes:
        """The bytes that a token stands for within a text; for a control token its name, for an unused one nothing."""

    def chat(self, messages: Sequence[Message]) -> str | None:
        """Messages as the model's own template renders them, ready for the answer; None where it has no template.

        Raises ModelError for a template that fails or tries to leave its sandbox.
        """
        return None


class TreeSession(ABC):
    """Sequences of tokens as branches of one tree, whose shared beginnings are computed and kept once.

    A handle names a branch: all tokens from the root to its end. Logits are float32, `[vocabulary]` or `[n, vocabulary]`, owned by the
    caller until the next call. Engines call `pause` between chunks of work; it raises when the work is to stop, after which the
    session's other branches must still be good. No method is called from two threads.
    """

    can_save: ClassVar[bool] = False
    most_branches: int = 256

    def __init__(self) -> None:
        self.pause: Callable[[], None] = lambda: None

    @abstractmethod
    def reserve(self, tokens: int, branches: int) -> None:
        """Make room for so many tokens in all branches together (shared ones once) and so many branches; what is there stays.

        Raises ModelError where that is more than the memory or the model can hold.
        """

    @abstractmethod
    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        """A new branch: `tokens` (at least one) after `parent`'s, computed now; with the logits after the last of them. `parent` stays."""

    @abstractmethod
    def fork(self, handle: Handle) -> Handle:
        """A second branch that shares all of this one's past."""

    @abstractmethod
    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        """Append one token to each of some branches, all at once; row i holds the logits after move i. Handles are distinct."""

    @abstractmethod
    def free(self, handle: Handle) -> None:
        """Forget a branch; what others share of it stays."""

    @abstractmethod
    def length(self, handle: Handle) -> int:
        """Tokens from the root to the branch's end."""

    def assign(self, handles: Sequence[Handle], parents: Sequence[int]) -> list[Handle]:
        """Which branches live on: new branch i continues `handles[parents[i]]`; those that nobody continues are freed.

        Engines that can do this in one go override it.
        """
        heirs: dict[int, bool] = {}
        renewed = []
        for parent in parents:
            renewed.append(self.fork(handles[parent]) if heirs.get(parent) else handles[parent])
            heirs[parent] = True
        for index, handle in enumerate(handles):
            if index not in heirs:
                self.free(handle)
        return renewed

    def save(self, handle: Handle, file: Path) -> None:
        """Write a branch's state to a file, so that `restore` brings it back with the same logits to follow (`can_save`)."""
        raise NotImplementedError

    def restore(self, file: Path) -> Handle:
        """A branch as `save` wrote it. Raises ValueError for a file of another model or shape."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027 - most have nothing to give back
        """Give memory back."""


class ModelEngine(ABC):
    """One model, loaded in a process of its own.

    Engines that can follow branches give a `session`, and decoding is the core's. Those that cannot (encoder-decoder models)
    return None and override `generate`. `settings` are the runtime's, without those that come with each question as `Decoding`.
    """

    tokenizer: Tokenizer

    def __init__(self, settings: Any, files: ModelFiles) -> None:
        self.settings = settings
        self.files = files

    @abstractmethod
    def load(self) -> ModelFacts:
        """Load the weights and set `tokenizer`. Raises ModelError that names the file and the next step."""

    def session(self) -> TreeSession | None:
        """An empty tree session on this model; at most one is open at a time."""
        return None

    def generate(self, texts: Sequence[str], decoding: Decoding, stop: Sequence[str], pause: Callable[[], None]) -> Iterator[Generated]:
        """Whole answers for whole prompts, in order, by the engine's own search."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027 - most have nothing to give back
        """Give memory back."""
