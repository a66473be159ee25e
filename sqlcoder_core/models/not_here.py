"""Why a name or path does not lead to a model, with the command that mends it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.address import Named, address_of, is_hub_id
from sqlcoder_core.models.file_kind import KIND_NAMES, refuse_pickle
from sqlcoder_core.models.names import KnownModel, every_name
from sqlcoder_core.models.store import Entry
from sqlcoder_core.values.model_files import ModelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for in `text`, and what is here of it; `variant` is the precision that was named."""

    text: str
    name: str
    known: KnownModel | None = None
    variant: str | None = None
    found: tuple[Entry, ...] = ()


def not_here(asked: Asked, kinds: tuple[ModelKind, ...]) -> ModelError:
    """The error for a model of which nothing fits."""
    readable = [entry for entry in asked.found if entry.kind in kinds]
    if asked.variant and readable:
        there = ", ".join(entry.variant or "unquantised" for entry in readable)
        hint = f"run `sqlcoder models quantize {asked.name} --to {asked.variant}`, or name another"
        return ModelError(f"there is no {asked.variant} of {asked.name} here; there is {there}", hint=hint)
    if asked.found:
        found = tuple(dict.fromkeys(entry.kind for entry in asked.found))
        message = f"{asked.name} is here as {kind_words(found)}, not as {kind_words(kinds)}"
        return ModelError(message, hint=_way(asked.name, found, kinds))
    if asked.known is not None and not asked.known.published:
        return ModelError(f"{asked.name} is not published yet", hint="name another model: `sqlcoder models list` shows them")
    if asked.known is None and isinstance(address_of(asked.text), Named) and not is_hub_id(asked.name):
        return unknown(asked.name)
    return ModelError(f"the model {asked.name} is not on this machine", hint=f"run {_steps(asked, kinds)}")


def unknown(name: str) -> ModelError:
    """The error for a word that is no model's name."""
    near = difflib.get_close_matches(name.lower(), every_name(), n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return ModelError(f"there is no model {name!r}", hint=f"{meant}`sqlcoder models list` shows the known ones; a path names your own")


def unreadable(path: Path, text: str, found: tuple[ModelKind, ...], kinds: tuple[ModelKind, ...]) -> ModelError:
    """The error for a path at which there is another kind of model, or none."""
    if found:
        message = f"this model is {kind_words(found)}, not {kind_words(kinds)}"
        return ModelError(message, place=text, hint=_way(text, found, kinds))
    refuse_pickle(path)
    if path.suffix == ".gguf":
        raise ModelError("this is no GGUF file: it does not begin as one", place=text, hint="fetch the file again")
    hint = "name a .gguf file, a folder with config.json and *.safetensors, or a folder with an ONNX graph"
    return ModelError("no model is there that can be read", place=text, hint=hint)


def _way(name: str, found: tuple[ModelKind, ...], kinds: tuple[ModelKind, ...]) -> str:
    """How to come by one of these kinds: nothing is converted from ONNX."""
    if set(found) == {"onnx"}:
        return "take the safetensors or the GGUF that it was made from"
    return f"run {convert_command(name, kinds)}"


def kind_words(kinds: Iterable[ModelKind]) -> str:
    """Kinds as a message names them."""
    return " or ".join(KIND_NAMES[kind] for kind in kinds)


def convert_command(name: str, kinds: tuple[ModelKind, ...]) -> str:
    """The command that makes a model readable, in backquotes."""
    return f"`sqlcoder models convert {name} --to {kinds[0]}`"


def _steps(asked: Asked, kinds: tuple[ModelKind, ...]) -> str:
    fetch = f"`sqlcoder models pull {asked.text}`"
    comes_as = [kind for kind in asked.known.weights if kind != "pickle"] if asked.known else []
    return f"{fetch}, then {convert_command(asked.name, kinds)}" if comes_as and not set(comes_as) & set(kinds) else fetch
