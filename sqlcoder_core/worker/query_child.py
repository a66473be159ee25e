"""The process that queries: loads one engine, confines itself, answers one question at a time until the pipe ends."""

from __future__ import annotations

import os
import threading
from queue import SimpleQueue

from msgspec.msgpack import Decoder

from sqlcoder_core.worker import confine, wire
from sqlcoder_core.worker.answering import Answering, failure
from sqlcoder_core.worker.loading import load_engine
from sqlcoder_core.worker.own_pipes import take_pipes


def main() -> None:
    """Entry point; ends when the parent closes the pipe or dies."""
    requests, replies = take_pipes()
    decoder = wire.request_decoder()
    first = wire.receive(requests)
    if first is None:
        return
    start = decoder.decode(first)
    assert isinstance(start, wire.Start)
    if start.die_with_parent:
        confine.die_with_parent()
    try:
        engine = load_engine(start)
        unconfined = confine.confine(start)
    except Exception as error:  # noqa: BLE001 - whatever an engine's module raises is the parent's to report
        wire.send(replies, failure(0, error, start.secrets))
        return
    wire.send(replies, wire.Ready(unconfined=unconfined))
    _serve(requests, replies, decoder, Answering(engine, replies, start.secrets))


def _serve(requests: int, replies: int, decoder: Decoder[wire.Request], answering: Answering) -> None:
    inbox: SimpleQueue[wire.Question] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, decoder, inbox, answering), daemon=True).start()
    while True:
        answering.answer(inbox.get())


def _listen(requests: int, decoder: Decoder[wire.Request], inbox: SimpleQueue[wire.Question], answering: Answering) -> None:
    """Reads while the engine works, so that a cancellation and the end of the parent are noticed at once."""
    while (frame := wire.receive(requests)) is not None:
        message = decoder.decode(frame)
        if isinstance(message, wire.Cancel):
            answering.cancel(message.number)
        elif not isinstance(message, wire.Start):
            inbox.put(message)
    os._exit(0)


if __name__ == "__main__":
    main()
