"""A GGUF file's vocabulary as tokenizer.json, tokenizer_config.json and generation_config.json: the same tokens for the same text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.gguf_header import GgufHeader
from sqlcoder_core.models.convert.pre_tokenizers import named, with_gaps, words

_NORMAL, _UNKNOWN, _CONTROL, _USER, _UNUSED = 1, 2, 3, 4, 5  # llama_token_type in llama.h
_BLANK = "\u2581"
_HINT = "fetch the safetensors of this model, which bring their own tokenizer.json"
# What llama.cpp takes where a sentencepiece file says nothing.
_SENTENCEPIECE_IDS = {"bos": 1, "eos": 2, "unknown": 0}

# Control tokens that llama.cpp takes for an answer's end by their texts, said or not. Source: special_eog_ids in its src/llama-vocab.cpp.
KNOWN_ENDS: tuple[str, ...] = (
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|eom_id|>",
    "<EOT>",
    "[EOT]",
    "[EOS]",
)
KNOWN_ENDS += ("<|end_of_text|>", "</s>", "<eos>")


def tokenizer_files(header: GgufHeader) -> dict[str, bytes]:
    """The tokenizer's files by their names, in UTF-8.

    Byte-level vocabularies (`gpt2`) with a pre-tokenizer that is known here, and sentencepiece's (`llama`), as transformers'
    LlamaTokenizerFast has them. Raises ModelError for other kinds, naming them, and for a header without a vocabulary.
    """
    vocabulary = Vocabulary(header)
    kind = vocabulary.text("model")
    if kind not in ("gpt2", "llama"):
        said = f"a tokenizer of the kind {kind or '(none named)'} is not converted; those that are: gpt2, llama"
        raise ModelError(said, place=str(header.path), hint=_HINT)
    definition = _byte_level(vocabulary) if kind == "gpt2" else _sentencepiece(vocabulary)
    _check(definition, header)
    files = {"tokenizer.json": definition, "tokenizer_config.json": _config(vocabulary), "generation_config.json": _generation(vocabulary)}
    return {name: json.dumps(content, ensure_ascii=False, indent=1).encode() for name, content in files.items()}


class Vocabulary:
    """What the header says under `tokenizer.ggml`. Unused tokens at the end, which pad the matrix, are left out of `tokens`."""

    def __init__(self, header: GgufHeader) -> None:
        self.header = header
        if "tokenizer.ggml.tokens" not in header.arrays:
            raise self.fail("the tokenizer is missing: the header has no vocabulary")
        tokens: list[str] = header.array("tokenizer.ggml.tokens")
        types: list[int] = self.array("token_type") or [_NORMAL] * len(tokens)
        if len(types) != len(tokens):
            raise self.fail(f"{len(tokens)} tokens, but {len(types)} types of tokens")
        used = max((place for place, kind in enumerate(types) if kind != _UNUSED), default=-1) + 1
        self.tokens, self.types = tokens[:used], types[:used]
        self.numbers = {token: number for number, token in enumerate(self.tokens)}
        if len(self.numbers) != used:
            raise self.fail("two tokens of the vocabulary have the same text")

    def text(self, key: str) -> str:
        """A text under `tokenizer.ggml`, or nothing."""
        return str(self.header.metadata.get(f"tokenizer.ggml.{key}", ""))

    def flag(self, key: str, otherwise: bool) -> bool:
        """A yes or no, or what llama.cpp takes where nothing is said."""
        return bool(self.header.metadata.get(f"tokenizer.ggml.{key}", otherwise))

    def array(self, key: str) -> list[Any]:
        """A list, empty where there is none."""
        key = f"tokenizer.ggml.{key}"
        return self.header.array(key) if key in self.header.arrays else []

    def number(self, word: str) -> int | None:
        """The id of the token with this part to play, where there is one."""
        otherwise = _SENTENCEPIECE_IDS.get(word) if self.text("model") == "llama" else None
        found = self.header.metadata.get(f"tokenizer.ggml.{word}_token_id", otherwise)
        return found if isinstance(found, int) and 0 <= found < len(self.tokens) else None

    def role(self, word: str) -> str | None:
        """The text of that token."""
        number = self.number(word)
        return None if number is None else self.tokens[number]

    def fail(self, what: str) -> ModelError:
        """The error that says what of this vocabulary is not converted."""
        return ModelError(what, place=str(self.header.path), hint=_HINT)


def _byte_level(vocabulary: Vocabulary) -> dict[str, Any]:
    word = vocabulary.text("pre")
    way = named(word)
    if way is None:
        said = f"the pre-tokenizer {word or '(none named)'} is not known here; those that are: {', '.join(words())}"
        raise vocabulary.fail(said)
    merges = vocabulary.array("merges")
    return _definition(
        vocabulary,
        merges=merges,
        model={"ignore_merges": way.ignore_merges, "fuse_unk": False, "byte_fallback": False, "unk_token": None},
        pre_tokenizer=with_gaps(way.definition, vocabulary.numbers),
        decoder={"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        begins=vocabulary.flag("add_bos_token", way.begins),
    )


def _sentencepiece(vocabulary: Vocabulary) -> dict[str, Any]:
    blanks: list[dict[str, Any]] = [{"type": "Replace", "pattern": {"String": " "}, "content": _BLANK}]
    decoders: list[dict[str, Any]] = [{"type": "Replace", "pattern": {"String": _BLANK}, "content": " "}]
    decoders += [{"type": "ByteFallback"}, {"type": "Fuse"}]
    if vocabulary.flag("add_space_prefix", True):
        blanks.insert(0, {"type": "Prepend", "prepend": _BLANK})
        decoders.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    return _definition(
        vocabulary,
        merges=_sentencepiece_order(vocabulary),
        model={"ignore_merges": False, "fuse_unk": True, "byte_fallback": True, "unk_token": vocabulary.role("unknown")},
        normalizer={"type": "Sequence", "normalizers": blanks},
        decoder={"type": "Sequence", "decoders": decoders},
        begins=vocabulary.flag("add_bos_token", True),
    )


def _sentencepiece_order(vocabulary: Vocabulary) -> list[str]:
    """Merges by the scores; by the list of merges where one is there, as in files whose scores are all the same."""
    scores, listed = vocabulary.array("scores"), vocabulary.array("merges")
    if listed:
        return listed
    if len(scores) < len(vocabulary.tokens):
        raise vocabulary.fail("the vocabulary has no score for each of its tokens")
    pieces = {token for token, kind in zip(vocabulary.tokens, vocabulary.types, strict=True) if kind in (_NORMAL, _USER)}
    # Pieces never merge into a control token: no text of a question may become one.
    return [f"{left} {right}" for left, right in sentencepiece_merges(vocabulary.tokens, scores) if left + right in pieces]


def sentencepiece_merges(tokens: list[str], scores: list[float]) -> Iterator[tuple[str, str]]:
    """Pairs in the order in which they are merged: best score of what they make first.

    Sentencepiece merges any two neighbours that make a token. Source: SentencePieceExtractor in transformers.
    """
    numbers = {token: number for number, token in enumerate(tokens)}
    found = []
    for number, token in enumerate(tokens):
        pairs = ((token[:cut], token[cut:]) for cut in range(1, len(token)))
        local = [(numbers[left], numbers[right]) for left, right in pairs if left in numbers and right in numbers]
        found += [(-scores[number], number, *pair) for pair in local]
    for _, _, left, right in sorted(found):
        yield tokens[left], tokens[right]


def _definition(vocabulary: Vocabulary, *, merges: list[str], model: dict[str, Any], begins: bool, **parts: Any) -> dict[str, Any]:
    whole = {"type": "BPE", "dropout": None, "continuing_subword_prefix": None, "end_of_word_suffix": None}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(number, vocabulary) for number, kind in enumerate(vocabulary.types) if kind in (_UNKNOWN, _CONTROL, _USER)],
        "normalizer": parts.get("normalizer"),
        "pre_tokenizer": parts.get("pre_tokenizer"),
        "post_processor": _ends(vocabulary, begins),
        "decoder": parts["decoder"],
        "model": {**whole, **model, "vocab": vocabulary.numbers, "merges": merges},
    }


def _added(number: int, vocabulary: Vocabulary) -> dict[str, Any]:
    special = vocabulary.types[number] != _USER
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {"id": number, "content": vocabulary.tokens[number], **plain, "special": special}


def _ends(vocabulary: Vocabulary, begins: bool) -> dict[str, Any] | None:
    """What is put around a whole text."""
    first = vocabulary.role("bos") if begins else None
    last = vocabulary.role("eos") if vocabulary.flag("add_eos_token", False) else None
    if first is None and last is None:
        return None
    around = [[{"SpecialToken": {"id": token, "type_id": 0}}] if token is not None else [] for token in (first, last)]
    single = [*around[0], {"Sequence": {"id": "A", "type_id": 0}}, *around[1]]
    tokens = {token: {"id": token, "ids": [vocabulary.numbers[token]], "tokens": [token]} for token in (first, last) if token is not None}
    pair = [*single, *around[0], {"Sequence": {"id": "B", "type_id": 1}}, *around[1]]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}


def _config(vocabulary: Vocabulary) -> dict[str, Any]:
    header, roles = vocabulary.header, {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
    said: dict[str, Any] = {name: text for name, word in roles.items() if (text := vocabulary.role(word)) is not None}
    said |= {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    context = header.metadata.get(f"{header.architecture}.context_length")
    template = header.metadata.get("tokenizer.chat_template")
    said |= {"model_max_length": context} if isinstance(context, int) else {}
    return said | ({"chat_template": template} if isinstance(template, str) else {})


def _generation(vocabulary: Vocabulary) -> dict[str, Any]:
    ends = [number for word in ("eos", "eot", "eom") if (number := vocabulary.number(word)) is not None]
    known = (vocabulary.numbers[text] for text in KNOWN_ENDS if text in vocabulary.numbers)
    ends = list(dict.fromkeys([*ends, *(number for number in known if vocabulary.types[number] == _CONTROL)]))
    said: dict[str, Any] = {"eos_token_id": ends[0] if len(ends) == 1 else ends} if ends else {}
    numbers = {"bos_token_id": vocabulary.number("bos"), "pad_token_id": vocabulary.number("padding")}
    return said | {name: number for name, number in numbers.items() if number is not None}


def _check(definition: dict[str, Any], header: GgufHeader) -> None:
    from tokenizers import Tokenizer

    try:
        Tokenizer.from_str(json.dumps(definition))
    except Exception as error:  # the library raises bare Exception for merges and vocabularies that do not fit together
        raise ModelError(f"the vocabulary does not fit together: {error}", place=str(header.path), hint=_HINT) from error
