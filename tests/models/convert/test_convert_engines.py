"""Converted models compute what the originals do: transformers and llama.cpp on the same random weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("safetensors")
pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("llama_cpp")

import llama_cpp
import numpy as np
import torch
import transformers

from sqlcoder_core.models.convert.convert import convert

Tiny = Callable[..., Path]
TOKENS = [0, 5, 17, 300, 44, 44, 9, 260, 81, 3, 120, 7]
BIASES = ("q_proj", "k_proj", "v_proj")
QWEN2 = {"model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"]}
QWEN3 = {"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "head_dim": 32, "attention_bias": False}
MISTRAL = {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "head_dim": 16, "sliding_window": None}
# Short enough that a few tokens reach every part of the curve.
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}

MODELS: dict[str, dict[str, Any]] = {
    "llama": {},
    "llama, tied": {"tie_word_embeddings": True},
    "llama, wide heads": {"head_dim": 32},
    "llama, one key head": {"num_key_value_heads": 1},
    "llama, biases": {"attention_bias": True, "mlp_bias": True, "biases": (*BIASES, "o_proj", "gate_proj", "up_proj", "down_proj")},
    "llama, linear": {"rope_scaling": {"rope_type": "linear", "factor": 4.0}},
    "llama, llama3": {"rope_scaling": LLAMA3, "rope_theta": 500000.0},
    "mistral": MISTRAL,
    "qwen2": QWEN2 | {"biases": BIASES},
    "qwen3": QWEN3 | {"norms": ("q_norm", "k_norm")},
}


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def of_transformers(folder: Path) -> Any:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        return model(torch.tensor([TOKENS])).logits[0].numpy()


def of_llama_cpp(file: Path) -> Any:
    exact = {"type_k": 0, "type_v": 0, "flash_attn": False}  # keys and values in float32, as transformers keeps them
    model = llama_cpp.Llama(os.fspath(file), n_ctx=64, n_batch=64, n_threads=1, logits_all=True, verbose=False, **exact)
    model.eval(TOKENS)
    return np.array(model.scores[: len(TOKENS)])


@pytest.mark.parametrize("name", MODELS)
def test_gguf_and_the_folder_made_of_it_compute_the_same(tiny: Tiny, tmp_path: Path, name: str) -> None:
    folder = tiny(**MODELS[name])
    convert(folder, tmp_path / "m.gguf")
    convert(tmp_path / "m.gguf", tmp_path / "back")
    wanted = of_transformers(folder)
    assert np.abs(wanted).max() > 1
    np.testing.assert_allclose(of_llama_cpp(tmp_path / "m.gguf"), wanted, atol=1e-4)
    np.testing.assert_allclose(of_transformers(tmp_path / "back"), wanted, atol=1e-5)


@pytest.mark.parametrize("tied", [True, False])
def test_starcoder_computes_the_same(tmp_path: Path, tokenizer_json: str, tied: bool) -> None:
    folder = tmp_path / "starcoder"
    sizes = {"vocab_size": 304, "n_embd": 64, "n_head": 4, "n_layer": 2, "n_positions": 64, "n_inner": 96}
    config = transformers.GPTBigCodeConfig(**sizes, tie_word_embeddings=tied, bos_token_id=0, eos_token_id=1, initializer_range=0.3)
    torch.manual_seed(3)
    model = transformers.GPTBigCodeForCausalLM(config)
    for tensor in model.parameters():  # biases and norms that are not just 0 and 1
        tensor.data += 0.05 * torch.randn_like(tensor)
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tokenizer_json)
    (folder / "tokenizer_config.json").write_text('{"bos_token": "<|begin|>", "eos_token": "<|end|>"}')
    convert(folder, tmp_path / "m.gguf")
    convert(tmp_path / "m.gguf", tmp_path / "back")
    wanted = of_transformers(folder)
    # llama.cpp looks this activation up in a table of float16.
    np.testing.assert_allclose(of_llama_cpp(tmp_path / "m.gguf"), wanted, atol=1e-3 * np.abs(wanted).max())
    np.testing.assert_allclose(of_transformers(tmp_path / "back"), wanted, atol=1e-4)


@pytest.mark.real_model
def test_smollm2_in_float32_computes_the_same_on_both(smollm2_hf: Path, tmp_path: Path) -> None:
    convert(smollm2_hf, tmp_path / "m.gguf", dtype="f32")
    np.testing.assert_allclose(of_llama_cpp(tmp_path / "m.gguf"), of_transformers(smollm2_hf), atol=1e-3)
