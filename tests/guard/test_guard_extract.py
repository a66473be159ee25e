"""SQL out of a model's answer."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.extract import extract


@pytest.mark.parametrize(
    ("answer", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("  SELECT 1;\n", "SELECT 1;"),
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("Here it is:\n\n```\nSELECT 1\n```\nIt counts.", "SELECT 1"),
        ("~~~sql\nSELECT 1\n~~~", "SELECT 1"),
        ("```sql SELECT 1 ```", "SELECT 1"),
        ("```sql\nSELECT 1", "SELECT 1"),
        ("```sql\nSELECT ';' AS a; SELECT 2\n```", "SELECT ';' AS a; SELECT 2"),
        ("SELECT `a` FROM `b`", "SELECT `a` FROM `b`"),
        ("SELECT '{{7*7}} {% x %} {0.__class__}'", "SELECT '{{7*7}} {% x %} {0.__class__}'"),
    ],
)
def test_one_block_or_the_whole_text(answer: str, sql: str) -> None:
    assert extract(answer) == sql


def test_two_blocks_are_refused() -> None:
    with pytest.raises(Refused) as caught:
        extract("```sql\nSELECT 1\n```\nor\n```sql\nSELECT 2\n```")
    assert caught.value.code == "statement-several"


@pytest.mark.parametrize("answer", ["", " \n", "```sql\n```"])
def test_an_answer_without_sql_is_refused(answer: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(answer)
    assert caught.value.code == "text-empty"
