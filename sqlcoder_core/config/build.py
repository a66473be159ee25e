"""From a Configuration to built components: each word loaded, its settings checked, its object made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlcoder_core.config.checking import checked, component_problems, entries_of, prompter_entry
from sqlcoder_core.config.configuration import Configuration
from sqlcoder_core.config.database import from_text
from sqlcoder_core.config.entries import Entry
from sqlcoder_core.config.locations import private_dir
from sqlcoder_core.config.problems import raise_all
from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.connector import Connector
from sqlcoder_core.contracts.embedder import Embedder
from sqlcoder_core.contracts.extension import Extension
from sqlcoder_core.contracts.prompter import Prompter
from sqlcoder_core.contracts.proposer import Proposer
from sqlcoder_core.contracts.runtime import Runtime
from sqlcoder_core.contracts.sink import Sink
from sqlcoder_core.contracts.source import MetadataSource
from sqlcoder_core.errors import ModelError
from sqlcoder_core.host import Host
from sqlcoder_core.host.calls import named
from sqlcoder_core.host.kinds import CONNECTOR, EMBEDDER, EXTENSION, PROMPTER, RUNTIME, SINK, SOURCE, Kind
from sqlcoder_core.policy.confined import Confined
from sqlcoder_core.policy.spare import Spare
from sqlcoder_core.values.question import Clock
from sqlcoder_core.values.result import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Everything a run needs. `connector` is None where no database is configured; sinks and other connections are built when asked for.

    `output` are the sinks (NAME or NAME:ARG) that answers go to when no flag says so, `limit` is the LIMIT for questions that
    name no number of rows.
    """

    connector: Connector | None
    sources: tuple[MetadataSource, ...]
    proposer: Proposer
    embedder: Embedder | None
    extensions: tuple[Extension, ...]
    clock: Clock
    limits: Limits
    context: Context
    allow_functions: tuple[str, ...]
    candidates: int
    repair_rounds: int
    min_confidence: float
    limit: int | None
    output: tuple[str, ...]
    signature: tuple[tuple[str, str], ...]
    configuration: Configuration = field(repr=False)
    host: Host = field(repr=False)

    def sink(self, name: str, argument: str | None = None, settings: Mapping[str, object] | None = None) -> Sink:
        """A sink by its name in `sinks:` or by its word; `settings` go over the configured ones. Raises ConfigError."""
        entry = self.configuration.sinks.get(name) or Entry(use=name, origin="--sink", label=f"sink {name!r}: ")
        if settings:
            entry = replace(entry, settings={**entry.settings, **settings})
        del argument  # travels in the Destination
        sink: Sink = _made(self.configuration, self.host, self.context, SINK, entry)
        return sink

    def connection(self, name: str) -> Connector:
        """A connector by its name in `connections:`, or for a URL or file. Raises ConfigError or UsageError."""
        known = self.configuration.connections.get(name)
        if known is None and name == self.configuration.connection_name:
            known = self.configuration.connection
        entry = known or from_text(name, self.host, self.configuration.environ, self.configuration.cwd, origin="database")
        connector: Connector = _made(self.configuration, self.host, self.context, CONNECTOR, entry)
        return connector


def build(configuration: Configuration, host: Host, *, examining: bool = False) -> Built:
    """Build all that is configured.

    Raises ConfigError with every problem of every component's settings, PluginError for a plugin that fails, and ModelError for a
    runtime that lacks what it needs here, unless the configuration is only to be examined.
    """
    problems, failures = component_problems(configuration, host)
    raise_all(problems, host.scrub)
    if failures:
        raise failures[0]
    context = _context(configuration)

    def one(kind: Kind, entry: Entry) -> Any:
        return _made(configuration, host, context, kind, entry)

    return Built(
        connector=one(CONNECTOR, configuration.connection) if configuration.connection else None,
        sources=tuple(_wrapped(one(SOURCE, entry), entry, configuration) for entry in configuration.sources),
        proposer=_proposer(configuration, host, context, examining=examining),
        embedder=one(EMBEDDER, configuration.linking) if configuration.linking else None,
        extensions=tuple(one(EXTENSION, entry) for entry in configuration.extensions),
        clock=configuration.clock,
        limits=configuration.limits,
        context=context,
        allow_functions=configuration.allow_functions,
        candidates=configuration.answer.candidates,
        repair_rounds=configuration.answer.repair_rounds,
        min_confidence=configuration.answer.min_confidence,
        limit=configuration.answer.limit,
        output=configuration.output,
        signature=_signature(configuration, host),
        configuration=configuration,
        host=host,
    )


def _made(configuration: Configuration, host: Host, context: Context, kind: Kind, entry: Entry) -> Any:
    found, settings, entry = checked(configuration, host, kind, entry)
    arguments = (settings,) if kind is CONNECTOR else (settings, context)
    return host.build(found, *arguments, place=entry.place(("use",)))


def _proposer(configuration: Configuration, host: Host, context: Context, *, examining: bool) -> Proposer:
    """A proposer as it is; around a model runtime the one that core makes of it."""
    built: Proposer | Runtime = _made(configuration, host, context, RUNTIME, configuration.runtime)
    if isinstance(built, Proposer):
        return built
    place = configuration.runtime.place(("use",))
    with named(f"runtime {built.name!r}", "looking for what it needs", place=place, scrub=host.scrub):
        missing = built.missing()
    if missing is not None and not examining:
        raise ModelError(missing.message, place=missing.place or place, hint=missing.hint)
    # Models and their worker are loaded with the first configuration that has one.
    from sqlcoder_core.runtime.model_proposer import ModelProposer

    def by_word(word: str) -> Prompter:
        return prompter(Entry(use=word, origin="runtime", label="runtime.prompt."))

    def prompter(entry: Entry) -> Prompter:
        made: Prompter = _made(configuration, host, context, PROMPTER, entry)
        return made

    chosen = prompter_entry(configuration, host)
    return ModelProposer(built, context, prompter(chosen) if chosen else None, by_word)


def _wrapped(source: MetadataSource, entry: Entry, configuration: Configuration) -> MetadataSource:
    source = Spare(source) if entry.spare else source
    seen = configuration.policy.value()
    return Confined(source, seen) if seen else source


def _context(configuration: Configuration) -> Context:
    return Context(
        project_dir=configuration.project_dir,
        config_dir=configuration.config_dir,
        cache_dir=private_dir(configuration.cache_dir),
        clock=configuration.clock,
        environment=dict(configuration.environ),
    )


def _signature(configuration: Configuration, host: Host) -> tuple[tuple[str, str], ...]:
    """Settings, and the version of every plugin that took part; local files count by what `trust` hashed."""
    words = {entry.use for _, entry in entries_of(configuration, host)}
    plugins = sorted(f"{one.word}={one.distribution} {one.version}" for one in host.installed if one.word in words and not one.built_in)
    pairs = [("settings", configuration.settings_hash), ("runtime", configuration.runtime.use)]
    return (*pairs, ("plugins", ", ".join(plugins))) if plugins else tuple(pairs)
