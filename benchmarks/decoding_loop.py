"""What the decoding loop itself costs per step: everything but the model, whose session is a fake that hands out ready logits.

python benchmarks/decoding_loop.py
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sqlcoder_core.contracts.model_engine import Handle, ModelEngine, Tokenizer, TreeSession
from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.values.generation import Decoding, ModelFacts
from sqlcoder_core.values.model_files import ModelFiles

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

STEPS = 64
PERIOD = 17
"""Steps after which the logits come again: too many for an answer of STEPS tokens to count as repeating itself."""
VOCABULARIES = (8_192, 49_152, 128_256)


class Numbers(Tokenizer):
    """Texts are numbers of tokens; the end never comes."""

    def __init__(self, vocabulary: int) -> None:
        self.vocabulary, self.ends, self.special = vocabulary, frozenset((0,)), frozenset((0,))

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        """Eight tokens."""
        return list(range(1, 9))

    def decode(self, tokens: Sequence[int]) -> str:
        """Their numbers."""
        return " ".join(map(str, tokens))

    def token_bytes(self, token: int) -> bytes:
        """Its number."""
        return b"%d " % token


class ReadyLogits(TreeSession):
    """Rows of random logits, the same few again and again."""

    def __init__(self, vocabulary: int, rows: int) -> None:
        super().__init__()
        self._logits = np.random.default_rng(0).normal(0, 3, (rows + PERIOD, vocabulary)).astype(np.float32)
        self._logits[:, 0] = -30
        self._steps = self._next = 0

    def reserve(self, tokens: int, branches: int) -> None:
        """There is always room."""

    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        """Nothing is computed."""
        return self.fork(0), self._logits[0]

    def fork(self, handle: Handle) -> Handle:
        """Another number."""
        self._next += 1
        return self._next

    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        """The next ready rows."""
        self._steps += 1
        first = self._steps % PERIOD
        return self._logits[first : first + len(moves)]

    def assign(self, handles: Sequence[Handle], parents: Sequence[int]) -> list[Handle]:
        """As many numbers as asked for."""
        return list(range(len(parents)))

    def free(self, handle: Handle) -> None:
        """Nothing is held."""

    def length(self, handle: Handle) -> int:
        """Of no interest."""
        return 0


class Engine(ModelEngine):
    """Gives the session."""

    def __init__(self, vocabulary: int, rows: int) -> None:
        super().__init__(None, ModelFiles(name="fake", kind="gguf", path=""))
        self.tokenizer = Numbers(vocabulary)
        self._session = ReadyLogits(vocabulary, rows)

    def load(self) -> ModelFacts:
        """A context that is never too small."""
        return ModelFacts(name="fake", context=1 << 20)

    def session(self) -> TreeSession:
        """The one."""
        return self._session


class EveryOther(Guide[int]):
    """Lets every `nth` token through, at no cost of its own, and refuses one in three of those at the closer look."""

    def __init__(self, vocabulary: int, rows: int, nth: int) -> None:
        self._masks = np.zeros((rows, vocabulary), dtype=bool)
        self._masks[:, ::nth] = True

    def start(self) -> int:
        """Nothing is known."""
        return 0

    def masks(self, states: Sequence[int], left: int) -> NDArray[np.bool_]:
        """Always the same."""
        return self._masks[: len(states)]

    def accepts(self, state: int, token: int) -> bool:
        """Two in three."""
        return token % 3 > 0

    def advance(self, state: int, token: int) -> int:
        """Nothing changes."""
        return state


def milliseconds(vocabulary: int, beams: int, questions: int, *, nth: int | None = None, rounds: int = 9) -> float:
    """Milliseconds of one step, the best of some rounds of STEPS steps each."""
    rows = beams * questions
    engine = Engine(vocabulary, rows)
    guide: Guide[Any] | None = EveryOther(vocabulary, rows, nth) if nth else None
    decoder = Decoder(engine, engine.load(), keep="no", together=questions)
    jobs = [Job("", guide=guide)] * questions
    decoding = Decoding(beams=beams, max_tokens=STEPS, no_repeat=True)
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        steps = max(found.generated_tokens for found in decoder.generate(jobs, decoding, pause=lambda: None))
        spent.append((time.process_time() - start) / steps * 1000)
        assert steps == STEPS, "the fake search ended early"
    return min(spent)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    print("CPU ms per step       | free   | guided, 1 in 2 tokens | guided, 1 in 1000")
    for vocabulary in VOCABULARIES:
        for beams, questions in ((1, 1), (4, 1), (4, 5)):
            cells = [milliseconds(vocabulary, beams, questions, nth=nth, rounds=rounds) for nth in (None, 2, 1000)]
            name = f"{vocabulary:>7} x {beams} x {questions}"
            print(f"{name:<21} | " + " | ".join(f"{cell:.3f}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
