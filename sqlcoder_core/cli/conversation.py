"""What the loop does with a line: a command that begins with a backslash, or a question that may refer to the one before."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlcoder_core.cli.asking import Asking, tell
from sqlcoder_core.cli.notices import explained
from sqlcoder_core.cli.writing import Writing
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.values.printable import printable

if TYPE_CHECKING:
    from sqlcoder_core.cli.notices import Notices
    from sqlcoder_core.session import Session
    from sqlcoder_core.steps.deliver import Delivery
    from sqlcoder_core.values.answer import Answer

COMMANDS = {
    r"\sql": "the last SQL",
    r"\why": "how the last question was read, what it took",
    r"\tables": "the tables that can be asked about",
    r"\new": "forget the question before, for the next one",
    r"\help": "this list",
    r"\q": "leave (so does Ctrl-D)",
}

_REMEMBERED = 8
"""Questions that a follow-up may lean on."""


class Conversation:
    """One warm session and the question before. `say` prints a line for the person."""

    def __init__(self, session: Session, asking: Asking, sinks: Delivery, notices: Notices, say: Callable[[str], None]) -> None:
        self._session = session
        self._asking = asking
        self._sinks = sinks
        self._notices = notices
        self._say = say
        self._count = 0
        self._thread: list[str] = []
        self._last: Answer | None = None

    def take(self, line: str) -> bool:
        """Deal with one line; False means that the person wants to leave."""
        line = line.strip()
        if line.startswith("\\"):
            return self._command(line)
        if line:
            self._ask(line)
        return True

    def _ask(self, text: str) -> None:
        """Ctrl-C stops the running question, not the conversation; so does an error."""
        self._count += 1
        question = self._asking.question(text, self._count, self._session, "\n".join(self._thread[-_REMEMBERED:]) or None)
        try:
            writing = Writing(self._notices.options)
            with writing.waiting("answering"):
                answer = self._session.ask(question, **self._asking.keywords(self._session), listener=writing.listener)
            self._sinks.write(answer)
            tell(answer, self._asking, self._notices, shows_details=self._sinks.shows_details)
        except KeyboardInterrupt:
            self._say("stopped")
            return
        except SqlcoderError as error:
            self._say(f"sqlcoder: {printable(str(error))}")
            return
        self._last = answer
        self._thread.append(text)

    def _command(self, line: str) -> bool:
        name = line.split(maxsplit=1)[0]
        if name in (r"\q", r"\quit", r"\exit"):
            return False
        action = {
            r"\sql": self._show_sql,
            r"\why": self._show_why,
            r"\tables": self._show_tables,
            r"\new": self._forget,
            r"\help": self._show_help,
            r"\?": self._show_help,
        }.get(name)
        if action is None:
            near = difflib.get_close_matches(name, COMMANDS, 1)
            self._say(f"there is no command {printable(name)}" + (f"; did you mean {near[0]}?" if near else r"; \help lists them"))
        else:
            action()
        return True

    def _show_sql(self) -> None:
        self._say(self._last.sql if self._last and self._last.sql else "there is no SQL yet")

    def _show_why(self) -> None:
        for line in explained(self._last) if self._last else ("there is no answer yet",):
            self._say(line)

    def _show_tables(self) -> None:
        for name in sorted(map(str, self._session.catalog.names())):
            self._say(f"  {printable(name)}")

    def _forget(self) -> None:
        self._thread.clear()
        self._say("the next question stands alone")

    def _show_help(self) -> None:
        self._say("Ask in plain words; a follow-up may refer to the question before it.")
        self._say("Tab completes tables and columns, Up brings back earlier questions, Ctrl-C stops one.")
        for name, meaning in COMMANDS.items():
            self._say(f"  {name:<8} {meaning}")
