"""The vocabulary of a GGUF file through llama.cpp: bytes that come back, control tokens only where they are wanted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_gguf import CHAT, CONTROL, write_tiny

from sqlcoder_core.api import Message, ModelError, ModelFiles
from sqlcoder_llamacpp.engine import LlamaCppEngine
from sqlcoder_llamacpp.runtime import LlamaCppSettings
from sqlcoder_llamacpp.tokenizer import LlamaTokenizer

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")

TEXTS = (
    "",
    " ",
    "\n",
    "SELECT",
    " SELECT  count(*)\n\tFROM t",
    "a\u00a0b",
    "caf\u00e9 \u4e16\u754c \U0001f600 e\u0301",
    "1234567890.50",
    "x\x00y",
    "'it''s'",
    "\r\n\r\n",
    "  leading and trailing  ",
)


def load(path: Path) -> LlamaCppEngine:
    engine = LlamaCppEngine(LlamaCppSettings(threads=1), ModelFiles(name="tiny", kind="gguf", path=str(path)))
    engine.load()
    return engine


@pytest.fixture(scope="module", params=["bytes", "sentencepiece"])
def tokenizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaTokenizer]:
    engine = load(write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.gguf", pieces=request.param == "sentencepiece"))
    yield engine.tokenizer
    engine.close()


@pytest.fixture(scope="module")
def by_bytes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaTokenizer]:
    engine = load(write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.gguf"))
    yield engine.tokenizer
    engine.close()


def random_texts(count: int) -> list[str]:
    choose = random.Random(3)
    letters = "abcSELECT _(),.*='\"0123456789\n\t\u00e9\u00df\u4e2d\u6587\U0001f600\u0301\u2028"
    return ["".join(choose.choices(letters, k=choose.randrange(1, 40))) for _ in range(count)]


def test_the_bytes_of_a_texts_tokens_are_the_text(tokenizer: LlamaTokenizer) -> None:
    for text in (*TEXTS, *random_texts(300)):
        tokens = tokenizer.encode(text, whole=False)
        assert b"".join(map(tokenizer.token_bytes, tokens)) == text.encode(), text
        assert tokenizer.decode(tokens) == text


def test_a_whole_prompt_begins_once_with_the_begin_token(by_bytes: LlamaTokenizer) -> None:
    begin = by_bytes.encode("")[0]
    assert by_bytes.token_bytes(begin) == CONTROL[0].encode()
    assert by_bytes.encode("SELECT") == [begin, *by_bytes.encode("SELECT", whole=False)]
    assert by_bytes.encode(CONTROL[0] + "SELECT") == by_bytes.encode("SELECT")


def test_control_tokens_are_recognised_in_whole_prompts_alone(by_bytes: LlamaTokenizer) -> None:
    whole, within = by_bytes.encode("a<|end|>b"), by_bytes.encode("a<|end|>b", whole=False)
    assert len(set(whole) & by_bytes.ends) == 1
    assert not set(within) & by_bytes.special
    assert by_bytes.decode(within) == "a<|end|>b" and by_bytes.decode(whole) == "ab"


def test_an_end_token_is_never_added_to_a_prompt(tmp_path: Path) -> None:
    engine = load(write_tiny(tmp_path / "tiny.gguf", kv={"tokenizer.ggml.add_eos_token": True}))
    assert not set(engine.tokenizer.encode("SELECT")) & engine.tokenizer.ends
    engine.close()


def test_a_model_that_wants_no_begin_token_gets_none(tmp_path: Path) -> None:
    engine = load(write_tiny(tmp_path / "tiny.gguf", kv={"tokenizer.ggml.add_bos_token": False}))
    assert engine.tokenizer.encode("SELECT") == engine.tokenizer.encode("SELECT", whole=False)
    engine.close()


def test_special_texts_are_those_that_turn_into_control_tokens(tokenizer: LlamaTokenizer) -> None:
    assert {tokenizer.token_bytes(token).decode() for token in tokenizer.special} == set(tokenizer.special_texts)
    assert tokenizer.ends < tokenizer.special
    for text in tokenizer.special_texts:
        assert set(tokenizer.encode(f"a {text} b")[2:]) & tokenizer.special
        assert not set(tokenizer.encode(f"a {text} b", whole=False)) & tokenizer.special


def test_a_token_that_is_not_used_stands_for_nothing(by_bytes: LlamaTokenizer) -> None:
    assert by_bytes.token_bytes(by_bytes.vocabulary - 1) == b""
    assert by_bytes.token_bytes(by_bytes.vocabulary) == b"" and by_bytes.token_bytes(-1) == b""


def test_bytes_cut_in_a_letter_become_the_replacement_character(by_bytes: LlamaTokenizer) -> None:
    tokens = by_bytes.encode("\U0001f600", whole=False)
    assert len(tokens) == 4
    assert by_bytes.decode(tokens[:2]) == "\ufffd"


def test_sentencepiece_puts_no_blank_into_the_middle_of_an_answer(tmp_path: Path) -> None:
    engine = load(write_tiny(tmp_path / "tiny.gguf", pieces=True))
    within, whole = engine.tokenizer.encode("SELECT", whole=False), engine.tokenizer.encode("SELECT")
    assert [engine.tokenizer.token_bytes(token) for token in within] == [b"SELECT"]
    assert [engine.tokenizer.token_bytes(token) for token in whole] == [b"<s>", b" SELECT"]
    engine.close()


def test_text_that_is_no_unicode_is_encoded_all_the_same(by_bytes: LlamaTokenizer) -> None:
    assert by_bytes.decode(by_bytes.encode("a\ud800b", whole=False)) == "a?b"


def test_chat_renders_the_files_own_template_and_its_begin_is_not_doubled(by_bytes: LlamaTokenizer) -> None:
    text = by_bytes.chat([Message(role="system", content="Write SQL."), Message(role="user", content="How many?")])
    assert text == "<|begin|><|turn|>system\nWrite SQL.<|turn|>user\nHow many?<|turn|>assistant\n"
    tokens = by_bytes.encode(text)
    assert tokens[0] == by_bytes.encode("")[0] and tokens.count(tokens[0]) == 1
    assert CHAT.startswith("{{ bos_token }}")


def test_a_model_without_a_template_has_no_chat(tmp_path: Path) -> None:
    engine = load(write_tiny(tmp_path / "tiny.gguf", kv={"tokenizer.chat_template": None}))
    assert engine.tokenizer.chat([Message(role="user", content="hi")]) is None
    engine.close()


def test_a_template_that_tries_to_leave_its_sandbox_is_named_with_its_file(tmp_path: Path) -> None:
    escaping = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
    engine = load(write_tiny(tmp_path / "tiny.gguf", kv={"tokenizer.chat_template": escaping}))
    with pytest.raises(ModelError, match=r"tiny\.gguf: the chat template tried to leave its sandbox"):
        engine.tokenizer.chat([Message(role="user", content="hi")])
    engine.close()


@pytest.mark.real_model
def test_smollm2_has_its_ends_and_its_chat(smollm2_gguf: Path) -> None:
    engine = load(smollm2_gguf)
    tokenizer = engine.tokenizer
    assert {tokenizer.token_bytes(token) for token in tokenizer.ends} >= {b"<|im_end|>", b"<|endoftext|>"}
    text = tokenizer.chat([Message(role="system", content="Write SQL."), Message(role="user", content="How many?")])
    assert text == "<|im_start|>system\nWrite SQL.<|im_end|>\n<|im_start|>user\nHow many?<|im_end|>\n<|im_start|>assistant\n"
    for one in random_texts(300):
        assert tokenizer.decode(tokenizer.encode(one, whole=False)) == one
    engine.close()
