"""Tiny models with random weights, as folders of safetensors, made without torch."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPECIAL = ["<|begin|>", "<|end|>", "<|turn|>"]
TEMPLATE = "{% for message in messages %}<|turn|>{{ message['content'] }}<|end|>{% endfor %}"
Tiny = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, tokenizer_json: str) -> Tiny:
    """Makes a folder: keyword arguments are laid over config.json; `kind` is the number format, `biases` which layer matrices have one."""
    pytest.importorskip("safetensors")

    def make(*, kind: str = "float32", biases: tuple[str, ...] = (), norms: tuple[str, ...] = (), **over: Any) -> Path:
        folder = tmp_path_factory.mktemp("tiny")
        config = _config(json.loads(tokenizer_json)) | over
        _save(folder / "model.safetensors", _tensors(config, biases, norms), kind)
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "tokenizer.json").write_text(tokenizer_json)
        named = {"bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "chat_template": TEMPLATE, "tokenizer_class": "PreTrainedTokenizerFast"}
        (folder / "tokenizer_config.json").write_text(json.dumps(named))
        (folder / "README.md").write_text("---\nlicense: apache-2.0\nmodel_name: Tiny 1\n---\n\n# Tiny 1\n")
        return folder

    return make


@pytest.fixture(scope="session")
def tokenizer_json() -> str:
    """A byte-level vocabulary as ours are: Llama 3's way to cut, whole words first."""
    tokenizers = pytest.importorskip("tokenizers")
    fast = tokenizers.Tokenizer(tokenizers.models.BPE(ignore_merges=True))
    split = tokenizers.pre_tokenizers.Split(tokenizers.Regex(LLAMA3), behavior="isolated")
    letters = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    fast.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([split, letters])
    fast.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, special_tokens=SPECIAL, show_progress=False)
    fast.train_from_iterator(sentences(400), trainer)
    around = tokenizers.processors.TemplateProcessing(single=f"{SPECIAL[0]} $A", special_tokens=[(SPECIAL[0], 0)])
    fast.post_processor = around
    return str(fast.to_str())


def sentences(count: int) -> list[str]:
    """Words of SQL in random order, always the same."""
    dice = random.Random(7)
    words = ["SELECT", "FROM", "WHERE", "GROUP", "BY", "customers", "orders", "amount", "o.id", "=", "10", "2024", "sum(x)", "'ab'", "AND"]
    return [" ".join(dice.choice(words) for _ in range(12)) for _ in range(count)]


def _config(tokenizer: dict[str, Any]) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokenizer["model"]["vocab"]) + 4,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 128,
        "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }


def _tensors(config: dict[str, Any], biases: tuple[str, ...], norms: tuple[str, ...]) -> dict[str, Any]:
    numpy = pytest.importorskip("numpy")
    dice = numpy.random.default_rng(11)
    hidden, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    head = config.get("head_dim") or hidden // heads
    narrow = config["num_key_value_heads"] * head
    found = {"model.embed_tokens.weight": (config["vocab_size"], hidden), "model.norm.weight": (hidden,)}
    if not config["tie_word_embeddings"]:
        found["lm_head.weight"] = (config["vocab_size"], hidden)
    for number in range(config["num_hidden_layers"]):
        layer = f"model.layers.{number}."
        found |= {f"{layer}{name}.weight": (hidden,) for name in ("input_layernorm", "post_attention_layernorm")}
        found |= {f"{layer}self_attn.{name}.weight": (head,) for name in norms}
        matrices = {"self_attn.q_proj": (heads * head, hidden), "self_attn.k_proj": (narrow, hidden), "self_attn.v_proj": (narrow, hidden)}
        matrices |= {"self_attn.o_proj": (hidden, heads * head), "mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden)}
        matrices |= {"mlp.down_proj": (hidden, inner)}
        found |= {f"{layer}{name}.weight": shape for name, shape in matrices.items()}
        found |= {f"{layer}{name}.bias": shape[:1] for name, shape in matrices.items() if name.rpartition(".")[2] in biases}
    return {name: _random(dice, name, shape) for name, shape in found.items()}


def _random(dice: Any, name: str, shape: tuple[int, ...]) -> Any:
    scale = 0.2 if len(shape) == 2 else 0.1
    return (dice.normal(0, scale, shape) + ("norm" in name)).astype("float32")


def _save(path: Path, tensors: dict[str, Any], kind: str) -> None:
    from safetensors.numpy import save_file

    if kind == "bfloat16":
        _save_halves(path, {name: (array.view("uint32") >> 16).astype("uint16") for name, array in tensors.items()})
    else:
        save_file({name: array.astype(kind) for name, array in tensors.items()}, path)


def _save_halves(path: Path, halves: dict[str, Any]) -> None:
    """numpy has no bfloat16, so the library cannot write it from arrays; the format is a length, a JSON header and the bytes."""
    header, at = {}, 0
    for name, half in halves.items():
        header[name] = {"dtype": "BF16", "shape": list(half.shape), "data_offsets": [at, at + half.nbytes]}
        at += half.nbytes
    said = json.dumps(header).encode()
    path.write_bytes(len(said).to_bytes(8, "little") + said + b"".join(half.tobytes() for half in halves.values()))
