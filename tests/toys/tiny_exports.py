"""A tiny Llama as Optimum and onnxruntime-genai lay it out: built from the same safetensors, by other means than ours."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class _Nodes:
    """A graph as a list of nodes; constants become initializers."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def op(self, kind: str, *inputs: Any, output: str | None = None, **attributes: Any) -> str:
        from onnx import helper, numpy_helper

        names = []
        for given in inputs:
            if not isinstance(given, str):
                self.constants.append(numpy_helper.from_array(np.asarray(given), f"constant_{len(self.constants)}"))
                given = self.constants[-1].name
            names.append(given)
        made = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, names, [made], **attributes))
        return made


def write_like_optimum(source: Path, folder: Path, *, cache_branch: bool = False, batch: int | str = "batch") -> Path:
    """`model.onnx` of basic operators with input_ids, attention_mask, position_ids and pasts; `cache_branch`: with that unused switch."""
    from onnx import TensorProto, helper

    config, weights = _read(source)
    graph = _Nodes()
    stream = graph.op("Gather", weights["model.embed_tokens.weight"], "input_ids")
    angles = graph.op("Mul", graph.op("Unsqueeze", graph.op("Cast", "position_ids", to=1), np.array([-1])), _frequencies(config))
    turn = [graph.op("Unsqueeze", graph.op(kind, graph.op("Concat", angles, angles, axis=-1)), np.array([1])) for kind in ("Cos", "Sin")]
    bias = _bias(graph)
    for layer in range(config["num_hidden_layers"]):
        stream = _layer(graph, config, weights, layer, stream, turn=turn, bias=bias)
    normed = _norm(graph, stream, weights["model.norm.weight"], config)
    graph.op("MatMul", normed, weights.get("lm_head.weight", weights["model.embed_tokens.weight"]).T.copy(), output="logits")

    whole, real, pairs = TensorProto.INT64, TensorProto.FLOAT, _pairs(config)
    shape = (batch, config["num_key_value_heads"], "past", config["head_dim"])
    texts = [("input_ids", (batch, "rows")), ("attention_mask", (batch, "total")), ("position_ids", (batch, "rows"))]
    inputs = [helper.make_tensor_value_info(name, whole, sizes) for name, sizes in texts]
    if cache_branch:
        inputs.append(helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, (1,)))
    inputs += [helper.make_tensor_value_info(f"past_key_values.{name}", real, shape) for name in pairs]
    outputs = [helper.make_tensor_value_info("logits", real, (batch, "rows", config["vocab_size"]))]
    outputs += [helper.make_tensor_value_info(f"present.{name}", real, (batch, shape[1], "total", shape[3])) for name in pairs]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "model", inputs, outputs, graph.constants), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    _copy_texts(source, folder)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder


def write_like_genai(contrib: Path, folder: Path) -> Path:
    """Our contrib graph's operators as onnxruntime-genai calls them: lengths from a mask, no bias, logits of all rows."""
    import onnx
    from onnx import helper

    config = json.loads((contrib / "config.json").read_text())
    model = onnx.load(str(contrib / "model.onnx"))
    graph, gone = model.graph, {"position_ids", "attention_bias", "logit_rows", "seqlens_k", "total_sequence_length"}
    before = _Nodes()
    before.op(
        "Cast",
        before.op("Sub", before.op("ReduceSum", "attention_mask", np.array([1]), keepdims=0), np.array([1])),
        output="seqlens_k",
        to=6,
    )
    total = before.op("Gather", before.op("Shape", "attention_mask"), np.array(1))
    before.op("Cast", total, output="total_sequence_length", to=6)
    rows = before.op("Gather", before.op("Shape", "input_ids"), np.array(1))
    before.op("Range", np.array(0), rows, np.array(1), output="logit_rows")
    before.op("Unsqueeze", "flat_logits", np.array([0]), output="logits")
    for node in graph.node:
        node.input[:] = [_genai_name("" if name in ("position_ids", "attention_bias") else name) for name in node.input]
        node.output[:] = ["flat_logits" if name == "logits" else name for name in node.output]
    last = before.nodes.pop()
    nodes = [*before.nodes, *graph.node, last]
    kept = [one for one in graph.input if one.name not in gone]
    for one in kept:
        one.name = _genai_name(one.name)
    inputs = [*kept, helper.make_tensor_value_info("attention_mask", onnx.TensorProto.INT64, (1, "total"))]
    for one in (*inputs, *graph.output):
        if "." in one.name:
            one.type.tensor_type.shape.dim[2].dim_param = "past" if one.name.startswith("past") else "longer"
    outputs = [one for one in graph.output if one.name != "logits"]
    outputs.append(helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, (1, "rows", config["vocab_size"])))
    made = helper.make_graph(nodes, "decoder", inputs, outputs, [*graph.initializer, *before.constants])
    _copy_texts(contrib, folder)
    whole = helper.make_model(made, opset_imports=list(model.opset_import), ir_version=model.ir_version)
    (folder / "model.onnx").write_bytes(whole.SerializeToString())
    (folder / "genai_config.json").write_text(json.dumps(_genai_config(config)))
    return folder


def _genai_name(name: str) -> str:
    return f"past_key_values.{name.removeprefix('past.')}" if name.startswith("past.") else name


