"""A tokenizer's settings come with downloads: whatever they hold, they are used, left alone, or one clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.tokenizer_file import FileTokenizer
from sqlcoder_core.values.generation import Message

tokenizers = pytest.importorskip("tokenizers")
TURN = (Message(role="user", content="a"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tokenizers.Tokenizer(tokenizers.models.BPE({"a": 0, "b": 1}, []))
    made.add_special_tokens(["<s>"])
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


@pytest.mark.parametrize(
    "settings",
    [
        {"bos_token": 7, "eos_token": ["x"]},
        {"bos_token": {"content": None}, "eos_token": {}},
        {"chat_template": 7},
        {"chat_template": [7, {"name": "default"}, {"template": "x"}]},
        {"chat_template": {"default": "x"}},
    ],
)
def test_settings_of_other_types_are_left_alone(folder: Path, settings: dict[str, Any]) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    tokenizer = FileTokenizer(folder)
    assert tokenizer.encode("ab") == [0, 1]
    assert tokenizer.chat(TURN) is None
    assert tokenizer.ends == frozenset()


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json"])
def test_json_that_is_nested_without_end_is_one_error(folder: Path, name: str) -> None:
    (folder / name).write_text("[" * 300_000)
    with pytest.raises(ModelError, match=f"{name}: .*cannot be read"):
        FileTokenizer(folder)
