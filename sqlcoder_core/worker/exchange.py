"""One question to a child and its replies, under a clock and a watch on memory; what runs over is cancelled, then killed."""

from __future__ import annotations

import time
from typing import TypeAlias

from sqlcoder_core.errors import ConnectionLost, DatabaseError, Refused, SqlcoderError, TimeLimit, UsageError, WorkerDied
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker import wire
from sqlcoder_core.worker.child_process import ChildProcess
from sqlcoder_core.worker.memory import WATCH_SECONDS

GRACE_SECONDS = 0.5
_FRAME_ALLOWANCE = 1 << 26

Payload: TypeAlias = wire.Header | wire.Batch | wire.Items
_replies = wire.reply_decoder()


class Exchange:
    """The replies to one question: `payload` is what has arrived, also when a limit stopped it, `done` its last frame."""

    done: wire.Done

    def __init__(self, child: ChildProcess, baseline: int, limits: Limits) -> None:
        self.payload: list[Payload] = []
        self._child = child
        self._limits = limits
        self._ceiling = baseline + limits.memory
        self._received = 0

    def ask(self, question: wire.Question) -> None:
        """Raises TimeLimit, WorkerDied, Refused or DatabaseError; a keyboard interrupt stops the query and goes on upwards."""
        settled = False
        self._child.send(question)
        try:
            last = self._listen(question.number)
            settled = True
        except WorkerDied:
            settled = True
            raise
        finally:
            if not settled:
                self._stop(question.number)
        if isinstance(last, wire.Failed):
            raise error_of(last, self._limits)
        self.done = last

    def _listen(self, number: int) -> wire.Done | wire.Failed:
        deadline = time.monotonic() + self._limits.seconds
        while True:
            frame = self._child.receive(min(WATCH_SECONDS, deadline - time.monotonic()))
            if frame is not None:
                reply = _replies.decode(frame)
                if isinstance(reply, wire.Done | wire.Failed):
                    if reply.number == number:
                        return reply
                elif not isinstance(reply, wire.Ready):
                    self._keep(reply, len(frame))
            if time.monotonic() >= deadline:
                raise time_limit(self._limits)
            if frame is None and self._child.resident_bytes > self._ceiling:
                self._child.kill()
                raise out_of_memory(self._limits)

    def _keep(self, reply: Payload, size: int) -> None:
        self._received += size
        if isinstance(reply, wire.Batch) and self._received > self._limits.bytes + _FRAME_ALLOWANCE:
            self._child.kill()
            raise WorkerDied("the query process sent more than it may; it was killed")
        self.payload.append(reply)

    def _stop(self, number: int) -> None:
        """Ask, wait half a second, kill."""
        try:
            self._child.send(wire.Cancel(number=number))
            until = time.monotonic() + GRACE_SECONDS
            while (left := until - time.monotonic()) > 0:
                frame = self._child.receive(left)
                reply = _replies.decode(frame) if frame is not None else None
                if isinstance(reply, wire.Done | wire.Failed) and reply.number == number:
                    return
        except WorkerDied:
            pass
        except BaseException:  # a second interrupt while waiting: no more grace; it is raised on
            self._child.kill()
            raise
        self._child.kill()


def error_of(failed: wire.Failed, limits: Limits) -> SqlcoderError:
    """The error that a failure frame stands for."""
    if failed.kind == "time":
        return time_limit(limits)
    if failed.kind == "memory":
        return out_of_memory(limits)
    if failed.kind == "refused":
        return Refused(failed.code or "engine", failed.message, hint=failed.hint)
    if failed.kind == "usage":
        return UsageError(failed.message, hint=failed.hint)
    if failed.kind == "internal":
        return DatabaseError(f"the connector failed with {failed.message}", hint="this is a fault of the connector; -v shows more")
    kind = ConnectionLost if failed.kind == "connection" else DatabaseError
    return kind(failed.message, hint=failed.hint)


def time_limit(limits: Limits) -> TimeLimit:
    """The query ran into its time limit."""
    return TimeLimit(f"the query was stopped after {limits.seconds:g} s", hint="ask for less data, or raise the limit with --timeout")


def out_of_memory(limits: Limits) -> WorkerDied:
    """The query ran into its memory limit."""
    megabytes = limits.memory // (1 << 20)
    return WorkerDied(
        f"the query needed more than {megabytes} MB of memory and was stopped", hint="ask for less data, or raise `limits: memory`"
    )
