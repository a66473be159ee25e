"""`tokenizer.json` and `tokenizer_config.json` of a folder as a Tokenizer, read with the tokenizers library alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlcoder_core.contracts.model_engine import Tokenizer
from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.chat_template import ChatTemplate
from sqlcoder_core.models.json_file import read_object
from sqlcoder_core.values.generation import Message


class FileTokenizer(Tokenizer):
    """The tokenizer in `folder`; `vocabulary` is the width of the model's logits, which may be padded beyond the tokenizer's own.

    Raises ModelError where `tokenizer.json` is missing or broken.
    """

    def __init__(self, folder: Path, vocabulary: int | None = None) -> None:
        from tokenizers import Tokenizer as Fast

        file = folder / "tokenizer.json"
        try:
            self._fast = Fast.from_file(str(file))
        except Exception as error:  # the library raises bare Exception for a file that is missing or broken
            hint = "fetch it beside the weights, or convert the model with `sqlcoder models convert`"
            raise ModelError(f"the tokenizer cannot be read: {error}", place=str(file), hint=hint) from error
        self._folder = folder
        self._config = read_object(folder / "tokenizer_config.json")
        self.vocabulary = vocabulary or self._fast.get_vocab_size()
        added = self._fast.get_added_tokens_decoder()
        self.special = frozenset(number for number, token in added.items() if token.special)
        self.ends = frozenset(self._ends())

    @cached_property
    def special_texts(self) -> tuple[str, ...]:
        """Texts that `encode` turns into control tokens."""
        return tuple(self._fast.id_to_token(number) or "" for number in sorted(self.special))

    @cached_property
    def template(self) -> ChatTemplate | None:
        """The model's chat template, or None."""
        source = self._config.get("chat_template")
        file = self._folder / "chat_template.jinja"
        if file.exists():
            source = file.read_text(encoding="utf-8")
        if isinstance(source, list):
            source = next((one.get("template") for one in source if isinstance(one, dict) and one.get("name") == "default"), None)
        if not isinstance(source, str) or not source:
            return None
        specials = {name: _content(self._config.get(name)) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
        known = {name: text for name, text in specials.items() if text is not None}
        return ChatTemplate(source, place=str(self._folder / "tokenizer_config.json"), specials=known)

    def encode(self, text: str, *, whole: bool = True) -> list[int]:
        """See `Tokenizer`."""
        if whole:
            # Chat templates write the begin token themselves; the post-processor would put a second one before it.
            begins = self._begin is not None and text.startswith(self._begin)
            return list(self._fast.encode(text, add_special_tokens=not begins).ids)
        return list(self._plain.encode(text, add_special_tokens=False).ids)

    def decode(self, tokens: Sequence[int]) -> str:
        """See `Tokenizer`."""
        return b"".join(self.token_bytes(token) for token in tokens if token not in self.special).decode("utf-8", "replace")

    def token_bytes(self, token: int) -> bytes:
        """See `Tokenizer`."""
        return self._bytes[token] if token < len(self._bytes) else b""

    def chat(self, messages: Sequence[Message]) -> str | None:
        """See `Tokenizer`."""
        return self.template.render(messages) if self.template else None

    @cached_property
    def _begin(self) -> str | None:
        return _content(self._config.get("bos_token"))

    @cached_property
    def _plain(self) -> Any:
        """The same without control tokens, for text in the middle of an answer."""
        from tokenizers import Tokenizer as Fast

        definition = json.loads(self._fast.to_str())
        definition["added_tokens"] = [token for token in definition.get("added_tokens", ()) if not token.get("special")]
        return Fast.from_str(json.dumps(definition))

    @cached_property
    def _bytes(self) -> list[bytes]:
        """Bytes of every token, by the way this vocabulary spells them (GPT-2's byte letters, or sentencepiece's)."""
        letters = _byte_letters() if self._is_byte_level else None
        added = {number: token.content for number, token in self._fast.get_added_tokens_decoder().items()}
        spelled = [self._fast.id_to_token(number) or "" for number in range(self._fast.get_vocab_size())]
        return [
            added[number].encode() if number in added else (_from_letters(text, letters) if letters else _from_pieces(text))
            for number, text in enumerate(spelled)
        ]

    @cached_property
    def _is_byte_level(self) -> bool:
        definition = json.loads(self._fast.to_str())
        parts = [definition.get("decoder") or {}, definition.get("pre_tokenizer") or {}]
        kinds = [inner for part in parts for inner in (part, *part.get("decoders", ()), *part.get("pretokenizers", ()))]
        return any(part.get("type") == "ByteLevel" for part in kinds)

    def _ends(self) -> set[int]:
        generation, model = read_object(self._folder / "generation_config.json"), read_object(self._folder / "config.json")
        found: set[int] = set()
        for given in (generation.get("eos_token_id"), model.get("eos_token_id")):
            found |= set(given) if isinstance(given, list) else ({given} if isinstance(given, int) else set())
        named = _content(self._config.get("eos_token"))
        number = self._fast.token_to_id(named) if named else None
        return found | ({number} if number is not None else set())


def _byte_letters() -> dict[str, int]:
    """GPT-2's way to write bytes as letters: printable ones stand for themselves, the rest are moved behind U+0100."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(256) if byte not in set(printable)]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(moved)}


def _from_letters(text: str, letters: dict[str, int]) -> bytes:
    try:
        return bytes([letters[letter] for letter in text])
    except KeyError:
        return text.encode()


def _from_pieces(text: str) -> bytes:
    """Sentencepiece's way: U+2581 is a blank, `<0x0A>` a byte."""
    if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
        return bytes([int(text[3:5], 16)])
    return text.replace("\u2581", " ").encode()


def _content(token: Any) -> str | None:
    found = token.get("content") if isinstance(token, dict) else token
    return found if isinstance(found, str) else None
