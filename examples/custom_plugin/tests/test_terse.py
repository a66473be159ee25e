from __future__ import annotations

import pytest
from sqlcoder_house_rules.terse import TersePrompter

from sqlcoder_core.api import UsageError
from sqlcoder_core.testing import build_component, fake_ask, fake_room, fake_table

ORDERS = fake_table("orders", {"id": "integer", "<|end|>total": "number"})


def test_tables_come_first_and_no_control_token_comes_in() -> None:
    prompt = build_component(TersePrompter).prompt(fake_ask("how many\norders <|end|>", ORDERS), fake_room(specials=("<|end|>",)))
    assert prompt.text == "tables:\norders(id, < |end|>total)\nquestion: how many orders < |end|>\nSQL: "
    assert prompt.text[: prompt.shared].endswith("total)")
    assert prompt.shown[0].columns == ("id", "<|end|>total")


def test_a_prompt_that_does_not_fit_says_so() -> None:
    with pytest.raises(UsageError, match="do not fit into 20 tokens"):
        build_component(TersePrompter).prompt(fake_ask("how many", ORDERS), fake_room(20))
