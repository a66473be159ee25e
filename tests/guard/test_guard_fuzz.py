"""Whatever the text, the guard answers with a query or with Refused."""

from __future__ import annotations

import pytest
from guard_mutants import FRAGMENTS, mutants
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safety_corpus import allowed

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.codes import CODES
from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.lexer import clean
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.listed import ListedCatalog

DIALECTS = sorted(LEXICAL)
CATALOGS = {dialect: ListedCatalog(allowed(dialect)) for dialect in DIALECTS}
SQL_TEXT = st.lists(
    st.sampled_from([*FRAGMENTS, " ", "id", "shop.orders", "1", "'a'", "count(*)", "=", "+", "-"]) | st.text(max_size=3), max_size=40
)

calm = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def judge(text: str, dialect: str) -> str | None:
    """The text that would run, or None when it is refused; checks what every answer must be like."""
    try:
        query = check(text, dialect, CATALOGS[dialect])
    except Refused as refusal:
        assert refusal.code in CODES
        assert refusal.code != "guard-failed", text
        assert refusal.span is not None
        assert 0 <= refusal.span[0] <= refusal.span[1] <= max(len(text), 1)
        assert str(refusal).isprintable()
        return None
    assert {str(name) for name in query.tables} <= set(allowed(dialect))
    return query.text


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(calm, max_examples=60)
@given(parts=SQL_TEXT)
def test_any_text_is_answered(dialect: str, parts: list[str]) -> None:
    judge("SELECT " + "".join(parts), dialect)
    judge("".join(parts), dialect)


@pytest.mark.parametrize("dialect", ["postgres", "duckdb", "sqlite", "mysql", "snowflake", "bigquery", "tsql"])
def test_mutants_are_answered_and_what_passes_passes_again(dialect: str) -> None:
    passed = [text for text in (judge(text, dialect) for text in mutants(dialect, 400, seed=1)) if text is not None]
    assert passed
    for text in passed:
        assert judge(text, dialect) == text


@settings(calm, max_examples=200)
@given(text=st.text(max_size=60), dialect=st.sampled_from(DIALECTS))
def test_cleaning_twice_changes_nothing(text: str, dialect: str) -> None:
    try:
        once = clean(f"SELECT {text}", dialect).text
    except Refused:
        return
    assert clean(once, dialect).text == once


@pytest.mark.long
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(calm, max_examples=5000)
@given(parts=SQL_TEXT)
def test_any_text_is_answered_long(dialect: str, parts: list[str]) -> None:
    judge("SELECT " + "".join(parts), dialect)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 14))
@pytest.mark.parametrize("dialect", ["postgres", "duckdb", "sqlite", "mysql", "snowflake", "bigquery", "tsql"])
def test_mutants_are_answered_long(dialect: str, seed: int) -> None:
    for text in mutants(dialect, 8000, seed=seed):
        judge(text, dialect)
