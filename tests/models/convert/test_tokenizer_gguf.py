"""Tokenizers from GGUF and back: the same tokens as llama.cpp for whatever text comes."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("tokenizers")
pytest.importorskip("llama_cpp")

import llama_cpp
from gguf import GGUFWriter
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.convert.gguf_header import read_header
from sqlcoder_core.models.convert.pre_tokenizers import named, words
from sqlcoder_core.models.convert.tokenizer_from_gguf import tokenizer_files
from sqlcoder_core.models.convert.tokenizer_to_gguf import GgufVocabulary, gguf_vocabulary

Tiny = Callable[..., Path]
BLANK = "\u2581"
SQL = [
    "SELECT c.name, SUM(o.amount) AS total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.day >= '2024-01-01'",
    "WITH t AS (SELECT * FROM a) SELECT COUNT(*) FROM t GROUP BY 1 HAVING COUNT(*) > 10.5e-3 ORDER BY 2 DESC LIMIT 5",
    "-- don't\nSELECT \"Quoted \"\"name\"\"\", 'it''s' /* I'LL, we've, they're */ FROM [x].y WHERE a <> b OR NOT c IS NULL;\r\n",
    "def f(x):\n    return x[1:] + [y ** 2 for y in range(10_000)]  # código\n\n\tif __name__ == '__main__':\n",
    "<|begin|>user<|turn|> <s> </s> <|im_start|>system\n<|endoftext|>",
]
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000\u200b\ufeff\x1c\x1d\x1e\x1f"
SCRIPTS = [(0xA0, 0x24F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF), (0xE00, 0xE7F), (0x2000, 0x206F), (0x2070, 0x218F)]
SCRIPTS += [(0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFE00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF)]


def pre_tokenizer_words(word: str) -> tuple[str, ...]:
    found = named(word)
    assert found is not None
    return found.words


def texts(count: int) -> list[str]:
    """Texts of eight kinds in turn, always the same."""
    dice = random.Random(41)
    return [KINDS[number % len(KINDS)](dice) or "a" for number in range(count)]


def _slice(dice: random.Random) -> str:
    text = dice.choice(SQL)
    start = dice.randrange(len(text))
    return text[start : start + dice.randint(1, 120)]


def _words(dice: random.Random) -> str:
    parts = re.split(r"(\W)", " ".join(SQL))
    return "".join(dice.choice(parts) for _ in range(dice.randint(1, 40)))


def _numbers(dice: random.Random) -> str:
    forms = [
        str(dice.randrange(10 ** dice.randint(1, 15))),
        f"{dice.random():.4f}",
        "1,234.50",
        "0x1F",
        "½",
        "²",
        "Ⅷ",
        "٣",
        "९",
        "-",
        " ",
        "e",
    ]
    return "".join(dice.choice(forms) for _ in range(dice.randint(1, 10)))


def _spaces(dice: random.Random) -> str:
    return "".join(dice.choice(SPACES) if dice.random() < 0.6 else dice.choice("ab1.!é") for _ in range(dice.randint(1, 40)))


def _scripts(dice: random.Random) -> str:
    return "".join(chr(dice.randint(*dice.choice(SCRIPTS))) for _ in range(dice.randint(1, 40)))


def _anything(dice: random.Random) -> str:
    return "".join(chr(dice.choice((dice.randrange(1, 0xD800), dice.randrange(0xE000, 0x110000)))) for _ in range(dice.randint(1, 20)))


def _bytes(dice: random.Random) -> str:
    return dice.randbytes(dice.randint(1, 60)).decode("utf-8", "replace").replace("\0", "")


def _letters(dice: random.Random) -> str:
    return dice.randbytes(dice.randint(1, 60)).decode("latin-1").replace("\0", "")


KINDS: list[Callable[[random.Random], str]] = [_slice, _words, _numbers, _spaces, _scripts, _anything, _bytes, _letters]


def mismatches(file: Path, definition: bytes, count: int, *, special: bool) -> list[str]:
    """Texts that llama.cpp and the tokenizer.json cut differently."""
    theirs = llama_cpp.Llama(os.fspath(file), vocab_only=True, verbose=False)
    ours = Tokenizer.from_str((definition if special else without_special(definition)).decode())
    return [
        text
        for text in texts(count)
        if theirs.tokenize(text.encode(), add_bos=False, special=special) != ours.encode(text, add_special_tokens=False).ids
    ]


def without_special(definition: bytes) -> bytes:
    read = json.loads(definition)
    return json.dumps(read | {"added_tokens": [token for token in read["added_tokens"] if not token["special"]]}).encode()


@pytest.mark.real_model
@pytest.mark.parametrize("special", [True, False])
def test_smollm2_is_cut_as_llama_cpp_cuts_it_over_10_000_texts(smollm2_gguf: Path, special: bool) -> None:
    definition = tokenizer_files(read_header(smollm2_gguf))["tokenizer.json"]
    assert mismatches(smollm2_gguf, definition, 10_000, special=special) == []


@pytest.mark.real_model
def test_smollm2_vocabulary_comes_back_as_it_was(smollm2_gguf: Path) -> None:
    header = read_header(smollm2_gguf)
    back = gguf_vocabulary(tokenizer_files(header), {"vocab_size": 49152}, "m")
    assert (back.model, back.pre, back.begins, back.ends) == ("gpt2", "smollm", False, False)
    for key, value in {"tokens": back.tokens, "token_type": back.types, "merges": back.merges}.items():
        assert header.array(f"tokenizer.ggml.{key}") == value, key
    assert back.template == header.metadata["tokenizer.chat_template"]
    assert all(header.metadata[f"tokenizer.ggml.{word}_token_id"] == number for word, number in back.numbers.items())


@pytest.mark.real_model
@pytest.mark.parametrize("word", [word for word in words() if word == pre_tokenizer_words(word)[0]])
def test_every_known_cut_is_llama_cpps_on_a_real_vocabulary(smollm2_gguf: Path, tmp_path: Path, word: str) -> None:
    real = gguf_vocabulary(tokenizer_files(read_header(smollm2_gguf)), {"vocab_size": 49152}, "m")
    write_vocabulary(tmp_path / "v.gguf", real, pre=word)
    definition = tokenizer_files(read_header(tmp_path / "v.gguf"))["tokenizer.json"]
    assert mismatches(tmp_path / "v.gguf", definition, 2000, special=True) == []


@pytest.mark.parametrize("word", words())
def test_every_known_cut_is_llama_cpps(tmp_path: Path, tokenizer_json: str, word: str) -> None:
    write_vocabulary(tmp_path / "v.gguf", of_text(tokenizer_json), pre=word)
    definition = tokenizer_files(read_header(tmp_path / "v.gguf"))["tokenizer.json"]
    for special in (True, False):
        assert mismatches(tmp_path / "v.gguf", definition, 400, special=special) == []


@pytest.mark.parametrize("word", words())
def test_every_known_cut_is_recognised_again(tmp_path: Path, tokenizer_json: str, word: str) -> None:
    write_vocabulary(tmp_path / "v.gguf", of_text(tokenizer_json), pre=word)
    files = tokenizer_files(read_header(tmp_path / "v.gguf"))
    back = gguf_vocabulary(files, {"vocab_size": 304}, "m")
    write_vocabulary(tmp_path / "again.gguf", back)
    assert tokenizer_files(read_header(tmp_path / "again.gguf"))["tokenizer.json"] == files["tokenizer.json"]


def test_vocabulary_that_lacks_bytes_keeps_their_neighbours_apart(tmp_path: Path, tokenizer_json: str) -> None:
    read = json.loads(tokenizer_json)
    lost = {letter for letter in "\u0100\u0101\u011d\u0122é" if letter in read["model"]["vocab"]}
    assert len(lost) == 5
    kept = [text for text in sorted(read["model"]["vocab"], key=read["model"]["vocab"].get) if text not in lost]
    read["model"]["vocab"] = {text: number for number, text in enumerate(kept)}
    vocabulary = of_text(json.dumps(read))
    write_vocabulary(tmp_path / "v.gguf", vocabulary)
    files = tokenizer_files(read_header(tmp_path / "v.gguf"))
    assert mismatches(tmp_path / "v.gguf", files["tokenizer.json"], 2000, special=True) == []
    assert gguf_vocabulary(files, {"vocab_size": 304}, "m") == vocabulary


def test_sentencepiece_is_cut_as_llama_cpp_cuts_it(tmp_path: Path) -> None:
    for prefix in (True, False):
        write_vocabulary(tmp_path / "v.gguf", sentencepiece(prefix))
        files = tokenizer_files(read_header(tmp_path / "v.gguf"))
        assert mismatches(tmp_path / "v.gguf", files["tokenizer.json"], 3000, special=True) == []
        back = gguf_vocabulary(files, {"vocab_size": len(sentencepiece(prefix).tokens)}, "m")
        assert (back.tokens, back.types, back.space_prefix, back.begins) == (
            sentencepiece(prefix).tokens,
            sentencepiece(prefix).types,
            prefix,
            True,
        )
        write_vocabulary(tmp_path / "again.gguf", back)
        assert mismatches(tmp_path / "again.gguf", files["tokenizer.json"], 3000, special=True) == []


def test_text_never_becomes_a_control_token(tmp_path: Path) -> None:
    assert {"<", "s>", "</"} & set(sentencepiece(True).tokens)
    write_vocabulary(tmp_path / "v.gguf", sentencepiece(True))
    fast = Tokenizer.from_str(without_special(tokenizer_files(read_header(tmp_path / "v.gguf"))["tokenizer.json"]).decode())
    for text in ("<s>", "a</s>", "<unk>"):
        assert not {0, 1, 2} & set(fast.encode(text, add_special_tokens=False).ids)


def test_sentencepiece_scores_come_back(tmp_path: Path) -> None:
    vocabulary = sentencepiece(True)
    write_vocabulary(tmp_path / "v.gguf", vocabulary)
    files = tokenizer_files(read_header(tmp_path / "v.gguf"))
    back = gguf_vocabulary(files, {"vocab_size": len(vocabulary.tokens)}, "m")
    assert back.scores is not None and vocabulary.scores is not None
    steps = {mine - theirs for mine, theirs in zip(back.scores[259:], vocabulary.scores[259:], strict=True)}
    assert len(steps) == 1
    assert back.notes == ()


def test_pairs_that_only_llama_cpp_merges_are_told(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "v.gguf", sentencepiece(True))
    files = tokenizer_files(read_header(tmp_path / "v.gguf"))
    read = json.loads(files["tokenizer.json"])
    lost = read["model"]["merges"].pop()
    back = gguf_vocabulary(
        {"tokenizer.json": json.dumps(read).encode()}, {"vocab_size": len(read["model"]["vocab"])} | {"bos_token_id": 1}, "m"
    )
    assert back.notes == (f"llama.cpp merges 1 pairs that this tokenizer.json does not ({lost}): such text is cut otherwise there",)


def test_merges_in_another_order_than_sentencepieces_are_refused(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "v.gguf", sentencepiece(True))
    read = json.loads(tokenizer_files(read_header(tmp_path / "v.gguf"))["tokenizer.json"])
    merges = [pair.split(" ") for pair in read["model"]["merges"]]
    made = [left + right for left, right in merges]
    twice = next(text for text in made if made.count(text) > 1)
    read["model"]["merges"].append(read["model"]["merges"].pop(made.index(twice)))
    with pytest.raises(ModelError, match="not in sentencepiece's order"):
        gguf_vocabulary({"tokenizer.json": json.dumps(read).encode()}, {"vocab_size": len(read["model"]["vocab"]), "bos_token_id": 1}, "m")


def test_list_of_merges_stands_for_scores_that_are_all_the_same(tmp_path: Path) -> None:
    vocabulary = sentencepiece(True)
    write_vocabulary(tmp_path / "scores.gguf", vocabulary)
    wanted = json.loads(tokenizer_files(read_header(tmp_path / "scores.gguf"))["tokenizer.json"])["model"]["merges"]
    write_vocabulary(tmp_path / "merges.gguf", vocabulary, merges=wanted, scores=[0.0] * len(vocabulary.tokens))
    assert json.loads(tokenizer_files(read_header(tmp_path / "merges.gguf"))["tokenizer.json"])["model"]["merges"] == wanted


def test_sentencepiece_decodes_to_the_text(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "v.gguf", sentencepiece(True))
    fast = Tokenizer.from_str(tokenizer_files(read_header(tmp_path / "v.gguf"))["tokenizer.json"].decode())
    for text in ("SELECT a  FROM b", " x", "é😀\n"):
        assert fast.decode(fast.encode(text).ids) == text


def test_begin_and_end_tokens_are_put_where_the_file_says(tmp_path: Path, tokenizer_json: str) -> None:
    for begins in (True, False):
        for ends in (True, False):
            write_vocabulary(tmp_path / "v.gguf", of_text(tokenizer_json), begins=begins, ends=ends)
            files = tokenizer_files(read_header(tmp_path / "v.gguf"))
            ids = Tokenizer.from_str(files["tokenizer.json"].decode()).encode("a").ids
            assert (ids[0] == 0, ids[-1] == 1) == (begins, ends)
            theirs = llama_cpp.Llama(os.fspath(tmp_path / "v.gguf"), vocab_only=True, verbose=False)
            assert theirs.tokenize(b"a", add_bos=True) == ids
            back = gguf_vocabulary(files, {"vocab_size": 304}, "m")
            assert (back.begins, back.ends) == (begins, ends)


def test_ends_are_those_of_llama_cpp(tmp_path: Path, tokenizer_json: str) -> None:
    text = tokenizer_json
    for mine, theirs in (("<|end|>", "<|eot_id|>"), ("<|turn|>", "<|end_of_text|>")):
        text = text.replace(mine, theirs)
    named = json.dumps({"bos_token": "<|begin|>", "eos_token": "<|eot_id|>"}).encode()
    vocabulary = gguf_vocabulary({"tokenizer.json": text.encode(), "tokenizer_config.json": named}, {"vocab_size": 304}, "m")
    write_vocabulary(tmp_path / "v.gguf", vocabulary)
    files = tokenizer_files(read_header(tmp_path / "v.gguf"))
    ends = json.loads(files["generation_config.json"])["eos_token_id"]
    theirs = llama_cpp.Llama(os.fspath(tmp_path / "v.gguf"), vocab_only=True, verbose=False)
    vocab = llama_cpp.llama_model_get_vocab(theirs.model)
    assert ends == [1, 2]
    assert ends == [number for number in range(304) if llama_cpp.llama_vocab_is_eog(vocab, number)]
    assert gguf_vocabulary(files, {"vocab_size": 304}, "m").numbers == vocabulary.numbers


def test_rows_beyond_the_tokenizer_are_unused(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    header = read_header(tmp_path / "m.gguf")
    assert header.array("tokenizer.ggml.tokens")[-4:] == ["[PAD300]", "[PAD301]", "[PAD302]", "[PAD303]"]
    assert header.array("tokenizer.ggml.token_type")[-5:] == [1, 5, 5, 5, 5]
    assert header.metadata["tokenizer.ggml.pre"] == "llama-bpe"
    convert(tmp_path / "m.gguf", tmp_path / "back")
    assert Tokenizer.from_file(str(tmp_path / "back" / "tokenizer.json")).get_vocab_size() == 300


def test_template_and_ends_survive(tiny: Tiny, tmp_path: Path) -> None:
    folder = tiny()
    (folder / "generation_config.json").write_text('{"eos_token_id": [2, 1]}')
    convert(folder, tmp_path / "m.gguf")
    convert(tmp_path / "m.gguf", tmp_path / "back")
    for name in ("eos_token", "bos_token", "chat_template"):
        told = [json.loads((place / "tokenizer_config.json").read_text())[name] for place in (folder, tmp_path / "back")]
        assert told[0] == told[1]
    assert sorted(json.loads((tmp_path / "back" / "generation_config.json").read_text())["eos_token_id"]) == [1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pre_tokenizer": {"type": "Whitespace"}}, '"Whitespace"'),
        ({"normalizer": {"type": "Lowercase"}}, '"Lowercase"'),
        ({"model": {"ignore_merges": True, "dropout": 0.1}}, "dropout"),
        ({"model": {"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 0}}, "Unigram"),
        ({"model": {"byte_fallback": True}}, "not sentencepiece's way to cut"),
    ],
)
def test_tokenizer_that_gguf_cannot_say_is_refused_by_its_parts(tokenizer_json: str, change: dict[str, Any], said: str) -> None:
    read = json.loads(tokenizer_json)
    changed = read | {key: read[key] | value if key == "model" else value for key, value in change.items()}
    with pytest.raises(ModelError, match=re.escape(said)) as caught:
        gguf_vocabulary({"tokenizer.json": json.dumps(changed).encode()}, {"vocab_size": 304}, "here")
    assert caught.value.place == "here"


def test_tokenizer_with_more_tokens_than_rows_is_refused(tokenizer_json: str) -> None:
    with pytest.raises(ModelError, match="tokens up to 299, the model 280 rows"):
        gguf_vocabulary({"tokenizer.json": tokenizer_json.encode()}, {"vocab_size": 280}, "m")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pre": "viking"}, "pre-tokenizer viking is not known here; those that are: llama-bpe"),
        ({"pre": ""}, "pre-tokenizer (none named) is not known here"),
        ({"model": "t5"}, "kind t5 is not converted"),
        ({"tokens": ["a", "a"], "types": [1, 1]}, "same text"),
        ({"types": [1]}, "300 tokens, but 1 types"),
        ({"merges": ["q zzz"]}, "does not fit together"),
        ({"model": "llama", "merges": None}, "no score for each"),
    ],
)
def test_gguf_vocabulary_that_is_not_known_is_refused_by_name(
    tmp_path: Path, tokenizer_json: str, change: dict[str, Any], said: str
) -> None:
    write_vocabulary(tmp_path / "v.gguf", of_text(tokenizer_json, rows=300), **change)
    with pytest.raises(ModelError, match=re.escape(said)):
        tokenizer_files(read_header(tmp_path / "v.gguf"))


def of_text(definition: str, rows: int = 304) -> GgufVocabulary:
    named = json.dumps({"bos_token": "<|begin|>", "eos_token": "<|end|>"}).encode()
    return gguf_vocabulary({"tokenizer.json": definition.encode(), "tokenizer_config.json": named}, {"vocab_size": rows}, "m")


def sentencepiece(prefix: bool) -> GgufVocabulary:
    """A vocabulary as sentencepiece makes them: control tokens, bytes, then pieces by falling score, letters last."""
    fast = Tokenizer(models.BPE())
    fast.normalizer = normalizers.Replace(" ", BLANK)
    fast.pre_tokenizer = pre_tokenizers.Split(BLANK, behavior="merged_with_next")
    fast.decoder = decoders.Metaspace()
    fast.train_from_iterator([f" {text}" for text in SQL] * 3, trainers.BpeTrainer(vocab_size=300, show_progress=False))
    learnt = fast.get_vocab()
    pieces = sorted((text for text in learnt if len(text) > 1), key=lambda text: learnt[text]) + sorted(
        text for text in learnt if len(text) == 1
    )
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *pieces]
    types = [2, 3, 3, *([6] * 256), *([1] * len(pieces))]
    scores = [0.0] * 259 + [-float(place) for place in range(len(pieces))]
    return GgufVocabulary(
        model="llama",
        pre="default",
        tokens=tokens,
        types=types,
        scores=scores,
        numbers={"bos": 1, "eos": 2, "unknown": 0},
        begins=True,
        space_prefix=prefix,
    )


def write_vocabulary(path: Path, vocabulary: GgufVocabulary, **over: Any) -> None:
    """A GGUF file with a vocabulary and no tensors."""
    said = {name: getattr(vocabulary, name) for name in vocabulary.__dataclass_fields__} | over
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model(said["model"])
    if said["pre"]:
        writer.add_tokenizer_pre(said["pre"])
    writer.add_token_list(said["tokens"])
    writer.add_token_types(said["types"])
    if said["merges"] is not None:
        writer.add_token_merges(said["merges"])
    if said["scores"] is not None:
        writer.add_token_scores(said["scores"])
    for word, number in said["numbers"].items():
        writer.add_uint32(f"tokenizer.ggml.{word}_token_id", number)
    writer.add_add_bos_token(said["begins"])
    writer.add_add_eos_token(said["ends"])
    writer.add_add_space_prefix(said["space_prefix"])
    writer.add_uint32("llama.context_length", 64)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
