"""One question in, frames out: connect, ask the engine what it would read, run, stream within the limits, give the database back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Raw
from msgspec.msgpack import Encoder

from sqlcoder_core.contracts.engine import Engine, Rows
from sqlcoder_core.errors import ConnectionLost, DatabaseError, Refused, SqlcoderError, TimeLimit, UsageError
from sqlcoder_core.values.catalog import Table
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker import confine, wire
from sqlcoder_core.worker.cells import encode_rows
from sqlcoder_core.worker.relations import hold_relations

_GROUP = 200
_encoder = Encoder()
Truncated = Literal["rows", "bytes"] | None


class Cancelled(Exception):
    """The parent asked to stop."""


class Answering:
    """Answers questions on one engine, one after the other; `cancel` comes from the thread that listens."""

    def __init__(self, engine: Engine, replies: int, secrets: Sequence[str]) -> None:
        self._engine = engine
        self._replies = replies
        self._secrets = secrets
        self._current: int | None = None
        self._cancelled = False
        self._lock = threading.Lock()

    def answer(self, question: wire.Question) -> None:
        """Send the frames of one answer; the last is Done or Failed, and then the database is closed again."""
        with self._lock:
            self._current, self._cancelled = question.number, False
        started = time.perf_counter()
        try:
            truncated = self._work(question)
            last: wire.Reply = wire.Done(number=question.number, truncated=truncated, elapsed_ms=(time.perf_counter() - started) * 1e3)
        except Exception as error:  # noqa: BLE001 - a driver may raise anything, and the parent waits for an answer
            last = failure(question.number, Cancelled() if self._cancelled else error, self._secrets)
        with self._lock:
            self._current = None
        wire.send(self._replies, last)

    def cancel(self, number: int) -> None:
        """Interrupt the engine if it still works on that question."""
        with self._lock:
            if self._current != number:
                return
            self._cancelled = True
            try:
                self._engine.cancel()
            except Exception:  # noqa: BLE001 - whatever a driver raises, this thread must go on listening; the parent kills after its grace
                return

    def _work(self, question: wire.Question) -> Truncated:
        confine.limit_question(question.limits.seconds, question.limits.memory)
        try:
            self._engine.connect(question.limits)
            self._stop_if_cancelled()
            return self._dispatch(question)
        finally:
            self._engine.close()

    def _dispatch(self, question: wire.Question) -> Truncated:
        if isinstance(question, wire.Run):
            return self._run(question)
        if isinstance(question, wire.Describe):
            self._describe()
        elif isinstance(question, wire.Profile):
            for profile in self._engine.profile(question.table, question.columns, question.limits):
                self._send_items("profiles", (profile,))
        else:
            self._send_items("problems", tuple(self._engine.findings()))
        return None

    def _run(self, run: wire.Run) -> Truncated:
        query = wire.received_query(run)
        hold_relations(self._engine, query)
        self._stop_if_cancelled()
        rows = self._engine.run(query)
        wire.send(self._replies, wire.Header(columns=rows.columns, types=rows.types))
        return self._stream(rows, run.limits)

    def _stream(self, rows: Rows, limits: Limits) -> Truncated:
        left, room = limits.rows, limits.bytes
        for batch in rows.batches:
            self._stop_if_cancelled()
            kept = batch[:left]
            sent, size = self._send_rows(kept, room)
            left, room = left - sent, room - size
            if sent < len(kept):
                return "bytes"
            if len(batch) > len(kept):
                return "rows"
        return None

    def _send_rows(self, batch: Sequence[tuple[object, ...]], room: int) -> tuple[int, int]:
        """Send what fits into `room` bytes, in smaller parts where the whole does not; returns how many rows and bytes that were."""
        sent, size, step = 0, 0, len(batch)
        while sent < len(batch) and step:
            encoded = encode_rows(batch[sent : sent + step])
            if size + len(encoded) > room:
                step //= 2
                continue
            wire.send(self._replies, wire.Batch(rows=Raw(encoded)))
            sent, size = min(sent + step, len(batch)), size + len(encoded)
        return sent, size

    def _describe(self) -> None:
        for tables, group in _grouped(self._engine.describe()):
            self._send_items("tables" if tables else "relationships", group)

    def _send_items(self, kind: str, items: Sequence[object]) -> None:
        self._stop_if_cancelled()
        wire.send(self._replies, wire.Items(kind=kind, items=Raw(_encoder.encode(items))))

    def _stop_if_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled


def _grouped(facts: Iterable[object]) -> Iterator[tuple[bool, list[object]]]:
    """Runs of tables and runs of relationships, in frames of a bearable size."""
    group: list[object] = []
    for fact in facts:
        if group and (len(group) == _GROUP or isinstance(fact, Table) != isinstance(group[0], Table)):
            yield isinstance(group[0], Table), group
            group = []
        group.append(fact)
    if group:
        yield isinstance(group[0], Table), group


def failure(number: int, error: BaseException, secrets: Sequence[str]) -> wire.Failed:
    """The error as a frame, without the connection's secrets, which drivers like to repeat."""
    message = error.message if isinstance(error, SqlcoderError) else str(error)
    kind = _kind(error)
    if kind == "internal":
        message = f"{type(error).__name__}: {message}"
    for secret in secrets:
        message = message.replace(secret, "***")
    return wire.Failed(
        number=number,
        kind=kind,
        message=message.encode("utf-8", "replace").decode(),
        hint=getattr(error, "hint", None),
        code=getattr(error, "code", None) if isinstance(error, Refused) else None,
    )


def _kind(error: BaseException) -> str:
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (Cancelled, "cancelled"),
        (MemoryError, "memory"),
        (Refused, "refused"),
        (TimeLimit, "time"),
        (ConnectionLost, "connection"),
        (DatabaseError, "database"),
        (UsageError, "usage"),
    )
    return next((word for kind, word in kinds if isinstance(error, kind)), "internal")
