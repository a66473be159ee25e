"""A model engine in pure numpy whose logits are a function of the tokens before: for tests of decoding, workers and runtimes.

Its session is strict: it refuses more tokens or branches than were reserved, and handles that were freed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from sqlcoder_core.contracts.model_engine import Handle, ModelEngine, Tokenizer, TreeSession
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Message, ModelFacts
from sqlcoder_core.values.model_files import ModelFiles

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

Predict: TypeAlias = Callable[[Sequence[int]], "Logits"]
"""All tokens from the root in, the logits after them out."""
PIECES = (
    "SELECT",
    " SELECT",
    " FROM",
    " WHERE",
    " AS",
    " count",
    "(*)",
    " GROUP",
    " BY",
    " ORDER",
    " the",
    " and",
    "er",
    "in",
    "  ",
    "\n\n",
)
BEGIN, END = "<begin>", "<end>"


class ToyTokenizer(Tokenizer):
    """One token for each byte (its number), then `pieces` (longest first match), then `<begin>` and `<end>`."""

    def __init__(self, pieces: Sequence[str] = PIECES) -> None:
        self._pieces = [piece.encode() for piece in pieces]
        self._longest_first = sorted(range(len(self._pieces)), key=lambda place: -len(self._pieces[place]))
        self.begin = 256 + len(self._pieces)
        self.end = self.begin + 1
        self.vocabulary = self.end + 1
        self.ends = frozenset((self.end,))
        self.special = frozenset((self.begin, self.end))

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        """See `Tokenizer`; a whole text starts with `<begin>`."""
        found = [self.begin] if whole else []
        data, place = text.encode(), 0
        while place < len(data):
            token = self._at(data, place, whole)
            found.append(token)
            place += len(self.token_bytes(token))
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        """See `Tokenizer`."""
        return b"".join(self.token_bytes(token) for token in tokens if token not in self.special).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        """See `Tokenizer`."""
        if token < 256:
            return bytes((token,))
        return (BEGIN if token == self.begin else END).encode() if token in self.special else self._pieces[token - 256]

    def chat(self, messages: Sequence[Message]) -> str | None:
        """One line for each turn, and the beginning of the answer's."""
        return "".join(f"{message.role}: {message.content}\n" for message in messages) + "assistant: "

    def _at(self, data: bytes, place: int, whole: bool) -> int:
        if whole and data.startswith(END.encode(), place):
            return self.end
        return next((256 + piece for piece in self._longest_first if data.startswith(self._pieces[piece], place)), data[place])


def hashed(vocabulary: int, end: int, *, typical: int = 24, seed: int = 0) -> Predict:
    """Logits from a hash of the tokens, with about the peaks that trained models have; the end grows likelier beyond `typical` tokens."""

    def predict(tokens: Sequence[int]) -> Logits:
        digest = hashlib.blake2b(np.asarray(tokens, dtype="<u4").tobytes(), digest_size=8, salt=seed.to_bytes(8, "little")).digest()
        uniform = np.random.Generator(np.random.Philox(int.from_bytes(digest, "little"))).random(vocabulary, dtype=np.float32)
        logits: Logits = np.float32(-2.0) * np.log(-np.log(uniform * np.float32(0.999998) + np.float32(1e-6)))
        logits[end] += np.float32(len(tokens) % typical) * np.float32(0.5)
        return logits

    return predict


def scripted(tokenizer: ToyTokenizer, answers: Mapping[str, str | Sequence[str]], *, rest: Predict | None = None) -> Predict:
    """Logits that write, after each prompt, the answer given for it; of several, the first is the likeliest. `rest` speaks elsewhere;
    without it all tokens are alike there, and no end is near."""
    known = [(tokenizer.encode(prompt), [given] if isinstance(given, str) else list(given)) for prompt, given in answers.items()]
    lines = [
        (prompt, [*tokenizer.encode(text, whole=False), tokenizer.end], place)
        for prompt, texts in known
        for place, text in enumerate(texts)
    ]

    def predict(tokens: Sequence[int]) -> Logits:
        said = list(tokens)
        logits = np.zeros(tokenizer.vocabulary, dtype=np.float32)
        logits[tokenizer.end] = -40
        for prompt, line, place in lines:
            written = said[len(prompt) :]
            if said[: len(prompt)] == prompt and len(written) < len(line) and line[: len(written)] == written:
                logits[line[len(written)]] = max(logits[line[len(written)]], np.float32(16 - place))
        return rest(tokens) if rest is not None and logits.max() <= 0 else logits

    return predict


class _Run:
    """Some tokens after a parent's; `users` are the runs and handles that need it."""

    __slots__ = ("parent", "tokens", "users")

    def __init__(self, tokens: tuple[int, ...], parent: _Run | None) -> None:
        self.tokens, self.parent, self.users = tokens, parent, 0

    def all_tokens(self) -> list[int]:
        runs: list[tuple[int, ...]] = []
        at: _Run | None = self
        while at is not None:
            runs.append(at.tokens)
            at = at.parent
        return [token for run in reversed(runs) for token in run]


