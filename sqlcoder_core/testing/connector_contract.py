"""What every connector must do, as a test class: subclass it, say where a small database is, and pytest runs the rest.

    class TestMine(ConnectorContract):
        dialect = "postgres"

        @pytest.fixture
        def connector(self): return MyConnector(MyConnector.Settings(...))

The database holds one table `items` (`table`): id whole number and key, name text, with the rows (1, 'one'), (2, 'two'), (3, NULL).
Everything runs with the guard bypassed: what is tested is what engine, limits and worker do by themselves.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from sqlcoder_core.contracts.connector import Connector
from sqlcoder_core.errors import DatabaseError, Refused, SqlcoderError, TimeLimit
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.catalog import Table, TableName
from sqlcoder_core.values.result import Limits, ResultSet
from sqlcoder_core.worker.client import QueryWorker

GENEROUS = 10.0
"""Seconds by which a deadline may be missed on a busy machine before a test says that it does not hold."""
HAZARDS = ("%", "a%sb", "%(x)s", "x :name y", "what?", "100%% :a ? b", r"back\slash")
"""Texts that some driver, somewhere, takes for a parameter or an escape."""


class ConnectorContract:
    """The contract. Statements are in portable SQL; override what your engine spells differently."""

    dialect: ClassVar[str]
    table: ClassVar[TableName] = TableName(name="items")
    second_opinion: ClassVar[bool] = True
    """The engine says which relations a query reads."""
    slow_sql: ClassVar[str] = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"
    many_rows_sql: ClassVar[str] = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5000) SELECT n FROM r"
    wide_sql: ClassVar[str] = (
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 400) SELECT n, hex(zeroblob(5000)) FROM r"
    )
    """400 rows of 10,000 characters."""
    round_trip: ClassVar[tuple[tuple[str, object], ...]] = (("1", 1), ("'text'", "text"), ("NULL", None))
    """Pairs of an SQL expression and the Python value that must come back, type included."""
    writes: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE evil(a int)",
        "INSERT INTO items(id, name) VALUES (9, 'nine')",
        "UPDATE items SET name = 'x'",
        "DELETE FROM items",
        "DROP TABLE items",
    )
    leak: ClassVar[tuple[str, str]]
    """A query that changes the session, and one whose first cell would then be true."""

    @pytest.fixture
    def connector(self) -> Connector:
        """Override: a connector on a database with the table `items`."""
        raise NotImplementedError

    @pytest.fixture
    def worker(self, connector: Connector) -> Iterator[QueryWorker]:
        """The connector in a worker with small limits."""
        with QueryWorker(connector, limits=Limits(seconds=30, memory=1 << 29)) as worker:
            yield worker

    def literal(self, text: str) -> str:
        """A string literal of the dialect."""
        return "'" + text.replace("'", "''") + "'"

    def ask(self, worker: QueryWorker, text: str, *, tables: tuple[TableName, ...] | None = None, **limits: Any) -> ResultSet:
        """Run a text that no guard has seen."""
        bounds = Limits(**{"seconds": 30, "memory": 1 << 29, **limits})
        return worker.run(unguarded(text, self.dialect, (self.table,) if tables is None else tables), bounds)

    def assert_database_free(self, connector: Connector) -> None:
        """Override for engines with files: another process may write now."""

    # ------------------------------------------------------------------ rows

    def test_rows_come_back_in_order(self, worker: QueryWorker) -> None:
        result = self.ask(worker, "SELECT id, name FROM items ORDER BY id")
        assert result.rows == ((1, "one"), (2, "two"), (3, None))
        assert [name.lower() for name in result.columns] == ["id", "name"]
        assert len(result.types) == 2
        assert result.truncated is None

    def test_an_empty_result_has_its_columns(self, worker: QueryWorker) -> None:
        result = self.ask(worker, "SELECT id, name FROM items WHERE id > 100")
        assert result.rows == ()
        assert [name.lower() for name in result.columns] == ["id", "name"]

    def test_values_come_back_exactly(self, worker: QueryWorker) -> None:
        result = self.ask(worker, f"SELECT {', '.join(f'{sql} AS c{i}' for i, (sql, _) in enumerate(self.round_trip))}")
        wanted = tuple(value for _, value in self.round_trip)
        assert repr(result.rows[0]) == repr(wanted)

    @pytest.mark.parametrize("text", HAZARDS)
    def test_signs_that_drivers_interpret_are_plain_text(self, worker: QueryWorker, text: str) -> None:
        result = self.ask(worker, f"SELECT {self.literal(text)} AS c, 5 % 2 AS m FROM items WHERE name LIKE '%n%'")
        assert result.rows == ((text, 1),)

    # ------------------------------------------------------------------ only what is checked, only reading

    def test_text_is_refused(self, connector: Connector, worker: QueryWorker) -> None:
        with pytest.raises(TypeError, match="CheckedQuery"):
            worker.run("SELECT 1")  # type: ignore[arg-type]
        module, _, name = connector.engine.rpartition(":")
        engine = getattr(import_module(module or type(connector).__module__), name)(SimpleNamespace(**dict(connector.settings)))
        with pytest.raises(TypeError, match="CheckedQuery"):
            engine.run("SELECT 1")

    def test_one_statement_per_call(self, worker: QueryWorker) -> None:
        with pytest.raises(DatabaseError):
            self.ask(worker, "SELECT 1; CREATE TABLE evil(a int)")
        assert "evil" not in {fact.name.name for fact in worker.describe() if isinstance(fact, Table)}

    def test_nothing_can_be_written(self, worker: QueryWorker) -> None:
        before = self.ask(worker, "SELECT id, name FROM items ORDER BY id").rows
        for statement in self.writes:
            with pytest.raises((DatabaseError, Refused)):
                self.ask(worker, statement)
        assert self.ask(worker, "SELECT id, name FROM items ORDER BY id").rows == before
        assert "evil" not in {fact.name.name for fact in worker.describe() if isinstance(fact, Table)}

    def test_reading_more_than_was_checked_is_refused(self, worker: QueryWorker) -> None:
        if not self.second_opinion:  # then nothing is held against the tables, and the guard and the grants stand alone
            assert self.ask(worker, "SELECT count(*) FROM items", tables=()).rows == ((3,),)
            return
        with pytest.raises(Refused) as refused:
            self.ask(worker, "SELECT count(*) FROM items", tables=())
        assert refused.value.code == "engine_relation"
        assert "items" in refused.value.message

    def test_a_session_does_not_leak_into_the_next_question(self, worker: QueryWorker) -> None:
        change, show = self.leak
        try:
            self.ask(worker, change)
        except SqlcoderError:
            return  # refused outright is as good
        assert not self.ask(worker, show).rows[0][0]

    def test_the_engines_words_reach_the_asker(self, worker: QueryWorker) -> None:
        with pytest.raises(DatabaseError, match="no_such_column"):
            self.ask(worker, "SELECT no_such_column FROM items")
        assert len(self.ask(worker, "SELECT id FROM items").rows) == 3

    # ------------------------------------------------------------------ limits

    def test_rows_are_cut_at_the_limit_and_that_is_said(self, worker: QueryWorker) -> None:
        result = self.ask(worker, self.many_rows_sql, rows=100)
        assert (len(result.rows), result.truncated) == (100, "rows")

    def test_exactly_as_many_rows_as_allowed_are_all(self, worker: QueryWorker) -> None:
        result = self.ask(worker, "SELECT id FROM items", rows=3)
        assert (len(result.rows), result.truncated) == (3, None)

    def test_bytes_are_cut_at_the_limit_and_that_is_said(self, worker: QueryWorker) -> None:
        result = self.ask(worker, self.wide_sql, bytes=1_000_000)
        assert result.truncated == "bytes"
        assert 50 <= len(result.rows) <= 100

    def test_a_query_is_stopped_at_its_deadline_and_the_next_one_works(self, worker: QueryWorker) -> None:
        self.ask(worker, "SELECT id FROM items")
        started = time.monotonic()
        with pytest.raises(TimeLimit):
            self.ask(worker, self.slow_sql, seconds=0.5)
        assert time.monotonic() - started < GENEROUS
        assert len(self.ask(worker, "SELECT id FROM items").rows) == 3

    @pytest.mark.skipif(sys.platform == "win32", reason="signals")
    def test_an_interrupt_stops_the_query_and_the_next_one_works(self, worker: QueryWorker) -> None:
        self.ask(worker, "SELECT id FROM items")
        started = time.monotonic()
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                self.ask(worker, self.slow_sql)
        finally:
            timer.cancel()
        assert time.monotonic() - started < GENEROUS
        assert len(self.ask(worker, "SELECT id FROM items").rows) == 3

    def test_the_database_is_given_back_after_each_question(self, connector: Connector, worker: QueryWorker) -> None:
        self.ask(worker, "SELECT id FROM items")
        self.assert_database_free(connector)
        with pytest.raises(DatabaseError):
            self.ask(worker, "SELECT no_such_column FROM items")
        self.assert_database_free(connector)
        self.ask(worker, self.many_rows_sql, rows=10)
        self.assert_database_free(connector)

    # ------------------------------------------------------------------ the second way in

    def test_the_table_is_described(self, worker: QueryWorker) -> None:
        (items,) = [fact for fact in worker.describe() if isinstance(fact, Table) and fact.name.name.lower() == "items"]
        kinds = {column.name.lower(): column.kind for column in items.columns}
        assert kinds == {"id": "integer", "name": "text"}
        assert [name.lower() for name in items.primary_key] == ["id"]
        assert all(column.type for column in items.columns)

    def test_contents_are_profiled(self, worker: QueryWorker) -> None:
        (items,) = [fact for fact in worker.describe() if isinstance(fact, Table) and fact.name.name.lower() == "items"]
        identifier, name = worker.profile(items.name, [column.name for column in items.columns])
        assert (identifier.minimum, identifier.maximum, identifier.null_fraction) == ("1", "3", 0)
        assert (set(name.values), name.values_complete, name.distinct_count) == ({"one", "two"}, True, 2)
        assert name.null_fraction == pytest.approx(1 / 3)

    def test_a_column_that_is_not_there_has_no_profile(self, worker: QueryWorker) -> None:
        (items,) = [fact for fact in worker.describe() if isinstance(fact, Table) and fact.name.name.lower() == "items"]
        assert worker.profile(items.name, ["nothing"]) == ()

    def test_doctor_hears_the_engines_version(self, worker: QueryWorker) -> None:
        assert "version" in {finding.code for finding in worker.findings()}
