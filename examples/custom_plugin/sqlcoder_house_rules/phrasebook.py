"""Runtime `phrasebook`: a model small enough to be read. It knows some questions by heart, and writes the SQL that goes with them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from pydantic import Field

from sqlcoder_core.api import LocalSettings, Problem, Runtime, hookimpl


class PhrasebookSettings(LocalSettings):
    """What every local runtime can be told, and how sure this one is."""

    certainty: float = Field(default=20.0, gt=0, description="How much likelier the known answer is than anything else, as a logit.")


class PhrasebookRuntime(Runtime):
    """Answers from a phrase book: a folder with config.json and phrases.safetensors."""

    name = "phrasebook"
    kinds = ("safetensors",)
    # Only this name, the settings and the files travel into the model's own process, where there is no pydantic.
    engine = "sqlcoder_house_rules.phrasebook_engine:PhrasebookEngine"
    Settings = PhrasebookSettings

    def missing(self) -> Problem | None:
        if find_spec("numpy") is not None:
            return None
        hint = "run pip install numpy"
        return Problem(code="missing_extra", message="runtime 'phrasebook' needs numpy", hint=hint, found_by=self.name)


@hookimpl
def sqlcoder_runtimes() -> Iterable[type[Runtime]]:
    return (PhrasebookRuntime,)
