"""One of our contrib graphs with the ends that onnxruntime-genai binds, so that both compute with the same operators and weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any


def write_for_genai(source: Path, folder: Path) -> None:
    """The contrib graph in `source` with the ends that onnxruntime-genai binds, and a `genai_config.json` for them."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    config = json.loads((source / "config.json").read_text())
    model = onnx.load(str(source / "model.onnx"), load_external_data=False)
    graph = model.graph
    constants = {"one": np.array([1]), "first": np.array(1), "zero": np.array(0), "width": np.array([config["vocab_size"]])}
    graph.initializer.extend(numpy_helper.from_array(np.asarray(value, np.int64), f"genai.{name}") for name, value in constants.items())
    before = [
        helper.make_node("ReduceSum", ["attention_mask", "genai.one"], ["mask_length"], keepdims=0),
        helper.make_node("Sub", ["mask_length", "genai.one"], ["last_row"]),
        helper.make_node("Cast", ["last_row"], ["seqlens_k"], to=onnx.TensorProto.INT32),
        helper.make_node("Shape", ["attention_mask"], ["mask_shape"]),
        helper.make_node("Gather", ["mask_shape", "genai.first"], ["total"]),
        helper.make_node("Cast", ["total"], ["total_sequence_length"], to=onnx.TensorProto.INT32),
        helper.make_node("Shape", ["input_ids"], ["ids_shape"]),
        helper.make_node("Gather", ["ids_shape", "genai.first"], ["row_count"]),
        helper.make_node("Range", ["genai.zero", "row_count", "genai.first"], ["logit_rows"]),
        helper.make_node("Concat", ["ids_shape", "genai.width"], ["logits_shape"], axis=0),
    ]
    after = helper.make_node("Reshape", ["flat_logits", "logits_shape"], ["logits"])
    for node in graph.node:
        node.input[:] = ["" if name in ("position_ids", "attention_bias") else name for name in node.input]
        node.output[:] = ["flat_logits" if name == "logits" else name for name in node.output]
    nodes = [*before, *graph.node, after]
    pairs = [f"{layer}.{part}" for layer in range(config["num_hidden_layers"]) for part in ("key", "value")]
    buffer = ("batch", config["num_key_value_heads"], "past", _head_size(config))
    whole, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, whole, ("batch", "rows")) for name in ("input_ids",)]
    inputs.append(helper.make_tensor_value_info("attention_mask", whole, ("batch", "total")))
    inputs += [helper.make_tensor_value_info(f"past.{pair}", real, buffer) for pair in pairs]
    outputs = [helper.make_tensor_value_info("logits", real, ("batch", "rows", config["vocab_size"]))]
    outputs += [helper.make_tensor_value_info(f"present.{pair}", real, (*buffer[:2], "longer", buffer[3])) for pair in pairs]
    made = helper.make_graph(nodes, "decoder", inputs, outputs, list(graph.initializer))
    whole_model = helper.make_model(made, opset_imports=list(model.opset_import), ir_version=model.ir_version)
    (folder / "model.onnx").write_bytes(whole_model.SerializeToString())
    shutil.copy(source / "model.onnx.data", folder)  # a link that leads out of the folder is refused
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, folder / name)
    (folder / "genai_config.json").write_text(json.dumps(_genai_config(config)))


def _head_size(config: dict[str, Any]) -> int:
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _genai_config(config: dict[str, Any]) -> dict[str, Any]:
    decoder = {
        "filename": "model.onnx",
        "head_size": _head_size(config),
        "hidden_size": config["hidden_size"],
        "num_attention_heads": config["num_attention_heads"],
        "num_hidden_layers": config["num_hidden_layers"],
        "num_key_value_heads": config["num_key_value_heads"],
        "session_options": {"intra_op_num_threads": 1, "provider_options": []},
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "past_key_names": "past.%d.key",
            "past_value_names": "past.%d.value",
        },
        "outputs": {"logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value"},
    }
    end = config["eos_token_id"]
    context = config["max_position_embeddings"]
    model = {"type": "llama", "vocab_size": config["vocab_size"], "context_length": context, "decoder": decoder}
    ends = {"bos_token_id": config["bos_token_id"], "eos_token_id": end, "pad_token_id": end}
    return {"model": model | ends, "search": {"max_length": context, "num_beams": 1}}
