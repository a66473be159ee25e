"""What `doctor` says: machine, models, configuration, connection, sources, catalog and runtime, each finding with its remedy."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlcoder_core import __version__
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.host.calls import named
from sqlcoder_core.host.installed import installed_plugins
from sqlcoder_core.host.kinds import RUNTIME
from sqlcoder_core.runtime.findings import model_findings
from sqlcoder_core.session import Session
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the examination and what was found; a note is good news or a fact."""

    name: str
    findings: tuple[Problem, ...]


def examine(options: Options) -> Iterator[Section]:
    """Examine part by part; a part that cannot be examined is an error of that part, and the others are still examined."""
    yield Section(name="machine", findings=tuple(_machine()))
    yield Section(name="models", findings=tuple(model_findings(_runtime_words(), os.environ)))
    try:
        session = Session.open(options, examining=True)
    except SqlcoderError as error:
        yield Section(name="configuration", findings=(_from_error("configuration", error),))
        return
    with session:
        parts: dict[str, Callable[[Session], Iterable[Problem]]] = {
            "configuration": _configuration,
            "connection": _connection,
            "sources": _sources,
            "catalog": _catalog,
            "runtime": _runtime,
            "linking": _linking,
            "extensions": _extensions,
        }
        for name, part in parts.items():
            yield Section(name=name, findings=tuple(_safely(name, part, session)))


def _safely(name: str, part: Callable[[Session], Iterable[Problem]], session: Session) -> Iterator[Problem]:
    try:
        yield from part(session)
    except SqlcoderError as error:
        yield _from_error(name, error)


def _from_error(code: str, error: SqlcoderError) -> Problem:
    return Problem(code=code, message=error.message, place=error.place, hint=error.hint, found_by="doctor")


def _note(code: str, message: str, *, hint: str | None = None) -> Problem:
    return Problem(code=code, message=message, severity="note", hint=hint, found_by="doctor")


def _machine() -> Iterator[Problem]:
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield _note("machine", f"sqlcoder {__version__}, {python}")
    if sys.platform == "win32":
        hint = "use WSL for sandboxed queries"
        yield Problem(code="platform", message="Windows is supported as best effort", severity="warning", hint=hint)


def _runtime_words() -> tuple[str, ...]:
    """The runtimes whose plugins are installed, whatever the configuration names."""
    return tuple(plugin.word for plugin in installed_plugins() if plugin.hooks and RUNTIME.is_brought_by(plugin.hooks))


def _configuration(session: Session) -> Iterator[Problem]:
    configuration = session.configuration
    where = str(configuration.path) if configuration.path else f"no sqlcoder.yaml, defaults for {configuration.project_dir}"
    yield _note("configuration", where)
    yield from configuration.warnings


def _connection(session: Session) -> Iterator[Problem]:
    connector = session.built.connector
    if connector is None:
        hint = "add one under `connections:`, or pass --database"
        yield Problem(code="no_connection", message="no connection is configured", severity="warning", hint=hint)
        return
    missing = connector.missing()
    if missing:
        yield Problem(code="driver", message=f"the driver of {connector.name} is not installed", hint=missing)
        return
    assert session.worker is not None
    yield _note("connection", f"{connector.name}, dialect {connector.dialect()}")
    yield from session.worker.findings()


def _sources(session: Session) -> Iterator[Problem]:
    for source in session.built.sources:
        try:
            found = tuple(source.findings())
        except SqlcoderError as error:
            yield _from_error("source", error)
        except Exception as error:  # noqa: BLE001 - foreign code; doctor names what is broken and goes on
            message = f"source {source.name!r} failed while looking for findings: {type(error).__name__}: {error}"
            yield Problem(code="source", message=message, hint="repair or upgrade it", found_by="doctor")
        else:
            yield from found or (_note("source", f"{source.name}: nothing to report"),)


def _catalog(session: Session) -> Iterator[Problem]:
    catalog = session.catalog
    facts = f"{len(catalog)} tables, {len(catalog.relationships())} joins, {len(catalog.metrics())} metrics, {len(catalog.terms())} terms"
    yield _note("catalog", facts)
    if not len(catalog):
        hint = "build the project (`dbt build`), or check the connection and the schemas it may see"
        yield Problem(code="empty_catalog", message="no table is known that may be queried", hint=hint)
    clashes = catalog.clashes()
    for clash in clashes:
        if clash.severity == "error":
            yield Problem(code=clash.kind, message=clash.message, place=clash.place, hint=clash.hint)
    warnings = sum(clash.severity == "warning" for clash in clashes)
    if warnings:
        hint = "run `sqlcoder catalog lint`"
        yield Problem(code="clashes", message=f"{warnings} facts on which the sources disagree", severity="warning", hint=hint)


def _runtime(session: Session) -> Iterator[Problem]:
    proposer = session.built.proposer
    try:
        found = tuple(proposer.findings())
    except SqlcoderError:
        raise
    except Exception as error:  # noqa: BLE001 - foreign code; doctor names what is broken and goes on
        message = f"runtime {proposer.name!r} failed while looking for findings: {type(error).__name__}: {error}"
        yield Problem(code="runtime", message=message, hint="repair or upgrade it", found_by="doctor")
        return
    if found:
        yield from found
        return
    receives = "the question and the catalog, in this process; nothing leaves the machine" if proposer.local else "see its documentation"
    yield _note("runtime", f"{proposer.name}: receives {receives}")


def _linking(session: Session) -> Iterator[Problem]:
    embedder = session.built.embedder
    if embedder is None:
        yield _note("linking", "tables are found by their words, in this process; no embedding model is configured")
        return
    with named(f"embedder {embedder.name!r}", "looking for findings", scrub=session.host.scrub):
        yield from embedder.findings() or (_note("linking", f"{embedder.name}: {embedder.identity()}"),)


def _extensions(session: Session) -> Iterator[Problem]:
    for found in session.host.run_hook("sqlcoder_doctor", session.built.extensions):
        yield from found
    if not session.built.extensions:
        yield _note("extensions", "none")
