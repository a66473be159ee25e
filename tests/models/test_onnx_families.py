"""What our ONNX graphs compute is what transformers computes, for every family and peculiarity that is converted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loaded_models import loaded
from tiny_llama import write_tiny_llama

from sqlcoder_core.models.convert.onnx_write import write_onnx
from sqlcoder_core.models.convert.weights import read_weights

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

_LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
_QWEN = {"use_sliding_window": False, "tie_word_embeddings": False}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {},
    "untied embeddings": {"tie_word_embeddings": False},
    "as many keys as queries": {"num_key_value_heads": 4},
    "heads wider than hidden / heads": {"head_dim": 32},
    "a width that is no multiple of a block": {"hidden_size": 80, "intermediate_size": 104},
    "attention biases": {"attention_bias": True, "biases": ("q_proj", "k_proj", "v_proj", "o_proj")},
    "mlp biases": {"mlp_bias": True, "biases": ("gate_proj", "up_proj", "down_proj")},
    "another rotary base": {"rope_theta": 500000.0},
    "linear scaling": {"rope_scaling": {"rope_type": "linear", "factor": 4.0}},
    "llama3 scaling": {"rope_scaling": _LLAMA3},
    "rope_parameters of transformers 5": {"rope_parameters": {"rope_theta": 1000.0, **_LLAMA3}},
    "mistral": {"model_type": "mistral", "sliding_window": None},
    "qwen2": {"model_type": "qwen2", "biases": ("q_proj", "k_proj", "v_proj"), **_QWEN},
    "qwen3": {"model_type": "qwen3", "head_norms": True, **_QWEN},
}
TOKENS = np.random.default_rng(3).integers(2, 250, 300)


def _wanted(source: Path) -> Any:
    model = transformers.AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    with torch.no_grad():
        return model(torch.from_numpy(TOKENS)[None]).logits[0].numpy()


def _found(folder: Path) -> Any:
    """Logits after 270 tokens and after each of the rest: chunks of prefill, then steps, positions beyond any scaling's bounds."""
    session = loaded("onnx", folder).engine.session()
    assert session is not None
    handle, first = session.prefill([int(token) for token in TOKENS[:270]])
    return np.stack([first, *(session.step([(handle, int(token))])[0].copy() for token in TOKENS[270:])])


@pytest.mark.parametrize("graph", ["contrib", "standard"])
@pytest.mark.parametrize("family", FAMILIES)
def test_logits_in_fp32_are_those_of_transformers(family: str, graph: Any, tmp_path: Path) -> None:
    source = write_tiny_llama(tmp_path / "source", **FAMILIES[family])
    write_onnx(read_weights(source), tmp_path / "graph", graph=graph)
    wanted = _wanted(source)[269:]
    assert np.abs(wanted).max() > 1
    assert np.abs(_found(tmp_path / "graph") - wanted).max() < 1e-4


@pytest.mark.parametrize("graph", ["contrib", "standard"])
@pytest.mark.parametrize("family", ["llama", "a width that is no multiple of a block", "untied embeddings", "qwen3"])
def test_fewer_bits_stay_close_and_eight_closer_than_four(family: str, graph: Any, tmp_path: Path) -> None:
    source = write_tiny_llama(tmp_path / "source", **FAMILIES[family])
    wanted = _wanted(source)[269:]
    away = {}
    for precision in ("int8", "int4"):
        write_onnx(read_weights(source), tmp_path / precision, graph=graph, precision=precision)  # type: ignore[arg-type]
        found = _found(tmp_path / precision)
        away[precision] = float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))
    # Numbers in a wrong order would be as far from these as strangers are: 1.4.
    assert away["int8"] < 0.1
    assert away["int8"] < away["int4"] < 0.7
