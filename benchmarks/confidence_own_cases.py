"""The questions of this project's tests as examples: kinds that hardly occur elsewhere (groups compared, shares, running totals)."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import yaml
from confidence_examples import READINGS, Example, Judged, rows_of

from sqlcoder_builtin.definitions import told
from sqlcoder_builtin.rereading import Way, ways
from sqlcoder_builtin.schema import Schema
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.evaluation.matching import subset
from sqlcoder_core.evaluation.records import Rows
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.session import Session
from sqlcoder_core.testing.expected_rows import mismatch
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Clock, Question


def shop_questions(root: Path) -> list[Example]:
    """The thirty of `tests/shop`, on the demo's project."""
    tests = _module(root / "tests" / "shop" / "conftest.py")
    now = f"time.now={tests.QUESTIONS['now'].isoformat()}"
    with TemporaryDirectory() as cache:
        environ = {"PATH": "/usr/bin:/bin", "HOME": cache, "XDG_CACHE_HOME": cache}
        with Session.open(Options(project_dir=tests.SHOP, overrides=(now,)), cwd=tests.SHOP, environ=environ) as session:
            return [_shop_question(case, session) for case in tests.CASES]


def _shop_question(case: Any, session: Session) -> Example:
    example = Example("the shop's questions", "shop", case.text, True)
    linked = link(Question(text=case.text), session.catalog)
    for way in _ways(Ask(linked=linked, dialect=session.dialect, clock=session.pipeline.clock)):
        rows = rows_of(session, way.sql or "")
        right = rows is not None and any(mismatch(expected, rows.columns, rows.rows) is None for _, expected in case.readings)
        example.readings.append(Judged(way.found, way.sql or "", right, right))
    return example


def own_cases(folder: Path) -> list[Example]:
    """Those of `tests/builtin/cases.yml`, on its small databases."""
    module = _module(folder / "conftest.py")
    cases = yaml.safe_load((folder / "cases.yml").read_text(encoding="utf-8"))["cases"]
    databases = {name: module.Database(name) for name in {case["schema"] for case in cases}}
    clock: Clock = module.CLOCK
    return [_own_case(case, databases[case["schema"]], clock) for case in cases if "rows" in case or "abstains" in case]


def _own_case(case: dict[str, Any], database: Any, clock: Clock) -> Example:
    question = Question(text=case["question"], instructions=case.get("instructions"))
    ask = Ask(linked=link(question, memory_catalog(database.facts)), dialect="sqlite", clock=clock)
    wanted = [tuple(row) for row in case.get("rows", ())]
    gold = Rows(columns=tuple(f"column_{at}" for at in range(len(wanted[0]) if wanted else 0)), rows=tuple(wanted))
    example = Example("the parser's own cases", case["schema"], case["question"], "rows" in case)
    for way in _ways(ask):
        columns, rows = database.rows(way.sql or "")
        ours = Rows(columns=tuple(columns), rows=tuple(rows))
        right = example.answerable and (subset(gold, ours, ordered=bool(case.get("ordered"))) or not (wanted or rows))
        example.readings.append(Judged(way.found, way.sql or "", right, right))
    return example


def _ways(ask: Ask) -> list[Way]:
    heard = told(ask).ask
    return ways(heard, Schema(heard.linked))[0][:READINGS]


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"{path.parent.name}_tests", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
