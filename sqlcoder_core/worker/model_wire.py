"""What parent and model worker say to each other, in the frames of `wire`."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.msgpack import Decoder

from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts, Prompt
from sqlcoder_core.values.model_files import ModelFiles

# ---------------------------------------------------------------------- parent to child


class Load(Struct, tag=True, kw_only=True):
    """The first frame: which engine with which settings loads which files, where the state of prompts is kept, how confined.

    `secrets` are texts that no message may contain; `scratch` is the private directory, `folder` that of kept prefixes.
    """

    engine: str
    file: str | None
    settings: dict[str, Any]
    files: ModelFiles
    secrets: tuple[str, ...] = ()
    keep: Literal["no", "memory", "disk"] = "memory"
    folder: str | None = None
    scratch: str | None = None
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    tcp_ports: tuple[int, ...] = ()
    network: bool = False
    sandbox: bool = True
    unconfined: str | None = None
    """Why there is to be no sandbox, where `sandbox` is False."""
    die_with_parent: bool = True


class Count(Struct, tag=True, kw_only=True):
    """How many tokens each text has, as text in the middle of a prompt."""

    number: int
    texts: tuple[str, ...]


class Generate(Struct, tag=True, kw_only=True):
    """Answers to some prompts, decoded together; `stream`: send the text of the first as it comes."""

    number: int
    prompts: tuple[Prompt, ...]
    decoding: Decoding
    stream: bool = False


class Cancel(Struct, tag=True, kw_only=True):
    """Stop working on that request; does nothing when it is another one by now."""

    number: int


Work: TypeAlias = Count | Generate
ModelRequest: TypeAlias = Load | Work | Cancel

# ---------------------------------------------------------------------- child to parent


class Ready(Struct, tag=True, kw_only=True):
    """The model is loaded; `unconfined` says why there is no sandbox, None where there is one."""

    facts: ModelFacts
    unconfined: str | None


class Counts(Struct, tag=True, kw_only=True):
    """The answer to Count."""

    number: int
    counts: tuple[int, ...]


class Text(Struct, tag=True, kw_only=True):
    """Some text of the first prompt's answer, as it is written."""

    number: int
    text: str


class Produced(Struct, tag=True, kw_only=True):
    """What came of the next prompt."""

    number: int
    generated: Generated


class Done(Struct, tag=True, kw_only=True):
    """All prompts are answered."""

    number: int


class Failed(Struct, tag=True, kw_only=True):
    """The request (0: loading) ended with an error: `model` says a message for the person, `internal` is a fault of some code."""

    number: int
    kind: Literal["model", "memory", "time", "cancelled", "internal"]
    message: str
    place: str | None = None
    hint: str | None = None


ModelReply: TypeAlias = Ready | Counts | Text | Produced | Done | Failed


def request_decoder() -> Decoder[ModelRequest]:
    """What the child reads with."""
    return Decoder(ModelRequest)


def reply_decoder() -> Decoder[ModelReply]:
    """What the parent reads with."""
    return Decoder(ModelReply)
