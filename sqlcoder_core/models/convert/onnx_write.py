"""Weights in, a folder with an ONNX graph, its numbers and its tokenizer out; torch is not needed, and little memory is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.onnx_graph import DecoderGraph, Graph, Precision
from sqlcoder_core.models.convert.onnx_nodes import GraphWriter
from sqlcoder_core.models.convert.onnx_shape import LlamaShape, shape_of
from sqlcoder_core.models.convert.staging import refuse_existing, staged_folder

if TYPE_CHECKING:
    from sqlcoder_core.models.convert.weights import Weights

DESCRIPTION = "sqlcoder_onnx.json"
"""The file that says what the graph beside it is, for whoever runs it."""

_EMBEDDING = "model.embed_tokens.weight"
_OPSETS: Mapping[Graph, tuple[int, int]] = {"contrib": (21, 10), "standard": (24, 11)}
"""Operator set and file version of each dialect."""


def write_onnx(
    weights: Weights,
    folder: Path,
    *,
    graph: Graph = "contrib",
    precision: Precision = "fp32",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write the model into `folder`, which must not be there yet.

    `contrib` uses ONNX Runtime's own operators and is for CPUs; `standard` keeps to operators of ONNX 24, as CUDA needs (in few bits
    both multiply by ONNX Runtime's MatMulNBits). `int8` has 8 bits for every matrix; `int4` keeps 8 for embedding, logits and down
    projections, where 4 cost most. Memory holds the largest product of matrices at a time. `progress(done, total)`
    counts parts. Raises ModelError for a model that the graph cannot express, UsageError for a folder that is there already,
    FileError where it cannot be written; then nothing is left.
    """
    shape = _checked_shape(weights, graph)
    refuse_existing(folder, overwrite=False)
    with staged_folder(folder) as new:
        writer = GraphWriter(new / "model.onnx.data")
        try:
            DecoderGraph(shape, weights, writer, graph, precision).write(lambda done: progress(done, shape.layers + 2))
        except KeyError as error:
            raise ModelError(f"the tensor {error.args[0]} is missing", place=str(weights.path), hint="fetch the model again") from error
        finally:
            writer.close()
        _save(shape, writer, graph, new / "model.onnx")
        _write_json(new / "config.json", weights.config)
        _write_json(new / DESCRIPTION, _description(shape, graph, precision))
        for name, content in weights.tokenizer_files().items():
            (new / name).write_bytes(content)


def quantize_onnx(
    source: Path, folder: Path, precision: Literal["int8", "int4"], *, progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """The fp32 graph of ours in `source` in fewer bits, of the same dialect, in `folder`.

    Raises as `write_onnx`, and ModelError for a graph of others.
    """
    from sqlcoder_core.models.convert.onnx_source import OnnxWeights

    weights = OnnxWeights(source)
    write_onnx(weights, folder, graph=weights.graph, precision=precision, progress=progress)


def _checked_shape(weights: Weights, graph: Graph) -> LlamaShape:
    place = str(weights.path)
    if find_spec("onnx") is None:
        raise ModelError("writing ONNX needs the package onnx", hint="run pip install 'sqlcoder-core[onnx]'")
    shape = shape_of(weights.config, weights.names(), place=place)
    if graph == "contrib" and shape.head_dim % 16:
        said = f"heads of {shape.head_dim} numbers do not go into the contrib graph, which takes multiples of 16"
        raise ModelError(said, place=place, hint="write the standard graph")
    if _EMBEDDING not in weights.names():
        raise ModelError(f"the tensor {_EMBEDDING} is missing", place=place, hint="fetch the model again")
    said_size, size = (shape.vocabulary, shape.hidden), weights.shape(_EMBEDDING)
    if size != said_size:
        raise ModelError(f"the embedding is {size}, and config.json says {said_size}", place=place, hint="fetch the model again")
    return shape


def _save(shape: LlamaShape, writer: GraphWriter, graph: Graph, file: Path) -> None:
    from onnx import helper

    opset, version = _OPSETS[graph]
    inputs, outputs = _ends(shape, graph)
    made = helper.make_graph(writer.nodes, "decoder", inputs, outputs, writer.tensors)
    domains = [helper.make_opsetid("", opset), *(helper.make_opsetid(name, 1) for name in {node.domain for node in writer.nodes} - {""})]
    model = helper.make_model(made, opset_imports=domains, ir_version=version, producer_name="sqlcoder")
    file.write_bytes(model.SerializeToString())


def _ends(shape: LlamaShape, graph: Graph) -> tuple[list[Any], list[Any]]:
    """Inputs and outputs with their types and shapes, as DecoderGraph describes them."""
    from onnx import TensorProto, helper

    def value(name: str, kind: int, *sizes: int | str) -> Any:
        return helper.make_tensor_value_info(name, kind, sizes)

    whole, single, real = TensorProto.INT64, TensorProto.INT32, TensorProto.FLOAT
    buffer = (1, shape.kv_heads, "capacity", shape.head_dim)
    lengths = {
        "contrib": [value("seqlens_k", single, 1), value("total_sequence_length", single)],
        "standard": [value("write_index", whole, 1), value("valid", whole, 1)],
    }
    inputs = [
        value("input_ids", whole, 1, "rows"),
        value("position_ids", whole, 1, "rows"),
        value("attention_bias", real, 1, 1, "rows", "total"),
        value("logit_rows", whole, "wanted"),
        *lengths[graph],
    ]
    caches = [(layer, part) for layer in range(shape.layers) for part in ("key", "value")]
    pasts = [value(f"past.{layer}.{part}", real, *buffer) for layer, part in caches]
    presents = [value(f"present.{layer}.{part}", real, *buffer) for layer, part in caches]
    return [*inputs, *pasts], [value("logits", real, "wanted", shape.vocabulary), *presents]


def _description(shape: LlamaShape, graph: Graph, precision: Precision) -> dict[str, Any]:
    lengths = {"contrib": ["seqlens_k", "total_sequence_length"], "standard": ["write_index", "valid"]}
    return {
        "format": 1,
        "file": "model.onnx",
        "graph": graph,
        "precision": precision,
        "layers": shape.layers,
        "kv_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocabulary": shape.vocabulary,
        "context": shape.context,
        "parameters": parameters_of(shape),
        "inputs": ["input_ids", "position_ids", "attention_bias", "logit_rows", *lengths[graph], "past.N.key", "past.N.value"],
        "outputs": ["logits", "present.N.key", "present.N.value"],
    }


def parameters_of(shape: LlamaShape) -> int:
    """How many numbers the matrices of such a model hold (norms and biases left out)."""
    rows = shape.heads * shape.head_dim
    layer = 2 * shape.hidden * (rows + shape.kv_heads * shape.head_dim) + 3 * shape.hidden * shape.inner
    return shape.layers * layer + (1 if shape.tied else 2) * shape.vocabulary * shape.hidden


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
