"""Tiny GGUF files with random weights, written in milliseconds: models of two layers, adapters for them, and files that are no models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, FEED, LAYERS, HEADS, KV_HEADS, CONTEXT = 256, 512, 2, 4, 2, 4096
MERGES = ("S E", "L E", "SE LE", "C T", "SELE CT", "\u0120 F", "R O", "RO M", "\u0120F ROM", "o u", "ou n", "c oun", "coun t")
CONTROL = ("<|begin|>", "<|end|>", "<|turn|>")
CHAT = (
    "{{ bos_token }}{% for m in messages %}<|turn|>{{ m['role'] }}\n{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
_NORMAL, _UNKNOWN, _CONTROL, _UNUSED, _BYTE = 1, 2, 3, 5, 6  # enum llama_token_type


def write_tiny(
    path: Path,
    *,
    seed: int = 0,
    width: int = WIDTH,
    architecture: str = "llama",
    kv: Mapping[str, Any] | None = None,
    pieces: bool = False,
    tensors_each: int = 0,
) -> Path:
    """A Llama of random weights in f32. `kv` adds or replaces metadata (None leaves a key out); `pieces`: a sentencepiece vocabulary.

    `tensors_each`: in parts of so many tensors, named `x-00001-of-00003.gguf` for `x.gguf`; returns the first.
    """
    from gguf import GGUFWriter

    random = np.random.default_rng(seed)
    tokens = _sentencepieces() if pieces else byte_letters()
    described = metadata(architecture, width, len(tokens)) | vocabulary(tokens, pieces=pieces) | dict(kv or {})
    writer = GGUFWriter(str(path), architecture, split_max_tensors=tensors_each)
    describe(writer, described)
    for name, shape in _shapes(width, len(tokens)).items():
        flat = len(shape) == 1
        writer.add_tensor(name, np.ones(shape, np.float32) if flat else random.normal(0, 2 / np.sqrt(shape[1]), shape).astype(np.float32))
    finish(writer, path)
    return min(path.parent.glob(f"{path.stem}-00001-of-*.gguf")) if tensors_each else path


def write_adapter(path: Path, *, seed: int = 1, width: int = WIDTH, rank: int = 4) -> Path:
    """A LoRA adapter for the query projections of `write_tiny`'s model."""
    from gguf import GGUFWriter

    random = np.random.default_rng(seed)
    writer = GGUFWriter(str(path), "llama")
    describe(writer, {"general.type": "adapter", "adapter.type": "lora", "adapter.lora.alpha": float(rank)})
    for layer in range(LAYERS):
        name = f"blk.{layer}.attn_q.weight"
        writer.add_tensor(f"{name}.lora_a", random.normal(0, 0.3, (rank, width)).astype(np.float32))
        writer.add_tensor(f"{name}.lora_b", random.normal(0, 0.3, (width, rank)).astype(np.float32))
    return finish(writer, path)


def finish(writer: Any, path: Path) -> Path:
    """Write the file."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def describe(writer: Any, described: Mapping[str, Any]) -> None:
    """Add metadata; None leaves a key out."""
    adders = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string, list: writer.add_array}
    for key, value in described.items():
        if value is not None:
            adders[type(value)](key, value)


def metadata(architecture: str, width: int, vocabulary: int) -> dict[str, Any]:
    """What a Llama's file says of its sizes."""
    sizes = {
        "context_length": CONTEXT,
        "embedding_length": width,
        "block_count": LAYERS,
        "feed_forward_length": FEED,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": width // HEADS,
        "rope.freq_base": 10000.0,
        "vocab_size": vocabulary,
    }
    return {"general.name": "tiny", "general.file_type": 0} | {f"{architecture}.{key}": value for key, value in sizes.items()}


def vocabulary(tokens: dict[str, int], *, pieces: bool) -> dict[str, Any]:
    """What a file says of its tokens."""
    names = list(tokens)
    found: dict[str, Any] = {
        "tokenizer.ggml.tokens": names,
        "tokenizer.ggml.token_type": list(tokens.values()),
        "tokenizer.ggml.bos_token_id": names.index("<s>" if pieces else CONTROL[0]),
        "tokenizer.ggml.eos_token_id": names.index("</s>" if pieces else CONTROL[1]),
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": CHAT,
    }
    if pieces:
        return found | {"tokenizer.ggml.model": "llama", "tokenizer.ggml.scores": [-float(place) for place in range(len(names))]}
    return found | {"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.merges": list(MERGES)}


def byte_letters() -> dict[str, int]:
    """GPT-2's letters for all bytes, what the merges make of them, control tokens, and one token that is not used."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(256) if byte not in printable]
    letters = [*map(chr, printable), *(chr(0x100 + place) for place in range(len(moved)))]
    merged = [merge.replace(" ", "") for merge in MERGES]
    return dict.fromkeys([*letters, *merged], _NORMAL) | dict.fromkeys(CONTROL, _CONTROL) | {"[PAD272]": _UNUSED}


def _sentencepieces() -> dict[str, int]:
    """Sentencepiece as Llama 2 has it: control tokens, bytes, then pieces in the order of their scores."""
    words = ["\u2581SELECT", "\u2581FROM", "\u2581count", "SELECT", "FROM", "count", "\u2581", *map(chr, range(0x21, 0x7F))]
    longer = {word[:length] for word in words for length in range(2, len(word))}
    bytes_ = {f"<0x{byte:02X}>": _BYTE for byte in range(256)}
    known = {"<unk>": _UNKNOWN, "<s>": _CONTROL, "</s>": _CONTROL}
    return known | bytes_ | dict.fromkeys([*words[:7], *sorted(longer, key=len, reverse=True), *words[7:]], _NORMAL)


def _shapes(width: int, vocabulary: int) -> dict[str, tuple[int, ...]]:
    kv = width // HEADS * KV_HEADS
    layer = {
        "attn_norm": (width,),
        "ffn_norm": (width,),
        "attn_q": (width, width),
        "attn_k": (kv, width),
        "attn_v": (kv, width),
        "attn_output": (width, width),
        "ffn_gate": (FEED, width),
        "ffn_up": (FEED, width),
        "ffn_down": (width, FEED),
    }
    layers = {f"blk.{number}.{name}.weight": shape for number in range(LAYERS) for name, shape in layer.items()}
    return {"token_embd.weight": (vocabulary, width), "output_norm.weight": (width,), "output.weight": (vocabulary, width)} | layers
