"""What evaluation is about: a suite's questions and databases, and what became of each question."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlcoder_core.values.catalog import Relationship, Table
from sqlcoder_core.values.question import Clock

Outcome = Literal["right", "wrong", "abstained", "failed", "unscored"]
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A result: column names as the engine gives them, and rows of Python values."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question of a suite, as its author wrote it.

    `gold` are the acceptable queries, braces expanded; `expected` are acceptable results given in place of SQL. Both empty: the
    database cannot answer the question, and only an abstention is right. `base` names one of the suite's databases. `ordered`
    says whether the order of rows counts; None: it does where the gold's outermost query has an ORDER BY. `place` is file:line.
    """

    id: str
    question: str
    base: str
    category: str = ""
    tags: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    expected: tuple[Rows, ...] = ()
    ordered: bool | None = None
    instructions: str | None = None
    place: str = ""

    @property
    def answerable(self) -> bool:
        """False for a question that only an abstention answers rightly."""
        return bool(self.gold or self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """One database of a suite.

    With contents, `database` is what --database takes (a URL or a file) and the runtime may look at its values; without, it is
    None, `tables` and `relationships` say the shape, and rows are compared on fuzzed instances that no runtime sees. `dialect` is
    sqlglot's word for the dialect of the gold SQL, empty for that of the database; so is `database` for the project's own. `glossary`
    is a glossary file that came with the suite, `notes` are sentences about the database. Descriptions and synonyms of `tables` are
    told to the runtime also where there are contents. `clock` is that of its questions where it is not the suite's.
    """

    name: str
    dialect: str
    database: str | None = None
    tables: tuple[Table, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    glossary: Path | None = None
    notes: tuple[str, ...] = ()
    clock: Clock | None = None

    @property
    def has_contents(self) -> bool:
        """False for a database of which only the shape is known."""
        return self.database is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Questions and the databases they are asked of. `data_hash` covers every file that was read."""

    name: str
    kind: Literal["sql-eval", "spider", "bird", "own"]
    tasks: tuple[Task, ...]
    bases: tuple[Base, ...]
    clock: Clock = field(default_factory=Clock)
    data_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one question.

    `outcome`: `right` is *correct* (exact or subset on every instance) or a deserved abstention, `wrong` includes an answer to an
    unanswerable question and SQL that fails on an instance; `failed` are the refused and failed answers, `unscored` those whose
    gold could not be run (`why` says so; they count in no share). `exact`, `subset`, `strict` are the three measures, `valid`
    whether our SQL ran. `confidence` is the answer's, 0 to 1, also of an answer that was withheld where that is known.
    `tokens` are (read, written) by a model. `ours` and `golds` are rows of the first instance that tells the two apart, cut to a few.
    """

    id: str
    question: str
    base: str
    category: str = ""
    tags: tuple[str, ...] = ()
    answerable: bool = True
    status: Literal["answered", "abstained", "refused", "failed"] = "answered"
    outcome: Outcome = "wrong"
    exact: bool = False
    subset: bool = False
    strict: bool = False
    valid: bool = False
    why: str = ""
    sql: str | None = None
    gold: str | None = None
    confidence: float | None = None
    latency_ms: float = 0.0
    tokens: tuple[int, int] | None = None
    problems: tuple[str, ...] = ()
    ours: Rows | None = None
    golds: Rows | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantKill:
    """How well the fuzzed instances tell right SQL from nearly right: `killed` of `mutants` of the gold queries, by kind of mutation."""

    mutants: int = 0
    killed: int = 0
    kinds: tuple[tuple[str, int, int], ...] = ()
    """(kind, mutants, killed)."""
    strict_kinds: tuple[tuple[str, int, int], ...] = ()
    """The same by the strict measure, which also sees duplicate rows: (kind, mutants, killed)."""

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None without mutants."""
        return self.killed / self.mutants if self.mutants else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run over one suite. `signature` are (name, value) pairs of text: versions, model, weights hash, settings, seed, data hash."""

    suite: str
    kind: str
    judged: tuple[Judged, ...]
    signature: tuple[tuple[str, str], ...] = ()
    kill: MutantKill | None = None
    seconds: float = 0.0
    interrupted: bool = False
