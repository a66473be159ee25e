"""Instructions that a runtime cannot read are not passed over in silence."""

from __future__ import annotations

import pytest

from sqlcoder_core.pipeline import Wish
from sqlcoder_core.values.question import Question

from .test_pipeline_order import IDS, Run


@pytest.mark.parametrize(
    ("heeds", "instructions", "said"),
    [(False, "only cats", ["instructions"]), (True, "only cats", []), (False, None, [])],
)
def test_instructions_that_the_runtime_cannot_read_are_a_warning(heeds: bool, instructions: str | None, said: list[str]) -> None:
    run = Run(IDS)
    run.pipeline.proposer.heeds_instructions = heeds  # type: ignore[misc]
    (answer,) = run.pipeline.answer((Question(text="the pets", instructions=instructions),), Wish())
    assert answer.status == "answered"
    assert [problem.code for problem in answer.problems] == said
