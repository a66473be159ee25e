"""Both corpora on real engines: what the guard admits does no harm there, and without the guard the engines hold by themselves."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from safety_corpus import CANARY, Case, allowed, attacks, legit, script

from sqlcoder_core.errors import DatabaseError, Refused, SqlcoderError, TimeLimit, WorkerDied
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.listed import ListedCatalog
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.checked import CheckedQuery
from sqlcoder_core.values.result import Limits, ResultSet
from sqlcoder_core.worker.child_process import ChildProcess
from sqlcoder_core.worker.client import QueryWorker
from sqlcoder_duckdb.connector import DuckDBConnector
from sqlcoder_postgres.connector import PostgresConnector
from sqlcoder_sqlite.connector import SQLiteConnector

FILE_CANARY = "TOPSECRET-FILE"
LIMITS = Limits(seconds=1.0, rows=2_000, bytes=8 << 20, memory=256 << 20)
SLACK_SECONDS = 10.0
"""The promise is a second; a busy machine is not a broken promise."""
SLACK_BYTES = 200 << 20
KNOWN_FALSE_REFUSAL = "sl-ok-24"
ENGINES = ("duckdb", "sqlite", "postgres")
RESIDUE: dict[str, list[str]] = json.loads((Path(__file__).parent / "residue.json").read_text("utf-8"))
"""Attacks that an engine runs when the guard is bypassed, all of them harmless to data and files. The list may only shrink."""


GROWTH: list[int] = []
"""What every look at a worker's memory has found, in bytes above the first look."""


@dataclass
class Bench:
    """One engine with the corpus's database, in a worker with small limits. `state` changes with anything that is stored."""

    dialect: str
    worker: QueryWorker
    scratch: Path
    state: Callable[[], object]

    def text(self, case: Case) -> str:
        return case.text(self.scratch)

    def run(self, query: CheckedQuery, limits: Limits = LIMITS) -> ResultSet | SqlcoderError:
        """Rows or the error; fails when the query did harm, ran over its time or took more memory than it may."""
        before, files = self.state(), _listing(self.scratch)
        started = time.monotonic()
        try:
            outcome: ResultSet | SqlcoderError = self.worker.run(query, limits)
        except (DatabaseError, Refused, TimeLimit, WorkerDied) as error:
            outcome = error
        assert time.monotonic() - started < limits.seconds + SLACK_SECONDS
        rows = repr(outcome.rows) if isinstance(outcome, ResultSet) else ""
        assert CANARY not in rows
        assert FILE_CANARY not in rows
        assert _listing(self.scratch) == files
        assert self.state() == before
        assert max(GROWTH, default=0) < limits.memory + SLACK_BYTES
        return outcome


@pytest.fixture(scope="module")
def benches(request, tmp_path_factory) -> Iterator[Callable[[str], Bench]]:
    """Benches by dialect, each set up when the first case asks for it."""
    makers = {"duckdb": _duckdb, "sqlite": _sqlite, "postgres": _postgres}
    made: dict[str, Bench] = {}
    with pytest.MonkeyPatch.context() as patch, ExitStack() as closing:

        def bench(dialect: str) -> Bench:
            if dialect not in made:
                made[dialect] = makers[dialect](request, tmp_path_factory)
                closing.enter_context(made[dialect].worker)
            return made[dialect]

        patch.setattr(ChildProcess, "resident_bytes", property(_recorded(GROWTH.append)))
        yield bench


@pytest.fixture
def bench(benches: Callable[[str], Bench], case: Case) -> Bench:
    return benches(case.dialect)


def _recorded(note: Callable[[int], None]) -> Callable[[ChildProcess], int]:
    """The worker's own look at its memory, noted as growth over the first look."""
    original = ChildProcess.resident_bytes.fget
    first: dict[int, int] = {}

    def resident(child: ChildProcess) -> int:
        found: int = original(child)
        note(found - first.setdefault(child.pid, found))
        return found

    return resident