class ToySession(TreeSession):
    """Branches as linked runs of tokens. `computed` counts tokens that went through the model, `most_used` the most held at once.

    `chunk` is how many tokens a prefill computes before it asks `pause`.
    """

    can_save: ClassVar[bool] = True

    def __init__(self, predict: Predict, *, weights: str = "toy", chunk: int = 32, room: int = 1 << 20) -> None:
        super().__init__()
        self._predict, self._weights, self._chunk, self._room = predict, weights, chunk, room
        self._ends: dict[Handle, _Run] = {}
        self._next = 0
        self.reserved = (0, 0)
        self.used = self.most_used = self.computed = self.steps = 0

    @property
    def branches(self) -> int:
        """Handles that are not freed yet."""
        return len(self._ends)

    def tokens(self, handle: Handle) -> list[int]:
        """All tokens of a branch."""
        return self._ends[handle].all_tokens()

    def reserve(self, tokens: int, branches: int) -> None:
        """See `TreeSession`."""
        if tokens > self._room:
            raise ModelError(f"there is room for {self._room} tokens, not for {tokens}", hint="use fewer beams")
        self.reserved = (max(tokens, self.reserved[0]), max(branches, self.reserved[1]))

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        """See `TreeSession`."""
        if not len(tokens):
            raise ValueError("prefill needs a token")
        for start in range(0, len(tokens), self._chunk):
            if start:
                self.pause()
            self.computed += len(tokens[start : start + self._chunk])
        handle = self._hold(_Run(tuple(tokens), None if parent is None else self._ends[parent]))
        return handle, self._logits(handle)

    def fork(self, handle: Handle) -> Handle:
        """See `TreeSession`."""
        return self._hold(_Run((), self._ends[handle]))

    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        """See `TreeSession`."""
        if len({handle for handle, _ in moves}) < len(moves):
            raise ValueError("a branch can take one token at a time")
        self.steps += 1
        for handle, token in moves:
            self.computed += 1
            old = self._ends[handle]
            self._ends[handle] = self._take(_Run((token,), old))
            self._drop(old)
        return np.stack([self._logits(handle) for handle, _ in moves])

    def free(self, handle: Handle) -> None:
        """See `TreeSession`."""
        self._drop(self._ends.pop(handle))

    def length(self, handle: Handle) -> int:
        """See `TreeSession`."""
        return len(self.tokens(handle))

    def save(self, handle: Handle, file: Path) -> None:
        """See `TreeSession`."""
        file.write_text(json.dumps({"weights": self._weights, "tokens": self.tokens(handle)}))

    def restore(self, file: Path) -> Handle:
        """See `TreeSession`."""
        found = json.loads(file.read_text())
        if not isinstance(found, dict) or found.get("weights") != self._weights:
            raise ValueError("a state of another model")
        return self._hold(_Run(tuple(found["tokens"]), None))

    def _logits(self, handle: Handle) -> Logits:
        return self._predict(self.tokens(handle))

    def _hold(self, run: _Run) -> Handle:
        self._next += 1
        self._ends[self._next] = self._take(run)
        if len(self._ends) > self.reserved[1]:
            raise ModelError(f"{len(self._ends)} branches, and {self.reserved[1]} reserved")
        return self._next

    def _take(self, run: _Run) -> _Run:
        run.users += 1
        if run.parent is not None:
            run.parent.users += 1
        self.used += len(run.tokens)
        self.most_used = max(self.most_used, self.used)
        if self.used > self.reserved[0]:
            raise ModelError(f"{self.used} tokens, and {self.reserved[0]} reserved")
        return run

    def _drop(self, run: _Run | None) -> None:
        while run is not None:
            run.users -= 1
            if run.users:
                return
            self.used -= len(run.tokens)
            run = run.parent


class ToyEngine(ModelEngine):
    """Loads nothing. `predict` makes the logits (default: `hashed`), `context` is its window, `room` the tokens that fit in memory."""

    def __init__(
        self,
        settings: Any = None,
        files: ModelFiles | None = None,
        *,
        predict: Predict | None = None,
        tokenizer: ToyTokenizer | None = None,
        context: int = 2048,
        room: int = 1 << 20,
    ) -> None:
        super().__init__(settings, files or ModelFiles(name="toy", kind="safetensors", path="toy"))
        self.tokenizer: ToyTokenizer = tokenizer or ToyTokenizer()
        self._predict = predict or hashed(self.tokenizer.vocabulary, self.tokenizer.end)
        self._context, self._room = context, room
        self.opened: list[ToySession] = []

    def load(self) -> ModelFacts:
        """See `ModelEngine`."""
        return ModelFacts(
            name=self.files.name,
            architecture="toy",
            context=self._context,
            vocabulary=self.tokenizer.vocabulary,
            precision="float32",
            weights="0123456789abcdef",
            chat_template=True,
            special_texts=(BEGIN, END),
        )

    def session(self) -> ToySession:
        """A session; `opened` remembers it, so that a test can look inside."""
        self.opened.append(ToySession(self._predict, room=self._room))
        return self.opened[-1]
