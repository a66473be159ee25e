"""Our decoding on our ONNX graph beside onnxruntime-genai's on the same operators and weights: CPU time per token at 1 and 4 beams.

    python benchmarks/onnx_speed.py FOLDER.onnx [ROUNDS]

FOLDER.onnx is what `sqlcoder models convert SRC FOLDER.onnx` wrote (the contrib graph). Needs `pip install onnxruntime-genai`, for which
the graph is given other ends: lengths come from a mask, positions are counted, beams are a batch, and there is no bias.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.values.generation import Decoding
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_onnx.engine import OnnxEngine

PROMPT = "-- SQL: " + "the customers of each region, with the number of their orders and what they paid for them, newest first. " * 8
NEW_TOKENS = 100


def main() -> None:
    """Print medians over the rounds, and ratios pair by pair; or, as a child, the readings of one way."""
    if sys.argv[1] == "--way":
        _measure_one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
        return
    source, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory() as folder:
        write_for_genai(source, Path(folder))
        places = {"ours": source, "onnxruntime-genai": Path(folder)}
        print(f"one core, {rounds} rounds, {NEW_TOKENS} new tokens, each way in a process of its own")
        for beams in (1, 4):
            spent: dict[str, list[float]] = {name: [] for name in places}
            for _ in range(rounds):
                for name, place in places.items():
                    spent[name].append(_in_child(name, place, beams))
            _report(beams, spent)


def _report(beams: int, spent: dict[str, list[float]]) -> None:
    for name, found in spent.items():
        print(f"{beams} beams, {name}: {statistics.median(found):.1f} ms of CPU a token, the prompt's share included")
    ratios = [one / other for one, other in zip(*spent.values(), strict=True)]
    print(f"{beams} beams, ours / onnxruntime-genai: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def _in_child(name: str, place: Path, beams: int) -> float:
    command = [sys.executable, __file__, "--way", name, str(place), str(beams)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def _measure_one(name: str, place: Path, beams: int) -> None:
    """Load, run once to warm up, and print the lower of two runs' milliseconds of CPU for a token."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    run = _ours(place) if name == "ours" else _theirs(place)
    found = []
    for _ in range(3):
        start = time.process_time()
        run(beams)
        found.append((time.process_time() - start) / NEW_TOKENS * 1e3)
    print(min(found[1:]))


def _ours(source: Path) -> Callable[[int], None]:
    engine = OnnxEngine(
        SimpleNamespace(provider="cpu", threads=1, context=None), ModelFiles(name=source.name, kind="onnx", path=str(source))
    )
    facts = engine.load()
    engine.tokenizer.ends = frozenset()  # both write as many tokens

    def run(beams: int) -> None:
        decoder = Decoder(engine, facts, keep="no")
        decoding = Decoding(beams=beams, hypotheses=1, max_tokens=NEW_TOKENS, constrain=False, no_repeat=False, seconds=600)
        (answer,) = decoder.generate([Job(text=PROMPT)], decoding, pause=lambda: None)
        decoder.close()
        assert answer.hypotheses[0].tokens == NEW_TOKENS

    return run


def _theirs(folder: Path) -> Callable[[int], None]:
    import onnxruntime_genai as genai

    model = genai.Model(str(folder))
    tokens = genai.Tokenizer(model).encode(PROMPT)

    def run(beams: int) -> None:
        params = genai.GeneratorParams(model)
        length = len(tokens) + NEW_TOKENS
        # Buffers that past and present share are what makes its greedy search fast; beams exclude them.
        params.set_search_options(
            max_length=length, min_length=length, num_beams=beams, do_sample=False, past_present_share_buffer=beams == 1
        )
        generator = genai.Generator(model, params)
        generator.append_tokens(tokens)
        while not generator.is_done():
            generator.generate_next_token()
        assert len(generator.get_sequence(0)) == length

    return run


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


if __name__ == "__main__":
    main()
