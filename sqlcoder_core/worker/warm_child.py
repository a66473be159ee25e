"""The child of one connection: started when needed, restarted when it died, when its files were exchanged, when it grew."""

from __future__ import annotations

import os
import threading

from sqlcoder_core.contracts.connector import Connector, Sandbox
from sqlcoder_core.errors import DatabaseError, SqlcoderError, WorkerDied
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker import wire
from sqlcoder_core.worker.carried import engine_reference, plain_settings
from sqlcoder_core.worker.child_process import ChildProcess
from sqlcoder_core.worker.exchange import Exchange, error_of
from sqlcoder_core.worker.scratch import make_scratch, remove_scratch

MODULE = "sqlcoder_core.worker.query_child"
START_SECONDS = 60.0
_replies = wire.reply_decoder()


class WarmChild:
    """At most one running child. `unconfined` says why it has no sandbox, None where it has one."""

    def __init__(self, connector: Connector, *, sandbox: bool) -> None:
        self.unconfined: str | None = None
        self._connector = connector
        self._sandbox = sandbox
        self._child: ChildProcess | None = None
        self._place: object = None
        self._scratch: str | None = None
        self._baseline = 0
        self._ready = False

    def launch(self) -> None:
        """Start the process unless it runs already; does not wait for it."""
        sandbox = self._connector.sandbox()
        place = (sandbox, tuple(_identity(path) for path in sandbox.read))
        if self._child is not None and self._child.alive and place == self._place:
            return
        self.close()
        self._refuse_missing_driver()
        self._place = place
        self._scratch = make_scratch() if sandbox.scratch else None
        self._child = ChildProcess(MODULE)
        self._child.send(self._start_frame(sandbox))

    def exchange(self, limits: Limits) -> Exchange:
        """A conversation with a child that is ready; raises DatabaseError when it cannot be started."""
        self.launch()
        assert self._child is not None
        if not self._ready:
            self._wait_until_ready(self._child, limits)
        return Exchange(self._child, self._baseline, limits)

    def retire_if_swollen(self, limits: Limits) -> None:
        """Drivers keep memory that they once had; a child that holds half of what it may makes way for a fresh one."""
        if self._child is not None and self._ready and self._child.resident_bytes > self._baseline + limits.memory // 2:
            self.close()

    def close(self) -> None:
        """End the child and remove its private directory."""
        if self._child is not None:
            self._child.close()
        if self._scratch is not None:
            remove_scratch(self._scratch)
        self._child, self._scratch, self._ready = None, None, False

    def _wait_until_ready(self, child: ChildProcess, limits: Limits) -> None:
        try:
            frame = child.receive(START_SECONDS)
        except BaseException:  # an interrupt too must not leave a child half started; it is raised on
            self.close()
            raise
        reply = _replies.decode(frame) if frame is not None else None
        if not isinstance(reply, wire.Ready):
            self.close()
            raise self._cannot_start(reply, limits)
        self.unconfined, self._ready = reply.unconfined, True
        self._baseline = child.resident_bytes

    def _cannot_start(self, reply: wire.Reply | None, limits: Limits) -> SqlcoderError:
        if isinstance(reply, wire.Failed) and reply.kind != "internal":
            return error_of(reply, limits)
        why = reply.message if isinstance(reply, wire.Failed) else f"not ready after {START_SECONDS:g} s"
        return WorkerDied(f"the query process of connector {self._connector.name} cannot start: {why}")

    def _refuse_missing_driver(self) -> None:
        command = self._connector.missing()
        if command is not None:
            raise DatabaseError(f"the driver of connector {self._connector.name} is not installed", hint=f"run {command}")

    def _start_frame(self, sandbox: Sandbox) -> wire.Start:
        engine, file = engine_reference(type(self._connector), self._connector.engine)
        secrets: list[str] = []
        return wire.Start(
            engine=engine,
            file=file,
            settings=plain_settings(self._connector.settings, secrets),
            secrets=tuple(secret for secret in secrets if secret),
            read=sandbox.read,
            tcp_ports=sandbox.tcp_ports,
            network=sandbox.network,
            imports=sandbox.imports,
            scratch=self._scratch,
            sandbox=self._sandbox,
            # Linux watches the starting thread, not the process: only the main thread is sure to live as long.
            die_with_parent=threading.current_thread() is threading.main_thread(),
        )


def _identity(path: str) -> tuple[int, int] | None:
    """Landlock's rules hold for a file, not for its name: a file that was exchanged needs new rules."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
