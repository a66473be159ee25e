"""Folders with ONNX graphs: what is in them, in fewer bits too, and what is refused or left behind when it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_llama import write_tiny_llama

from sqlcoder_core.errors import ModelError, UsageError
from sqlcoder_core.models.convert.onnx_quantise import in_blocks
from sqlcoder_core.models.convert.onnx_source import OnnxWeights
from sqlcoder_core.models.convert.onnx_write import quantize_onnx, write_onnx
from sqlcoder_core.models.convert.quantize import quantize
from sqlcoder_core.models.convert.weights import read_weights

onnx: Any = pytest.importorskip("onnx")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "source", biases=("q_proj", "k_proj", "v_proj"), tie_word_embeddings=False)


@pytest.fixture(scope="module")
def graph(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "model"
    write_onnx(read_weights(source), folder)
    return folder


@pytest.mark.parametrize("dialect", ["contrib", "standard"])
def test_a_folder_holds_graph_numbers_config_tokenizer_and_what_it_is(dialect: Any, source: Path, tmp_path: Path) -> None:
    parts: list[tuple[int, int]] = []
    write_onnx(read_weights(source), tmp_path / "model", graph=dialect, progress=lambda done, total: parts.append((done, total)))
    names = {file.name for file in (tmp_path / "model").iterdir()}
    assert names >= {"model.onnx", "model.onnx.data", "config.json", "tokenizer.json", "tokenizer_config.json", "sqlcoder_onnx.json"}
    said = json.loads((tmp_path / "model" / "sqlcoder_onnx.json").read_text())
    assert (said["graph"], said["precision"], said["layers"], said["kv_heads"], said["head_dim"]) == (dialect, "fp32", 2, 2, 16)
    assert parts == [(number, 4) for number in range(1, 5)]
    model = onnx.load(str(tmp_path / "model" / "model.onnx"))
    inputs = {one.name for one in model.graph.input}
    assert inputs == {name.replace("N", str(layer)) for name in said["inputs"] for layer in range(2)}
    assert {one.name for one in model.graph.output} == {name.replace("N", str(layer)) for name in said["outputs"] for layer in range(2)}


def test_the_standard_graph_has_no_operators_of_anybodys_own(source: Path, tmp_path: Path) -> None:
    write_onnx(read_weights(source), tmp_path / "model", graph="standard")
    model = onnx.load(str(tmp_path / "model" / "model.onnx"))
    assert {node.domain for node in model.graph.node} == {""}
    assert {"RMSNormalization", "RotaryEmbedding", "TensorScatter", "Attention"} <= {node.op_type for node in model.graph.node}
    onnx.checker.check_model(str(tmp_path / "model" / "model.onnx"), full_check=True)


def test_large_tensors_lie_beside_the_graph_at_page_boundaries(graph: Path) -> None:
    model = onnx.load(str(graph / "model.onnx"), load_external_data=False)
    beside = [tensor for tensor in model.graph.initializer if tensor.external_data]
    assert "model.embed_tokens.weight" in {tensor.name for tensor in beside}
    offsets = [int(entry.value) for tensor in beside for entry in tensor.external_data if entry.key == "offset"]
    assert all(offset % 4096 == 0 for offset in offsets)
    assert (graph / "model.onnx").stat().st_size < 50_000


def test_a_graphs_weights_are_read_back_by_their_own_names(source: Path, graph: Path) -> None:
    wanted, found = read_weights(source), OnnxWeights(graph)
    assert set(found.names()) == set(wanted.names())
    for name in wanted.names():
        np.testing.assert_array_equal(found.array(name), wanted.array(name), err_msg=name)
    assert found.tokenizer_files() == wanted.tokenizer_files()


@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_quantising_a_graph_gives_what_quantising_its_source_gives(precision: Any, source: Path, graph: Path, tmp_path: Path) -> None:
    quantize_onnx(graph, tmp_path / "from_graph", precision)
    write_onnx(read_weights(source), tmp_path / "from_source", precision=precision)
    for name in ("model.onnx", "model.onnx.data", "sqlcoder_onnx.json", "tokenizer.json"):
        assert (tmp_path / "from_graph" / name).read_bytes() == (tmp_path / "from_source" / name).read_bytes(), name


def test_quantize_takes_graphs_too_and_keeps_their_dialect(source: Path, tmp_path: Path) -> None:
    write_onnx(read_weights(source), tmp_path / "whole", graph="standard")
    heard: list[tuple[str, int, int]] = []
    made = quantize(tmp_path / "whole", tmp_path / "few", "INT4", progress=lambda *step: heard.append(step))
    assert made.path == tmp_path / "few" and heard[-1] == ("few", 4, 4)
    said = json.loads((tmp_path / "few" / "sqlcoder_onnx.json").read_text())
    assert (said["graph"], said["precision"]) == ("standard", "int4")
    with pytest.raises(UsageError, match="exists already"):
        quantize(tmp_path / "whole", tmp_path / "few", "int8")
    with pytest.raises(UsageError, match="onto itself"):
        quantize(tmp_path / "whole", tmp_path / "whole", "int8", overwrite=True)
    quantize(tmp_path / "whole", tmp_path / "few", "int8", overwrite=True)
    assert json.loads((tmp_path / "few" / "sqlcoder_onnx.json").read_text())["precision"] == "int8"


def test_a_graph_in_few_bits_is_not_quantised_again(graph: Path, tmp_path: Path) -> None:
    quantize_onnx(graph, tmp_path / "int8", "int8")
    with pytest.raises(ModelError, match="is in int8 already"):
        quantize_onnx(tmp_path / "int8", tmp_path / "int4", "int4")


def test_a_graph_of_others_is_not_quantised(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a graph that sqlcoder wrote"):
        quantize_onnx(tmp_path, tmp_path / "int4", "int4")


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"hidden_act": "gelu"}, "activation 'gelu'"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "rotary scaling 'yarn'"),
        ({"partial_rotary_factor": 0.5}, "partial rotary"),
        ({"head_dim": 24}, "multiples of 16; write the standard graph"),
        ({"rope_scaling": {"rope_type": "linear"}}, "says nothing of 'factor'"),
    ],
)
def test_what_the_graph_cannot_express_is_refused_by_name(over: dict[str, Any], message: str, tmp_path: Path) -> None:
    source = write_tiny_llama(tmp_path / "source", **over)
    with pytest.raises(ModelError, match=message):
        write_onnx(read_weights(source), tmp_path / "model")
    assert {file.name for file in tmp_path.iterdir()} == {"source"}


def test_a_conversion_that_fails_leaves_nothing(source: Path, tmp_path: Path) -> None:
    weights = read_weights(source)
    whole = weights.array

    def broken(name: str) -> Any:
        if name.startswith("model.layers.1.mlp"):
            raise KeyError(name)
        return whole(name)

    weights.array = broken  # type: ignore[method-assign]
    with pytest.raises(ModelError, match=r"the tensor model\.layers\.1\.mlp\.gate_proj\.weight is missing"):
        write_onnx(weights, tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_a_config_of_other_sizes_than_the_weights_is_refused(tmp_path: Path) -> None:
    source = write_tiny_llama(tmp_path / "source")
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps(config | {"vocab_size": 300}))
    with pytest.raises(ModelError, match=r"the embedding is \(258, 64\), and config.json says \(300, 64\)"):
        write_onnx(read_weights(source), tmp_path / "model")


def test_without_onnx_the_extra_is_named(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlcoder_core.models.convert.onnx_write.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"needs the package onnx; run pip install 'sqlcoder-core\[onnx\]'"):
        write_onnx(read_weights(source), tmp_path / "model")


def test_a_folder_that_is_there_is_not_overwritten(source: Path, graph: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in graph.iterdir()}
    with pytest.raises(UsageError, match="exists already"):
        write_onnx(read_weights(source), graph)
    assert {file.name: file.stat().st_mtime_ns for file in graph.iterdir()} == before


def test_a_sliding_window_ends_the_context(tmp_path: Path) -> None:
    source = write_tiny_llama(tmp_path / "source", model_type="mistral", sliding_window=512)
    write_onnx(read_weights(source), tmp_path / "model")
    assert json.loads((tmp_path / "model" / "sqlcoder_onnx.json").read_text())["context"] == 512


@pytest.mark.parametrize(("bits", "most"), [(8, 0.006), (4, 0.09)])
def test_blocks_hold_a_matrix_to_within_their_steps(bits: Any, most: float) -> None:
    matrix = np.random.default_rng(0).normal(size=(70, 80)).astype(np.float32)
    matrix[3] = 0
    found = _unpacked(in_blocks(matrix, bits), bits)[:, :80]
    assert np.linalg.norm(found - matrix) / np.linalg.norm(matrix) < most
    assert not found[3].any()


def test_numbers_that_lie_on_the_steps_are_kept_exactly() -> None:
    steps = np.random.default_rng(0).integers(-127, 128, (4, 64)).astype(np.float32)
    steps[:, ::32] = 127
    np.testing.assert_allclose(_unpacked(in_blocks(steps * 0.25, 8), 8), steps * 0.25, rtol=1e-6)


def _unpacked(blocks: Any, bits: int) -> Any:
    """The numbers that blocks stand for, by the definition of MatMulNBits."""
    rows, count = blocks.scales.shape
    packed, zeros = blocks.packed, np.full((rows, count), 128, np.float32)
    if bits == 4:
        packed = np.stack([packed & 15, packed >> 4], axis=-1).reshape(rows, count, -1)
        zeros = np.stack([blocks.zeros & 15, blocks.zeros >> 4], axis=-1).reshape(rows, -1)[:, :count]
    return ((packed.astype(np.float32) - zeros[:, :, None]) * blocks.scales[:, :, None]).reshape(rows, -1)
