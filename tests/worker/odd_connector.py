"""A connector in one file whose engine does as the text of the query says; for what a worker must survive."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from sqlcoder_core.api import Connector, DatabaseError, Engine, Problem, Rows, Sandbox, SecretText, Settings, Table, TableName, checked


class OddSettings(Settings):
    """Where it may look, and what it must keep to itself."""

    read: tuple[str, ...] = ()
    port: int | None = None
    scratch: bool = False
    secret: SecretText | None = None


class OddConnector(Connector):
    """For tests."""

    name = "odd"
    Settings = OddSettings
    engine = ":OddEngine"

    def dialect(self) -> str:
        return "duckdb"

    def sandbox(self) -> Sandbox:
        return Sandbox(
            read=self.settings.read, tcp_ports=(self.settings.port,) if self.settings.port else (), scratch=self.settings.scratch
        )


class OddEngine(Engine):
    """Runs `word argument`."""

    def connect(self, limits):
        self.limits = limits

    def close(self):
        pass

    def cancel(self):
        raise RuntimeError("this engine cannot be cancelled")

    def second_opinion(self, query):
        return tuple(TableName(name=table.name, schema="main") for table in query.tables)

    def run(self, query):
        word, _, argument = checked(query).text.partition(" ")
        values = list(getattr(self, word)(argument))
        return Rows(columns=(word,), types=("ANY",), batches=iter([[(value,) for value in values]]))

    def describe(self):
        yield Table(name=TableName(name="odd"))

    def findings(self):
        yield Problem(code="odd", message="odd", severity="note")

    # ---- what a query may ask for

    def environment(self, _):
        return sorted(os.environ)

    def argv(self, _):
        return [Path("/proc/self/cmdline").read_text(), Path("/proc/self/environ").read_text()]

    def process(self, _):
        return [os.getpid(), os.getsid(0), os.getppid()]

    def read(self, path):
        return [Path(path).read_text()]

    def write(self, path):
        Path(path).write_text("written")
        return ["written"]

    def write_scratch(self, _):
        Path(self.scratch, "x").write_text("written")
        return [self.scratch]

    def connect_to(self, port):
        with socket.create_connection(("127.0.0.1", int(port)), timeout=2):
            return ["connected"]

    def fork(self, _):
        return [os.popen("echo from a shell").read()]

    def say(self, text):
        print(text * 50_000, flush=True)
        print(text * 50_000, file=sys.stderr, flush=True)
        return [text]

    def stubborn(self, _):
        while True:
            time.sleep(0.01)

    def hog(self, _):
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1 << 20)))

    def end(self, code):
        print("these are my last words", file=sys.stderr, flush=True)
        os._exit(int(code))

    def abort(self, _):
        os.abort()

    def fail(self, message):
        raise DatabaseError(message, hint="a hint")

    def surprise(self, message):
        raise KeyError(message)

    def tell_secret(self, _):
        raise DatabaseError(f"cannot log in with {self.settings.secret}")

    def odd_values(self, _):
        return [2**70, {"k": [(1, 2)]}, {1}, "\ud800", float("nan"), b"\x00"]
