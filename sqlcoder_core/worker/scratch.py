"""Private directories for workers that need one, removed with them; what a killed program left is removed by the next."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"sqlcoder-worker-(\d+)-.*")


def make_scratch() -> str:
    """A new empty directory that only this user can read."""
    _remove_orphans(Path(tempfile.gettempdir()))
    return os.path.realpath(tempfile.mkdtemp(prefix=f"sqlcoder-worker-{os.getpid()}-"))


def remove_scratch(path: str) -> None:
    """Remove it with its contents."""
    shutil.rmtree(path, ignore_errors=True)


def _remove_orphans(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match and not _runs(int(match[1])) and path.owner() == Path.home().owner():
                remove_scratch(str(path))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
