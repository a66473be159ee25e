"""Fewer bits: real K-quants where rows allow them, the same 8 bits with llama.cpp and without, failures that say why."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("gguf")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")

import numpy as np

from sqlcoder_core.errors import FileError, ModelError, SqlcoderError, UsageError
from sqlcoder_core.models.convert import quantize as module
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.convert.gguf_header import read_header
from sqlcoder_core.models.convert.quantize import GGUF_TYPES, quantize
from sqlcoder_core.models.convert.weights import read_weights
from sqlcoder_core.worker import landlock

Tiny = Callable[..., Path]
WIDE = {"hidden_size": 256, "intermediate_size": 512}


@pytest.fixture
def llama_cpp() -> None:
    pytest.importorskip("llama_cpp")


def without_llama_cpp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)


@pytest.mark.parametrize(("word", "kinds"), [("Q4_K_M", {"Q4_K", "Q6_K"}), ("q5-k-m", {"Q5_K", "Q6_K"}), ("q6_k", {"Q6_K"})])
def test_rows_of_256_become_real_k_quants(tiny: Tiny, tmp_path: Path, llama_cpp: None, word: str, kinds: set[str]) -> None:
    made = quantize(tiny(**WIDE), tmp_path / "small.gguf", word)
    matrices = {tensor.type.name for tensor in read_header(tmp_path / "small.gguf").tensors if len(tensor.shape) > 1}
    assert matrices == kinds
    assert made.notes == ()
    assert set(made.types) == kinds | {"F32"}


def test_other_rows_fall_back_and_are_told(tiny: Tiny, tmp_path: Path, llama_cpp: None) -> None:
    made = quantize(tiny(), tmp_path / "small.gguf", "q4_k_m")
    assert not {kind for kind in made.types if kind.endswith("_K")}
    assert "16 of 16 matrices fell back to" in made.notes[0]
    assert "blk.0.attn_" in made.notes[0]


@pytest.mark.parametrize("word", GGUF_TYPES)
def test_every_word_makes_its_file(tiny: Tiny, tmp_path: Path, llama_cpp: None, word: str) -> None:
    made = quantize(tiny(**WIDE), tmp_path / "small.gguf", word)
    assert made.size == (tmp_path / "small.gguf").stat().st_size
    assert read_header(tmp_path / "small.gguf").metadata["general.file_type"] == GGUF_TYPES[word][0]
    weights, first = read_weights(tmp_path / "small.gguf"), read_weights(tiny(**WIDE))
    name = "model.layers.1.self_attn.k_proj.weight"
    assert np.corrcoef(weights.array(name).ravel(), first.array(name).ravel())[0, 1] > 0.9


def test_eight_bits_are_the_same_with_llama_cpp_and_without(
    tiny: Tiny, tmp_path: Path, llama_cpp: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantize(tiny(), tmp_path / "theirs.gguf", "q8_0")
    without_llama_cpp(monkeypatch)
    quantize(tiny(), tmp_path / "ours.gguf", "q8_0")
    theirs, ours = read_weights(tmp_path / "theirs.gguf"), read_weights(tmp_path / "ours.gguf")
    assert {name: theirs.stored_as(name) for name in theirs.names()} == {name: ours.stored_as(name) for name in theirs.names()}
    for name in theirs.names():
        np.testing.assert_array_equal(theirs.array(name), ours.array(name))


def test_formats_that_need_llama_cpp_say_so_where_it_is_missing(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_llama_cpp(monkeypatch)
    refused(tiny(), tmp_path, "q4_k_m", r"not installed here; install it with .*sqlcoder-core\[llama-cpp\].* or choose q8_0")


def test_what_was_lost_before_is_told(tiny: Tiny, tmp_path: Path, llama_cpp: None) -> None:
    convert(tiny(**WIDE), tmp_path / "q8.gguf", dtype="q8_0")
    made = quantize(tmp_path / "q8.gguf", tmp_path / "q4.gguf", "q4_0")
    assert made.notes == ("the source is quantised already (Q8_0): what that lost stays lost",)


def test_progress_names_each_tensor(tiny: Tiny, tmp_path: Path, llama_cpp: None) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    heard: list[tuple[str, int, int]] = []
    quantize(tmp_path / "m.gguf", tmp_path / "small.gguf", "q4_0", progress=lambda *told: heard.append(told))
    assert [done for _, done, _ in heard] == list(range(1, 22))
    assert heard[-1][2] == 21
    assert "blk.1.ffn_up.weight" in {name for name, _, _ in heard}


def test_interrupted_work_leaves_nothing(tiny: Tiny, tmp_path: Path, llama_cpp: None) -> None:
    convert(tiny(), tmp_path / "m.gguf")

    def stop(*_told: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize(tmp_path / "m.gguf", tmp_path / "small.gguf", "q4_0", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["m.gguf"]


def test_failure_of_llama_cpp_tells_its_reason_and_leaves_nothing(tiny: Tiny, tmp_path: Path, llama_cpp: None) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    broken = (tmp_path / "m.gguf").read_bytes().replace(b"llama.block_count", b"llama.black_count")
    (tmp_path / "broken.gguf").write_bytes(broken)
    refused(tmp_path / "broken.gguf", tmp_path, "q4_0", r"could not quantise it: .*block_count")


def test_process_that_is_killed_is_told_by_its_signal(tiny: Tiny, tmp_path: Path, llama_cpp: None, monkeypatch: pytest.MonkeyPatch) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nkill -9 $$\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    refused(tmp_path / "m.gguf", tmp_path, "q4_0", "ended by signal 9; close other programs")


def test_truncated_source_is_refused_before_llama_cpp_sees_it(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "m.gguf")
    (tmp_path / "cut.gguf").write_bytes((tmp_path / "m.gguf").read_bytes()[:-500])
    refused(tmp_path / "cut.gguf", tmp_path, "q8_0", "truncated")
    refused(tmp_path / "none.gguf", tmp_path, "q8_0", "no such file|there is no model", FileError)


def test_words_and_places_that_cannot_be_are_refused(tiny: Tiny, tmp_path: Path) -> None:
    refused(tiny(), tmp_path, "q4_k_x", "there is no format 'q4_k_x'; choose one of q2_k, .*q8_0, int8, int4", UsageError)
    with pytest.raises(UsageError, match=r"name a file that ends in \.gguf"):
        quantize(tiny(), tmp_path / "folder", "q8_0")
    convert(tiny(), tmp_path / "m.gguf")
    with pytest.raises(UsageError, match="onto itself"):
        quantize(tmp_path / "m.gguf", tmp_path / "m.gguf", "q8_0", overwrite=True)
    with pytest.raises(UsageError, match="exists already"):
        quantize(tiny(), tmp_path / "m.gguf", "q8_0")


@pytest.mark.parametrize("word", ["int8", "INT4"])
def test_int8_and_int4_make_an_onnx_folder(tiny: Tiny, tmp_path: Path, word: str) -> None:
    pytest.importorskip("onnx")
    quantize(tiny(), tmp_path / "small.onnx", word)
    assert (tmp_path / "small.onnx" / "model.onnx").is_file()
    assert (tmp_path / "small.onnx" / "tokenizer.json").is_file()


def refused(src: Path, tmp_path: Path, word: str, said: str, kind: type[SqlcoderError] = ModelError) -> None:
    with pytest.raises(kind, match=said) as caught:
        quantize(src, tmp_path / "small.gguf", word)
    assert caught.value.hint
    assert not [path for path in tmp_path.iterdir() if "small" in path.name]


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_llama_cpp_quantises_behind_walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that a crafted file has taken over reads nothing of the person's, reaches nobody, and writes one file."""
    (tmp_path / "lib" / "llama_cpp").mkdir(parents=True)
    (tmp_path / "lib" / "llama_cpp" / "__init__.py").touch()
    (tmp_path / "lib" / "llama_cpp" / "llama_cpp.py").write_text(
        "import os, socket, sys\n"
        "def tried(work):\n"
        "    try:\n        work()\n        return 'done'\n"
        "    except PermissionError:\n        return 'refused'\n"
        f"found = [tried(lambda: open({str(tmp_path / 'secret')!r}).read()), tried(socket.socket), 'HF_TOKEN' in os.environ]\n"
        "found += [tried(lambda: open(sys.argv[2], 'w').write('x')), tried(lambda: open(sys.argv[2] + '2', 'w'))]\n"
        "found += [tried(lambda: open(sys.argv[1]))]\n"
        "print('error:', *found)\nsys.exit(3)\n"
    )
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "x.gguf").write_bytes(b"GGUF")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    monkeypatch.setenv("HF_TOKEN", "secret")
    with pytest.raises(ModelError, match="error: refused refused False done refused done"):
        module._run([str(tmp_path / "model" / "x.gguf"), str(tmp_path / "y.gguf"), "7", "1"], tmp_path, None)
