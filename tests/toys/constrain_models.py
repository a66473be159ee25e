"""Tokenizers made on the spot, and models that write anything at random, for the tests of constrained decoding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from constrained_queries import SHOP, cases
from numpy.typing import NDArray

from sqlcoder_core.contracts.model_engine import Tokenizer
from sqlcoder_core.decoding.guide import Guide

END = "</s>"


class PieceTokenizer(Tokenizer):
    """A vocabulary of pieces of bytes, spelled by a library's tokenizer; padded to `width`."""

    def __init__(
        self, pieces: Sequence[bytes], spell: Callable[[str], list[int]], *, ends: frozenset[int], special: frozenset[int], width: int
    ) -> None:
        self.pieces, self._spell = list(pieces), spell
        self.vocabulary, self.ends, self.special = width, ends, special

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        return self._spell(text)

    def decode(self, tokens: Sequence[int]) -> str:
        return b"".join(self.token_bytes(token) for token in tokens if token not in self.special).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        return self.pieces[token] if token < len(self.pieces) else b""


def texts() -> list[str]:
    """What the tokenizers are trained on."""
    queries = [case["sql"] for case in cases("right_queries.jsonl")]
    words = [f"{table} {column} {table}.{column}" for table, columns in SHOP.items() for column in columns.split()]
    return [
        *queries,
        *words,
        "the quick brown fox jumps over the lazy dog ((((( ))))) 'x' \"y\" -- /* */ ; DROP TABLE DELETE FROM UPDATE",
        "größe 日本 é",
    ]


@cache
def byte_level(width: int = 2048) -> PieceTokenizer:
    """A byte-level BPE of about 2,000 tokens, as GPT-2's and Llama 3's; the last ids are unused."""
    import tokenizers

    trained = tokenizers.ByteLevelBPETokenizer()
    trained.train_from_iterator(
        texts() * 3, vocab_size=width - 40, min_frequency=1, special_tokens=["<s>", END, "<|user|>"], show_progress=False
    )
    letters = _byte_letters()
    count = trained.get_vocab_size()
    special = frozenset(range(3))
    pieces = [
        (trained.id_to_token(token) or "").encode()
        if token in special
        else bytes(letters[letter] for letter in trained.id_to_token(token) or "")
        for token in range(count)
    ]
    return PieceTokenizer(pieces, lambda text: list(trained.encode(text).ids), ends=frozenset({1}), special=special, width=width)


@cache
def sentencepiece_like() -> PieceTokenizer:
    """Words behind U+2581 and single bytes to fall back on, as Llama 2's vocabulary."""
    import tokenizers
    from tokenizers import decoders, models, normalizers, trainers

    trained = tokenizers.Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.decoder = decoders.Replace("▁", " ")
    specials = ["<unk>", "<s>", END, *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=1500, special_tokens=specials, show_progress=False, max_token_length=16)
    trained.train_from_iterator(texts() * 3, trainer)
    pieces = [_piece(trained.id_to_token(token)) for token in range(trained.get_vocab_size())]
    return PieceTokenizer(
        pieces, lambda text: list(trained.encode(text).ids), ends=frozenset({2}), special=frozenset({0, 1, 2}), width=len(pieces)
    )


def written_at_random(
    guide: Guide[Any], tokenizer: Tokenizer, seed: int, most: int, *, bias: NDArray[np.float32] | None = None
) -> tuple[str, dict[str, Any]]:
    """What a model of random logits writes under a guide, a token at a time as decoding does it, and how it went."""
    random = np.random.default_rng(seed)
    state, tokens, relaxed, dead = guide.start(), [], 0, 0
    for place in range(most):
        logits = random.normal(size=tokenizer.vocabulary).astype(np.float32) * 3 + (bias if bias is not None else 0)
        token = _pick(guide, state, logits, most - place)
        if token is None and (loose := guide.relax(state)) is not None:
            relaxed, state = relaxed + 1, loose
            token = _pick(guide, state, logits, most - place)
        if token is None:
            dead += 1
            break
        if token in tokenizer.ends:
            return tokenizer.decode(tokens), {"ended": True, "relaxed": relaxed, "dead": dead, "tokens": len(tokens)}
        state = guide.advance(state, token)
        tokens.append(token)
    return tokenizer.decode(tokens), {"ended": False, "relaxed": relaxed, "dead": dead, "tokens": len(tokens)}


def _pick(guide: Guide[Any], state: Any, logits: NDArray[np.float32], left: int) -> int | None:
    mask = guide.masks([state], left)[0]
    allowed = np.flatnonzero(mask)
    order = allowed[np.argsort(-logits[allowed], kind="stable")]
    return next((int(token) for token in order[:1024] if guide.accepts(state, int(token))), None)


def _byte_letters() -> dict[str, int]:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(256) if byte not in set(printable)]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(moved)}


def _piece(text: str) -> bytes:
    if len(text) == 6 and text.startswith("<0x"):
        return bytes([int(text[3:5], 16)])
    return text.replace("▁", " ").encode()


def refused_at(guide: Guide[Any], tokenizer: Tokenizer, sql: str) -> int | None:
    """Where a guide refuses a text, in characters of it; None where it lets it through to its end."""
    state = guide.start()
    written = 0
    for token in tokenizer.encode(sql, whole=False):
        if not guide.masks([state], 400)[0][token] or not guide.accepts(state, token):
            return written
        state = guide.advance(state, token)
        written += len(tokenizer.token_bytes(token).decode("utf-8", "replace"))
    end = min(tokenizer.ends)
    return None if guide.masks([state], 400)[0][end] and guide.accepts(state, end) else written
