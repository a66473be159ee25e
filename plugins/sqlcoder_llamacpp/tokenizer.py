"""The vocabulary of a GGUF file through llama.cpp: text to tokens and back."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property

from sqlcoder_core.api import ChatTemplate, Message, ModelError, Tokenizer
from sqlcoder_llamacpp.loaded import Loaded

_CONTROL = 1 << 0 | 1 << 3  # enum llama_token_attr: unknown, control
_SENTENCEPIECE = 1  # enum llama_vocab_type
_LONGEST_PIECE = 64
_MOST_BYTES = 2**31 - 64


class LlamaTokenizer(Tokenizer):
    """Tokens as llama.cpp cuts them, which is what the file's own `tokenizer.ggml.*` says."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded, self._llama, self._vocab = loaded, loaded.llama, loaded.vocab
        self.vocabulary = loaded.width
        attributes = [self._llama.llama_vocab_get_attr(self._vocab, token) for token in range(self.vocabulary)]
        control = {token for token, attribute in enumerate(attributes) if attribute & _CONTROL}
        likely = control | {self._llama.llama_vocab_eos(self._vocab), self._llama.llama_vocab_eot(self._vocab)}
        self.ends = frozenset(token for token in likely if token >= 0 and self._llama.llama_vocab_is_eog(self._vocab, token))
        self.special = frozenset(control) | self.ends
        self._pieces: dict[int, bytes] = {}

    @cached_property
    def special_texts(self) -> tuple[str, ...]:
        """Texts that `encode` turns into control tokens."""
        texts = (self._text(token) for token in sorted(self.special))
        return tuple(text for text in texts if text)

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        """See `Tokenizer`. A begin token that the text already spells is not doubled; an end token is never added."""
        if not whole:
            return self._encode_within(text)
        tokens = self._tokenize(text, specials=True)
        begin = self._llama.llama_vocab_bos(self._vocab)
        if begin >= 0 and self._llama.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [begin]:
            tokens.insert(0, begin)
        return tokens

    def decode(self, tokens: Sequence[int]) -> str:
        """See `Tokenizer`."""
        return b"".join(self.token_bytes(token) for token in tokens if token not in self.special).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        """See `Tokenizer`."""
        found = self._pieces.get(token)
        if found is None:
            found = self._pieces[token] = self._piece(token) if 0 <= token < self.vocabulary else b""
        return found

    def chat(self, messages: Sequence[Message]) -> str | None:
        """See `Tokenizer`."""
        return self.template.render(messages) if self.template else None

    @cached_property
    def template(self) -> ChatTemplate | None:
        """The template that the file carries, or None. Raises ModelError for one that does not compile."""
        source = self._llama.llama_model_chat_template(self._loaded.model, None)
        if not source:
            return None
        tokens = {f"{name}_token": getattr(self._llama, f"llama_vocab_{name}")(self._vocab) for name in ("bos", "eos", "pad")}
        specials = {name: self._text(token) for name, token in tokens.items() if token >= 0}
        return ChatTemplate(source.decode("utf-8", "replace"), place=self._loaded.place, specials=specials)

    def _encode_within(self, text: str) -> list[int]:
        """Sentencepiece puts a blank before every text; behind a line feed, which joins with nothing, it does not."""
        blank = self._llama.llama_vocab_type(self._vocab) == _SENTENCEPIECE
        if not text or not blank or not self._loaded.metadata.get("tokenizer.ggml.add_space_prefix", True):
            return self._tokenize(text, specials=False)
        before, tokens = self._tokenize("\n", specials=False), self._tokenize("\n" + text, specials=False)
        return tokens[len(before) :] if tokens[: len(before)] == before else self._tokenize(text, specials=False)

    def _tokenize(self, text: str, *, specials: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        if len(data) > _MOST_BYTES:
            raise ModelError(f"a text of {len(data):,} bytes is too long for a tokenizer", place=self._loaded.place)
        # A text has at most one token for each byte, and sentencepiece's blank before it.
        room = len(data) + 2
        tokens = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, specials)
        if count < 0:
            raise ModelError(f"llama.cpp cannot cut a text of {len(data):,} bytes into tokens", place=self._loaded.place)
        return list(tokens[:count])

    def _piece(self, token: int) -> bytes:
        size = _LONGEST_PIECE
        while True:
            letters = ctypes.create_string_buffer(size)
            length = self._llama.llama_token_to_piece(self._vocab, token, letters, size, 0, True)
            if length >= 0:
                return letters.raw[:length]
            size = -length

    def _text(self, token: int) -> str:
        text: bytes = self._llama.llama_vocab_get_text(self._vocab, token) or b""
        return text.decode("utf-8", "replace")
