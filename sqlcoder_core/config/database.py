"""`--database`: a connection's name, a URL, or a file; only connectors that may fit are imported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.environment import BadReference, Expanded, expand, names_in
from sqlcoder_core.contracts.connector import Connector
from sqlcoder_core.errors import UsageError
from sqlcoder_core.host import Host
from sqlcoder_core.host.kinds import CONNECTOR
from sqlcoder_core.host.nearest import nearest

_SCHEME = re.compile(r"(?P<engine>[A-Za-z][A-Za-z0-9_]*)(?P<driver>\+[\w]+)?:")
_PASSWORD = re.compile(r"^[^/]*//[^/@:]*:(?P<password>[^/]*)@")
_FILES = {".duckdb": "duckdb", ".ddb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".db3": "sqlite"}
_ENGINES = {"postgresql": "postgres", "sqlite3": "sqlite", "md": "duckdb", "motherduck": "duckdb"}
_LAST = "sqlalchemy"


def from_text(text: str, host: Host, environ: Mapping[str, str], cwd: Path, origin: str = "--database") -> Entry:
    """A connection from a URL or file. Raises UsageError for a password in clear, and when no connector takes it."""
    refuse_clear_password(text, origin)
    try:
        url = _expanded(text, environ)
    except BadReference as error:
        raise UsageError(f"{origin}: {error}") from None
    url, is_file = _absolute(url, cwd)
    if is_file and not Path(url).exists():
        raise UsageError(f"{origin}: there is no file {text!r}", hint=f"looked for {url}")
    for word in _words(url, is_file, host):
        found = host.component(CONNECTOR, word, place=origin)
        if found.cls.claims(url):
            settings = _marked(found.cls, found.cls.from_url(url), text)
            return Entry(use=word, settings=settings, origin=origin, label=f"{origin}: ")
    raise UsageError(f"{origin}: {shown_url(text)!r} is no database that an installed connector knows", hint=_ways(text, host))


def shown_url(text: str) -> str:
    """A URL for messages: a password in it is left out."""
    match = _PASSWORD.match(text)
    return text[: match.start("password")] + "***" + text[match.end("password") :] if match else text


def refuse_clear_password(text: str, origin: str) -> None:
    """Raise UsageError for a URL with a password in it that is no reference."""
    match = _PASSWORD.match(text)
    if match and match["password"] and not names_in(match["password"]):
        hint = "write '${NAME}' in its place (in single quotes), name a connection of sqlcoder.yaml, or use the engine's own password file"
        raise UsageError(f"{origin} holds a password, which others can see", hint=hint)


def _expanded(text: str, environ: Mapping[str, str]) -> str:
    match = _PASSWORD.match(text)
    if match is None:
        return str(expand(text, environ))
    # A password may hold characters that end the password in a URL.
    password = quote(expand(match["password"], environ), safe="")
    return expand(text[: match.start("password")], environ) + password + expand(text[match.end("password") :], environ)


def _absolute(url: str, cwd: Path) -> tuple[str, bool]:
    if _SCHEME.match(url) and not (cwd / url).exists():
        return url, False
    file = cwd / Path(url).expanduser()
    looks_like_file = file.exists() or file.suffix.lower() in _FILES
    return (str(file), True) if looks_like_file else (url, False)


def _words(url: str, is_file: bool, host: Host) -> Iterator[str]:
    """Connector words to ask, the likeliest first; a file's ending and a URL's scheme keep the others unimported."""
    installed = {plugin.word for plugin in host.installed if CONNECTOR.is_brought_by(plugin.hooks)}
    if is_file:
        first = _FILES.get(Path(url).suffix.lower(), "duckdb")
        words = [first, *(word for word in ("duckdb", "sqlite") if word != first)]
    else:
        match = _SCHEME.match(url)
        engine = match["engine"].lower() if match else url
        # `postgresql+psycopg2://` names a SQLAlchemy driver; whoever writes it means that.
        words = [_LAST] if match and match["driver"] else [_ENGINES.get(engine, engine), _LAST]
    return (word for word in words if word in installed)


def _marked(connector: type[Connector], settings: Mapping[str, object], text: str) -> dict[str, object]:
    """Settings from a URL with references in it, each that has a part in them marked as such."""
    if not names_in(text):
        return dict(settings)
    try:
        written = connector.from_url(text)
    except (UsageError, ValueError):  # a reference where a number must be: then every text counts as expanded
        written = dict.fromkeys(settings, text)
    return {key: _mark(value, written.get(key, text)) for key, value in settings.items()}


def _mark(value: object, written: object) -> object:
    referring = isinstance(value, str) and isinstance(written, str) and names_in(written)
    return Expanded(str(value), str(written)) if referring else value


def _ways(text: str, host: Host) -> str:
    words = sorted(plugin.word for plugin in host.installed if plugin.hooks and CONNECTOR.is_brought_by(plugin.hooks))
    near = nearest(text.partition(":")[0], words)
    return f"did you mean {near}:...?" if near else f"installed connectors: {', '.join(words)}"
