"""The half of `phrasebook` that lives in the model's process: files in, logits out. Beams, limits and constraints are core's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sqlcoder_core.api import ModelEngine, ModelError, ModelFacts, Tokenizer, TreeSession

END = 256


class Bytes(Tokenizer):
    """One token for each byte, and one for the end."""

    vocabulary = END + 1
    ends = special = frozenset((END,))

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: Sequence[int]) -> str:
        return bytes(token for token in tokens if token < END).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        return bytes((token,)) if token < END else b""


class PhrasebookSession(TreeSession):
    """Branches as tuples of tokens; there is nothing to compute, so that nothing need be shared."""

    def __init__(self, engine: PhrasebookEngine) -> None:
        super().__init__()
        self._engine = engine
        self._branches: dict[int, tuple[int, ...]] = {}
        self._last = 0

    def reserve(self, tokens: int, branches: int) -> None:
        """Tuples need no room."""

    def prefill(self, tokens: Sequence[int], parent: int | None = None) -> tuple[int, Any]:
        before = () if parent is None else self._branches[parent]
        for _ in range(0, len(tokens), 512):
            self.pause()  # raises when the work is to stop: ask now and then
        handle = self._hold((*before, *tokens))
        return handle, self._engine.logits(self._branches[handle])

    def fork(self, handle: int) -> int:
        return self._hold(self._branches[handle])

    def step(self, moves: Sequence[tuple[int, int]]) -> Any:
        for handle, token in moves:
            self._branches[handle] += (token,)
        return np.stack([self._engine.logits(self._branches[handle]) for handle, _ in moves])

    def free(self, handle: int) -> None:
        del self._branches[handle]

    def length(self, handle: int) -> int:
        return len(self._branches[handle])

    def _hold(self, tokens: tuple[int, ...]) -> int:
        self._last += 1
        self._branches[self._last] = tokens
        return self._last


class PhrasebookEngine(ModelEngine):
    """Pairs of a question and its SQL, as JSON in one tensor of bytes."""

    tokenizer = Bytes()

    def load(self) -> ModelFacts:
        file = Path(self.files.path) / "phrases.safetensors"
        try:
            self._pairs = {question.lower().encode(): sql.encode() for question, sql in json.loads(_tensor(file, "phrases")).items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            hint = "write it with `write_phrases` of sqlcoder_house_rules.phrasebook_engine"
            raise ModelError(f"the phrase book cannot be read: {error}", place=str(file), hint=hint) from error
        return ModelFacts(name=self.files.name, architecture="phrase book", context=8192, vocabulary=self.tokenizer.vocabulary)

    def session(self) -> PhrasebookSession:
        return PhrasebookSession(self)

    def logits(self, tokens: tuple[int, ...]) -> Any:
        """The next byte of the answer to the last question that stands in the text; the end where nothing is known."""
        logits = np.zeros(self.tokenizer.vocabulary, dtype=np.float32)
        asked, _, written = bytes(token for token in tokens if token < END).rpartition(b"\nSQL: ")
        question = asked.rpartition(b"\nquestion: ")[2].strip().lower()
        answer = self._pairs.get(question, b"")
        known = answer.startswith(written) and len(written) < len(answer)
        logits[answer[len(written)] if known else END] = self.settings.certainty
        return logits


def write_phrases(folder: Path, pairs: dict[str, str]) -> None:
    """A phrase book in a new folder, in the format of https://github.com/huggingface/safetensors: length, header, bytes."""
    folder.mkdir(parents=True)
    data = json.dumps(pairs).encode()
    header = json.dumps({"phrases": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    (folder / "phrases.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + data)
    (folder / "config.json").write_text('{"model_type": "phrasebook"}\n')


def _tensor(file: Path, name: str) -> bytes:
    data = file.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    first, last = json.loads(data[8:start])[name]["data_offsets"]
    return data[start + first : start + last]
