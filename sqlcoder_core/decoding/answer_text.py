"""Tokens of an answer in, its text out: without control tokens, cut before stop texts, never half a character."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence

from sqlcoder_core.contracts.model_engine import Tokenizer


class Pieces:
    """The bytes of tokens as they stand in an answer's text, remembered; control tokens and those that end answers have none."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._known = dict.fromkeys(tokenizer.special | tokenizer.ends, b"")

    def __getitem__(self, token: int) -> bytes:
        piece = self._known.get(token)
        if piece is None:
            piece = self._known[token] = self.tokenizer.token_bytes(token)
        return piece

    def text(self, tokens: Iterable[int], cut: int = 0) -> str:
        """Their text, less the last `cut` bytes."""
        whole = b"".join([self[token] for token in tokens])
        return whole[: len(whole) - cut].decode("utf-8", "replace")


class StopTexts:
    """Texts that end an answer. `reach` is how many bytes before a token can belong to one that the token completes."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop.encode() for stop in stops if stop]
        self.reach = max((len(stop) for stop in self._stops), default=1) - 1

    def __bool__(self) -> bool:
        return bool(self._stops)

    def cut(self, tail: bytes, piece: bytes) -> int:
        """How many bytes at the end of both go with the earliest stop text that `piece` completes; 0 where it completes none.

        One that lies within `tail` ended nothing when it was written, since a guide had not let it, and does not now.
        """
        window = tail + piece
        starts = [window.find(stop, max(0, len(tail) + 1 - len(stop))) for stop in self._stops]
        return max((len(window) - start for start in starts if start >= 0), default=0)

    def held_back(self, text: str) -> int:
        """How many characters at the end may be the beginning of a stop text."""
        longest = 0
        for stop in (stop.decode() for stop in self._stops):
            for size in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:size]):
                    longest = size
                    break
        return longest


class TextStream:
    """Hands on an answer's text as it becomes certain."""

    def __init__(self, give: Callable[[str], None], stops: StopTexts) -> None:
        self._give, self._stops = give, stops
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""
        self._given = 0

    def push(self, piece: bytes) -> None:
        """The bytes of one more token, which did not end the answer."""
        self._pending += self._characters.decode(piece)
        self._pass_on(len(self._pending) - self._stops.held_back(self._pending))

    def finish(self, text: str) -> None:
        """The whole text, now that the answer has ended."""
        self._pending = text[self._given :]
        self._pass_on(len(self._pending))

    def _pass_on(self, size: int) -> None:
        new, self._pending = self._pending[:size], self._pending[size:]
        self._given += len(new)
        if new:
            self._give(new)
