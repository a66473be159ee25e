"""A host of small plugins that stand in for the built-in ones, and a folder to write sqlcoder.yaml in."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlcoder_core.config.build import Built, build
from sqlcoder_core.config.load import Configuration, load
from sqlcoder_core.host import Host
from sqlcoder_core.host.installed import Installed
from sqlcoder_core.values.options import Options

_NUMBER = itertools.count()

ENGINES = '''
from pathlib import Path
from pydantic import Field, model_validator
from sqlcoder_core.api import Connector, LocalPath, SecretText, Settings, UsageError, hookimpl

class Server(Settings):
    """Where."""
    host: str = Field(default="localhost", description="The server's name.")
    port: int = Field(default=5432, description="Its port.")
    user: str | None = Field(default=None, description="Who asks.")
    password: SecretText | None = Field(default=None, description="The password.")
    url: SecretText | None = Field(default=None, description="All in one.")

    @model_validator(mode="before")
    @classmethod
    def spread(cls, values):
        if not values.get("url"):
            return values
        return {**Postgres.from_url(str(values["url"])), **{key: value for key, value in values.items() if key != "url"}}

class Postgres(Connector):
    """A server."""
    name = "postgres"
    Settings = Server

    @classmethod
    def claims(cls, url):
        return url.startswith(("postgres:", "postgresql:"))

    @classmethod
    def from_url(cls, url):
        from urllib.parse import unquote, urlsplit
        parts = urlsplit(url)
        found = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password and unquote(parts.password)}
        return {key: value for key, value in found.items() if value is not None}

@hookimpl
def sqlcoder_connectors():
    return [Postgres]
'''
FILES = '''
from pydantic import Field
from sqlcoder_core.api import Connector, LocalPath, Settings, hookimpl

class File(Settings):
    """Where."""
    path: LocalPath = Field(description="The database file.")

class WORD(Connector):
    """A file."""
    name = "WORD"
    Settings = File

    @classmethod
    def claims(cls, url):
        return url.endswith(".WORD") or url.startswith("WORD:")

    @classmethod
    def from_url(cls, url):
        return {"path": url.removeprefix("WORD:")}

@hookimpl
def sqlcoder_connectors():
    return [WORD]
'''
INTROSPECT = '''
from pydantic import Field
from sqlcoder_core.api import MetadataSource, Settings, hookimpl

class IntrospectSettings(Settings):
    """How."""
    include: tuple[str, ...] = Field(default=(), description="Patterns.")

class Introspect(MetadataSource):
    """The database itself."""
    name = "introspect"
    Settings = IntrospectSettings

@hookimpl
def sqlcoder_metadata_sources():
    return [Introspect]
'''
DBT = '''
from pathlib import Path
from pydantic import Field
from sqlcoder_core.api import ComponentSpec, ConnectionSpec, Detection, MetadataSource, Secret, Settings, hookimpl

class DbtSettings(Settings):
    """Where."""
    project_dir: Path = Field(default=Path("."), description="The project's root.")
    profiles_dir: Path | None = Field(default=None, description="Where profiles.yml is.")
    target: str | None = Field(default=None, description="The target.")

class Dbt(MetadataSource):
    """Artifacts."""
    name = "dbt"
    Settings = DbtSettings

@hookimpl
def sqlcoder_metadata_sources():
    return [Dbt]

@hookimpl
def sqlcoder_detect(directory, options):
    for folder in (directory, *directory.parents):
        if (folder / "dbt_project.yml").exists():
            target = options.get("target", "dev")
            settings = {"host": target, "password": Secret("canary-detected", reference=f"profiles.yml shop.{target}.password")}
            spec = ConnectionSpec(engine="postgres", settings=settings, name=target, origin="profiles.yml:3")
            own = {key: options[key] for key in ("target", "profiles_dir") if key in options}
            sources = (ComponentSpec(use="dbt", settings={"project_dir": str(folder), **own}), ComponentSpec(use="introspect"))
            return [Detection(found="dbt project shop", root=str(folder), connection=spec, sources=sources, notes=("artifacts are old",))]
    return []
'''
BUILTIN = '''
from pydantic import Field
from sqlcoder_core.api import Proposer, Settings, hookimpl

class BuiltinSettings(Settings):
    """How."""
    model: str | None = Field(default=None, description="A name.")
    depth: int = Field(default=3, ge=1, description="How far.")

class Builtin(Proposer):
    """Understands."""
    name = "builtin"
    Settings = BuiltinSettings

@hookimpl
def sqlcoder_proposers():
    return [Builtin]
'''
CSV = '''
from pydantic import Field
from sqlcoder_core.api import Settings, Sink, hookimpl

class CsvSettings(Settings):
    """How."""
    header: bool = Field(default=True, description="Write names first.")

class Csv(Sink):
    """Rows."""
    name = "csv"
    Settings = CsvSettings

@hookimpl
def sqlcoder_sinks():
    return [Csv]
'''
PLUGINS = {
    "postgres": ENGINES,
    "duckdb": FILES.replace("WORD", "duckdb"),
    "sqlite": FILES.replace("WORD", "sqlite"),
    "sqlalchemy": "raise RuntimeError('imported without need')\ndef sqlcoder_connectors(): ...\n",
    "introspect": INTROSPECT,
    "dbt": DBT,
    "builtin": BUILTIN,
    "csv": CSV,
}


class Place:
    """A project folder under `root`; `load` and `build` work as a process started in it would."""

    def __init__(self, root: Path, installed: list[Installed]) -> None:
        self.root = root
        self.installed = installed
        self.environ = {"HOME": str(root / "home"), "XDG_STATE_HOME": str(root / "state"), "XDG_CACHE_HOME": str(root / "cache")}
        self.folder = root / "project"
        (self.folder / ".git").mkdir(parents=True)

    def write(self, text: str, name: str = "sqlcoder.yaml") -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def load(self, text: str | None = None, *, cwd: Path | None = None, trusted: bool = True, **options: object) -> Configuration:
        if text is not None:
            self.write(text)
        if trusted and (self.folder / "sqlcoder.yaml").exists():
            self.trust()
        self.host = Host(self.installed)
        return load(Options(**options), cwd=cwd or self.folder, environ=self.environ, host=self.host)  # type: ignore[arg-type]

    def build(self, text: str | None = None, **options: object) -> Built:
        return build(self.load(text, **options), self.host)  # type: ignore[arg-type]

    def trust(self) -> None:
        from sqlcoder_core.config.locations import state_dir
        from sqlcoder_core.config.trust import approve, demands
        from sqlcoder_core.config.yaml_nodes import read_yaml

        file = self.folder / "sqlcoder.yaml"
        document = read_yaml(file.read_text(encoding="utf-8"), file.name)
        approve(demands(file, document.data), state_dir(self.environ))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    prefix = f"standin{next(_NUMBER)}"
    installed = []
    for word, text in PLUGINS.items():
        (site / f"{prefix}_{word}.py").write_text(text, encoding="utf-8")
        installed.append(Installed(word=word, target=f"{prefix}_{word}", distribution="sqlcoder-core", version="9", location=str(site)))
    yield Place(tmp_path, installed)
    for name in [name for name in sys.modules if name.startswith(prefix)]:
        del sys.modules[name]
