"""A child process that speaks in frames: started in its own session with a cleaned environment, killed with all it started."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue

from msgspec import Struct

from sqlcoder_core.errors import SqlcoderError, WorkerDied
from sqlcoder_core.worker import wire
from sqlcoder_core.worker.memory import resident_bytes

KEPT = (
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PGPASSFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TZ",
)
"""No credentials, no PYTHON*, no proxies: places of files and the language, nothing more."""
_BOOTSTRAP = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from {module} import main; main()"
_LAST_WORDS = 2000
_FRAME = re.compile(r"\[0x[0-9a-f]+\]\s*$")
"""A line of a native backtrace, which says nothing to a person."""
_FAREWELL_SECONDS = 1.0


class ChildProcess:
    """One running child. `replies` arrive through a thread; None in their place means that the child has ended.

    `what` is what messages call it, `error` what they are raised as, `environment` is laid over what every child is given.
    """

    def __init__(
        self,
        module: str,
        *,
        what: str = "query process",
        error: type[SqlcoderError] = WorkerDied,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._what = what
        self._error = error
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOTSTRAP.format(module=module), json.dumps(_import_path())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **(environment or {})},
            cwd=os.path.abspath(os.sep),
            start_new_session=True,
        )
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        self._last_words = b""
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._listen_to_chatter)]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """False once it has ended."""
        return self._process.poll() is None

    @property
    def resident_bytes(self) -> int:
        """Memory it holds now."""
        return resident_bytes(self._process.pid)

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def ended_by(self) -> int | None:
        """The number of the signal that ended it; None while it runs, and when it left by itself."""
        code = self._process.poll()
        return -code if code is not None and code < 0 else None

    def send(self, message: Struct) -> None:
        """Raises WorkerDied (or `error`) when it has ended."""
        assert self._process.stdin is not None
        try:
            wire.send(self._process.stdin.fileno(), message)
        except (BrokenPipeError, ValueError) as error:
            raise self.obituary() from error

    def receive(self, seconds: float) -> bytes | None:
        """The next frame; None when none came in that time. Raises WorkerDied (or `error`) when the child has ended."""
        try:
            frame = self._replies.get(timeout=max(seconds, 0.0))
        except Empty:
            return None
        if frame is None:
            raise self.obituary()
        return frame

    def kill(self) -> None:
        """End it and everything it started, now; returns when it is gone."""
        if self._process.returncode is None:  # once it has been waited for, the number may be somebody else's
            self._kill_group()
        self._process.wait()
        self._let_go()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def close(self) -> None:
        """End it in order: it leaves by itself when its pipe ends, and is killed when it does not."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_FAREWELL_SECONDS)
        self.kill()

    def obituary(self) -> SqlcoderError:
        """Why it ended, with its last words."""
        try:
            code = self._process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._error(f"the {self._what} closed its pipe and hung; it was killed")
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._threads[1].join(_FAREWELL_SECONDS)
        lines = [line for line in self._last_words.decode("utf-8", "replace").strip().splitlines() if not _FRAME.search(line)]
        words = lines[-1] if lines else ""
        return self._error(f"the {self._what} {how}" + (f": {words}" if words else ""))

    def _listen_to_chatter(self) -> None:
        """Drivers print what they like; only the end of it is kept, for an obituary."""
        assert self._process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            while part := os.read(self._process.stderr.fileno(), 1 << 16):
                self._last_words = (self._last_words + part)[-_LAST_WORDS:]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # a pipe closed or broken in the middle of a frame is an end like any other
            descriptor = self._process.stdout.fileno()
            while (frame := wire.receive(descriptor)) is not None:
                self._replies.put(frame)
        self._replies.put(None)

    def _let_go(self) -> None:
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _import_path() -> list[str]:
    """Where this interpreter imports from, in its order: source trees, user sites and PYTHONPATH too, the current folder by no name."""
    return [path for path in sys.path if Path(path).is_absolute() and Path(path).exists()]
