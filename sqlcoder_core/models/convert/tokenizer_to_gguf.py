"""A tokenizer.json and what lies beside it as a GGUF vocabulary: the same tokens for the same text, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.pre_tokenizers import recognised
from sqlcoder_core.models.convert.tokenizer_from_gguf import KNOWN_ENDS, sentencepiece_merges

_NORMAL, _UNKNOWN, _CONTROL, _USER, _UNUSED, _BYTE = 1, 2, 3, 4, 5, 6  # llama_token_type in llama.h
_BLANK = "\u2581"
_TO_BLANKS = {"type": "Replace", "pattern": {"String": " "}, "content": _BLANK}


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufVocabulary:
    """What a GGUF header says under `tokenizer.ggml`. `numbers` are ids by the part they play (bos, eos, eot, eom, unknown, padding).

    `notes` tell what is cut otherwise than by the tokenizer.json it was made of.
    """

    model: str
    pre: str
    tokens: list[str]
    types: list[int]
    merges: list[str] | None = None
    scores: list[float] | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    begins: bool = False
    ends: bool = False
    space_prefix: bool = False
    template: str | None = None
    notes: tuple[str, ...] = ()


def gguf_vocabulary(files: Mapping[str, bytes], config: Mapping[str, Any], place: str) -> GgufVocabulary:
    """The vocabulary of a model whose folder holds these files; rows of the matrix beyond the tokenizer's own become UNUSED tokens.

    Raises ModelError for a tokenizer that llama.cpp would cut differently, naming what is not known.
    """
    return _Source(files, config, place).vocabulary()


class _Source:
    def __init__(self, files: Mapping[str, bytes], config: Mapping[str, Any], place: str) -> None:
        self._files, self._config, self._place = files, config, place
        self.definition = self._json("tokenizer.json")
        self.model: dict[str, Any] = dict(self.definition.get("model") or {})
        self._settings = self._json("tokenizer_config.json")
        self._generation = self._json("generation_config.json")
        self.added = {int(token["id"]): token for token in self.definition.get("added_tokens") or ()}

    def vocabulary(self) -> GgufVocabulary:
        if self.model.get("type") != "BPE":
            raise self._refused(f"its model is {self.model.get('type')}, where BPE is converted")
        odd = [key for key in ("dropout", "continuing_subword_prefix", "end_of_word_suffix") if self.model.get(key)]
        odd += [token["content"] for token in self.added.values() if token.get("lstrip") or token.get("rstrip") or token.get("single_word")]
        if odd:
            raise self._refused(f"it uses {odd[0]} in a way that GGUF cannot say")
        return self._sentencepiece() if self.model.get("byte_fallback") else self._byte_level()

    def _byte_level(self) -> GgufVocabulary:
        normalizer = self.definition.get("normalizer")
        nfc = normalizer == {"type": "NFC"}
        ignore = bool(self.model.get("ignore_merges"))
        vocab = self.model.get("vocab") or {}
        cut = self.definition.get("pre_tokenizer")
        way = recognised(cut, tokens=vocab, ignore_merges=ignore, nfc=nfc) if nfc or normalizer is None else None
        if way is None:
            said = json.dumps({"normalizer": normalizer, "pre_tokenizer": cut, "ignore_merges": ignore}, ensure_ascii=False)
            raise self._refused(f"llama.cpp's name for this is not known: {said[:400]}")
        return self._whole(model="gpt2", pre=way.words[0], merges=[" ".join(pair) for pair in self._merges()])

    def _sentencepiece(self) -> GgufVocabulary:
        prefix = self._space_prefix()
        tokens, types = self._tokens()
        scores, notes = self._scores(tokens, types)
        return self._whole(model="llama", pre="default", scores=scores, space_prefix=prefix, notes=notes)

    def _whole(self, **parts: Any) -> GgufVocabulary:
        tokens, types = self._tokens()
        begins, ends = self._around()
        numbers, template = self._numbers(tokens), self._template()
        return GgufVocabulary(tokens=tokens, types=types, numbers=numbers, begins=begins, ends=ends, template=template, **parts)

    def _tokens(self) -> tuple[list[str], list[int]]:
        """Texts and types of all rows."""
        rows = int(self._config["vocab_size"])
        texts = {int(number): str(text) for text, number in (self.model.get("vocab") or {}).items()}
        texts |= {number: str(token["content"]) for number, token in self.added.items()}
        if not texts or max(texts) >= rows or min(texts) < 0:
            raise self._refused(f"it has tokens up to {max(texts, default=-1)}, the model {rows} rows")
        tokens = [texts.get(number, f"[PAD{number}]") for number in range(rows)]
        return tokens, [self._type(number, tokens[number]) if number in texts else _UNUSED for number in range(rows)]

    def _type(self, number: int, text: str) -> int:
        if text == self.model.get("unk_token"):
            return _UNKNOWN
        if number in self.added:
            return _CONTROL if self.added[number].get("special") else _USER
        is_byte = self.model.get("byte_fallback") and len(text) == 6 and text.startswith("<0x") and text.endswith(">")
        return _BYTE if is_byte else _NORMAL

    def _merges(self) -> list[tuple[str, str]]:
        pairs = [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in self.model.get("merges") or ()]
        if any(len(pair) != 2 or " " in pair[0] + pair[1] for pair in pairs):
            raise self._refused("its merges hold blanks, which GGUF cannot say")
        return pairs  # type: ignore[return-value]  # the lengths are checked above

    def _scores(self, tokens: list[str], types: list[int]) -> tuple[list[float], tuple[str, ...]]:
        """A score for every token, by which llama.cpp merges in the order of the merges here; and what differs still.

        Where that order is the order of ids, the score is the id's, as sentencepiece numbers its pieces. llama.cpp merges any two
        neighbours that make a token, so pairs that are not listed here are told.
        """
        normal = {token for token, kind in zip(tokens, types, strict=True) if kind == _NORMAL}
        listed = [pair for pair in self._merges() if {*pair, "".join(pair)} <= normal]
        ranks: dict[str, int] = {}
        for place, pair in enumerate(listed):
            ranks.setdefault("".join(pair), place)
        firsts = [ranks["".join(pair)] for pair in listed]
        if firsts != sorted(firsts):
            raise self._refused("its merges are not in sentencepiece's order, all of one token's together")
        order = [ranks[token] for token in tokens if token in ranks]
        last = len(listed)
        by_id = order == sorted(order)
        scores = [-float(number if by_id else ranks.get(token, last + number)) for number, token in enumerate(tokens)]
        others = {pair for pair in sentencepiece_merges(tokens, scores) if {*pair, "".join(pair)} <= normal} - set(listed)
        few = ", ".join(" ".join(pair) for pair in sorted(others)[:3])
        said = f"llama.cpp merges {len(others)} pairs that this tokenizer.json does not ({few}): such text is cut otherwise there"
        return scores, ((said,) if others else ())

    def _space_prefix(self) -> bool:
        """Whether a blank is put before a text; raises for a normaliser that is not sentencepiece's."""
        normalizer, cut = self.definition.get("normalizer"), self.definition.get("pre_tokenizer")
        steps = normalizer.get("normalizers", [normalizer]) if isinstance(normalizer, dict) else []
        if cut is None and steps in ([_TO_BLANKS], [{"type": "Prepend", "prepend": _BLANK}, _TO_BLANKS]):
            return len(steps) == 2
        if (
            not steps
            and isinstance(cut, dict)
            and cut.get("type") == "Metaspace"
            and cut.get("replacement") == _BLANK
            and not cut.get("split")
        ):
            return bool(cut.get("prepend_scheme", "always") != "never")
        said = json.dumps({"normalizer": normalizer, "pre_tokenizer": cut}, ensure_ascii=False)
        raise self._refused(f"this is not sentencepiece's way to cut: {said[:400]}")

    def _around(self) -> tuple[bool, bool]:
        """Whether a whole text gets the begin token before it, and the end token behind it."""
        bare, whole = self._encoded("a")
        numbers = self._numbers(self._tokens()[0])
        first, last = [numbers.get("bos")], [numbers.get("eos")]
        forms = {(False, False): bare, (True, False): first + bare, (False, True): bare + last, (True, True): first + bare + last}
        found = next((form for form, ids in forms.items() if ids == whole), None)
        if found is None:
            raise self._refused("it puts other tokens around a text than its begin and end")
        return found

    def _encoded(self, text: str) -> tuple[list[int], list[int]]:
        """A text's tokens without and with what is put around it."""
        from tokenizers import Tokenizer

        try:
            fast = Tokenizer.from_str(self._files["tokenizer.json"].decode("utf-8"))
            return fast.encode(text, add_special_tokens=False).ids, fast.encode(text, add_special_tokens=True).ids
        except BaseException as error:  # the library raises bare Exception, and a panic of Rust's comes as a BaseException
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise self._refused(str(error)) from error

    def _numbers(self, tokens: list[str]) -> dict[str, int]:
        ids = {text: number for number, text in enumerate(tokens)}
        named = {word: ids.get(_content(self._settings.get(f"{name}_token")) or "") for word, name in _ROLES.items()}
        found = {
            word: number if number is not None else _first(self._config.get(f"{_ROLES[word]}_token_id")) for word, number in named.items()
        }
        others = [number for number in self._end_ids() if number != found["eos"] and not self._is_known_end(number, tokens)]
        found |= dict(zip(("eot", "eom"), others, strict=False))
        if found["unknown"] is None and self.model.get("unk_token") in ids:
            found["unknown"] = ids[self.model["unk_token"]]
        return {word: number for word, number in found.items() if number is not None and 0 <= number < len(tokens)}

    @staticmethod
    def _is_known_end(number: int, tokens: list[str]) -> bool:
        """Whether llama.cpp takes a token for an end without being told."""
        return 0 <= number < len(tokens) and tokens[number] in KNOWN_ENDS

    def _end_ids(self) -> list[int]:
        given = self._generation.get("eos_token_id", self._config.get("eos_token_id"))
        return [number for number in (given if isinstance(given, list) else [given]) if isinstance(number, int)]

    def _template(self) -> str | None:
        source: Any = self._settings.get("chat_template")
        if "chat_template.jinja" in self._files:
            source = self._files["chat_template.jinja"].decode("utf-8", "replace")
        if isinstance(source, list):
            source = next((one.get("template") for one in source if isinstance(one, dict) and one.get("name") == "default"), None)
        return source if isinstance(source, str) and source else None

    def _json(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads(self._files.get(name, b"{}"))
        except (ValueError, RecursionError) as error:
            raise ModelError(f"{name} is not JSON: {error}", place=self._place, hint="fetch the file again") from error
        return found if isinstance(found, dict) else {}

    def _refused(self, why: str) -> ModelError:
        hint = "use the safetensors or ONNX form of this model, or a GGUF that its authors published"
        return ModelError(f"the tokenizer cannot be said in GGUF: {why}", place=self._place, hint=hint)


_ROLES = {"bos": "bos", "eos": "eos", "unknown": "unk", "padding": "pad"}


def _content(token: Any) -> str | None:
    found = token.get("content") if isinstance(token, dict) else token
    return found if isinstance(found, str) else None


def _first(given: Any) -> int | None:
    found = given[0] if isinstance(given, list) and given else given
    return found if isinstance(found, int) else None
