"""Whatever is asked, no rule breaks: questions cut short, shuffled and doubled; and one that does break costs one answer only."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from sqlcoder_builtin import proposer
from sqlcoder_builtin.answering import answer
from sqlcoder_core.contracts.proposer import Ask
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.linking.linker import link
from sqlcoder_core.values.candidate import Proposal
from sqlcoder_core.values.question import Clock, Question

READ = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(Path(__file__).parent.glob("*cases.yml"))]
CASES = [{"schema": next(iter(read["schemas"])), **case} for read in READ for case in read["cases"]]
SCHEMAS = sorted({case["schema"] for case in CASES})


def spoilt(text: str, chance: random.Random) -> list[str]:
    """The question cut off, its words in any order, its beginning said twice, without its first word."""
    words = text.split()
    cut = chance.randrange(len(text) + 1)
    return [text[:cut], " ".join(chance.sample(words, len(words))), text[:cut] + " " + text, " ".join(words[1:])]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_no_rule_breaks_on_spoilt_questions(schema: str, database: Any) -> None:
    catalog = memory_catalog(database(schema).facts)
    chance = random.Random(schema)
    for case in CASES:
        if case["schema"] == schema:
            for text in spoilt(case["question"], chance):
                dialect = chance.choice(["sqlite", "duckdb", "postgres"])
                proposal = answer(Ask(linked=link(Question(text=text), catalog), dialect=dialect, clock=Clock()), 0.6)
                assert proposal.candidates or proposal.reason, text


def test_questions_of_other_schemas_break_nothing_here(shop: Any) -> None:
    catalog = memory_catalog(shop.facts)
    for case in CASES:
        proposal = answer(Ask(linked=link(Question(text=case["question"]), catalog), dialect="duckdb", clock=Clock()), 0.6)
        assert proposal.candidates or proposal.reason, case["question"]


def test_a_rule_that_breaks_costs_one_answer_and_says_so(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(ask: Ask, floor: float) -> Proposal:
        if "breaks" in ask.linked.question.text:
            raise IndexError("list index out of range")
        return answer(ask, floor)

    monkeypatch.setattr(proposer, "answer", breaking)
    assert shop.ask("how many customers").candidates
    broken = shop.ask("what breaks")
    assert not broken.candidates
    assert "a rule failed on this question (IndexError: list index out of range, test_hardy_reading.py:" in (broken.reason or "")
