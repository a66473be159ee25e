"""A frame that names an engine in, the engine out, with what it needs already imported."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType, SimpleNamespace

from sqlcoder_core.contracts.engine import Engine
from sqlcoder_core.worker.wire import Start


def load_engine(start: Start) -> Engine:
    """Import the engine's module and everything in `imports`; raises what these raise."""
    module_name, _, class_name = start.engine.partition(":")
    module = load_module(module_name, start.file)
    for name in start.imports:
        import_module(name)
    engine: Engine = getattr(module, class_name)(SimpleNamespace(**start.settings))
    engine.scratch = start.scratch
    return engine


def load_module(name: str, file: str | None) -> ModuleType:
    """By name where that can be imported, else from the file it stood in (single-file connectors, a script)."""
    if name != "__main__":
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if file is None or error.name != name.partition(".")[0]:
                raise
    return _from_file("sqlcoder_single_file", file)


def _from_file(name: str, file: str | None) -> ModuleType:
    spec = spec_from_file_location(name, file) if file else None
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
