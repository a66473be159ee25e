"""Sources in, Catalog out: from the cache when no source has changed, else read, merged, sampled and indexed."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlcoder_core import __version__
from sqlcoder_core.errors import ConfigError, DatabaseError, SqlcoderError
from sqlcoder_core.linking import index_file
from sqlcoder_core.linking.catalog_index import IndexedCatalog, open_index
from sqlcoder_core.policy.spare import Spare
from sqlcoder_core.values.catalog import Clash, Fact, Metric, Table, Term, VerifiedQuestion
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.secret import Secret

if TYPE_CHECKING:
    from sqlcoder_core.contracts.connector import Connector
    from sqlcoder_core.contracts.source import MetadataSource, Probe
    from sqlcoder_core.linking.index_build import Judge, SourceFacts
    from sqlcoder_core.linking.sampler import Sampler
    from sqlcoder_core.values.sampling import Sampling

_DIALECT = "duckdb"
"""How SQL in facts is read where no connection says otherwise; the session writes SQL in the same."""


def gather(
    sources: Sequence[MetadataSource],
    probe: Probe | None,
    cache_dir: Path,
    *,
    scope: str = "",
    billed: bool = False,
    refresh: bool = False,
    now: Callable[[], float] = time.time,
) -> IndexedCatalog:
    """The catalog of these sources, first source first.

    `scope` is what else the facts depend on, usually `connection_scope(connector)`: two databases do not share a cache.
    On a `billed` engine contents are looked at only where the settings ask for it. `refresh` reads everything anew.
    Costs a few file stats when nothing has changed. Raises what a source raises (ConfigError for files, DatabaseError),
    and FileError when the disk is full; a cache folder that cannot be written is done without.
    """
    cache = _Cache(cache_dir / f"catalog-{_key(sources, scope)}.sqlite", sources, probe, now)
    kept = None if refresh else open_index(cache.path)
    if kept is not None and cache.holds(kept):
        return kept
    read = _read(sources, probe, billed=billed)
    if kept is not None and read.unreached and cache.only_old(kept):
        return kept
    looked_at = cache.looked_at(kept) if kept is not None else None
    if kept is not None:
        kept.close()
    return cache.rebuilt(read, looked_at)


def connection_scope(connector: Connector) -> str:
    """Which database a connector means: its engine and settings, without passwords.

    A URL may be kept as a secret for the password in it; what else it says tells two databases apart.
    """
    secrets = (value.reveal() for _, value in connector.settings if isinstance(value, Secret))
    addresses = [_without_password(text) for text in secrets if "://" in text]
    return " ".join((connector.name, connector.settings.model_dump_json(), *addresses))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username or ''}@{parts.netloc.rpartition('@')[2]}").geturl()


def said_once(clashes: Sequence[Clash], most: int = 5) -> tuple[Problem, ...]:
    """What everybody who asks should know of the catalog: what somebody wrote and cannot be used, and a database that is away."""
    told = [clash for clash in clashes if clash.severity == "error" or clash.kind == "not reached"]
    problems = [
        Problem(code=clash.kind, message=clash.message, severity="warning", place=clash.place, hint=clash.hint, found_by="catalog")
        for clash in told[:most]
    ]
    if len(told) > most:
        message = f"{len(told) - most} more facts cannot be used"
        problems.append(Problem(code="clashes", message=message, severity="warning", hint="`sqlcoder catalog lint` names them"))
    return tuple(problems)


def _key(sources: Sequence[MetadataSource], scope: str) -> str:
    """A cache file for each combination of program, sources, settings and database."""
    parts = [__version__, index_file.FORMAT, scope]
    for source in sources:
        parts += [source.name, _code_stamp(source), source.settings.model_dump_json(), str(source.context.project_dir)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _code_stamp(source: MetadataSource) -> str:
    """The source's own file and its time: a plugin that was upgraded or edited may say other things of the same input."""
    file = getattr(sys.modules.get(type(source).__module__), "__file__", None)
    if file is None or not os.path.exists(file):
        return ""
    return f"{file} {os.stat(file).st_mtime_ns}"


@dataclass(slots=True)
class _Read:
    """All sources on their way in, and whether the database could not be reached although a source wanted to ask it."""

    facts: list[SourceFacts]
    sampling: Sampling | None = None
    unreached: bool = False


def _read(sources: Sequence[MetadataSource], probe: Probe | None, *, billed: bool) -> _Read:
    """A project's artifacts say enough to write SQL, so a database that cannot be asked is no error beside them."""
    from sqlcoder_core.linking.index_build import SourceFacts

    read = _Read([])
    spare = any(source.authority == "declares" for source in sources)
    for source in sources:
        facts: Iterable[Fact] = source.facts(probe)
        authority = source.authority
        if authority == "live":
            try:
                facts = tuple(facts)
                wanted = source.sampling()
                if wanted is not None and (wanted.billed or not billed):
                    read.sampling = read.sampling or wanted
            except (DatabaseError, ConfigError) as error:
                if not spare or (isinstance(error, ConfigError) and probe is not None):
                    raise
                read.unreached = True
                facts, authority = (_unreached(error),), "declares"
        database = probe.default_database if probe and authority == "live" else None
        read.facts.append(SourceFacts(name=source.name, facts=facts, authority=authority, covers=source.covers, database=database))
    beside = [isinstance(source, Spare) for source in sources]
    if any(beside) and not read.unreached:
        read.facts = list(_of_this_database(read.facts, beside))
    return read


