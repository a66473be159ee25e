"""From an exception to one line on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from sqlcoder_core.errors import FileError, PluginError, SqlcoderError
from sqlcoder_core.values.printable import printable


@contextmanager
def exit_on_error(*, verbose: bool) -> Iterator[None]:
    """Run a command's body; errors of ours, an interrupt and a closed pipe end the process in order."""
    try:
        yield
        sys.stdout.flush()
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except SqlcoderError as error:
        if verbose:
            traceback.print_exc()
        for line in error.lines():
            print(f"sqlcoder: {printable(line)}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print("sqlcoder: interrupted", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing more to say. Python would complain when it closes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            _end_unexpected(error, verbose=verbose)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"sqlcoder: cannot write the output: {printable(str(error.strerror).lower())}; free some space", file=sys.stderr)
        raise SystemExit(FileError.exit_code) from None
    except Exception as error:  # noqa: BLE001 - a mistake of this program or of a plugin is one line like any other error
        _end_unexpected(error, verbose=verbose)


def _end_unexpected(error: Exception, *, verbose: bool) -> NoReturn:
    if verbose:
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.sep.join(last.filename.split(os.sep)[-2:])}:{last.lineno}"
    text = " ".join(printable(str(error)).split())
    print(f"sqlcoder: unexpected {type(error).__name__} in {where}: {text}; -v shows the traceback", file=sys.stderr)
    raise SystemExit(PluginError.exit_code) from None
