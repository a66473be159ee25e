"""The process that holds a model: confines itself, loads one engine, answers one request at a time until the pipe ends."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from importlib import import_module
from queue import SimpleQueue
from types import SimpleNamespace

from msgspec.msgpack import Decoder

from sqlcoder_core.contracts.model_engine import ModelEngine
from sqlcoder_core.worker import confine, model_wire, wire
from sqlcoder_core.worker.loading import load_module
from sqlcoder_core.worker.model_serving import Serving, failure
from sqlcoder_core.worker.no_sockets import forbid_sockets
from sqlcoder_core.worker.own_pipes import take_pipes


def main() -> None:
    """Entry point; ends when the parent closes the pipe or dies."""
    requests, replies = take_pipes()
    decoder = model_wire.request_decoder()
    first = wire.receive(requests)
    if first is None:
        return
    load = decoder.decode(first)
    assert isinstance(load, model_wire.Load)
    if load.die_with_parent:
        confine.die_with_parent()
    _offer_itself_when_memory_runs_out()
    try:
        unconfined = _confined(load)
        inbox = _Inbox(requests, decoder)
        engine = _engine(load)
        facts = engine.load()
    except BaseException as error:  # noqa: BLE001 - whatever a library raises or ends with while loading is the parent's to report
        wire.send(replies, failure(0, error, load.secrets))
        return
    wire.send(replies, model_wire.Ready(facts=facts, unconfined=unconfined))
    serving = Serving(engine, facts, load, replies, inbox.is_cancelled)
    while True:
        serving.serve(inbox.work.get())


def _confined(load: model_wire.Load) -> str | None:
    """Give up rights before the first heavy import, whose threads would keep them; the engine's package is found before that."""
    top = load.engine.partition(":")[0].partition(".")[0]
    with contextlib.suppress(ModuleNotFoundError):  # a single file, or a wrong name, which `_engine` tells
        if top != "__main__":
            import_module(top)
    unconfined = confine.confine(load)
    if load.sandbox:
        with contextlib.suppress(OSError):  # a kernel without such filters; the other walls stand
            forbid_sockets()
    return unconfined and (load.unconfined or unconfined)


def _engine(load: model_wire.Load) -> ModelEngine:
    module, _, name = load.engine.partition(":")
    engine: ModelEngine = getattr(load_module(module, load.file), name)(SimpleNamespace(**load.settings), load.files)
    return engine


def _offer_itself_when_memory_runs_out() -> None:
    """A model that does not fit shall be what Linux ends, not the program that asked for it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")


class _Inbox:
    """Reads while the engine works, so that a cancellation and the end of the parent are noticed at once."""

    def __init__(self, requests: int, decoder: Decoder[model_wire.ModelRequest]) -> None:
        self.work: SimpleQueue[model_wire.Work] = SimpleQueue()
        self._cancelled = 0
        threading.Thread(target=self._listen, args=(requests, decoder), daemon=True).start()

    def is_cancelled(self, number: int) -> bool:
        """True when the parent no longer wants that request, or one after it; numbers grow."""
        return self._cancelled >= number

    def _listen(self, requests: int, decoder: Decoder[model_wire.ModelRequest]) -> None:
        while (frame := wire.receive(requests)) is not None:
            message = decoder.decode(frame)
            if isinstance(message, model_wire.Cancel):
                self._cancelled = message.number
            elif not isinstance(message, model_wire.Load):
                self.work.put(message)
        os._exit(0)


if __name__ == "__main__":
    main()