def _of_this_database(read: Sequence[SourceFacts], beside: Sequence[bool]) -> Iterator[SourceFacts]:
    """A project that only lies around is of another database when none of its tables is here; then nothing of it counts."""
    whole = [replace(one, facts=tuple(one.facts)) for one in read]
    here = {name for one in whole if one.authority == "live" for name in _table_names(one)}
    related = any(name in here for one, spare in zip(whole, beside, strict=True) if spare for name in _table_names(one))
    return (one for one, spare in zip(whole, beside, strict=True) if related or not spare)


def _table_names(source: SourceFacts) -> Iterator[str]:
    return (fact.name.name.lower() for fact in source.facts if isinstance(fact, Table))


def _unreached(error: SqlcoderError) -> Clash:
    message = f"the database could not be asked what it holds, so nothing was checked against it: {error.message}"
    return Clash(kind="not reached", subject="database", message=message, place=error.place, hint=error.hint)


@dataclass(slots=True)
class _Cache:
    """One index file and the sources it is made of."""

    path: Path
    sources: Sequence[MetadataSource]
    probe: Probe | None
    now: Callable[[], float]
    prints: list[str] = field(default_factory=list)

    def holds(self, kept: IndexedCatalog) -> bool:
        """True when the cached catalog still says what the sources say; files that were only touched are noted."""
        self.prints = self._fingerprints()
        if self._too_old(kept):
            return False
        known, identities = json.loads(kept.meta["fingerprints"]), json.loads(kept.meta["identities"])
        if self.prints == known:
            return True
        changed = [place for place, (old, new) in enumerate(zip(known, self.prints, strict=True)) if old != new]
        if any(self.sources[place].identity(self.probe) != identities[place] for place in changed):
            return False
        index_file.write_meta(self.path, {"fingerprints": json.dumps(self.prints)})
        return True

    def only_old(self, kept: IndexedCatalog) -> bool:
        """True when nothing is known to have changed: better an old catalog of a server than none."""
        return bool(self.prints == json.loads(kept.meta["fingerprints"]))

    def looked_at(self, kept: IndexedCatalog) -> float | None:
        """When the contents were looked at, if they are still what they were then: no live source has changed nor become too old."""
        known, then = json.loads(kept.meta["fingerprints"]), float(kept.meta["looked_at"])
        live = [place for place, source in enumerate(self.sources) if source.authority == "live"]
        if any(self.prints[place] != known[place] for place in live):
            return None
        limits = [self.sources[place].max_age(self.probe) for place in live]
        return then if all(limit is None or 0 <= self.now() - then < limit for limit in limits) else None

    def rebuilt(self, read: _Read, looked_at: float | None) -> IndexedCatalog:
        """Write the index; in memory where the cache folder cannot be written, or where the next run should look again.

        With `looked_at`, what was seen then still holds.
        """
        from sqlcoder_core.linking.index_build import build_index

        # Taken before tables are read: what changes meanwhile is then seen next time.
        meta = {
            "fingerprints": json.dumps(self.prints or self._fingerprints()),
            "identities": json.dumps([source.identity(self.probe) for source in self.sources]),
            "built_at": str(self.now()),
            "looked_at": str(self.now() if looked_at is None else looked_at),
        }
        kept = index_file.is_writable(self.path) and not read.unreached
        catalog = build_index(
            self.path if kept else None,
            read.facts,
            default_schema=self.probe.default_schema if self.probe else None,
            meta=meta,
            sampler=self._sampler(read),
            judge=_judge(self.probe),
            hold_looks=looked_at is not None,
        )
        index_file.forget_old(self.path.parent, self.now())
        return catalog

    def _fingerprints(self) -> list[str]:
        return [source.fingerprint(self.probe) for source in self.sources]

    def _too_old(self, kept: IndexedCatalog) -> bool:
        age = self.now() - float(kept.meta["built_at"])
        limits = [source.max_age(self.probe) for source in self.sources]
        return any(limit is not None and not 0 <= age < limit for limit in limits)

    def _sampler(self, read: _Read) -> Sampler | None:
        from sqlcoder_core.linking.sampler import Sampler

        if self.probe is None or read.unreached or read.sampling is None:
            return None
        return Sampler(self.probe, read.sampling)


def _judge(probe: Probe | None) -> Judge:
    """What SQL in metrics, terms and verified questions is held against; loads the parser with the first that has any.

    Whole queries need to know the engine and its default schema, so without a connection they are taken as they are.
    """

    def judge(catalog: IndexedCatalog, fact: Fact) -> Clash | None:
        if not isinstance(fact, (Metric, Term)) and (probe is None or not isinstance(fact, VerifiedQuestion)):
            return None
        from sqlcoder_core.sql.fact_check import judge_fact

        return judge_fact(catalog, fact, probe.dialect if probe else _DIALECT)

    return judge
