"""The odd connector, loaded from its file as `use: ./odd_connector.py:OddConnector` would be."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker

_NAME = "sqlcoder_local_odd_connector"


@pytest.fixture(scope="session")
def odd_connector() -> type:
    spec = importlib.util.spec_from_file_location(_NAME, Path(__file__).parent / "odd_connector.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return module.OddConnector


@pytest.fixture
def start(odd_connector) -> Iterator:
    """`start(**settings)` gives `ask`, a function of the query's text, and its `worker`."""
    workers = []

    def make(*, sandbox: bool = True, limits: Limits | None = None, **settings):
        worker = QueryWorker(odd_connector(odd_connector.Settings(**settings)), limits=limits or Limits(seconds=20), sandbox=sandbox)
        workers.append(worker)

        def ask(text: str, **bounds) -> tuple:
            limits = Limits(**bounds) if bounds else None
            return tuple(value for (value,) in worker.run(unguarded(text, "duckdb"), limits).rows)

        ask.worker = worker
        return ask

    yield make
    for worker in workers:
        worker.close()
