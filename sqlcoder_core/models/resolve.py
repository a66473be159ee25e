"""A model's name, address or path in, its files out; never by way of the network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.address import HubFile, LocalPath, Named, WebFile, WheelMember, address_of, is_hub_id
from sqlcoder_core.models.file_kind import is_adapter, kinds_at, missing_parts, refuse_pickle
from sqlcoder_core.models.hub_cache import cached_model, cached_models, hub_cache_dir
from sqlcoder_core.models.names import PREFERRED, KnownModel, known, known_by_wheel, recognised
from sqlcoder_core.models.not_here import Asked, convert_command, kind_words, not_here, unreadable
from sqlcoder_core.models.store import Entry, entries, entries_named
from sqlcoder_core.values.model_files import ModelFiles, ModelKind

# Which of several precisions is taken when none is named: what loses little and runs fast first. With beams Q4_K_M runs nearly twice as
# fast as Q5_K_M. Unlabelled is what a conversion made without quantising.
_ORDER = ("q4_k_m", "q5_k_m", "q6_k", "q8_0", "", "f16", "bf16", "f32", "int8", "int4")
_LATER_PART = re.compile(r"-\d{5}-of-(\d{5})\.gguf$")


def resolve(
    text: str | None,
    kinds: tuple[ModelKind, ...],
    *,
    store: Path,
    adapter: str | None = None,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> ModelFiles:
    """The files of a model that a runtime can read, the best of its `kinds` first.

    `text` is a name, a hub id, `NAME:VARIANT` for one of several precisions, an hf://, pypi:// or https:// address, or a path; None
    takes the best model that is here. Relative paths count from `folder` (else the working directory); `environ` tells the hub's cache.
    What was pulled goes before what was made of it here. Raises ModelError, whose hint is the command that brings the model, and
    FileError for a path that is not there.
    """
    search = _Search(kinds, store, folder or Path.cwd(), os.environ if environ is None else environ)
    laid_over = None if adapter is None else str(search.adapter(adapter))
    if text is None:
        return search.default(laid_over)
    address = address_of(text)
    if isinstance(address, Named) and not address.known and (search.folder / address.name).exists():
        address = LocalPath(path=text)
    if isinstance(address, LocalPath):
        return search.local(address.path, laid_over)
    asked = search.stored(address, text)
    entry = pick(asked.found, kinds, asked.variant)
    if entry is None:
        raise not_here(asked, kinds)
    return _files(entry, asked.known, laid_over)


def at_hand(store: Path, environ: Mapping[str, str]) -> tuple[Entry, ...]:
    """All models on this machine: the store's, then those in the hub's cache that the store has not."""
    own = entries(store)
    have = {(entry.name, entry.kind) for entry in own}
    return own + tuple(entry for entry in cached_models(hub_cache_dir(environ)) if (entry.name, entry.kind) not in have)


def pick(found: Iterable[Entry], kinds: tuple[ModelKind, ...], variant: str | None = None) -> Entry | None:
    """The entry that is taken of several: best kind, pulled before made here, then by precision; None where none fits."""
    fitting = [entry for entry in found if entry.kind in kinds and variant in (None, entry.variant)]
    return min(
        fitting, key=lambda entry: (kinds.index(entry.kind), entry.made_from is not None, precision_rank(entry.variant)), default=None
    )


def precision_rank(variant: str) -> int:
    """Where a precision stands among those that could be taken; the smallest goes first."""
    return _ORDER.index(variant) if variant in _ORDER else len(_ORDER)


class _Search:
    """Where to look, and for what."""

    def __init__(self, kinds: tuple[ModelKind, ...], store: Path, folder: Path, environ: Mapping[str, str]) -> None:
        self.kinds, self.store, self.folder = kinds, store, folder
        self.cache = hub_cache_dir(environ)

    def stored(self, address: Named | HubFile | WheelMember | WebFile, text: str) -> Asked:
        """What is here of an address."""
        if isinstance(address, Named):
            return Asked(text=text, name=address.name, known=address.known, variant=address.variant, found=self._named(address.name))
        if isinstance(address, WheelMember):
            model = known_by_wheel(text.strip())
            return self._from_source(text, model.name if model else address.name, model)
        if isinstance(address, WebFile):
            return self._from_source(text, address.name, recognised(address.name))
        wanted = PurePosixPath(address.file).name if address.file else None
        found = tuple(one for one in self._named(address.name) if wanted in (None, one.path.name))
        return Asked(text=text, name=address.name, known=known(address.name), found=found)

    def default(self, adapter: str | None) -> ModelFiles:
        """The best model that is here: those that write SQL first, in the order in which they are listed.

        Of the hub's cache, which other programs fill with models of all kinds, only known ones are taken unasked.
        """
        found = (*entries(self.store), *(entry for entry in cached_models(self.cache) if known(entry.name)))
        names = dict.fromkeys((*PREFERRED, *(entry.name for entry in found)))
        for name in names:
            entry = pick((one for one in found if one.name == name), self.kinds)
            if entry is not None:
                return _files(entry, known(name), adapter)
        others = sorted({entry.name for entry in found})
        if others:
            raise ModelError(
                f"no model here is {kind_words(self.kinds)}", hint=f"run {convert_command(others[0], self.kinds)}, or name a model"
            )
        raise ModelError("no model is named, and there is none on this machine", hint="run `sqlcoder models pull smollm2`, or name a model")

    def local(self, text: str, adapter: str | None) -> ModelFiles:
        """The model at a path."""
        path = self._path(text)
        if not path.exists():
            raise FileError(f"cannot read {text}: no such file or folder", hint="name a model file or folder that is there")
        found = kinds_at(path)
        kind = next((one for one in self.kinds if one in found), None)
        if kind is None:
            raise unreadable(path, text, tuple(found), self.kinds)
        chosen = _one_of(found[kind], path)
        if kind == "safetensors":
            _refuse_incomplete(chosen)
        model = recognised(path.name) or (recognised(path.parent.name) if path.is_file() else None)
        return _model_files(path.stem if path.is_file() else path.name, kind, chosen, model, adapter)

    def adapter(self, text: str) -> Path:
        """The adapter of that name or path."""
        path = self._path(text)
        if not path.exists():
            path = next(iter((self.store / text.replace("/", "--")).glob("adapter*")), path)
        if path.is_dir() and is_adapter(path):
            if (path / "adapter_model.safetensors").is_file():
                return path
            refuse_pickle(path)
        if path.is_file() and "gguf" in kinds_at(path):
            return path
        if not path.exists():
            hint = f"run `sqlcoder models pull {text}`" if is_hub_id(text) else "name a folder or file that is there"
            raise FileError(f"cannot read the adapter {text}: no such file or folder", hint=hint)
        hint = "name a folder with adapter_config.json and adapter_model.safetensors, or a GGUF adapter"
        raise ModelError("not an adapter that can be read", place=text, hint=hint)

    def _named(self, name: str) -> tuple[Entry, ...]:
        return (*entries_named(self.store, name), *cached_model(self.cache, name))

    def _from_source(self, text: str, name: str, model: KnownModel | None) -> Asked:
        found = tuple(one for one in entries_named(self.store, name) if one.source == text.strip())
        return Asked(text=text, name=name, known=model, found=found)

    def _path(self, text: str) -> Path:
        path = self.folder / Path(text).expanduser()
        later = _LATER_PART.search(path.name)
        return path.with_name(f"{path.name[: later.start()]}-00001-of-{later[1]}.gguf") if later else path


def _files(entry: Entry, model: KnownModel | None, adapter: str | None) -> ModelFiles:
    if entry.kind == "safetensors":
        _refuse_incomplete(entry.path)
    return _model_files(entry.name, entry.kind, entry.path, model or recognised(entry.name) or recognised(entry.path.name), adapter)


def _model_files(name: str, kind: ModelKind, path: Path, model: KnownModel | None, adapter: str | None) -> ModelFiles:
    if model is None:
        return ModelFiles(name=name, kind=kind, path=str(path), adapter=adapter)
    return ModelFiles(name=name, kind=kind, path=str(path), adapter=adapter, prompt=model.prompt, stop=model.stop, context=model.context)


def _one_of(paths: tuple[Path, ...], place: Path) -> Path:
    if len(paths) == 1:
        return paths[0]
    names = ", ".join(path.name for path in paths)
    raise ModelError(f"{len(paths)} GGUF files are here: {names}", place=str(place), hint="name one of the files")


def _refuse_incomplete(folder: Path) -> None:
    missing = missing_parts(folder)
    if missing:
        shown = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise ModelError(f"parts of this model are missing: {shown}", place=str(folder), hint="fetch the model again")
