"""All models that are known or present, as rows: what they are, where they lie, what they need, and whether this machine holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcoder_core.models.hardware import Hardware
from sqlcoder_core.models.memory_need import memory_need, weight_bytes
from sqlcoder_core.models.names import KNOWN, KnownModel, known, label_of, recognised
from sqlcoder_core.models.resolve import at_hand
from sqlcoder_core.models.store import Entry

_NEEDS = ("bf16", "q8_0", "q5_k_m", "q4_k_m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row. `need` is the memory in bytes for one question in `precision`, `needs` the same for other precisions of known models;
    `fits` compares it with this machine's memory, or its GPU's. `kind` is None for what is not here."""

    name: str
    summary: str = ""
    present: bool = False
    kind: str | None = None
    precision: str = ""
    size: int | None = None
    path: str | None = None
    source: str | None = None
    prompt: str = "chat"
    parameters: int | None = None
    context: int | None = None
    licence: str = ""
    trained_on: str = ""
    writes_sql: bool | None = None
    published: bool = True
    need: int | None = None
    fits: bool | None = None
    needs: Mapping[str, int] = field(default_factory=dict)


def listing(store: Path, environ: Mapping[str, str], machine: Hardware) -> tuple[Listed, ...]:
    """What is on this machine, then the known models that are not, in the order of `KNOWN`."""
    here = at_hand(store, environ)
    names = {entry.name for entry in here}
    rows = [*(_present(entry, machine) for entry in here), *(_absent(model, machine) for model in KNOWN if model.name not in names)]
    return tuple(rows)


def listing_of(model: KnownModel, machine: Hardware | None = None) -> Listed:
    """The row of a known model that is not here."""
    return _absent(model, machine)


def _present(entry: Entry, machine: Hardware) -> Listed:
    model = known(entry.name) or recognised(entry.name) or recognised(entry.path.name)
    need = memory_need(entry.size, model.shape if model else None)
    exact = known(entry.name)
    return Listed(
        name=entry.name,
        present=True,
        kind=entry.kind,
        precision=entry.variant,
        size=entry.size,
        path=str(entry.path),
        source=entry.source or entry.made_from,
        prompt=model.prompt if model else "chat",
        need=need,
        fits=_fits(need, machine),
        **(_facts(exact) if exact else {}),
    )


def _absent(model: KnownModel, machine: Hardware | None) -> Listed:
    if not model.published:  # what it will need is known when there are files
        return Listed(name=model.name, prompt=model.prompt, **_facts(model) | {"parameters": None, "needs": {}})
    precision = next((label_of(name, "gguf") for name in model.gguf), "") or "q4_k_m"
    need = dict(_needs(model))[precision]
    fits = None if machine is None else _fits(need, machine)
    return Listed(name=model.name, precision=precision, prompt=model.prompt, need=need, fits=fits, **_facts(model))


def _facts(model: KnownModel) -> dict[str, Any]:
    return {
        "summary": model.summary,
        "parameters": model.parameters,
        "context": model.context,
        "licence": model.licence,
        "trained_on": model.trained_on,
        "writes_sql": model.writes_sql,
        "published": model.published,
        "needs": dict(_needs(model)),
    }


def _needs(model: KnownModel) -> Iterator[tuple[str, int]]:
    for precision in _NEEDS:
        yield precision, memory_need(weight_bytes(model.parameters, precision), model.shape)


def _fits(need: int, machine: Hardware) -> bool:
    return need <= max([machine.memory, *(gpu.memory or 0 for gpu in machine.gpus)])
