"""One model in every runtime's format and precision, made when it is first needed, and loaded as the model worker loads it.

What is measured is named `RUNTIME` or `RUNTIME:PRECISION`: transformers (f32, bf16, f16, 8bit, 4bit), llamacpp (f32, f16, q8_0),
onnx (f32, int8, int4).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlcoder_core.contracts.model_engine import ModelEngine
from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.models.store import store_dir
from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.values.model_files import ModelFiles

SHAPES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2},
    "7b": {"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32},
}
VOCABULARY = {"tiny": 1024, "7b": 32_016}
TORCH = {"f32": "float32", "bf16": "bfloat16", "f16": "float16"}


@dataclass(frozen=True, slots=True)
class Way:
    """One runtime with a precision; `text` is how the command line says it."""

    runtime: str
    precision: str

    @classmethod
    def of(cls, text: str, device: str) -> Way:
        """`RUNTIME:PRECISION`; without one, 16 bits on a GPU where the runtime has them, and 32 bits elsewhere."""
        runtime, _, precision = text.partition(":")
        usual = "bf16" if device == "cuda" and runtime == "transformers" else "f32"
        return cls(runtime, precision or usual)

    @property
    def text(self) -> str:
        """As the command line says it."""
        return f"{self.runtime}:{self.precision}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the weights come from: a `model` by name or path, or random ones of a `shape`. `folder` keeps what is made of them."""

    model: str
    shape: str | None
    folder: Path
    device: str

    def files(self, way: Way) -> Path:
        """The file or folder that the way's engine opens; raises what conversion raises."""
        if way.runtime == "transformers":
            return self.safetensors()
        # CUDA's kernels refuse the contrib graph's attention bias.
        graph: Any = "standard" if self.device == "cuda" else "contrib"
        ending = "gguf" if way.runtime == "llamacpp" else "onnx"
        made = self.folder / f"{way.precision}.{graph}.{ending}"
        if not made.exists():
            convert(self.safetensors(), made, dtype=way.precision, graph=graph)
        return made

    def tokenizer(self) -> Path:
        """A folder with the tokenizer; of random weights it is there before they are."""
        if not self.shape:
            return self.safetensors()
        folder = self.folder / "tokenizer"
        if not folder.exists():
            folder.mkdir()
            write_tokenizer(folder)
        return folder

    def safetensors(self) -> Path:
        """The folder that everything else is made of."""
        made = self.folder / "safetensors"
        if made.exists():
            return made
        if self.shape:
            partial = self.folder / "safetensors.part"
            shutil.rmtree(partial, ignore_errors=True)
            write_random(partial, self.shape)
            partial.rename(made)
        else:
            found = resolve(self.model, ("safetensors", "gguf"), store=store_dir(os.environ))
            convert(Path(found.path), made, dtype="f32")
        return made


def load(source: Source, way: Way, threads: int) -> tuple[ModelEngine, ModelFacts]:
    """The engine with its model loaded; nothing ends an answer before its last token."""
    path = source.files(way)
    engine = _engine(way, ModelFiles(name=source.shape or source.model, kind=_kind(way), path=str(path)), source.device, threads)
    facts = engine.load()
    engine.tokenizer.ends = frozenset()
    return engine, facts


def _kind(way: Way) -> Any:
    return {"transformers": "safetensors", "llamacpp": "gguf", "onnx": "onnx"}[way.runtime]


def _engine(way: Way, files: ModelFiles, device: str, threads: int) -> ModelEngine:
    if way.runtime == "transformers":
        from sqlcoder_transformers.engine import TransformersEngine

        dtype = TORCH.get(way.precision, "auto")
        load_in = None if way.precision in TORCH else way.precision
        return TransformersEngine(SimpleNamespace(threads=threads, device=device, dtype=dtype, load_in=load_in, adapter=None), files)
    if way.runtime == "llamacpp":
        from sqlcoder_llamacpp.engine import LlamaCppEngine
        from sqlcoder_llamacpp.runtime import LlamaCppSettings

        return LlamaCppEngine(LlamaCppSettings(threads=threads, gpu_layers=-1 if device == "cuda" else 0), files)
    from sqlcoder_onnx.engine import OnnxEngine

    return OnnxEngine(SimpleNamespace(provider=device, threads=threads, context=None), files)


