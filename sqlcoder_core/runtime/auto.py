"""`runtime: {use: auto}`: hardware, installed extras and models at hand in; a runtime, its settings and the reason out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ModelError, SqlcoderError
from sqlcoder_core.models.download import size_text
from sqlcoder_core.models.gpus import Gpu
from sqlcoder_core.models.hardware import Hardware, look
from sqlcoder_core.models.memory_need import memory_need, weight_bytes
from sqlcoder_core.models.names import PREFERRED, KnownModel, known, label_of
from sqlcoder_core.models.not_here import convert_command
from sqlcoder_core.models.resolve import at_hand, precision_rank, resolve
from sqlcoder_core.models.store import Entry, size_of
from sqlcoder_core.runtime.extras import Version, engine_words, extra_of, installed_version, is_ready
from sqlcoder_core.values.model_files import ModelKind

FALLBACK = "builtin"
BIG = 10**9
"""Parameters from which a model is slow on a processor alone."""
FEWEST_CORES, CORES_FOR_BEAMS = 4, 8
"""Cores that a big model needs on a processor to answer within its time, and to search with beams: four cost twice a greedy step."""
_BEAMS = (4, 2, 1)
_READS: dict[str, ModelKind] = {"transformers": "safetensors", "llamacpp": "gguf", "onnx": "onnx"}
# Small models on a processor: ONNX Runtime starts fastest and has the fastest prefill. Big ones: llama.cpp's quantised kernels.
# On a GPU: torch, in half precision or, where that does not fit, 8 or 4 bits.
_SMALL, _BIG_ON_CPU = ("onnx", "llamacpp", "transformers"), ("llamacpp", "onnx", "transformers")
_BIG_ON_GPU = ("transformers", "llamacpp")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoChoice:
    """`word` is the runtime, `settings` what it is told, `why` one sentence; `need` the bytes of memory it is expected to take."""

    word: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    need: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    word: str
    entry: Entry
    big: bool
    need: int
    beams: int
    gpu: Gpu | None = None
    load_in: str | None = None


def choose(
    host_words: Collection[str],
    store: Path,
    environ: Mapping[str, str],
    *,
    model: str | None = None,
    folder: Path | None = None,
    hardware: Hardware | None = None,
    version_of: Version = installed_version,
) -> AutoChoice:
    """The best runtime that can work here with a model that is on this machine, else the embedded default.

    `host_words` are the runtimes whose plugins are installed. Only models that are known to write SQL are taken; any other is used by
    naming it as `model` (a relative path counts from `folder`), for which then only the runtime is chosen. On a GPU with room, and on
    a processor with `CORES_FOR_BEAMS` cores, bigger models go first; elsewhere small ones. Raises what `resolve` raises for a named model
    that is not here, and ModelError where nothing can run it.
    """
    machine = look(environ) if hardware is None else hardware
    ready = [word for word in engine_words() if word in host_words and is_ready(word, version_of)]
    if not ready and model is None:
        return _embedded(_no_engine(host_words))
    named = None if model is None else _named(model, store, environ, folder)
    here = [entry for entry in at_hand(store, environ) if _writes_sql(entry)] if named is None else named
    options = [option for entry in here for option in _options(entry, ready, machine, version_of)]
    if options:
        return _told(min(options, key=lambda option: _order(option, machine)), machine, model)
    if named is not None:
        raise _cannot_run(named, ready, machine)
    return _embedded(_why_none(at_hand(store, environ), ready, machine))


def _options(entry: Entry, ready: list[str], machine: Hardware, version_of: Version) -> Iterator[_Option]:
    for word in ready:
        if _READS[word] == entry.kind:
            for gpu in (*machine.gpus, None):
                yield from _on(gpu, word, entry, machine=machine, version_of=version_of)


def _on(gpu: Gpu | None, word: str, entry: Entry, *, machine: Hardware, version_of: Version) -> Iterator[_Option]:
    """The ways, at most one, to run it there: the highest precision that fits, with as many beams as fit."""
    if not _can_use(gpu, word, version_of):
        return
    big, model = _is_big(entry), known(entry.name)
    if gpu is None and big and machine.cores < FEWEST_CORES:
        return
    room = machine.memory_free if gpu is None else min(filter(None, (gpu.memory_free, gpu.memory)), default=0)
    few = gpu is None and big and machine.cores < CORES_FOR_BEAMS
    for load_in, weights in _precisions(gpu, word, entry, model, version_of):
        for beams in (1,) if few else _BEAMS:
            need = memory_need(weights, model.shape if model else None, beams=beams)
            if need <= room:
                yield _Option(word=word, entry=entry, big=big, need=need, beams=beams, gpu=gpu, load_in=load_in)
                return


def _can_use(gpu: Gpu | None, word: str, version_of: Version) -> bool:
    """What metadata tell of a build: torch says when it is for processors only; llama.cpp's builds use Metal as they come, and
    CUDA only when compiled for it, which nobody can see, so that it counts as running on the processor."""
    if gpu is None:
        return True
    if word == "transformers":
        return gpu.kind == "metal" or not (version_of("torch") or "").endswith("+cpu")
    return word == "llamacpp" and gpu.kind == "metal"


def _precisions(
    gpu: Gpu | None, word: str, entry: Entry, model: KnownModel | None, version_of: Version
) -> Iterator[tuple[str | None, int]]:
    """Ways to hold the weights, best first, each with its bytes: (setting `load_in`, bytes)."""
    if word != "transformers":
        yield None, entry.size
        return
    # Files of checkpoints are in half precision, if not more: processors compute in twice that.
    parameters = model.parameters if model else entry.size // 2
    yield None, weight_bytes(parameters, "f32" if gpu is None else "bf16")
    if gpu is not None and gpu.kind == "cuda" and version_of("bitsandbytes"):
        for load_in in ("8bit", "4bit"):
            yield load_in, weight_bytes(parameters, load_in)


def _named(model: str, store: Path, environ: Mapping[str, str], folder: Path | None) -> list[Entry]:
    """A model that was asked for, in every kind in which it is here. Raises ModelError where it is in none."""
    kinds = tuple(dict.fromkeys(_READS.values()))
    resolve(model, kinds, store=store, folder=folder, environ=environ)
    found = []
    for kind in kinds:
        with suppress(SqlcoderError):  # it is here in another kind
            files = resolve(model, (kind,), store=store, folder=folder, environ=environ)
            path = Path(files.path)
            variant = label_of(path.name, kind)
            found.append(Entry(name=files.name, kind=kind, variant=variant, folder=path.parent, path=path, size=size_of(path)))
    return found


def _is_big(entry: Entry) -> bool:
    model = known(entry.name)
    return (model.parameters if model else entry.size) >= BIG


def _writes_sql(entry: Entry) -> bool:
    model = known(entry.name)
    return model is not None and model.writes_sql


def _order(option: _Option, machine: Hardware) -> tuple[bool, bool, int, tuple[int, int], int]:
    """Smaller is better: models of the size that this machine runs well, then the model, where and on what it runs, the precision.

    A big model gains by a GPU whatever runs it; a small one has answered before torch has started.
    """
    strong = option.gpu is not None or machine.cores >= CORES_FOR_BEAMS
    words = _SMALL if not option.big else _BIG_ON_GPU if option.gpu else _BIG_ON_CPU
    runtime, device = words.index(option.word), int(option.gpu is None)
    return (
        not (option.big and strong),
        option.big,
        PREFERRED.index(option.entry.name) if option.entry.name in PREFERRED else len(PREFERRED),
        (device, runtime) if option.big else (runtime, device),
        precision_rank(option.entry.variant),
    )


def _told(option: _Option, machine: Hardware, model: str | None) -> AutoChoice:
    entry = option.entry
    settings: dict[str, Any] = {"model": model or (f"{entry.name}:{entry.variant}" if entry.variant else entry.name), "beams": option.beams}
    if option.load_in:
        settings["load_in"] = option.load_in
    why = f"{entry.name}{_precision(option)} takes about {size_text(option.need)} of {_room(option.gpu, machine)}"
    beams = f"{option.beams} beams" if option.beams > 1 else "1 beam, since more would be slow or too large here"
    return AutoChoice(word=option.word, settings=settings, why=f"{why}, with {beams}", need=option.need)


def _precision(option: _Option) -> str:
    full = ("bf16" if option.gpu else "f32") if option.word == "transformers" else ""
    word = option.load_in or option.entry.variant or full
    return f" in {word}" if word else ""


def _room(gpu: Gpu | None, machine: Hardware) -> str:
    if gpu is None:
        return f"{size_text(machine.memory_free)} of memory, on {machine.cores} core{'s' if machine.cores != 1 else ''}"
    return f"{size_text(gpu.memory_free or gpu.memory or 0)} on {gpu.name}"


def _embedded(why: str) -> AutoChoice:
    return AutoChoice(word=FALLBACK, why=f"{why}; the embedded rules answer")


def _no_engine(host_words: Collection[str]) -> str:
    extra = extra_of(next((word for word in _SMALL if word in host_words), "onnx"))
    return f"no model runtime is installed (`pip install 'sqlcoder-core[{extra}]'` brings one)"


def _cannot_run(named: list[Entry], ready: list[str], machine: Hardware) -> ModelError:
    entry = named[0]
    if not {one.kind for one in named} & {_READS[word] for word in ready}:
        word = next(word for word in _READS if _READS[word] == entry.kind)
        hint = f"`pip install 'sqlcoder-core[{extra_of(word)}]'` brings the runtime {word}, which does"
        return ModelError(f"{entry.name} is here as {entry.kind}, which nothing that is installed reads", hint=hint)
    hint = f"name another model, quantise it, or name the runtime to try it nevertheless ({_room(None, machine)})"
    return ModelError(f"{entry.name} needs more than this machine has", hint=hint)


def _why_none(here: tuple[Entry, ...], ready: list[str], machine: Hardware) -> str:
    fitting = [entry for entry in here if _writes_sql(entry)]
    if not fitting:
        others = ", ".join(dict.fromkeys(entry.name for entry in here))
        return f"no model that is known to write SQL is on this machine{f' ({others} has to be named)' if others else ''}"
    kinds = {_READS[word] for word in ready}
    readable = [entry for entry in fitting if entry.kind in kinds]
    if not readable:
        command = convert_command(fitting[0].name, (_READS[ready[0]],))
        return f"{fitting[0].name} is here as {fitting[0].kind}, which {' and '.join(ready)} cannot read ({command} changes that)"
    smallest = min(readable, key=lambda entry: entry.size)
    if _is_big(smallest) and machine.cores < FEWEST_CORES:
        return f"{smallest.name} needs at least {FEWEST_CORES} cores, or a GPU that holds it, and here are {machine.cores}"
    model = known(smallest.name)
    need = memory_need(smallest.size, model.shape if model else None, beams=1)
    return f"{smallest.name} takes about {size_text(need)}, and there are only {_room(None, machine)}"
