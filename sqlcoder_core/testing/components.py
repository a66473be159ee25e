"""Components built and run as the core would, without a configuration file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.settings import settings_of
from sqlcoder_core.contracts.component import Component, Context
from sqlcoder_core.contracts.runtime import Runtime
from sqlcoder_core.contracts.sink import Destination, Sink
from sqlcoder_core.host import Host
from sqlcoder_core.host.components import Found
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.generation import Decoding, Generated, Prompt
from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.values.question import Clock
from sqlcoder_core.worker.model_client import ModelWorker

C = TypeVar("C", bound=Component)


def build_component(
    cls: type[C], *, folder: Path | None = None, clock: Clock | None = None, environment: Mapping[str, str] | None = None, **settings: Any
) -> C:
    """A component with these settings, as if they stood beside `use:` in a sqlcoder.yaml in `folder`.

    Raises ConfigError with the text a person would read, for instance of an unknown key with the nearest right word.
    """
    home = folder or Path(tempfile.gettempdir())
    entry = Entry(use=cls.name, settings=settings, origin="test")
    read = settings_of(Found(cls=cls, who=cls.__name__), entry, Host(()), home)
    context = Context(
        project_dir=home, config_dir=home, cache_dir=home / ".cache", clock=clock or Clock(), environment=dict(environment or {})
    )
    return cls(read, context)


def model_answers(runtime: Runtime, files: ModelFiles, *texts: str, **decoding: Any) -> tuple[Generated, ...]:
    """What a local runtime makes of prompts, in a process of its own and its sandbox, as always; keywords as in `Decoding`.

    Raises ModelError with the text a person would read where the model cannot be loaded.
    """
    how = Decoding(**{"beams": 1, "hypotheses": 1, "constrain": False, **decoding})
    with ModelWorker(runtime, files) as worker:
        return tuple(worker.generate([Prompt(text=text) for text in texts], how))


def text_written(sink: Sink, *answers: Answer, **destination: Any) -> str:
    """What a sink writes to its stream for these answers, opened and closed around them; keywords as in `Destination`."""
    stream = io.StringIO()
    sink.open(Destination(stream=stream, **{"several": len(answers) > 1, **destination}))
    for answer in answers:
        sink.write(answer)
    sink.close()
    return stream.getvalue()
