"""Questions with the readings that the builtin proposer finds, each with its traits and whether it is right: what is fitted on.

Spider's and WikiSQL's readings run beside the gold on fuzzed instances, those of analysts' questions on their databases. What was right
once is kept in a file by question and statement, so that another round costs little more than reading the questions again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from training_sets import CLOCK, facts_of, half_of, instances_of, records

from sqlcoder_builtin.definitions import told
from sqlcoder_builtin.rereading import ways
from sqlcoder_builtin.schema import Schema
from sqlcoder_builtin.traits import Traits
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.evaluation.fuzz.instances import Instances
from sqlcoder_core.evaluation.gold_dialect import orders_rows
from sqlcoder_core.evaluation.grounds import Contents, Reading
from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.openings import Openings
from sqlcoder_core.evaluation.records import Base, Rows, Task
from sqlcoder_core.evaluation.suites.load import load_suite
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.session import Session
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Clock, Question

INSTANCES = 3
READINGS = 6
"""Readings of a question that are judged, the likeliest first."""

Verdict = tuple[bool, bool]
"""(right by the lenient measure, right by the strict one)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading: its traits, its statement, and what became of it."""

    traits: Traits
    sql: str
    right: bool
    strict: bool


@dataclass(slots=True)
class Example:
    """One question of a set, `group` being its schema; `readings` as the proposer ranks them, none where it understands nothing."""

    source: str
    group: str
    question: str
    answerable: bool
    readings: list[Judged] = field(default_factory=list)


# ------------------------------------------------------------------ public sets


@dataclass(slots=True)
class Memory:
    """Verdicts by question and statement, kept in a file of JSON lines."""

    path: Path
    known: dict[str, Verdict] = field(default_factory=dict)
    fresh: dict[str, Verdict] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> Memory:
        """What the file holds; nothing where there is none."""
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return cls(path, {key: (bool(right), bool(exactly)) for key, right, exactly in map(json.loads, lines)})

    def keep(self) -> None:
        """Append what is new."""
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps([key, *verdict])}\n" for key, verdict in self.fresh.items())
        self.fresh.clear()


def public(data: Path, name: str, half: str, *, values: bool, every: int, memory: Path, workers: int) -> list[Example]:
    """Questions of one set and half of its schemas."""
    chosen: dict[str, list[dict[str, Any]]] = {}
    for number, record in enumerate(records(data, name)):
        key = record["db_id"] or record["id"]
        if half in ("both", half_of(key)) and number // 2 % every == 0:
            chosen.setdefault(key, []).append(record)
    samples = json.loads(gzip.decompress((data / "train" / "spider_train_samples.json.gz").read_bytes())) if values else {}
    ordered = sorted(chosen.items())
    parts = [ordered[start::workers] for start in range(workers)]
    work = partial(_some, source=name + (" with values" if values else ""), samples=samples, memory=memory)
    with ProcessPoolExecutor(workers) as pool:
        return [example for examples in pool.map(work, parts, range(workers)) for example in examples]


def _some(
    parts: Sequence[tuple[str, list[dict[str, Any]]]], number: int, *, source: str, samples: dict[str, Any], memory: Path
) -> list[Example]:
    kept = Memory.of(memory.with_name(f"{memory.name}.{number}"))
    found: list[Example] = []
    for key, some in parts:
        found += _of_schema(key, some, source, samples.get(key), kept)
        kept.keep()
    return found


def _of_schema(key: str, some: Sequence[dict[str, Any]], source: str, samples: Any, memory: Memory) -> Iterator[Example]:
    catalog, at = memory_catalog(()), None
    judge: Judge | None = None
    for record in some:
        if record["schema"] != at:
            catalog, at = memory_catalog(facts_of(record["schema"], samples)), record["schema"]
        ask = Ask(linked=link(Question(text=record["question"]), catalog), dialect="sqlite", clock=CLOCK)
        found, _ = ways(ask, Schema(ask.linked))
        if judge is None or not judge.holds(record):
            judge = Judge(record, memory)
        verdicts = [judge.verdict(sql) for sql in (record["sql_raw"], *(way.sql or "" for way in found[:READINGS]))]
        if None not in verdicts:
            readings = [Judged(way.found, way.sql or "", *verdict) for way, verdict in zip(found, verdicts[1:], strict=False) if verdict]
            yield Example(source, key, record["question"], True, readings)


class Judge:
    """Holds statements against one gold, on instances that are made when one is not known yet."""

    def __init__(self, record: dict[str, Any], memory: Memory) -> None:
        self._record, self._memory = record, memory
        self._instances: Instances | None = None
        self._gold: tuple[Rows | str, ...] = ()

    def holds(self, record: dict[str, Any]) -> bool:
        """True for another way to ask for the same gold."""
        return bool(self._record["db_id"] == record["db_id"] and self._record["sql_raw"] == record["sql_raw"])

    def verdict(self, sql: str) -> Verdict | None:
        """Right, and strictly right, on every instance; None where the gold does not run."""
        key = hashlib.sha1(f"{self._record['db_id']}\n{self._record['sql_raw']}\n{sql}".encode()).hexdigest()
        if key not in self._memory.known:
            judged = self._judge(sql)
            if judged is None:
                return None
            self._memory.known[key] = self._memory.fresh[key] = judged
        return self._memory.known[key]

    def _judge(self, sql: str) -> Verdict | None:
        if self._instances is None:
            try:
                self._instances = instances_of(self._record, INSTANCES)
            except SqlcoderError:
                return None
            self._gold = self._instances.rows(self._record["sql_raw"])
        golds = tuple(rows for rows in self._gold if isinstance(rows, Rows))
        if len(golds) < len(self._gold):
            return None
        ours = [rows for rows in self._instances.rows(sql) if isinstance(rows, Rows)]
        reading = Reading(rows=golds, ordered=orders_rows(self._record["sql_raw"], "sqlite"))
        return _verdict([reading], ours, ran=len(ours) == len(golds))


def _verdict(readings: Iterable[Reading], ours: Sequence[Rows], *, ran: bool) -> Verdict:
    """By the measures of `sqlcoder eval`: one reading must match on every instance."""
    found = [_against(reading, ours) for reading in readings] if ran else []
    return any(right for right, _ in found), any(exactly for _, exactly in found)


def _against(reading: Reading, ours: Sequence[Rows]) -> Verdict:
    ordered = reading.ordered
    telling = any(gold.rows for gold in reading.rows)
    pairs = list(zip(reading.rows, ours, strict=True))
    right = all(
        exact(gold, mine, ordered=ordered) or subset(gold, mine, ordered=ordered) or (telling and not gold.rows and not mine.rows)
        for gold, mine in pairs
    )
    return right, all(strict(gold, mine, ordered=ordered) for gold, mine in pairs)


# ------------------------------------------------------------------ analysts' questions


def analysts(folder: Path, source: str) -> list[Example]:
    """Questions of a folder of suites on their databases, which `build.py` makes first."""
    if folder.name == "frozen":
        raise SystemExit("the frozen part is not for fitting")
    suite = load_suite(str(folder))
    found: list[Example] = []
    with TemporaryDirectory() as made:
        openings = Openings(Options(), suite.clock, Path(made))
        for base in suite.bases:
            with openings.open(base) as session:
                clock = base.clock or suite.clock
                found += [_analyst(task, base, session, clock, source) for task in suite.tasks if task.base == base.name]
    return found


def _analyst(task: Task, base: Base, session: Session, clock: Clock, source: str) -> Example:
    pipeline = session.pipeline
    question = Question(text=task.question, instructions=task.instructions)
    ask = told(Ask(linked=link(question, session.catalog), dialect=session.dialect, clock=pipeline.clock)).ask
    found, _ = ways(ask, Schema(ask.linked))
    readings = Contents(task, base, session, clock).readings if task.answerable else ()
    example = Example(source, base.name, task.question, task.answerable)
    for way in found[:READINGS]:
        rows = rows_of(session, way.sql or "")
        right, exactly = _verdict(_for(readings, task), [rows] if rows else [], ran=rows is not None)
        example.readings.append(Judged(way.found, way.sql or "", right, exactly))
    return example


def kept(path: Path, source: str) -> list[Example]:
    """What `first_look.py` wrote: readings as they were when nobody had seen the questions, which are not told."""
    data = json.loads(gzip.decompress(path.read_bytes()))
    names: list[str] = data["traits"]
    found = []
    for group, answerable, readings in data["questions"]:
        judged = [Judged({names[at]: amount for at, amount in pairs}, "", right, exactly) for right, exactly, pairs in readings]
        found.append(Example(source, group, "", answerable, judged))
    return found


def keep(examples: Sequence[Example], path: Path) -> None:
    """Write what `kept` reads."""
    names = sorted({name for one in examples for reading in one.readings for name in reading.traits})
    places = {name: at for at, name in enumerate(names)}

    def pairs(traits: Traits) -> list[tuple[int, float]]:
        return [(places[name], round(amount, 4)) for name, amount in sorted(traits.items())]

    questions = [(one.group, one.answerable, [(bool(r.right), bool(r.strict), pairs(r.traits)) for r in one.readings]) for one in examples]
    text = json.dumps({"traits": names, "questions": questions}, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _for(readings: Sequence[Reading], task: Task) -> Iterator[Reading]:
    for reading in readings:
        ordered = reading.ordered if task.ordered is None else task.ordered
        yield Reading(rows=reading.rows, sql=reading.sql, ordered=ordered)


def rows_of(session: Session, sql: str) -> Rows | None:
    """Under the guard; None for what does not run."""
    assert session.worker is not None
    try:
        result = session.worker.run(check(sql, session.dialect, None, allow_functions=session.built.allow_functions))
    except SqlcoderError:
        return None
    return Rows(columns=result.columns, rows=result.rows)
