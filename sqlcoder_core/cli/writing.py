"""A model's text on a terminal as it is written: dim, on stderr, gone when the answer is there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from sqlcoder_core.cli.progress import spinner
from sqlcoder_core.cli.terminal import can_move_cursor
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.printable import printable_lines

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 4000
"""Characters of the text's end that are shown; a terminal has no room for more."""


class Writing:
    """Shows a spinner until the first text comes, and the text from then on."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._stack = ExitStack()
        self._live: Any = None
        self._text = ""

    @property
    def listener(self) -> Callable[[str], None] | None:
        """Takes the text piece by piece; None where nobody would see it."""
        return None if self._options.quiet or not can_move_cursor(sys.stderr) else self._hear

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Around the waiting for one answer: what was shown is wiped at its end."""
        self._stack.enter_context(spinner(text, self._options))
        try:
            yield
        finally:
            self._stack.close()
            self._live, self._text = None, ""

    def _hear(self, piece: str) -> None:
        if self._live is None:
            self._stack.close()  # the spinner
            self._live = _live(self._options)
            self._stack.callback(self._live.stop)  # first: an interrupt while it starts must not leave the cursor hidden
            self._live.start()
        from rich.text import Text

        self._text = (self._text + piece)[-_MOST:]
        self._live.update(Text(printable_lines(self._text), style="dim"))


def _live(options: Options) -> Any:
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color=options.colour is False, highlight=False)
    return Live(console=console, transient=True, redirect_stdout=False, redirect_stderr=False, refresh_per_second=12)
