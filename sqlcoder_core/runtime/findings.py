"""What `doctor` says of hardware, installed extras, models at hand, and what `auto` would choose."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.models.download import size_text
from sqlcoder_core.models.file_kind import missing_parts
from sqlcoder_core.models.gpus import Gpu
from sqlcoder_core.models.hardware import Hardware, look
from sqlcoder_core.models.info import describe
from sqlcoder_core.models.memory_need import memory_need
from sqlcoder_core.models.names import known
from sqlcoder_core.models.resolve import at_hand
from sqlcoder_core.models.store import Entry, store_dir
from sqlcoder_core.runtime.auto import choose
from sqlcoder_core.runtime.extras import Version, both_onnx_packages, engine_versions, engine_words, extra_of, installed_version, lacking
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.values.problem import Problem


def model_findings(
    words: Collection[str],
    environ: Mapping[str, str],
    *,
    hardware: Hardware | None = None,
    version_of: Version = installed_version,
) -> Iterator[Problem]:
    """Findings on everything that running a model needs; `words` are the runtimes whose plugins are installed."""
    machine = look(environ) if hardware is None else hardware
    store = store_dir(environ)
    yield from _hardware(machine)
    yield from _extras(words, version_of)
    yield from _models(store, environ, machine)
    choice = choose(words, store, environ, hardware=machine, version_of=version_of)
    settings = ", ".join(f"{name}: {value}" for name, value in choice.settings.items())
    yield _note("auto", f"`runtime: {{use: auto}}` would take {choice.word}{f' ({settings})' if settings else ''}: {choice.why}")


def _hardware(machine: Hardware) -> Iterator[Problem]:
    cores = f"{machine.cores} physical core{'s' if machine.cores != 1 else ''}, {machine.threads} threads"
    memory = f"{size_text(machine.memory_free)} of {size_text(machine.memory)} memory free"
    features = f" ({', '.join(machine.features)})" if machine.features else ""
    yield _note("hardware", f"{machine.processor or 'processor'}{features}, {cores}, {memory}")
    if machine.gpus:
        yield _note("gpu", ", ".join(map(_gpu, machine.gpus)))
    else:
        yield _note("gpu", "no GPU that a model could use")


def _gpu(gpu: Gpu) -> str:
    if gpu.memory is None:
        return f"{gpu.name} ({gpu.kind}, memory not told)"
    free = f"{size_text(gpu.memory_free)} of " if gpu.memory_free is not None else ""
    return f"{gpu.name} ({gpu.kind}, {free}{size_text(gpu.memory)})"


def _extras(words: Collection[str], version_of: Version) -> Iterator[Problem]:
    both = both_onnx_packages(version_of)
    if both:
        yield both
    for word in engine_words():
        if word not in words:
            continue
        missing = lacking(word, version_of)
        if missing:
            hint = f"`pip install 'sqlcoder-core[{extra_of(word)}]'` brings it"
            yield _note("extra", f"runtime {word} is not installed: {', '.join(missing)} missing", hint=hint)
        else:
            yield _note("extra", f"runtime {word}: {engine_versions(word, version_of)}")


def _models(store: Path, environ: Mapping[str, str], machine: Hardware) -> Iterator[Problem]:
    here = at_hand(store, environ)
    if not here:
        yield _note("models", f"no model files on this machine (looked in {store} and the hub's cache); the embedded rules need none")
    for entry in here:
        yield _model(entry, machine)


def _model(entry: Entry, machine: Hardware) -> Problem:
    """Whether it can be read and fits; nothing worse than a warning, since nobody need be using it."""
    label = f"{entry.name} ({entry.kind}{f' {entry.variant}' if entry.variant else ''}, {size_text(entry.size)})"
    again = f"`sqlcoder models pull {entry.name} --again`, or `sqlcoder models remove {entry.name}`"
    try:
        missing = missing_parts(entry.path) if entry.kind == "safetensors" else ()
        if missing:
            return _warning("model_broken", f"{label} lacks {', '.join(missing[:3])}", again)
        describe(ModelFiles(name=entry.name, kind=entry.kind, path=str(entry.path)))
    except SqlcoderError as error:
        return _warning("model_broken", f"{label}: {error.message}", again)
    model = known(entry.name)
    need = memory_need(entry.size, model.shape if model else None)
    rooms = [machine.memory_free, *(gpu.memory_free or gpu.memory or 0 for gpu in machine.gpus)]
    if need > max(rooms):
        message = f"{label} needs about {size_text(need)} of memory, and {size_text(max(rooms))} are free"
        hint = "free some memory, or quantise it: `sqlcoder models quantize`"
        return _warning("model_too_large", message, hint)
    return _note("model", f"{label}, needs about {size_text(need)} of memory")


def _warning(code: str, message: str, hint: str) -> Problem:
    return Problem(code=code, message=message, severity="warning", hint=hint, found_by="doctor")


def _note(code: str, message: str, *, hint: str | None = None) -> Problem:
    return Problem(code=code, message=message, severity="note", hint=hint, found_by="doctor")
