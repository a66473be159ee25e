"""A model from safetensors to GGUF and back: the same numbers, the same words about it, and nothing half done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")

import numpy as np

from sqlcoder_core.errors import FileError, ModelError, UsageError
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.convert.gguf_header import read_header
from sqlcoder_core.models.convert.gguf_write import write_gguf
from sqlcoder_core.models.convert.safetensors_write import write_safetensors
from sqlcoder_core.models.convert.weights import Weights, read_weights

Tiny = Callable[..., Path]
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def assert_same_numbers(one: Weights, other: Weights) -> None:
    assert set(one.names()) == set(other.names())
    for name in one.names():
        np.testing.assert_array_equal(one.array(name), other.array(name), err_msg=name)


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
def test_there_and_back_loses_no_bit(tiny: Tiny, tmp_path: Path, kind: str) -> None:
    first = read_weights(tiny(kind=kind))
    convert(first.path, tmp_path / "a.gguf")
    convert(tmp_path / "a.gguf", tmp_path / "back")
    convert(tmp_path / "back", tmp_path / "b.gguf")
    back = read_weights(tmp_path / "back")
    assert_same_numbers(first, back)
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()
    matrix = "model.layers.0.mlp.up_proj.weight"
    assert back.stored_as(matrix) == first.stored_as(matrix) == {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}[kind]


def test_config_and_origin_survive(tiny: Tiny, tmp_path: Path) -> None:
    over = {"rope_theta": 500000.0, "rms_norm_eps": 1e-5, "max_position_embeddings": 4096, "head_dim": 32, "rope_scaling": LLAMA3_ROPE}
    first = read_weights(tiny(**over))
    convert(first.path, tmp_path / "m.gguf")
    convert(tmp_path / "m.gguf", tmp_path / "back")
    back = read_weights(tmp_path / "back")
    assert {key: back.config[key] for key in first.config} == first.config
    assert back.about["license"] == "apache-2.0"
    assert back.about["name"] == "Tiny 1"


@pytest.mark.parametrize(
    "said",
    [
        {"rope_parameters": {"rope_theta": 5000.0, "rope_type": "linear", "factor": 2.0}},
        {"rope_theta": 5000.0, "rope_scaling": {"type": "linear", "factor": 2.0}},
    ],
)
def test_rotary_settings_are_read_as_transformers_4_and_5_write_them(tiny: Tiny, tmp_path: Path, said: dict[str, object]) -> None:
    folder = tiny()
    config = json.loads((folder / "config.json").read_text())
    config.pop("rope_theta")
    (folder / "config.json").write_text(json.dumps(config | said))
    convert(folder, tmp_path / "m.gguf")
    back = read_weights(tmp_path / "m.gguf").config
    assert (back["rope_theta"], back["rope_scaling"]) == (5000.0, {"rope_type": "linear", "factor": 2.0})


@pytest.mark.parametrize("width", [128, 64, 16, 8])
@pytest.mark.parametrize(("low", "high", "original"), [(1.0, 4.0, 8192), (1.0, 4.0, 4096), (2.0, 8.0, 8192), (1.0, 32.0, 1600)])
def test_llama3_scaling_is_found_again_from_its_factors(low: float, high: float, original: int, width: int) -> None:
    from sqlcoder_core.models.convert.rope import llama3_factors, scaling_from_factors

    said = {"factor": 32.0, "low_freq_factor": low, "high_freq_factor": high, "original_max_position_embeddings": original}
    factors = llama3_factors(said, 500000.0, width)
    found = scaling_from_factors(factors, 500000.0, "m.gguf")
    np.testing.assert_allclose(llama3_factors(found, 500000.0, width), factors, rtol=1e-4)


def test_factors_of_no_known_rule_are_refused() -> None:
    from sqlcoder_core.models.convert.rope import scaling_from_factors

    with pytest.raises(ModelError, match="no rule known"):
        scaling_from_factors(np.linspace(1, 9, 32, dtype=np.float32) ** 2, 10000.0, "m.gguf")


def test_tied_model_has_no_second_matrix(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(tie_word_embeddings=True), tmp_path / "m.gguf")
    assert "output.weight" not in {tensor.name for tensor in read_header(tmp_path / "m.gguf").tensors}
    assert read_weights(tmp_path / "m.gguf").config["tie_word_embeddings"] is True


def test_norms_stay_float32_and_matrices_take_the_format(tiny: Tiny, tmp_path: Path) -> None:
    made = convert(tiny(), tmp_path / "m.gguf", dtype="q8_0")
    assert made.types == {"F32": 5, "Q8_0": 16}
    first, small = read_weights(tiny()), read_weights(tmp_path / "m.gguf")
    name = "model.layers.1.self_attn.k_proj.weight"
    assert 0 < np.abs(first.array(name) - small.array(name)).max() < np.abs(first.array(name)).max() / 100


def test_rows_that_fill_no_block_stay_float16_and_are_told(tiny: Tiny, tmp_path: Path) -> None:
    made = convert(tiny(intermediate_size=100), tmp_path / "m.gguf", dtype="q8_0")
    assert made.types["F16"] == 2
    assert "blk.0.ffn_down.weight" in made.notes[0]


def test_shards_are_read_as_one_model(tiny: Tiny, tmp_path: Path) -> None:
    first = read_weights(tiny())
    write_safetensors(first, tmp_path / "m", shard=60_000)
    assert len(list((tmp_path / "m").glob("model-*-of-*.safetensors"))) > 3
    assert_same_numbers(first, read_weights(tmp_path / "m"))
    next((tmp_path / "m").glob("model-00002-of-*")).unlink()
    with pytest.raises(ModelError, match="model-00002-of-"):
        read_weights(tmp_path / "m")


def test_gguf_in_parts_is_read_as_one_model(tiny: Tiny, tmp_path: Path) -> None:
    first = read_weights(tiny())
    split_gguf(first, tmp_path)
    assert_same_numbers(first, read_weights(tmp_path / "m-00001-of-00002.gguf"))
    shutil.copy(tmp_path / "m-00001-of-00002.gguf", tmp_path / "alone.gguf")
    with pytest.raises(ModelError, match="one of 2 parts"):
        read_weights(tmp_path / "alone.gguf")


def split_gguf(weights: Weights, folder: Path) -> None:
    """The same file in two parts, as llama-gguf-split writes them."""
    from gguf import GGUFReader, GGUFWriter

    write_gguf(weights, folder / "whole.gguf")
    read, header = GGUFReader(folder / "whole.gguf"), read_header(folder / "whole.gguf")
    half = len(read.tensors) // 2
    for number, tensors in enumerate((read.tensors[:half], read.tensors[half:])):
        writer = GGUFWriter(folder / f"m-{number + 1:05d}-of-00002.gguf", "llama")
        for key, field in read.fields.items() if number == 0 else ():
            if not key.startswith("GGUF.") and key != "general.architecture":
                sub_type = field.types[-1] if len(field.types) > 1 else None
                writer.add_key_value(key, field.contents(), field.types[0], sub_type)
        writer.add_uint16("split.no", number)
        writer.add_uint16("split.count", 2)
        writer.add_int32("split.tensors.count", len(header.tensors))
        for tensor in tensors:
            writer.add_tensor(tensor.name, tensor.data)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def test_bfloat16_is_rounded_as_llama_cpp_rounds_it() -> None:
    from gguf.constants import GGMLQuantizationType
    from gguf.quants import quantize

    from sqlcoder_core.models.convert.number_formats import encoded

    bits = np.random.default_rng(2).integers(0, 1 << 32, 64_000, dtype=np.uint32)
    edges = [0x7F800000, 0xFF800000, 0x7F800001, 0xFFFFFFFF, 0x3F808000, 0x3F818000, 0x7F7FFFFF, 0, 0x80000000, 1]
    bits[: len(edges)] = edges
    numbers = bits.view(np.float32).reshape(100, 640)
    theirs = quantize(numbers, GGMLQuantizationType.BF16).view(np.uint16).reshape(100, 640)
    np.testing.assert_array_equal(encoded(numbers, "bf16", "t"), theirs)


@pytest.mark.parametrize("dtype", ["f32", "bf16", "q8_0"])
def test_blocks_of_rows_make_the_same_file_as_whole_tensors(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    from sqlcoder_core.models.convert import number_formats

    sources = [tiny(kind="bfloat16"), tmp_path / "source.gguf"]
    convert(sources[0], sources[1], dtype="q8_0")
    for source in sources:
        convert(source, tmp_path / "whole.gguf", dtype=dtype, overwrite=True)
        convert(source, tmp_path / "whole", dtype="bf16", overwrite=True)
        with monkeypatch.context() as patched:
            patched.setattr(number_formats, "_BLOCK_NUMBERS", 700)
            convert(source, tmp_path / "blocks.gguf", dtype=dtype, overwrite=True)
            convert(source, tmp_path / "blocks", dtype="bf16", overwrite=True)
        assert (tmp_path / "whole.gguf").read_bytes() == (tmp_path / "blocks.gguf").read_bytes()
        assert (tmp_path / "whole" / "model.safetensors").read_bytes() == (tmp_path / "blocks" / "model.safetensors").read_bytes()


def test_progress_counts_bytes_to_the_end(tiny: Tiny, tmp_path: Path) -> None:
    for name in ("m.gguf", "m"):
        heard: list[tuple[str, int, int]] = []
        convert(tiny(), tmp_path / name, progress=lambda *told, heard=heard: heard.append(told))
        done = [count for _, count, _ in heard]
        assert done == sorted(done)
        assert done[-1] == heard[-1][2] > 0


def test_existing_destination_stays_unless_it_is_to_be_replaced(tiny: Tiny, tmp_path: Path) -> None:
    for name in ("m.gguf", "m"):
        convert(tiny(), tmp_path / name)
        with pytest.raises(UsageError, match="exists already"):
            convert(tiny(rms_norm_eps=1e-3), tmp_path / name)
        convert(tiny(rms_norm_eps=1e-3), tmp_path / name, overwrite=True)
        assert read_weights(tmp_path / name).config["rms_norm_eps"] == 1e-3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "m.gguf"]


def test_failure_half_way_leaves_the_old_and_nothing_else(tiny: Tiny, tmp_path: Path) -> None:
    for name in ("m.gguf", "m"):
        convert(tiny(), tmp_path / name)

        def stop(_what: str, done: int, _total: int) -> None:
            if done > 50_000:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            convert(tiny(rms_norm_eps=1e-3), tmp_path / name, overwrite=True, progress=stop)
        assert read_weights(tmp_path / name).config["rms_norm_eps"] == 1e-6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m", "m.gguf"]


def test_disk_without_room_is_told_before_a_byte_is_written(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(100, 99, 1))
    for name in ("m.gguf", "m"):
        with pytest.raises(FileError, match=r"needs 0\.00 GB, 0\.00 GB are free"):
            convert(tiny(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_number_too_large_for_float16_is_named(tiny: Tiny, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tiny()
    tensors = load_file(folder / "model.safetensors")
    tensors["model.layers.1.mlp.up_proj.weight"][0, 0] = 1e6
    save_file(tensors, folder / "model.safetensors")
    for name in ("m.gguf", "m"):
        with pytest.raises(ModelError, match=r"up_proj|ffn_up.* too large for float16"):
            convert(folder, tmp_path / name, dtype="f16")
        convert(folder, tmp_path / name, dtype="bf16")


def test_sliding_window_bounds_the_context(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(model_type="mistral", architectures=["MistralForCausalLM"], sliding_window=48), tmp_path / "m.gguf")
    assert read_weights(tmp_path / "m.gguf").config["max_position_embeddings"] == 48
