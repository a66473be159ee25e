"""A model, constrained or not, is never believed: what it writes meets the guard, from the corpus of attacks to the exit code."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sqlcoder_core.api import Generated, Hypothesis, Question

_CORPUS = Path(__file__).parent.parent / "safety" / "safety_corpus.py"


def _corpus() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sqlcoder_tests_corpus", _CORPUS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CORPUS = _corpus()
ATTACKS = CORPUS.attacks("sqlite", "refuse")
THROUGH_A_WORKER = [case for case in ATTACKS if len(case.sql) < 120 and case.sql.isascii()][::6]


@pytest.fixture
def shop(pets: Path) -> Path:
    """The database that the attacks are about, in place of the pets'."""
    (pets / "pets.db").unlink()
    with sqlite3.connect(pets / "pets.db") as database:
        database.executescript(CORPUS.script("sqlite"))
        database.execute("DROP VIEW v_leak")  # nothing says here that these two are none of the catalog's
        database.execute("DROP TABLE salaries")
    database.close()
    return pets


def _hash(folder: Path) -> str:
    return hashlib.sha256((folder / "pets.db").read_bytes()).hexdigest()


def test_every_attack_that_a_server_answers_with_is_refused(opened: Any, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, before = opened("server"), _hash(shop)
    said: dict[str, str] = {f"attack {number}": case.text(shop) for number, case in enumerate(ATTACKS)}

    def generate(self: object, prompts: Any, decoding: Any, listener: object = None) -> Iterator[Generated]:
        for prompt in prompts:
            # Asked again for what was wrong, it repeats itself.
            text = said[re.findall(r"attack \d+", prompt.text)[-1]]
            yield Generated(hypotheses=(Hypothesis(text=text, tokens=9, logprob=-0.1, score=-0.1, ended="stop"),))

    monkeypatch.setattr(type(session.built.proposer.model), "generate", generate)
    for question, case in zip(said, ATTACKS, strict=True):
        answer = session.ask(Question(text=question))
        assert (answer.status, answer.exit_code, answer.result) == ("refused", 1, None), case.id
        assert answer.problems, case.id
    assert _hash(shop) == before
    assert len(ATTACKS) > 30


def test_attacks_that_a_local_model_writes_are_refused_too(opened: Any, shop: Path) -> None:
    """Through a model's process, its decoding and its frames, with the constraint off."""
    before = _hash(shop)
    answers = {f"attack {number}.": [case.text(shop)] for number, case in enumerate(THROUGH_A_WORKER)}
    session = opened(answers=answers, beams=1, max_tokens=2000, constrain=False)
    for question, case in zip(answers, THROUGH_A_WORKER, strict=True):
        answer = session.ask(Question(text=question))
        assert (answer.status, answer.exit_code, answer.result) == ("refused", 1, None), case.id
    assert _hash(shop) == before
    assert len(THROUGH_A_WORKER) > 5
