"""Model workers by what they load, shared by every session of this process: a model is in memory once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlcoder_core.values.model_files import ModelFiles
from sqlcoder_core.worker.model_client import ModelWorker


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What makes two loaded models the same: runtime, the settings that loading depends on as text, files."""

    runtime: str
    settings: str
    files: ModelFiles


_lock = threading.Lock()
_workers: dict[Key, ModelWorker] = {}
_users: dict[Key, int] = {}


def take(key: Key, make: Callable[[], ModelWorker]) -> ModelWorker:
    """The worker of that key, made when nobody has it yet; to be given back once."""
    with _lock:
        if key not in _workers:
            _workers[key] = make()
        _users[key] = _users.get(key, 0) + 1
        return _workers[key]


def give_back(key: Key) -> None:
    """The last one to give a worker back ends it."""
    with _lock:
        _users[key] -= 1
        if _users[key]:
            return
        worker = _workers.pop(key)
        del _users[key]
    worker.close()
