"""What is not converted is refused: by its name, with a next step, and with nothing left behind."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")

from sqlcoder_core.errors import FileError, ModelError, SqlcoderError, UsageError
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.convert.gguf_header import read_header
from sqlcoder_core.models.convert.weights import read_weights

Tiny = Callable[..., Path]


def refused(src: Path, tmp_path: Path, said: str, name: str = "out.gguf", kind: type[SqlcoderError] = ModelError, **over: object) -> None:
    with pytest.raises(kind, match=said) as caught:
        convert(src, tmp_path / name, **over)  # type: ignore[arg-type]
    assert caught.value.hint
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.ckpt"])
def test_pickle_is_refused_with_the_way_to_convert(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / name).write_bytes(b"\x80\x02.")
    refused(folder, tmp_path, "save_pretrained")
    refused(folder / name, tmp_path, "run any code")


def test_what_is_no_model_is_told_apart(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", tmp_path, "neither model.safetensors nor its index")
    refused(tmp_path / "nowhere", tmp_path, "there is no model", kind=FileError)
    (tmp_path / "notes.txt").write_text("x")
    refused(tmp_path / "notes.txt", tmp_path, "not a model that is read here")
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "m.Q4_0.gguf").write_text("x")
    with pytest.raises(ModelError, match=r"name the file itself: m\.Q4_0\.gguf"):
        read_weights(tmp_path / "hub")
    (tmp_path / "lora").mkdir()
    (tmp_path / "lora" / "adapter_config.json").write_text("{}")
    refused(tmp_path / "lora", tmp_path, "a LoRA adapter, not a whole model")


def test_truncated_gguf_is_refused(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "whole.gguf")
    (tmp_path / "cut.gguf").write_bytes((tmp_path / "whole.gguf").read_bytes()[:-1000])
    refused(tmp_path / "cut.gguf", tmp_path, "truncated: the header speaks of")


def test_missing_tokenizer_is_told_with_the_way_to_get_it(tiny: Tiny, tmp_path: Path) -> None:
    folder = tiny()
    (folder / "tokenizer.json").unlink()
    for name in ("out.gguf", "out"):
        refused(folder, tmp_path, "there is no tokenizer.json", name)


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"model_type": "mpt"}, "architecture mpt are not converted; those that are: llama, mistral, qwen2, qwen3, gpt_bigcode"),
        ({"model_type": "qwen3"}, "q_norm.weight is missing"),
        ({"num_hidden_layers": 3}, "layers.2.input_layernorm"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "scaled by yarn"),
        ({"hidden_act": "gelu"}, "activation gelu"),
        ({"partial_rotary_factor": 0.5}, "rotated in part"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantised by gptq"),
        ({"num_attention_heads": 0}, "nothing usable about num_attention_heads"),
        ({"hidden_size": None}, "nothing usable about hidden_size"),
        ({"num_hidden_layers": 10**9}, "speaks of 1000000000 layers, the model has 21 tensors"),
        ({"rms_norm_eps": {}}, r"config.json holds something else than it should \(TypeError"),
        ({"rope_scaling": {"rope_type": "llama3"}}, r"config.json holds something else than it should \(KeyError: 'factor'"),
        ({"num_key_value_heads": 1}, r"k_proj.weight has the sizes \(32, 64\), where the config asks for \(16, 64\)"),
        ({"head_dim": 3}, r"where the config asks for"),
        ({"num_hidden_layers": 1}, r"layers\.1\..* belongs to no layer, of which the config has 1"),
        ({"tie_word_embeddings": True}, ""),
    ],
)
def test_what_gguf_cannot_say_is_named(tiny: Tiny, tmp_path: Path, over: dict[str, object], said: str) -> None:
    folder = tiny()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | over))
    if said:
        refused(folder, tmp_path, said)
    else:  # a spare matrix of a tied model is left out, as transformers does
        convert(folder, tmp_path / "out.gguf")


@pytest.mark.parametrize(
    "key", ["attention.head_count", "attention.head_count_kv", "embedding_length", "block_count", "feed_forward_length"]
)
def test_gguf_whose_header_and_tensors_disagree_is_refused(tiny: Tiny, tmp_path: Path, key: str) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    content, told = (tmp_path / "m.gguf").read_bytes(), f"llama.{key}".encode() + struct.pack("<I", 4)
    at = content.index(told) + len(told)
    for wrong in (0, 1, 3, 2**31):
        (tmp_path / "wrong.gguf").write_bytes(content[:at] + struct.pack("<I", wrong) + content[at + 4 :])
        refused(tmp_path / "wrong.gguf", tmp_path, "config|header|heads|layer|tensor", "out")


def test_headers_with_flipped_bytes_are_converted_or_refused_never_worse(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    content, end, dice = (tmp_path / "m.gguf").read_bytes(), read_header(tmp_path / "m.gguf").data_offset, random.Random(9)
    outcomes = {"made": 0, "refused": 0}
    for _ in range(150):
        broken = bytearray(content)
        broken[dice.randrange(1500 if dice.random() < 0.5 else end)] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        (tmp_path / "x.gguf").write_bytes(broken)
        try:
            convert(tmp_path / "x.gguf", tmp_path / "out", overwrite=True)
            outcomes["made"] += 1
        except ModelError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 10


@pytest.mark.parametrize(
    "change", [{"added_tokens": 1}, {"model": 3}, {"model": {"type": "BPE", "vocab": [], "merges": 2.5}}, {"pre_tokenizer": [1]}]
)
def test_tokenizer_json_of_other_shapes_is_refused(tiny: Tiny, tmp_path: Path, change: dict[str, object]) -> None:
    folder = tiny()
    read = json.loads((folder / "tokenizer.json").read_text())
    (folder / "tokenizer.json").write_text(json.dumps(read | change))
    refused(folder, tmp_path, "tokenizer")


def test_gguf_that_is_no_whole_model_is_told_by_its_kind(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    for kind, said in {"adapter": "an adapter, not", "mmproj": "the kind mmproj", "model": "without tensors"}.items():
        writer = GGUFWriter(tmp_path / "x.gguf", "llama")
        writer.add_type(kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        refused(tmp_path / "x.gguf", tmp_path, said)


def test_other_gguf_architectures_are_named(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    content = (tmp_path / "m.gguf").read_bytes()
    (tmp_path / "other.gguf").write_bytes(content.replace(b"llama", b"mamba"))
    refused(
        tmp_path / "other.gguf", tmp_path, "architecture mamba are not converted; those that are: llama, qwen2, qwen3, starcoder", "out"
    )


def test_unknown_number_format_names_those_there_are(tiny: Tiny, tmp_path: Path) -> None:
    refused(tiny(), tmp_path, "choose one of f32, f16, bf16, q8_0", dtype="q4_k_m", kind=UsageError)
    refused(tiny(), tmp_path, "choose one of f32, f16, bf16$", "out", dtype="q8_0", kind=UsageError)
    refused(tiny(), tmp_path, "name a folder", "out.safetensors", kind=UsageError)
