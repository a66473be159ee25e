"""Any tokenizer's vocabulary as llguidance wants it, and as masks of the tokens that may go on with one of some words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sqlcoder_core.contracts.model_engine import Tokenizer
from sqlcoder_core.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_BRACKETS: Final = 4
"""A token that opens more brackets than this is left out: what it opens might not be closed in time."""
_HEAD: Final = re.compile(rb"([ \t\r\n]*)([A-Za-z0-9_\x80-\xff]*)")


class Vocabulary:
    """A tokenizer's tokens. `pieces` are their bytes, `plain` says which are text, `cut` which end
    or begin within a character, `ends` are those that end an answer.

    Raises ModelError where llguidance is missing or cannot read the vocabulary.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        guidance = _llguidance()
        self.size = tokenizer.vocabulary
        self.ends = np.array(sorted(token for token in tokenizer.ends if 0 <= token < self.size), dtype=np.intp)
        special = {token for token in {*tokenizer.special, *tokenizer.ends} if 0 <= token < self.size}
        self.pieces = [b"" if token in special else tokenizer.token_bytes(token) for token in range(self.size)]
        self.plain = np.array([bool(piece) and piece.count(b"(") <= _MOST_BRACKETS for piece in self.pieces])
        self.cut = np.array([_is_cut(piece) for piece in self.pieces])
        # One token more than there are, so that a vocabulary without an end token has one too.
        wrapped = _Wrapped([*self.pieces, b""], sorted({*special, self.size}), self.size)
        try:
            self.guidance: Any = guidance.LLTokenizer(guidance.TokenizerWrapper(wrapped), eos_token=self.size)
        except Exception as error:  # the library raises what its Rust side raises, all kinds of it
            hint = "turn the constraint off with `constrain: false`"
            raise ModelError(f"the model's vocabulary cannot be read for constrained decoding: {error}", hint=hint) from error
        self._single = {piece: token for token, piece in enumerate(self.pieces) if piece}
        self._longest = max(map(len, self.pieces), default=0)

    def masks(self, matchers: Sequence[Any]) -> NDArray[np.bool_]:
        """`[n, size]`, the tokens of text that each matcher lets through, all computed at once on the cores there are."""
        from llguidance.numpy import fill_next_token_bitmask, fill_next_token_bitmask_par

        # One matcher may stand for several beams and cannot be borrowed twice at once.
        distinct = list({id(each): each for each in matchers}.values())
        places = {id(each): place for place, each in enumerate(distinct)}
        bits = np.zeros((len(distinct), (self.size + 32) // 32), dtype=np.int32)
        if len(distinct) == 1:
            fill_next_token_bitmask(distinct[0], bits)
        elif distinct:
            fill_next_token_bitmask_par(self._executor, [(matcher, row) for row, matcher in enumerate(distinct)], bits)
        allowed = np.unpackbits(bits.view(np.uint8), axis=1, count=self.size, bitorder="little").view(np.bool_)
        allowed &= self.plain
        return allowed[[places[id(each)] for each in matchers]]

    @cached_property
    def _executor(self) -> Any:
        from llguidance import LLExecutor

        return LLExecutor()

    def encode(self, text: bytes) -> tuple[int, ...] | None:
        """A text in few tokens, the longest first at each place; None where the vocabulary cannot spell it."""
        tokens: list[int] = []
        place = 0
        while place < len(text):
            for size in range(min(self._longest, len(text) - place), 0, -1):
                token = self._single.get(text[place : place + size])
                if token is not None and self.plain[token]:
                    tokens.append(token)
                    place += size
                    break
            else:
                return None
        return tuple(tokens)

    @lru_cache(maxsize=512)  # noqa: B019 - lives as long as the vocabulary
    def toward(self, word: bytes, keys: tuple[str, ...], exact: bool) -> NDArray[np.bool_]:
        """Tokens that keep a word that has come as far as `word` on the way to one of the sorted keys, or end it at one.

        Tokens that begin with neither white space nor a letter are let through at the word's start.
        """
        heads = self._exact_heads if exact else self._lower_heads
        start = word.decode("utf-8", "replace")
        allowed = np.zeros(self.size, dtype=np.bool_)
        if not word:
            allowed[self._sign_first] = True
            allowed[self._blank] = True
        elif _has(keys, start):
            allowed[self._sign_first] = True
            allowed[self._blank_first] = True
        matching = [key.encode() for key in _range(keys, start)]
        for beginning in {key[len(word) : end] for key in matching for end in range(len(word) + 1, len(key) + 1)}:
            _mark(allowed, heads, (beginning, True), blank=not word)
        for key in matching:
            _mark(allowed, heads, (key[len(word) :], False), blank=not word)
        return allowed

    @cached_property
    def _sign_first(self) -> NDArray[np.intp]:
        found = [token for token, piece in enumerate(self.pieces) if piece and not _match(piece)[0]]
        return np.array(found, dtype=np.intp)

    @cached_property
    def _blank_first(self) -> NDArray[np.intp]:
        return np.array([token for token, piece in enumerate(self.pieces) if _match(piece)[1]], dtype=np.intp)

    @cached_property
    def _blank(self) -> NDArray[np.intp]:
        return np.array([token for token, piece in enumerate(self.pieces) if piece and not piece.strip(b" \t\r\n")], dtype=np.intp)

    @cached_property
    def _lower_heads(self) -> dict[tuple[bytes, bool, bool], NDArray[np.intp]]:
        return self._heads(lower=True)

    @cached_property
    def _exact_heads(self) -> dict[tuple[bytes, bool, bool], NDArray[np.intp]]:
        return self._heads(lower=False)

    def _heads(self, *, lower: bool) -> dict[tuple[bytes, bool, bool], NDArray[np.intp]]:
        """(word at a token's start, nothing behind it, white space before it) -> tokens."""
        found: dict[tuple[bytes, bool, bool], list[int]] = defaultdict(list)
        for token, piece in enumerate(self.pieces):
            match = _match(piece)
            if match[2]:
                word = match[2].lower() if lower else match[2]
                found[word, match.end() == len(piece), bool(match[1])].append(token)
        return {key: np.array(tokens, dtype=np.intp) for key, tokens in found.items()}


_KNOWN: WeakKeyDictionary[Tokenizer, Vocabulary] = WeakKeyDictionary()


def vocabulary_of(tokenizer: Tokenizer) -> Vocabulary:
    """The tokenizer's vocabulary, read once as long as the tokenizer lives."""
    known = _KNOWN.get(tokenizer)
    if known is None:
        known = _KNOWN[tokenizer] = Vocabulary(tokenizer)
    return known


class _Wrapped:
    """What llguidance reads of a tokenizer; it never has to encode, since closings are spelled by `Vocabulary.encode`."""

    def __init__(self, tokens: list[bytes], special: Sequence[int], end: int) -> None:
        self.tokens, self.special_token_ids, self.eos_token_id = tokens, special, end
        self.bos_token_id = None
        self._bytes = {piece: token for token, piece in enumerate(tokens) if len(piece) == 1}

    def __call__(self, text: bytes | str) -> list[int]:
        given = text.encode() if isinstance(text, str) else text
        return [self._bytes[bytes([each])] for each in given if bytes([each]) in self._bytes]


def _llguidance() -> Any:
    try:
        import llguidance
    except ImportError as error:
        hint = "pip install llguidance, or turn the constraint off with `constrain: false`"
        raise ModelError("constrained decoding needs llguidance, which is not installed", hint=hint) from error
    return llguidance


def _is_cut(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _match(piece: bytes) -> re.Match[bytes]:
    match = _HEAD.match(piece)
    assert match is not None
    return match


def _has(keys: tuple[str, ...], word: str) -> bool:
    place = bisect_left(keys, word)
    return place < len(keys) and keys[place] == word


def _range(keys: tuple[str, ...], start: str) -> Iterable[str]:
    place = bisect_left(keys, start)
    while place < len(keys) and keys[place].startswith(start):
        yield keys[place]
        place += 1


def _mark(
    allowed: NDArray[np.bool_], heads: dict[tuple[bytes, bool, bool], NDArray[np.intp]], word: tuple[bytes, bool], *, blank: bool
) -> None:
    for spaced in (False, True) if blank else (False,):
        tokens = heads.get((*word, spaced))
        if tokens is not None:
            allowed[tokens] = True
