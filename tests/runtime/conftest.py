"""A folder with pets in a database, a model that writes what it is told, and a sqlcoder.yaml that names both."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.api import Question, Session
from sqlcoder_core.testing.distributions import write_distribution
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.options import Options

TEXT = Path(__file__).with_name("canned_models.py").read_text(encoding="utf-8")
WORDS = ("canned", "server", "plain", "talking")


@pytest.fixture(scope="session")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy runtimes and prompters as an installed distribution: one module, a word for each."""
    folder = tmp_path_factory.mktemp("canned")
    write_distribution(folder, "canned-models", {"canned": TEXT})
    entries = "".join(f"{word} = sqlcoder_canned\n" for word in WORDS)
    (folder / "canned_models-1.0.dist-info" / "entry_points.txt").write_text(f"[sqlcoder.plugins]\n{entries}", encoding="utf-8")
    return folder


@pytest.fixture
def pets(tmp_path: Path, distribution: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(distribution))
    monkeypatch.delitem(sys.modules, "sqlcoder_canned", raising=False)
    for name in ("SQLCODER_CACHE_DIR", "SQLCODER_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name.lower()))
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect(tmp_path / "pets.db") as database:
        database.execute("CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT, kind TEXT)")
        database.executemany("INSERT INTO pets VALUES (?, ?, ?)", [(1, "Rex", "dog"), (2, "Tom", "cat"), (3, "Kit", "cat")])
    database.close()
    (tmp_path / "toy.gguf").write_bytes(b"GGUF" + bytes(64))
    return tmp_path


@pytest.fixture
def configure(pets: Path) -> Callable[..., Path]:
    """Write the sqlcoder.yaml: `configure(beams=1)`; JSON is YAML."""

    def write(use: str = "canned", **settings: Any) -> Path:
        model = {} if use == "server" else {"model": "toy.gguf"}
        runtime = {"use": use, "prompt": "plain", **model, **settings}
        known = {key: value for key, value in runtime.items() if value is not None}
        text = json.dumps({"connections": {"main": {"use": "sqlite", "path": "pets.db"}}, "runtime": known}, indent=1)
        (pets / "sqlcoder.yaml").write_text(text)
        return pets / "sqlcoder.yaml"

    return write


@pytest.fixture
def opened(configure: Callable[..., Path], pets: Path) -> Iterator[Callable[..., Session]]:
    """A session with a runtime of these settings."""
    sessions = []

    def make(use: str = "canned", **settings: Any) -> Session:
        configure(use, **settings)
        sessions.append(Session.open(Options(), cwd=pets, environ=os.environ))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def ask(opened: Callable[..., Session]) -> Callable[..., Answer]:
    """`ask("how many", answers={...})`: one question to a fresh session."""

    def one(text: str, **settings: Any) -> Answer:
        return opened(**settings).ask(Question(text=text))

    return one
