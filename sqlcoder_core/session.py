"""The public way in: one configuration, one catalog, one worker, any number of questions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Self

from sqlcoder_core import __version__
from sqlcoder_core.config.build import Built, build
from sqlcoder_core.config.load import Configuration, load
from sqlcoder_core.errors import ConfigError
from sqlcoder_core.host import Host
from sqlcoder_core.pipeline import Pipeline, Wish
from sqlcoder_core.sql.mending import mended
from sqlcoder_core.sql.soundness import findings
from sqlcoder_core.steps.gather import connection_scope, gather, said_once
from sqlcoder_core.steps.link import Meaning
from sqlcoder_core.steps.repair import ExtensionRepairs
from sqlcoder_core.steps.stopwatch import Stopwatch
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.question import Question
from sqlcoder_core.values.result import Limits
from sqlcoder_core.worker.client import QueryWorker


class Session:
    """Open one, ask it questions, close it (it is a context manager). Not to be shared between threads.

    Nothing is connected, read or loaded before it is needed: the catalog with the first question, the database with the
    first query. Raises ConfigError when the configuration is wrong, DatabaseError when the catalog cannot be had.
    """

    def __init__(self, configuration: Configuration, built: Built, host: Host) -> None:
        self.configuration = configuration
        self.built = built
        self.host = host
        self._gathering = Stopwatch()

    @classmethod
    def open(
        cls,
        options: Options | None = None,
        *,
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
        examining: bool = False,
    ) -> Self:
        """Read the configuration (or detect one in `cwd`) and build its components; `examining` lets a runtime pass that cannot work."""
        host = Host()
        configuration = load(options or Options(), cwd=cwd or Path.cwd(), environ=os.environ if environ is None else environ, host=host)
        return cls(configuration, build(configuration, host, examining=examining), host)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, if one was started, and give back what the runtime has loaded."""
        self.built.proposer.close()
        if self.built.embedder is not None:
            self.built.embedder.close()
        if "worker" in self.__dict__ and self.worker is not None:
            self.worker.close()

    @cached_property
    def worker(self) -> QueryWorker | None:
        """The process that queries; None when no connection is configured."""
        if self.built.connector is None:
            return None
        return QueryWorker(self.built.connector, limits=self.built.limits)

    @cached_property
    def catalog(self) -> Catalog:
        """All facts, from the cache when the sources have not changed."""
        with self._gathering("gather"):
            return self._gathered()

    def refreshed_catalog(self) -> Catalog:
        """All facts, read anew whatever the cache says."""
        self.__dict__["catalog"] = self._gathered(refresh=True)
        return self.catalog

    def _gathered(self, *, refresh: bool = False) -> Catalog:
        connector = self.built.connector
        return gather(
            self.built.sources,
            self.worker,
            self.built.context.cache_dir,
            scope=connection_scope(connector) if connector else "",
            billed=connector is not None and connector.billed,
            refresh=refresh,
        )

    @property
    def dialect(self) -> str:
        """The sqlglot dialect of the SQL that is written."""
        return self.built.connector.dialect() if self.built.connector is not None else "duckdb"

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What should be said once, beside the answers: of the configuration, and of the catalog once it is read."""
        catalog = self.__dict__.get("catalog")
        return (*self.configuration.warnings, *(said_once(catalog.clashes()) if catalog is not None else ()))

    def ask(self, question: Question, **wishes: object) -> Answer:
        """Answer one question; the keywords are those of `ask_many`."""
        return next(iter(self.ask_many((question,), **wishes)))  # type: ignore[arg-type]

    def ask_many(
        self,
        questions: Iterable[Question],
        *,
        run: bool = True,
        telling: bool = True,
        candidates: int | None = None,
        min_confidence: float | None = None,
        limits: Limits | None = None,
        listener: Callable[[str], None] | None = None,
        together: int | None = None,
    ) -> Iterator[Answer]:
        """Answers in the order of the questions, each as soon as it is there.

        `together` is how many questions are waited for and given to the runtime at once; unset: as many as it likes. `listener`
        hears the text of an answer as it is written, where the runtime can tell. `telling` is False for a database whose tables hold no
        rows, so that nothing is concluded from what a statement returns. What goes wrong with one question is in its
        answer (`status`, `problems`, `exit_code`); an error is raised only for what concerns all of them.
        """
        wish = self._wish(run=run, candidates=candidates, min_confidence=min_confidence, limits=limits)
        wish = replace(wish, listener=listener, telling=telling)
        self.built.proposer.warm()
        if run and self.worker is not None:
            self.worker.warm()
        pipeline = self.pipeline
        waiting = (replace(one, limit=self.built.limit) if one.limit is None else one for one in questions)
        while group := tuple(islice(waiting, together or self.together)):
            for answer in pipeline.answer(group, wish):
                yield replace(answer, signature=self.signature + answer.signature, timings_ms=self._gathering.take() + answer.timings_ms)

    @property
    def together(self) -> int:
        """How many questions the runtime likes to get at once."""
        return self.built.proposer.together

    @cached_property
    def pipeline(self) -> Pipeline:
        """The steps, wired to this session's components."""
        return Pipeline(
            proposer=self.built.proposer,
            catalog=self.catalog,
            dialect=self.dialect,
            clock=self.built.clock,
            findings=findings,
            extensions=self._extension_checks,
            rules=self._rules,
            extension_repairs=self._extension_repairs,
            runner=self._runner,
            near=self.near,
            allow_functions=self.built.allow_functions,
        )

    @cached_property
    def near(self) -> Meaning | None:
        """Tables by meaning; None where no embedder is configured."""
        embedder = self.built.embedder
        if embedder is None:
            return None
        return Meaning(embedder, self.catalog, self.built.context.cache_dir, self.host.scrub)

    @cached_property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """Everything that makes an answer repeatable, as (name, value) pairs; no secrets, no paths."""
        clock = self.built.clock
        own = (
            ("sqlcoder", __version__),
            ("sqlglot", version("sqlglot")),
            ("dialect", self.dialect),
            ("catalog", self.catalog.content_hash),
            ("now", clock.now.isoformat() if clock.now else "unset"),
        )
        embedder = self.built.embedder
        linking = (("linking", f"{embedder.name} {embedder.identity()}"),) if embedder is not None else ()
        return own + self.built.signature + linking + self.built.proposer.identity()

    def _wish(self, *, run: bool, candidates: int | None, min_confidence: float | None, limits: Limits | None) -> Wish:
        wanted = self.built.candidates if candidates is None else candidates
        billed = self.built.connector is not None and self.built.connector.billed
        return Wish(
            run=run,
            candidates=wanted,
            executions=1 if billed else wanted + self.built.repair_rounds,
            repair_rounds=self.built.repair_rounds,
            min_confidence=self.built.min_confidence if min_confidence is None else min_confidence,
            limits=limits or self.built.limits,
        )

    def _runner(self) -> QueryWorker:
        if self.worker is None:
            raise ConfigError("no connection is configured", hint="add one under `connections:`, pass --database, or use --no-run")
        return self.worker

    def _extension_checks(self, candidate: Candidate, linked: Linked) -> tuple[Problem, ...]:
        found = self.host.run_hook("sqlcoder_check", self.built.extensions, candidate=candidate, linked=linked)
        return tuple(problem for one in found for problem in one)

    def _rules(self, candidate: Candidate, problems: tuple[Problem, ...]) -> Iterator[tuple[str, str, bool]]:
        return ((one.sql, one.note, one.certain) for one in mended(candidate.sql, self.dialect, self.catalog, problems))

    def _extension_repairs(self, linked: Linked) -> ExtensionRepairs:
        def repaired(candidate: Candidate, problems: tuple[Problem, ...]) -> Iterator[Candidate]:
            asked = replace(candidate, dialect=self.dialect)
            found = self.host.run_hook("sqlcoder_repair", self.built.extensions, candidate=asked, problems=problems, linked=linked)
            return (one for some in found for one in some)

        return repaired
