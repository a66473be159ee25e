"""States of long prompt beginnings on disk, each file named by the model, the engine and the tokens that it belongs to."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import sqlcoder_core
from sqlcoder_core.contracts.model_engine import Handle, TreeSession
from sqlcoder_core.values.generation import ModelFacts

WORTH = 256
"""Tokens from which on a file is written: below, computing them is about as fast as reading them."""
MOST_BYTES = 2 << 30
"""Bytes in the folder; beyond, the files that were not used for longest go."""
STALE_SECONDS = 3600.0
"""Age at which a half-written file is what a killed process left."""
SUFFIX, PARTIAL = ".state", ".part"


class KeptFiles:
    """The folder. Files are the user's alone (mode 0600), written whole or not at all; one that cannot be used is removed.

    A state is only ever looked up by the hash of all that it depends on, so that a model or engine that changes never meets old ones.
    """

    def __init__(self, folder: Path, session: TreeSession, facts: ModelFacts, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._session, self._most = folder, session, most_bytes
        kind = type(session)
        self._identity = (
            sqlcoder_core.__version__,
            sys.byteorder,
            facts.weights,
            facts.name,
            facts.precision,
            facts.device,
            f"{kind.__module__}.{kind.__qualname__}",
        )

    def read(self, tokens: Sequence[int]) -> Handle | None:
        """The branch of these tokens, or None."""
        file = self._file(tokens)
        if len(tokens) < WORTH or not file.is_file():
            return None
        try:
            handle = self._session.restore(file)
        except Exception:  # noqa: BLE001 - whatever a broken file makes an engine's reader raise means that it is of no use
            _remove(file)
            return None
        if self._session.length(handle) != len(tokens):
            self._session.free(handle)
            _remove(file)
            return None
        with suppress(OSError):
            os.utime(file)
        return handle

    def write(self, tokens: Sequence[int], handle: Handle) -> None:
        """Save a branch, where it is worth it. A folder that cannot be written to costs only the time it would have saved."""
        file = self._file(tokens)
        if len(tokens) < WORTH or file.exists():
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(suffix=PARTIAL, prefix=".", dir=self._folder)
            os.close(number)
            partial = Path(name)
            try:
                self._session.save(handle, partial)
                partial.chmod(0o600)  # a writer that replaces the file gives it the mode of any other
                partial.replace(file)
            finally:
                _remove(partial)
            self._tidy()

    def _file(self, tokens: Sequence[int]) -> Path:
        named = "\0".join((*self._identity, ",".join(map(str, tokens))))
        return self._folder / (hashlib.sha256(named.encode()).hexdigest()[:40] + SUFFIX)

    def _tidy(self) -> None:
        now = time.time()
        for partial in self._folder.glob(f".*{PARTIAL}"):
            if now - partial.stat().st_mtime > STALE_SECONDS:
                _remove(partial)
        files = [(status.st_mtime, status.st_size, file) for file in self._folder.glob(f"*{SUFFIX}") if (status := file.stat())]
        excess = sum(size for _, size, _ in files) - self._most
        for _, size, file in sorted(files):
            if excess <= 0:
                return
            _remove(file)
            excess -= size


def _remove(file: Path) -> None:
    """Remove a file that may be gone, or that somebody else's folder does not let go."""
    with suppress(OSError):
        file.unlink()