def _scratch(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    for name in ("canary.txt", "canary.csv"):
        (folder / name).write_text(f"{FILE_CANARY}\n{FILE_CANARY}\n", "utf-8")
    return folder


def _listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def _hash(folder: Path) -> object:
    return [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in sorted(folder.iterdir())]


def _duckdb(request, tmp_path_factory) -> Bench:
    folder = tmp_path_factory.mktemp("duckdb")
    path = folder / "db.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(script("duckdb"))
    worker = QueryWorker(DuckDBConnector(DuckDBConnector.Settings(path=str(path), default_schema="shop")), limits=LIMITS)
    return Bench(dialect="duckdb", worker=worker, scratch=_scratch(tmp_path_factory.mktemp("scratch")), state=lambda: _hash(folder))


def _sqlite(request, tmp_path_factory) -> Bench:
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "db.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(script("sqlite"))
    connection.close()
    worker = QueryWorker(SQLiteConnector(SQLiteConnector.Settings(path=str(path))), limits=LIMITS)
    return Bench(dialect="sqlite", worker=worker, scratch=_scratch(tmp_path_factory.mktemp("scratch")), state=lambda: _hash(folder))


POSTGRES_TABLES = ("shop.customers", "shop.orders", "shop.order_items", "shop.products", "shop.events", "secret.salaries")
POSTGRES_COUNTS = (
    "pg_proc",
    "pg_largeobject_metadata",
    "pg_roles",
    "pg_db_role_setting",
    "pg_prepared_xacts",
    "pg_class WHERE relpersistence <> 't'",
)
POSTGRES_STATE = ", ".join(
    (
        *(f"(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t)" for table in POSTGRES_TABLES),
        *(f"(SELECT count(*) FROM {what})" for what in POSTGRES_COUNTS),
        "(SELECT last_value::text || is_called FROM shop.seq1)",
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')",
        "(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sqlcoder')",
    )
)


def _postgres(request, tmp_path_factory) -> Bench:
    server = request.getfixturevalue("postgres_server")
    server.run_sql("postgres", "CREATE DATABASE tpl")
    server.run_sql("tpl", script("postgres"))
    request.addfinalizer(lambda: server.run_sql("postgres", "DROP DATABASE tpl WITH (FORCE)"))
    connector = PostgresConnector(
        PostgresConnector.Settings(host=server.host, port=server.port, user="sqlcoder_ro", dbname="tpl", default_schema="shop")
    )
    state = lambda: server.run_sql("tpl", f"SELECT ROW({POSTGRES_STATE})::text")  # noqa: E731 - one line
    scratch = _scratch(server.folder / "scratch")
    request.addfinalizer(lambda: shutil.rmtree(scratch))
    return Bench(dialect="postgres", worker=QueryWorker(connector, limits=LIMITS), scratch=scratch, state=state)


def catalog(dialect: str) -> ListedCatalog:
    return ListedCatalog(allowed(dialect), default_schema=None if dialect == "sqlite" else "shop")


def cases(found: list[Case]) -> list[object]:
    """The cases that can be run, those of one engine together."""
    marks = {"postgres": [pytest.mark.postgres]}
    chosen = [case for engine in ENGINES for case in found if case.dialect == engine and not case.static_only]
    return [pytest.param(case, id=case.id, marks=marks.get(case.dialect, ())) for case in chosen]


on_engines = pytest.mark.parametrize("case", cases(attacks()))


@on_engines
def test_every_attack_is_stopped_by_the_guard_or_by_engine_and_limits(bench: Bench, case: Case) -> None:
    try:
        query = check(bench.text(case), case.dialect, catalog(case.dialect))
    except Refused:
        return
    assert case.expected != "refuse"
    bench.run(query)


@on_engines
def test_without_the_guard_no_attack_writes_or_reads_what_it_may_not(bench: Bench, case: Case) -> None:
    outcome = bench.run(unguarded(bench.text(case), case.dialect, tuple(allowed(case.dialect))))
    if isinstance(outcome, ResultSet) and case.expected == "refuse":
        assert case.id in RESIDUE[case.dialect], f"{case.id} ran: {case.sql[:200]}"


@pytest.mark.parametrize("case", cases([case for case in legit() if case.id != KNOWN_FALSE_REFUSAL]))
def test_every_legit_query_runs(bench: Bench, case: Case) -> None:
    outcome = bench.run(check(case.sql, case.dialect, catalog(case.dialect)), replace(LIMITS, seconds=30.0))
    assert isinstance(outcome, ResultSet), outcome
    assert outcome.columns
