"""How byte-level vocabularies cut text before merging: llama.cpp's names for it, and tokenizer.json's definitions."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

_SHORT_FORMS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SHORT_FORMS_SPELLED = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
_LLAMA3 = _SHORT_FORMS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
)
_SIGNS = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_TEKKEN = rf"{_CASED[0]}|{_CASED[1]}|\p{{N}}|{_SIGNS}"
_GPT4O = rf"{_CASED[0]}{_SHORT_FORMS}?|{_CASED[1]}{_SHORT_FORMS}?|\p{{N}}{{1,3}}|{_SIGNS}"
_CJK = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"
_DEEPSEEK = (
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
    r"""|\s*[\r\n]+|\s+(?!\S)|\s+"""
)
_QWEN2 = _SHORT_FORMS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreTokenizer:
    """One way to cut. `words` are llama.cpp's names of it, the first is written; `definition` is tokenizer.json's `pre_tokenizer`.

    `ignore_merges`: a piece that is a token is not merged from its bytes. `begins`: a text starts with the begin token unless the
    file says otherwise. `nfc`: published with an NFC normaliser, which llama.cpp leaves out.
    """

    words: tuple[str, ...]
    definition: dict[str, Any]
    ignore_merges: bool = False
    begins: bool = False
    nfc: bool = False


def _bytes(*, by_words: bool) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": by_words}


def _split(*patterns: str) -> dict[str, Any]:
    splits = [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False} for pattern in patterns]
    return {"type": "Sequence", "pretokenizers": [*splits, _bytes(by_words=False)]}


_DIGITS = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, _bytes(by_words=True)]}

# Source: llm_tokenizer_bpe and llama_vocab::impl::load in llama.cpp's src/llama-vocab.cpp. Tests hold each against llama.cpp itself.
_KNOWN = (
    PreTokenizer(
        words=("llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"), definition=_split(_LLAMA3), ignore_merges=True, begins=True
    ),
    PreTokenizer(words=("dbrx", "smaug-bpe"), definition=_split(_LLAMA3)),
    PreTokenizer(words=("qwen2", "deepseek-r1-qwen"), definition=_split(_QWEN2), nfc=True),
    PreTokenizer(words=("stablelm2",), definition=_split(_QWEN2)),
    PreTokenizer(words=("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone"), definition=_DIGITS),
    PreTokenizer(words=("tekken",), definition=_split(_TEKKEN), ignore_merges=True, begins=True),
    PreTokenizer(words=("gpt-4o",), definition=_split(_GPT4O)),
    PreTokenizer(words=("deepseek-v3",), definition=_split(r"\p{N}{1,3}", _CJK, _DEEPSEEK)),
    PreTokenizer(words=("falcon",), definition=_split(r"[\p{P}\$\+<=>\^~\|`]+", _WORDS, "[0-9][0-9][0-9]")),
    PreTokenizer(words=("gpt-2", "phi-2", "olmo"), definition=_bytes(by_words=True)),
)


def named(word: str) -> PreTokenizer | None:
    """The pre-tokenizer that llama.cpp calls so, or None for one that is not stated here."""
    return next((one for one in _KNOWN if word in one.words), None)


def words() -> tuple[str, ...]:
    """All names that are known here."""
    return tuple(word for one in _KNOWN for word in one.words)


def with_gaps(definition: dict[str, Any], tokens: Container[str]) -> dict[str, Any]:
    """The same cut once more at bytes that are no token, where there are any.

    llama.cpp drops such a byte after merging, so that its neighbours stay apart; the tokenizers library would drop it before.
    """
    gaps = _gaps(tokens)
    parts = definition.get("pretokenizers", [definition])
    return {"type": "Sequence", "pretokenizers": [*parts, *gaps]} if gaps else definition


def _gaps(tokens: Container[str]) -> list[dict[str, Any]]:
    missing = [letter for letter in byte_letters() if letter not in tokens]
    pattern = "[" + "".join(f"\\x{{{ord(letter):X}}}" for letter in missing) + "]"
    return [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Removed", "invert": False}] if missing else []


def byte_letters() -> list[str]:
    """The letter that stands for each byte in a byte-level vocabulary: printable ones for themselves, the rest from U+0100 on (GPT-2)."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    moved = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(moved)) for byte in range(256)]


def recognised(definition: Any, *, tokens: Container[str], ignore_merges: bool, nfc: bool) -> PreTokenizer | None:
    """The pre-tokenizer that a tokenizer.json defines, or None for one that llama.cpp has no known name for.

    `tokens` are those of its vocabulary: a cut at bytes that are none of them is llama.cpp's own way, and left out of the comparison.
    """
    form = _form(definition, _gaps(tokens))
    alike = (one for one in _KNOWN if _form(one.definition, []) == form)
    return next((one for one in alike if one.ignore_merges == ignore_merges and one.nfc >= nfc), None)


def _form(definition: Any, gaps: list[dict[str, Any]]) -> str:
    """The same text for definitions that cut alike, however they are written."""
    parts = definition.get("pretokenizers", [definition]) if isinstance(definition, dict) else []
    return json.dumps([_plain(part) for part in parts if part not in gaps], sort_keys=True)


def _plain(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    if kind == "ByteLevel":
        return {"type": kind, "add_prefix_space": part.get("add_prefix_space", True), "use_regex": part.get("use_regex", True)}
    if kind != "Split":
        return part
    pattern = str(dict(part.get("pattern") or {}).get("Regex", part.get("pattern"))).replace(_SHORT_FORMS_SPELLED, _SHORT_FORMS)
    # All that lies outside the matches thrown away, or matches kept as pieces: alike, since the patterns known here match everything.
    whole = (part.get("behavior"), part.get("invert", False)) in (("Isolated", False), ("Removed", True))
    if pattern in (r"\p{N}", r"\p{N}{1}") and whole and not part.get("invert"):
        return {"type": "Digits", "individual_digits": True}
    return {"type": kind, "pattern": pattern} if whole else part
