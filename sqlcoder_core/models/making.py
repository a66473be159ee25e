"""A model by name or path in, the same model in another format or in fewer bits out: at a path, or beside it in the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sqlcoder_core.errors import ModelError, SqlcoderError, UsageError
from sqlcoder_core.models.convert.made import Made, Progress
from sqlcoder_core.models.file_kind import KIND_NAMES
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.models.store import place_of, put, staging
from sqlcoder_core.values.model_files import ModelFiles, ModelKind

# Kinds that each kind is made from, the one that loses least first.
_FROM: dict[ModelKind, tuple[ModelKind, ...]] = {
    "safetensors": ("gguf",),
    "gguf": ("safetensors",),
    "onnx": ("safetensors", "gguf"),
}
_ONNX_WORDS = ("int8", "int4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where models are looked for and kept: the store, the environment, and where relative paths count from."""

    store: Path
    environ: Mapping[str, str]
    folder: Path

    def find(self, text: str, kinds: tuple[ModelKind, ...]) -> ModelFiles:
        """See `resolve`."""
        return resolve(text, kinds, store=self.store, folder=self.folder, environ=self.environ)

    def adapter(self, text: str, files: ModelFiles) -> Path | None:
        """The adapter of that name or path."""
        found = resolve(files.path, (files.kind,), store=self.store, adapter=text, folder=self.folder, environ=self.environ).adapter
        return Path(found) if found else None


def convert_model(
    place: Workplace,
    src: str,
    dst: Path | None,
    *,
    to: ModelKind | None = None,
    adapter: str | None = None,
    dtype: str | None = None,
    graph: Literal["contrib", "standard"] = "contrib",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Made:
    """Convert a model; without `dst` it goes into the store under the source's name, and `to` has to say the kind.

    Raises UsageError for a kind that is not said or contradicts `dst`, and what `resolve` and `convert` raise.
    """
    from sqlcoder_core.models.convert.convert import convert, kind_of

    kind = to or (kind_of(dst) if dst is not None else None)
    if kind is None:
        raise UsageError("it is not said what to convert to", hint="name a destination, or say --to onnx, gguf or safetensors")
    if dst is not None and kind_of(dst) != kind and (kind == "gguf" or dst.suffix in (".gguf", ".onnx")):
        raise UsageError(f"{dst} does not end as a {kind} model does", hint="leave --to out, or name a destination that fits")
    files = _source(place, src, kind, anew=bool(adapter or dtype))
    merged = place.adapter(adapter, files) if adapter else None

    def make(target: Path, over: bool) -> Made:
        return convert(Path(files.path), target, adapter=merged, dtype=dtype, graph=graph, overwrite=over, kind=kind, progress=progress)

    return _placed(place, files, dst, kind, make=make, variant=_variant(dtype, kind), overwrite=overwrite)


def convert_adapter_alone(place: Workplace, src: str, dst: Path | None, base: str, *, overwrite: bool = False) -> Made:
    """Write a LoRA adapter in PEFT's format as a GGUF adapter, for llama.cpp to lay over `base`.

    Raises UsageError where `dst` is no GGUF file, and what `resolve` and `convert_adapter` raise.
    """
    from sqlcoder_core.models.convert.adapter_gguf import convert_adapter

    if dst is None or dst.suffix != ".gguf":
        raise UsageError("an adapter is converted to a GGUF file", hint="name a destination that ends in .gguf")
    files = place.find(base, ("safetensors", "gguf"))
    return convert_adapter(place.folder / Path(src).expanduser(), Path(files.path), place.folder / dst, overwrite=overwrite)


def quantize_model(
    place: Workplace, src: str, dst: Path | None, to: str, *, overwrite: bool = False, progress: Progress | None = None
) -> Made:
    """Write a model in fewer bits; without `dst` it goes into the store under the source's name.

    Raises what `resolve` and `quantize` raise.
    """
    from sqlcoder_core.models.convert.quantize import GGUF_TYPES, ONNX_TYPES, quantize

    word = to.lower().replace("-", "_")
    kind: ModelKind = "onnx" if word in _ONNX_WORDS else "gguf"
    if dst is not None and word in (*GGUF_TYPES, *ONNX_TYPES) and (dst.suffix == ".gguf") != (kind == "gguf"):
        hint = "end its name in .gguf" if kind == "gguf" else "name a folder, or end the name in .onnx"
        raise UsageError(f"{to} makes {KIND_NAMES[kind]}, and {dst} is no place for it", hint=hint)
    files = place.find(src, ("safetensors", "onnx", "gguf") if kind == "onnx" else ("safetensors", "gguf"))

    def make(target: Path, over: bool) -> Made:
        return quantize(Path(files.path), target, word, overwrite=over, progress=progress)

    return _placed(place, files, dst, kind, make=make, variant=word, overwrite=overwrite)


def _source(place: Workplace, src: str, kind: ModelKind, *, anew: bool) -> ModelFiles:
    """The model to convert; one that is of that kind already where it is written `anew`, with an adapter or in another number format."""
    others = _FROM[kind]
    if anew and kind not in others:
        return place.find(src, (*others, kind))
    try:
        return place.find(src, others)
    except ModelError:
        if not _is_here(place, src, kind):
            raise
    hint = "`sqlcoder models quantize` writes it in fewer bits, `--dtype` in another number format"
    raise UsageError(f"{src} is {KIND_NAMES[kind]} already, and here in no other kind", hint=hint)


def _variant(dtype: str | None, kind: ModelKind) -> str:
    """What tells the result from others of its kind; ONNX in full precision is the usual one and has no mark."""
    word = (dtype or "").lower()
    return "" if kind == "onnx" and word in ("f32", "fp32") else word


def _is_here(place: Workplace, src: str, kind: ModelKind) -> bool:
    try:
        place.find(src, (kind,))
    except SqlcoderError:
        return False
    return True


def _placed(
    place: Workplace,
    files: ModelFiles,
    dst: Path | None,
    kind: ModelKind,
    *,
    make: Callable[[Path, bool], Made],
    variant: str,
    overwrite: bool,
) -> Made:
    if dst is not None:
        return make(place.folder / dst.expanduser(), overwrite)
    kept = place_of(place.store, files.name, kind, variant)
    if kept.exists() and not overwrite:
        shown = f"{KIND_NAMES[kind]}{f' in {variant}' if variant else ''}"
        raise UsageError(f"{files.name} is here as {shown} already", place=str(kept), hint="make it anew with --overwrite")
    with staging(place.store) as staged:
        folder = staged / "model"
        target = folder
        if kind == "gguf":
            folder.mkdir()
            target = folder / f"{_short(files.name)}{f'.{variant}' if variant else ''}.gguf"
        made = make(target, False)
        put(place.store, folder, name=files.name, kind=kind, variant=variant, made_from=files.path)
    return replace(made, path=kept / target.name if kind == "gguf" else kept)


def _short(name: str) -> str:
    return name.rpartition("/")[2].replace(":", "-")
