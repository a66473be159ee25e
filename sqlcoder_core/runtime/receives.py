"""A model runtime in, what `doctor` says of it out: what it receives, which model it is, how much it can read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlcoder_core.contracts.runtime import Runtime
from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.values.problem import Problem


def note(message: str) -> Problem:
    """A fact about the runtime."""
    return Problem(code="runtime", message=message, severity="note", found_by="doctor")


def model_notes(facts: ModelFacts, files: ModelFiles | None) -> Iterator[Problem]:
    """A loaded model with its file, or one whose server has answered."""
    text = f"{facts.name}: {', '.join(_facts(facts))}"
    if files is not None:
        adapter = f", adapter {files.adapter}" if files.adapter else ""
        text += f"; {files.path}{adapter}, {_size(Path(files.path))}"
    yield from map(note, (text, *facts.notes, *facts.details))


def receives(runtime: Runtime) -> str:
    """What of the question and the catalog goes where."""
    if runtime.local:
        return f"{runtime.name}: receives the question and the linked part of the catalog; nothing leaves this machine"
    shared = bool(getattr(runtime.settings, "share_values", False))
    values = "stored values and verified examples too (`share_values`)" if shared else "no stored values and no verified examples"
    place = getattr(runtime.settings, "url", None) or getattr(runtime.settings, "base_url", None) or "a server"
    facts = "the question, names, types and descriptions of the linked tables, and what was wrong with its SQL,"
    return f"{runtime.name}: sends {facts} to {place}; {values}"


def _facts(facts: ModelFacts) -> Iterator[str]:
    if facts.architecture:
        yield facts.architecture
    if facts.parameters:
        yield f"{facts.parameters / 1e9:.2f} B parameters" if facts.parameters >= 1e8 else f"{facts.parameters / 1e6:.1f} M parameters"
    if facts.precision:
        yield facts.precision
    yield f"context {facts.context:,} tokens"
    yield f"on {facts.device}"


def _size(path: Path) -> str:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return f"{sum(one.stat().st_size for one in files) / 1e6:,.0f} MB"