def prompt_of(engine: ModelEngine, tokens: int) -> str:
    """A schema and the beginning of a query, about so many tokens long and no longer, unless the least there is is longer."""
    encode = engine.tokenizer.encode
    opening = "\nSELECT total FROM"
    lines = ""
    for number in range(1_000_000):
        more = f"{lines}CREATE TABLE t{number} (id INTEGER, total DECIMAL);\n"
        if len(encode(more + opening)) > tokens:
            break
        lines = more
    return (lines + opening).strip()


def write_random(folder: Path, shape: str) -> None:
    """A Llama-like model of random weights as bfloat16 safetensors, a file for each layer; speed does not depend on their values."""
    import torch
    from safetensors.torch import save_file

    config = {**SHAPES[shape], "vocab_size": VOCABULARY[shape]}
    folder.mkdir(parents=True)
    # Slices of one block at other places for each tensor: no more random numbers than needed, and no two layers alike.
    noise = torch.randn(2 * config["vocab_size"] * config["hidden_size"], generator=torch.manual_seed(0)).mul_(0.02).to(torch.bfloat16)
    places: dict[str, str] = {}
    total = 0
    for number, tensors in enumerate(_tensors(config)):
        file = f"model-{number:05d}.safetensors"
        made = {}
        for at, (name, sizes) in enumerate(tensors):
            count = int(torch.Size(sizes).numel())
            first = (number * 7919 + at * 104_729) % (len(noise) - count)
            made[name] = torch.ones(sizes, dtype=noise.dtype) if len(sizes) == 1 else noise[first : first + count].reshape(sizes).clone()
            places[name], total = file, total + 2 * count
        save_file(made, str(folder / file), metadata={"format": "pt"})
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text(json.dumps(_config(config)))
    write_tokenizer(folder)


def _tensors(config: dict[str, int]) -> Iterator[list[tuple[str, tuple[int, ...]]]]:
    """Names and sizes, file by file."""
    wide, inner, words = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    narrow = wide // config["num_attention_heads"] * config["num_key_value_heads"]
    yield [("model.embed_tokens.weight", (words, wide)), ("model.norm.weight", (wide,)), ("lm_head.weight", (words, wide))]
    for number in range(config["num_hidden_layers"]):
        attention = {"q_proj": (wide, wide), "k_proj": (narrow, wide), "v_proj": (narrow, wide), "o_proj": (wide, wide)}
        forward = {"gate_proj": (inner, wide), "up_proj": (inner, wide), "down_proj": (wide, inner)}
        named = {f"self_attn.{name}": sizes for name, sizes in attention.items()} | {
            f"mlp.{name}": sizes for name, sizes in forward.items()
        }
        norms = dict.fromkeys(("input_layernorm", "post_attention_layernorm"), (wide,))
        yield [(f"model.layers.{number}.{name}.weight", sizes) for name, sizes in {**named, **norms}.items()]


def _config(sizes: dict[str, int]) -> dict[str, Any]:
    fixed = {"rms_norm_eps": 1e-5, "rope_theta": 1e6, "max_position_embeddings": 16384, "hidden_act": "silu", "tie_word_embeddings": False}
    ends = {"bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "bfloat16"}
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **sizes, **fixed, **ends}


def write_tokenizer(folder: Path) -> None:
    """Bytes as tokens, with the pattern of Llama 3, which every format here knows."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    special = ["<unk>", "<s>", "</s>"]
    words = {text: number for number, text in enumerate([*special, *sorted(pre_tokenizers.ByteLevel.alphabet()), "th"])}
    made = Tokenizer(models.BPE(vocab=words, merges=[("t", "h")], ignore_merges=True))  # llama.cpp wants a merge
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(special)
    made.save(str(folder / "tokenizer.json"))
    said = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
