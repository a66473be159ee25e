"""Llama-like models of random weights as folders of safetensors, written in milliseconds; and the same as other exporters write ONNX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TEXT = "SELECT region, count(*) FROM orders WHERE total > 10"
SPECIAL = ("<|begin|>", "<|end|>")
Array = NDArray[np.float32]


def write_tiny_llama(folder: Path, *, biases: tuple[str, ...] = (), head_norms: bool = False, seed: int = 0, **over: Any) -> Path:
    """A model whose config is `over` laid over two layers of width 64; `biases` are the projections that have one."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _tokenizer(folder)
    config = _config(vocabulary) | over
    if "rope_parameters" in over:
        del config["rope_theta"]
    random = np.random.default_rng(seed)
    tensors = {name: _numbers(random, name, shape) for name, shape in _shapes(config, biases, head_norms).items()}
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 1}))
    return folder


def _numbers(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> Array:
    """So wide that layers matter, and so narrow that rounding is not amplified."""
    spread = random.normal(0, 0.1 if len(shape) == 1 else 1.5 / np.sqrt(shape[1]), shape)
    return (spread + name.endswith("norm.weight")).astype(np.float32)


def _config(vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "hidden_act": "silu",
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }


def _shapes(config: dict[str, Any], biases: tuple[str, ...], head_norms: bool) -> dict[str, tuple[int, ...]]:
    hidden, inner, size = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    rows, kv_rows = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (config["vocab_size"], hidden), "model.norm.weight": (hidden,)}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (config["vocab_size"], hidden)
    attention = {"q_proj": (rows, hidden), "k_proj": (kv_rows, hidden), "v_proj": (kv_rows, hidden), "o_proj": (hidden, rows)}
    gated = {"gate_proj": (inner, hidden), "up_proj": (inner, hidden), "down_proj": (hidden, inner)}
    for layer in (f"model.layers.{number}" for number in range(config["num_hidden_layers"])):
        shapes |= {f"{layer}.{norm}.weight": (hidden,) for norm in ("input_layernorm", "post_attention_layernorm")}
        shapes |= {f"{layer}.self_attn.{norm}.weight": (size,) for norm in ("q_norm", "k_norm") if head_norms}
        for part, matrices in (("self_attn", attention), ("mlp", gated)):
            for name, shape in matrices.items():
                shapes[f"{layer}.{part}.{name}.weight"] = shape
                if name in biases:
                    shapes[f"{layer}.{part}.{name}.bias"] = shape[:1]
    return shapes


def _tokenizer(folder: Path) -> int:
    """Bytes, and two control tokens; returns how many there are."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    fast = Tokenizer(models.BPE({text: place for place, text in enumerate((*SPECIAL, *letters))}, []))
    fast.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    fast.decoder = decoders.ByteLevel()
    fast.add_special_tokens(list(SPECIAL))
    fast.post_processor = processors.TemplateProcessing(single=f"{SPECIAL[0]} $A", special_tokens=[(SPECIAL[0], 0)])
    fast.save(str(folder / "tokenizer.json"))
    said = {"bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    return int(fast.get_vocab_size())
