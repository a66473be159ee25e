"""LoRA adapters: merged as PEFT merges them, or laid over the model by llama.cpp; either way the same logits."""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")

import numpy as np
from safetensors.numpy import load_file, save_file

from sqlcoder_core.errors import FileError, ModelError, SqlcoderError, UsageError
from sqlcoder_core.models.convert.adapter_gguf import convert_adapter
from sqlcoder_core.models.convert.adapters import Adapter
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.convert.gguf_header import read_header

Tiny = Callable[..., Path]
TOKENS = [0, 5, 17, 200, 44, 44, 9, 260, 81, 3, 120, 7]
SHAPES = {"self_attn.q_proj": (64, 64), "self_attn.k_proj": (32, 64), "self_attn.o_proj": (64, 64), "mlp.down_proj": (64, 96)}
PLAIN: dict[str, Any] = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 12, "bias": "none", "inference_mode": True}
PATTERNS = {"rank_pattern": {"down_proj": 2}, "alpha_pattern": {r"layers\.1\.self_attn\.q_proj": 30}}


def adapter(folder: Path, ranks: dict[str, int] | None = None, **over: Any) -> Path:
    """A folder as PEFT saves it, with random matrices for two layers."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(5)
    tensors = {}
    for layer in range(2):
        for name, (rows, columns) in SHAPES.items():
            rank = (ranks or {}).get(name, 4)
            stem = f"base_model.model.model.layers.{layer}.{name}"
            tensors[f"{stem}.lora_A.weight"] = dice.normal(0, 0.2, (rank, columns)).astype(np.float32)
            tensors[f"{stem}.lora_B.weight"] = dice.normal(0, 0.2, (rows, rank)).astype(np.float32)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = PLAIN | {"target_modules": [name.rpartition(".")[2] for name in SHAPES]} | over
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


FORMS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rank-stabilised": {"use_rslora": True},
    "patterns": PATTERNS | {"ranks": {"mlp.down_proj": 2}},
}


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # PEFT asks transformers 5 by an old name
@pytest.mark.parametrize("form", FORMS)
def test_merged_model_computes_what_peft_computes(tiny: Tiny, tmp_path: Path, form: str) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("peft")
    base, lora = tiny(), adapter(tmp_path / "lora", **FORMS[form])
    convert(base, tmp_path / "merged", adapter=lora)
    wanted = of_peft(base, lora)
    assert np.abs(wanted - of_transformers(base)).max() > 0.1
    np.testing.assert_allclose(of_transformers(tmp_path / "merged"), wanted, atol=1e-4)


@pytest.mark.parametrize("form", FORMS)
def test_llama_cpp_lays_the_converted_adapter_over_the_model(tiny: Tiny, tmp_path: Path, form: str) -> None:
    pytest.importorskip("llama_cpp")
    base, lora = tiny(), adapter(tmp_path / "lora", **FORMS[form])
    convert(base, tmp_path / "base.gguf")
    convert(base, tmp_path / "merged.gguf", adapter=lora)
    convert_adapter(lora, tmp_path / "base.gguf", tmp_path / "lora.gguf")
    merged, laid = of_llama_cpp(tmp_path / "merged.gguf"), of_llama_cpp(tmp_path / "base.gguf", tmp_path / "lora.gguf")
    assert np.abs(merged - of_llama_cpp(tmp_path / "base.gguf")).max() > 0.1
    np.testing.assert_allclose(laid, merged, atol=1e-4)


def test_merging_in_blocks_of_rows_is_merging(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlcoder_core.models.convert import number_formats

    base, lora = tiny(), adapter(tmp_path / "lora")
    convert(base, tmp_path / "whole", adapter=lora)
    monkeypatch.setattr(number_formats, "_BLOCK_NUMBERS", 700)
    convert(base, tmp_path / "blocks", adapter=lora)
    whole, blocks = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "blocks"))
    for name, array in whole.items():
        np.testing.assert_allclose(blocks[name], array, atol=1e-6, err_msg=name)


def test_converted_adapter_says_what_it_is(tiny: Tiny, tmp_path: Path) -> None:
    convert_adapter(adapter(tmp_path / "lora"), tiny(), tmp_path / "lora.gguf")
    header = read_header(tmp_path / "lora.gguf")
    assert (header.metadata["general.type"], header.metadata["adapter.type"], header.metadata["adapter.lora.alpha"]) == (
        "adapter",
        "lora",
        12,
    )
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    assert (shapes["blk.1.attn_k.weight.lora_a"], shapes["blk.1.attn_k.weight.lora_b"]) == ((4, 64), (32, 4))
    with pytest.raises(UsageError, match="exists already"):
        convert_adapter(adapter(tmp_path / "lora"), tiny(), tmp_path / "lora.gguf")


def test_merging_names_the_model_by_both(tiny: Tiny, tmp_path: Path) -> None:
    convert(tiny(), tmp_path / "m.gguf", adapter=adapter(tmp_path / "shop"))
    assert read_header(tmp_path / "m.gguf").metadata["general.name"] == "Tiny 1 with shop"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"use_dora": True}, "weights of DoRA"),
        ({"bias": "all"}, "trained biases"),
        ({"lora_bias": True}, "biases of its own"),
        ({"fan_in_fan_out": True}, "transposed"),
        ({"peft_type": "IA3"}, "kind IA3; LORA is read"),
        ({"lora_alpha": []}, "adapter_config.json holds something else"),
        ({"alpha_pattern": {"(": 1}}, "adapter_config.json holds something else"),
        ({"r": 8}, "have the rank 4, the config says 8"),
    ],
)
def test_what_is_no_plain_lora_is_refused_by_name(tiny: Tiny, tmp_path: Path, change: dict[str, Any], said: str) -> None:
    refused(tiny(), adapter(tmp_path / "lora", **change), said, tmp_path)


def test_adapter_of_another_model_is_refused_naming_its_own(tiny: Tiny, tmp_path: Path) -> None:
    lora = adapter(tmp_path / "lora", base_model_name_or_path="owner/other")
    refused(tiny(num_hidden_layers=1), lora, r"to model\.layers\.1\.[a-z_.]+\.weight, which is not there; .* owner/other", tmp_path)
    refused(tiny(num_key_value_heads=4), lora, r"adds \(32, 64\) to .*k_proj.weight, which there has \(64, 64\)", tmp_path)


def test_pickled_and_incomplete_adapters_are_refused(tiny: Tiny, tmp_path: Path) -> None:
    lora = adapter(tmp_path / "lora")
    (lora / "adapter_model.safetensors").rename(lora / "adapter_model.bin")
    refused(tiny(), lora, "can run any code", tmp_path)
    (lora / "adapter_model.bin").unlink()
    refused(tiny(), lora, "no adapter_model.safetensors", tmp_path, kind=FileError)
    refused(tiny(), tmp_path / "nowhere", "no adapter_config.json", tmp_path, kind=FileError)


def test_tensor_that_is_no_part_of_a_lora_is_named(tmp_path: Path) -> None:
    lora = adapter(tmp_path / "lora")
    save_file({"base_model.model.lm_head.weight": np.zeros((4, 4), np.float32)}, lora / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=r"lm_head\.weight is no part of a plain LoRA"):
        Adapter(lora)


def refused(base: Path, lora: Path, said: str, tmp_path: Path, kind: type[SqlcoderError] = ModelError) -> None:
    with pytest.raises(kind, match=said) as caught:
        convert(base, tmp_path / "out.gguf", adapter=lora)
    assert caught.value.hint
    assert not (tmp_path / "out.gguf").exists()


def of_transformers(folder: Path) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    return _logits(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32))


def of_peft(base: Path, lora: Path) -> Any:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    return _logits(PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), lora))


def _logits(model: Any) -> Any:
    import torch

    with torch.no_grad():
        return model.eval()(torch.tensor([TOKENS])).logits[0].numpy()


def of_llama_cpp(file: Path, lora: Path | None = None) -> Any:
    import llama_cpp

    exact = {"type_k": 0, "type_v": 0, "flash_attn": False}  # keys and values in float32
    model = llama_cpp.Llama(os.fspath(file), n_ctx=64, n_batch=64, n_threads=1, logits_all=True, verbose=False, **exact)
    if lora is not None:
        laid = llama_cpp.llama_adapter_lora_init(model.model, os.fsencode(lora))
        scales = (ctypes.c_float * 1)(1.0)
        assert llama_cpp.llama_set_adapters_lora(model.ctx, (llama_cpp.llama_adapter_lora_p_ctypes * 1)(laid), 1, scales) == 0
    model.eval(TOKENS)
    return np.array(model.scores[: len(TOKENS)])
