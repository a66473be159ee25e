"""The command line on a session that answers without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sqlcoder_core.api import Answer, Context, Limits, Problem, Question, Reading, ResultSet, Settings, Sink, Table, TableName
from sqlcoder_core.values.answer import Alternative


class ScriptedCatalog:
    """Two tables."""

    content_hash = "c0ffee"

    def __init__(self) -> None:
        from sqlcoder_core.api import Column

        self._tables = [
            Table(
                name=TableName(name="customers"), columns=(Column(name="city"), Column(name="customer_id"), Column(name="pin", hidden=True))
            ),
            Table(name=TableName(name="orders"), columns=(Column(name="order_date"),)),
        ]

    def __len__(self) -> int:
        return len(self._tables)

    def names(self) -> Iterator[TableName]:
        return (table.name for table in self._tables)

    def table(self, name: TableName) -> Table:
        return next(table for table in self._tables if table.name == name)


class Broken(Sink):
    """Fails with the second answer."""

    name = "broken"
    count = 0

    def write(self, answer: Answer) -> None:
        self.count += 1
        if self.count > 1:
            raise ValueError("no more")


class ScriptedSession:
    """Words in a question decide its outcome; `world` remembers what was asked, and how."""

    world: Any = None

    @classmethod
    def open(cls, options: Any, **more: Any) -> ScriptedSession:
        cls.world.options.append(options)
        if cls.world.error:
            raise cls.world.error
        return cls()

    def __init__(self) -> None:
        context = Context(project_dir=Path(), config_dir=Path(), cache_dir=Path())
        kinds = {**_sinks(), "broken": Broken}
        self.built = SimpleNamespace(
            limits=Limits(),
            limit=None,
            output=self.world.output,
            proposer=SimpleNamespace(name="builtin", Settings=Settings, warm=lambda: None),
            context=context,
            sink=lambda name, argument=None, settings=None: kinds[name](kinds[name].Settings(**(settings or {})), context),
        )
        self.configuration = SimpleNamespace(state_dir=self.world.folder / "state", connection_name="shop")
        self.catalog = ScriptedCatalog()
        self.warnings = self.world.warnings
        self.dialect = "duckdb"
        self.signature = (("settings", "s1"),)

    def __enter__(self) -> ScriptedSession:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.world.closed += 1

    def ask_many(self, questions: Any, **wishes: Any) -> Iterator[Answer]:
        return (self.ask(question, **wishes) for question in questions)

    def ask(self, question: Question, *, run: bool = True, **wishes: Any) -> Answer:
        self.world.asked.append((question, {"run": run, **wishes}))
        word = question.text.split()[0]
        if word == "interrupt":
            raise KeyboardInterrupt
        if word in _FAILURES:
            return Answer(question=question, **_FAILURES[word])
        result = ResultSet(
            columns=("city", "n"),
            types=("VARCHAR", "BIGINT"),
            rows=(("Berlin", 5), ("Paris", 7)),
            truncated="rows" if word == "many" else None,
        )
        return Answer(
            question=question,
            status="answered",
            dialect="duckdb",
            sql="SELECT city, n FROM t",
            result=result if run else None,
            reading=(Reading(phrase="city", meaning="t.city"),),
            confidence=0.83,
            problems=(Problem(code="old", message="data is old", severity="warning"),) if word == "old" else (),
            timings_ms=(("link", 1.0),),
            signature=(("runtime", "builtin"),),
        )


_FAILURES: dict[str, dict[str, Any]] = {
    "abstain": {
        "status": "abstained",
        "dialect": "duckdb",
        "problems": (Problem(code="not_understood", severity="warning", message="could not place 'foo'", hint="nearest known: food"),),
        "alternatives": (Alternative(sql="SELECT 2", reading=()),),
        "exit_code": 6,
    },
    "refuse": {
        "status": "refused",
        "dialect": "duckdb",
        "sql": "SELECT 1;\nDROP TABLE t",
        "problems": (Problem(code="statement", message="DROP is no read", span=(10, 14)),),
        "exit_code": 1,
    },
    "fail": {
        "status": "failed",
        "dialect": "duckdb",
        "problems": (Problem(code="database", message="no table t\x1b[31m"),),
        "exit_code": 5,
    },
    "slow": {
        "status": "failed",
        "dialect": "duckdb",
        "problems": (Problem(code="time_limit", message="longer than 1 s"),),
        "exit_code": 124,
    },
}


def _sinks() -> dict[str, type[Sink]]:
    from importlib import import_module

    names = ("table", "csv", "json", "jsonl", "parquet", "sql", "markdown")
    return {name: next(iter(import_module(f"sqlcoder_files.{name}").sqlcoder_sinks())) for name in names}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the scripted session is given and what it remembers; the working directory is a fresh folder."""
    world = SimpleNamespace(options=[], asked=[], closed=0, error=None, warnings=(), output=(), folder=tmp_path)
    monkeypatch.setattr("sqlcoder_core.session.Session", type("Scripted", (ScriptedSession,), {"world": world}))
    monkeypatch.chdir(tmp_path)
    return world


@pytest.fixture
def cli(world: Any) -> Callable[..., Result]:
    """Runs `sqlcoder` with these arguments; `input` is what stdin holds."""
    from sqlcoder_core.cli import app

    def run(*arguments: str, input: str | bytes = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=input)

    return run
