"""The interactive loop: a line editor with history and completion around a conversation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlcoder_core.cli.asking import Asking, opened
from sqlcoder_core.cli.conversation import COMMANDS, Conversation
from sqlcoder_core.cli.formats import Outlet, delivery
from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.printable import printable

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from sqlcoder_core.session import Session
    from sqlcoder_core.values.catalog import Catalog

KEPT = 1_000
"""Questions that the history keeps."""
_MANY_TABLES = 200
"""Above this, only tables that fit the word being typed are decoded for their columns."""


def talk(asking: Asking, outlet: Outlet, options: Options) -> None:
    """Answer questions until the person leaves; configuration and schema are read once."""
    notices = Notices(options)
    with opened(asking, options, notices) as session:
        sinks = delivery(outlet, session.built, options, several=False)
        sinks.open()
        if not options.quiet:
            print(_welcome(session))
        history = private_history(session.configuration.state_dir)
        converse(Conversation(session, asking, sinks, notices, print), _prompt(session.catalog, history))
        sinks.close()


def converse(conversation: Conversation, prompt: PromptSession[str]) -> None:
    """Read lines and deal with them. Ctrl-C empties the line, Ctrl-D leaves."""
    while True:
        try:
            line = prompt.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if not conversation.take(line):
            return


def names(catalog: Catalog, word: str) -> Iterator[str]:
    """Table and column names that begin with `word`, tables first."""
    start = word.lower()
    tables = [name for name in catalog.names() if name.name.lower().startswith(start)]
    yield from sorted({name.name for name in tables})
    near = catalog.names() if len(catalog) <= _MANY_TABLES else catalog.search([word], 20)
    columns = {column.name for name in near if (table := catalog.table(name)) for column in table.columns if not column.hidden}
    yield from sorted(name for name in columns if name.lower().startswith(start))


def private_history(folder: Path) -> Path | None:
    """The history file, readable by its owner only and cut to the newest questions; None where none can be kept."""
    path = folder / "history"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        path.chmod(0o600)
        entries = path.read_text(encoding="utf-8", errors="replace").split("\n# ")
        if len(entries) > KEPT + 1:
            path.write_text("".join(f"\n# {entry}" for entry in entries[-KEPT:]), encoding="utf-8")
    except OSError:  # a home that cannot be written keeps nobody from asking
        return None
    return path


def _prompt(catalog: Catalog, history: Path | None) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    kept = FileHistory(str(history)) if history else InMemoryHistory()
    return PromptSession("sqlcoder> ", history=kept, completer=_completer(catalog), complete_while_typing=False, enable_history_search=True)


def _completer(catalog: Catalog) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class Names(Completer):
        """Commands at the start of a line, else tables and columns; nothing is read before Tab is pressed."""

        def get_completions(self, document: Any, complete_event: Any) -> Iterator[Any]:
            line = document.text_before_cursor
            if line.startswith("\\"):
                for name, meaning in COMMANDS.items():
                    if name.startswith(line):
                        yield Completion(name, -len(line), display_meta=meaning)
                return
            word = line.replace(".", " ").split(" ")[-1]
            if word:
                with suppress(KeyboardInterrupt):
                    yield from (Completion(name, -len(word)) for name in names(catalog, word))

    return Names()


def _welcome(session: Session) -> str:
    count = len(session.catalog)
    known = f"{count:,} table{'' if count == 1 else 's'}"
    name = session.configuration.connection_name
    where = f", connection {name}" if name and not name.startswith("-") else ""
    return printable(f"{known}, {session.dialect}{where}. ") + r"\help for help, \q to leave."
