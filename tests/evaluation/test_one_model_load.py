"""However many databases a suite has and however many threads ask, the model is loaded once."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sqlcoder_core.evaluation.run import RunOptions, evaluate
from sqlcoder_core.evaluation.suites import load_suite
from sqlcoder_core.runtime import local_model
from sqlcoder_core.testing.distributions import write_distribution
from sqlcoder_core.values.options import Options

CANNED = Path(__file__).parent.parent / "runtime" / "canned_models.py"


@pytest.fixture
def canned(bench, monkeypatch):
    """A model runtime that writes `SELECT '<question>'`, installed, with a file for a model; the workers made are counted."""
    pytest.importorskip("numpy")
    write_distribution(bench.folder, "canned-models", {"canned": CANNED.read_text(encoding="utf-8")})
    entries = "canned = sqlcoder_canned\nplain = sqlcoder_canned\n"
    (bench.folder / "canned_models-1.0.dist-info" / "entry_points.txt").write_text(f"[sqlcoder.plugins]\n{entries}", encoding="utf-8")
    monkeypatch.syspath_prepend(str(bench.folder))
    monkeypatch.delitem(sys.modules, "sqlcoder_canned", raising=False)
    (bench.folder / "toy.gguf").write_bytes(b"GGUF" + bytes(64))
    made = []
    monkeypatch.setattr(local_model, "ModelWorker", lambda *given, **more: made.append(1) or _worker(*given, **more))
    return made


_worker = local_model.ModelWorker


@pytest.mark.parametrize("workers", [1, 2])
def test_one_load_for_all_bases(workers, bench, canned):
    for number in range(3):
        (bench.folder / "suites").mkdir(exist_ok=True)
        (bench.folder / f"suites/schema{number}.sql").write_text(f"CREATE TABLE pets{number} (name VARCHAR, legs INTEGER);")
        questions = [{"question": f"word {number} {place}", "sql": f"SELECT 'word {number} {place}'"} for place in range(2)]
        text = json.dumps({"schema": f"schema{number}.sql", "questions": questions}, indent=1)
        (bench.folder / f"suites/suite{number}.yml").write_text(text)
    suite = load_suite("suites")
    overrides = ("runtime.model=toy.gguf", "runtime.prompt=plain", "runtime.beams=1")
    options = RunOptions(session=Options(runtime="canned", overrides=overrides), workers=workers, instances=2, mutants=False, beams=2)
    report = evaluate(suite, options)
    assert [one.outcome for one in report.judged] == ["right"] * 6, [one.why for one in report.judged]
    assert len(canned) == 1
    signature = dict(report.signature)
    assert signature["model"] == "toy"
    assert "beams 2" in signature["decoding"]
    assert signature["weights"]
    assert all(one.tokens and one.tokens[1] > 0 for one in report.judged)
