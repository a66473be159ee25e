"""Folders of safetensors whose JSON was made to harm: each is a model, or one clear error, wherever it is looked at."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.errors import ModelError, SqlcoderError
from sqlcoder_core.models.convert.weights import read_weights
from sqlcoder_core.models.file_kind import kinds_at
from sqlcoder_core.models.info import describe
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.values.model_files import ModelFiles

KEYS = (
    *("model_type", "architectures", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "vocab_size"),
    *("max_position_embeddings", "rope_scaling", "rope_theta", "rope_parameters", "dtype", "quantization_config", "head_dim"),
)
VALUES: tuple[Any, ...] = (None, 0, -1, 10**400, 1.5, float("nan"), "x", [], ["a"], [1], {}, {"a": 1}, True, "../../etc/passwd")
INDEXES = (
    *("", "{", "[]", "{}", '{"weight_map":1}', '{"weight_map":{"a":1}}', '{"weight_map":{"a":["x"]}}', '{"weight_map":{"a":null}}'),
    *('{"weight_map":{"a":"/etc/passwd"}}', "[" * 100_000, '{"weight_map":{"a":"../other/model.safetensors"}}'),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("model", "other"):
        (tmp_path / name).mkdir()
        header = json.dumps({"model.embed_tokens.weight": {"dtype": "F32", "shape": [8, 4], "data_offsets": [0, 128]}}).encode()
        (tmp_path / name / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(128))
    (tmp_path / "model" / "config.json").write_text('{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}')
    return tmp_path / "model"


def looked_at(folder: Path) -> None:
    """By everything that reads such a folder in the program's own process; anything but an SqlcoderError fails the test."""
    looks = (
        lambda: kinds_at(folder),
        lambda: describe(ModelFiles(name="m", kind="safetensors", path=str(folder))),
        lambda: read_weights(folder),
        lambda: resolve(str(folder), ("safetensors",), store=folder.parent / "store"),
    )
    for look in looks:
        try:
            look()
        except SqlcoderError as error:
            assert str(folder) in str(error)


def test_configs_with_values_of_all_kinds(folder: Path) -> None:
    chance = random.Random(4)
    for _ in range(300):
        config = {"model_type": "llama"} | {chance.choice(KEYS): chance.choice(VALUES) for _ in range(chance.randrange(6))}
        (folder / "config.json").write_text(json.dumps(config))
        looked_at(folder)
    for text in ("", "[]", '"x"', "[" * 100_000, "\x00"):
        (folder / "config.json").write_text(text)
        looked_at(folder)


@pytest.mark.parametrize("text", INDEXES)
def test_indexes_of_all_kinds(folder: Path, text: str) -> None:
    (folder / "model.safetensors.index.json").write_text(text)
    looked_at(folder)


@pytest.mark.parametrize("name", ["../other/model.safetensors", "/etc/passwd"])
def test_an_index_that_leads_out_of_its_folder_is_refused(folder: Path, name: str) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ModelError, match="parts of this model are missing"):
        resolve(str(folder), ("safetensors",), store=folder.parent / "store")
    with pytest.raises(ModelError, match="the index names"):
        read_weights(folder)