def _genai_config(config: dict[str, Any]) -> dict[str, Any]:
    decoder = {
        "filename": "model.onnx",
        "head_size": config["head_dim"],
        "hidden_size": config["hidden_size"],
        "num_attention_heads": config["num_attention_heads"],
        "num_hidden_layers": config["num_hidden_layers"],
        "num_key_value_heads": config["num_key_value_heads"],
        "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {"logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"},
    }
    ends = {"bos_token_id": config["bos_token_id"], "eos_token_id": config["eos_token_id"], "pad_token_id": config["eos_token_id"]}
    context = config["max_position_embeddings"]
    model = {"type": "llama", "vocab_size": config["vocab_size"], "context_length": context, "decoder": decoder, **ends}
    return {"model": model, "search": {"max_length": context, "num_beams": 1, "past_present_share_buffer": False}}


def _read(source: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    from safetensors.numpy import load_file

    return json.loads((source / "config.json").read_text()), load_file(str(source / "model.safetensors"))


def _pairs(config: dict[str, Any]) -> list[str]:
    return [f"{layer}.{part}" for layer in range(config["num_hidden_layers"]) for part in ("key", "value")]


def _frequencies(config: dict[str, Any]) -> NDArray[np.float32]:
    steps = np.arange(0, config["head_dim"], 2) / config["head_dim"]
    return (1 / config["rope_theta"] ** steps).astype(np.float32)


def _bias(graph: _Nodes) -> str:
    """0 where a token sees another, else a large negative number: by positions, and by the mask's own zeros."""
    total = graph.op("Gather", graph.op("Shape", "attention_mask"), np.array(1))
    columns = graph.op("Range", np.array(0), total, np.array(1))
    later = graph.op("Greater", graph.op("Unsqueeze", columns, np.array([0, 1])), graph.op("Unsqueeze", "position_ids", np.array([-1])))
    absent = graph.op("Unsqueeze", graph.op("Equal", "attention_mask", np.array(0)), np.array([1]))
    hidden = graph.op("Unsqueeze", graph.op("Or", later, absent), np.array([1]))
    return graph.op("Where", hidden, np.float32(-1e9), np.float32(0))


def _norm(graph: _Nodes, stream: str, weight: NDArray[np.float32], config: dict[str, Any]) -> str:
    mean = graph.op("ReduceMean", graph.op("Mul", stream, stream), axes=[-1])
    root = graph.op("Sqrt", graph.op("Add", mean, np.float32(config["rms_norm_eps"])))
    return graph.op("Mul", graph.op("Div", stream, root), weight)


def _layer(graph: _Nodes, config: dict[str, Any], weights: Any, layer: int, stream: str, *, turn: Sequence[str], bias: str) -> str:
    size, heads, kv_heads = config["head_dim"], config["num_attention_heads"], config["num_key_value_heads"]
    prefix = f"model.layers.{layer}"

    def times(given: str, name: str) -> str:
        return graph.op("MatMul", given, weights[f"{prefix}.{name}.weight"].T.copy())

    def split(given: str, count: int) -> str:
        return graph.op("Transpose", graph.op("Reshape", given, np.array([0, 0, count, size])), perm=[0, 2, 1, 3])

    def turned(given: str) -> str:
        first, second = (
            graph.op("Slice", given, np.array([start]), np.array([end]), np.array([3]))
            for start, end in ((0, size // 2), (size // 2, size))
        )
        other = graph.op("Concat", graph.op("Neg", second), first, axis=-1)
        return graph.op("Add", graph.op("Mul", given, turn[0]), graph.op("Mul", other, turn[1]))

    def repeated(given: str) -> str:
        wide = graph.op("Tile", graph.op("Unsqueeze", given, np.array([2])), np.array([1, 1, heads // kv_heads, 1, 1]))
        return graph.op("Reshape", wide, np.array([0, heads, -1, size]))

    normed = _norm(graph, stream, weights[f"{prefix}.input_layernorm.weight"], config)
    queries, keys = turned(split(times(normed, "self_attn.q_proj"), heads)), turned(split(times(normed, "self_attn.k_proj"), kv_heads))
    values = split(times(normed, "self_attn.v_proj"), kv_heads)
    keys = graph.op("Concat", f"past_key_values.{layer}.key", keys, axis=2, output=f"present.{layer}.key")
    values = graph.op("Concat", f"past_key_values.{layer}.value", values, axis=2, output=f"present.{layer}.value")
    scores = graph.op("MatMul", queries, graph.op("Transpose", repeated(keys), perm=[0, 1, 3, 2]))
    shares = graph.op("Softmax", graph.op("Add", graph.op("Mul", scores, np.float32(size**-0.5)), bias), axis=-1)
    mixed = graph.op("Transpose", graph.op("MatMul", shares, repeated(values)), perm=[0, 2, 1, 3])
    stream = graph.op("Add", stream, times(graph.op("Reshape", mixed, np.array([0, 0, heads * size])), "self_attn.o_proj"))
    normed = _norm(graph, stream, weights[f"{prefix}.post_attention_layernorm.weight"], config)
    gate = times(normed, "mlp.gate_proj")
    opened = graph.op("Mul", graph.op("Mul", gate, graph.op("Sigmoid", gate)), times(normed, "mlp.up_proj"))
    return graph.op("Add", stream, times(opened, "mlp.down_proj"))


def _copy_texts(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, folder / name)
