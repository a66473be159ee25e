from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

pytest.importorskip("llguidance")
pytest.importorskip("tokenizers")

import numpy as np
from constrain_models import PieceTokenizer, byte_level, refused_at, sentencepiece_like, written_at_random
from constrained_queries import SCHEMAS, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlcoder_core.decoding.constrain import tokens as tokens_module
from sqlcoder_core.decoding.constrain.sql_guide import GuideState, SqlGuide, begun, guide_for
from sqlcoder_core.decoding.constrain.tokens import vocabulary_of
from sqlcoder_core.errors import ModelError
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.generation import ShownTable

SHOP = SCHEMAS["shop"]
QUERIES = [case["sql"] for case in cases("right_queries.jsonl") if "duckdb" in case["dialects"] and case["schema"] == "shop"]


def _after(guide: SqlGuide, text: str) -> GuideState:
    state = guide.start()
    for token in byte_level().encode(text):
        state = guide.advance(state, token)
    return state


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(QUERIES), st.integers(0, 30), st.integers(0, 10**6), st.integers(4, 60))
def test_a_state_can_be_advanced_twice_differently(sql: str, length: int, seed: int, left: int) -> None:
    guide = guide_for(SHOP, "duckdb", byte_level(), strict=False)
    spelled = byte_level().encode(sql)[:length]
    state = guide.start()
    for token in spelled:
        state = guide.advance(state, token)
    before = guide.masks([state], 400)[0]
    order = np.random.default_rng(seed).permutation(np.flatnonzero(before))
    once = [int(token) for token in order[:200] if int(token) not in byte_level().ends and guide.accepts(state, int(token))][:2]
    for token in once:
        child = guide.advance(state, token)
        guide.masks([child], left)
        for further in np.flatnonzero(guide.masks([child], 400)[0])[:2]:
            guide.advance(child, int(further))
    assert np.array_equal(guide.masks([state], 400)[0], before)
    fresh = guide.start()
    for token in spelled:
        fresh = guide.advance(fresh, token)
    assert np.array_equal(guide.masks([fresh], 400)[0], before)
    assert all(guide.accepts(fresh, token) for token in once)


def test_masks_of_several_states_are_those_of_each() -> None:
    guide = guide_for(SHOP, "duckdb", byte_level())
    states = [_after(guide, text) for text in ("", "SELECT c.", "SELECT id FROM ", "SELECT 'a", "SELECT id FROM orders")]
    states.append(states[1])
    together = guide.masks(states, 300)
    assert together.shape == (6, byte_level().vocabulary)
    assert all(np.array_equal(row, guide.masks([state], 300)[0]) for row, state in zip(together, states, strict=True))


@pytest.mark.parametrize("tokenizer", [byte_level(), sentencepiece_like()], ids=["byte level", "sentencepiece"])
def test_control_tokens_and_unused_ones_are_never_let_through(tokenizer: PieceTokenizer) -> None:
    guide = guide_for(SHOP, "duckdb", tokenizer)
    never = [token for token in range(tokenizer.vocabulary) if token not in tokenizer.ends and not guide._vocabulary.pieces[token]]
    assert never
    state = guide.start()
    for token in tokenizer.encode("SELECT name FROM customers WHERE name = 'x' "):
        assert not guide.masks([state], 300)[0][never].any()
        state = guide.advance(state, token)


def test_an_answer_may_end_where_it_is_complete_and_only_there() -> None:
    guide, end = guide_for(SHOP, "duckdb", byte_level()), min(byte_level().ends)
    may = {
        text: bool(guide.masks([_after(guide, text)], 300)[0][end])
        for text in (
            "SELECT",
            "SELECT name",
            "SELECT name FROM",
            "SELECT name FROM products",
            "SELECT name FROM products;",
            "SELECT (1",
            "SELECT 1",
        )
    }
    assert [text for text, allowed in may.items() if allowed] == ["SELECT name FROM products", "SELECT name FROM products;", "SELECT 1"]


def test_behind_an_alias_only_columns_of_its_table_may_come() -> None:
    guide = guide_for(SHOP, "duckdb", byte_level())
    state = _after(guide, "SELECT 1 FROM customers c JOIN orders o ON c.")
    first = {guide._vocabulary.pieces[token][:1] for token in np.flatnonzero(guide.masks([state], 300)[0])}
    assert first <= {
        name[:1].encode() for name in ("id", "name", "email", "country", "segment", "created_at", "ID", "NAME", "EMAIL", "C", "S", '"')
    }


@pytest.mark.parametrize(
    ("opening", "text"),
    [
        ("", ""),
        ("SELECT ", "SELECT "),
        ("```sql\nSELECT ", "SELECT "),
        ("```sql\n", ""),
        ("```sql", ""),
        ("```", ""),
        ("Here is the query:\n```sql\nWITH ", "WITH "),
        ("Sure, this is it: ", ""),
        ("```\nold\n```\n```SQL\nselect", "select"),
    ],
)
def test_the_sql_of_an_opening_counts_as_written(opening: str, text: str) -> None:
    assert begun(opening) == text
    guide = guide_for(SHOP, "duckdb", byte_level(), opening=opening)
    rest = "SELECT name FROM products"[len(text) :] if text[:1] in "sS" else " x AS (SELECT 1) SELECT 1" if text else "SELECT 1"
    assert refused_at(guide, byte_level(), rest) is None


def test_a_fence_that_the_opening_opened_may_be_closed() -> None:
    fenced = guide_for(SHOP, "duckdb", byte_level(), opening="```sql\n")
    assert refused_at(fenced, byte_level(), "SELECT name FROM products\n```") is None
    assert refused_at(fenced, byte_level(), "SELECT name FROM products;\n```") is None
    assert refused_at(guide_for(SHOP, "duckdb", byte_level()), byte_level(), "SELECT name FROM products\n```") is not None


def test_an_opening_that_is_no_query_is_refused_with_its_text() -> None:
    with pytest.raises(ModelError, match="SELECT revenue FROM nowhere"):
        guide_for(SHOP, "duckdb", byte_level(), opening="SELECT revenue FROM nowhere ")


def test_a_dead_end_is_led_out_by_one_step_toward_a_complete_answer() -> None:
    guide = guide_for(SHOP, "duckdb", byte_level())
    led = guide.relax(_after(guide, "SELECT c.depa"))
    assert led is not None and guide.relax(led) is None
    (token,) = np.flatnonzero(guide.masks([led], 300)[0])
    assert guide.accepts(led, int(token))
    after = guide.advance(led, int(token))
    assert after.text.startswith(b"SELECT c.depar") and guide.masks([after], 300)[0].sum() >= 1


def test_an_answer_that_cannot_be_scoped_any_more_is_held_to_real_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    guide = guide_for(SHOP, "duckdb", byte_level())
    dead = _after(guide, "SELECT name FROM customers WHERE ")
    monkeypatch.setattr(guide._closing, "find", lambda matcher, scope: None)
    state = guide.relax(dead)
    assert state is not None and guide.relax(state) is None
    for text, accepted in (("total", True), ("revenue", False)):
        at = state
        taken = [guide.accepts(at, token) and bool(at := guide.advance(at, token)) for token in byte_level().encode(text + " > 1")]
        assert all(taken) is accepted


def test_with_nothing_shown_names_are_free() -> None:
    guide = guide_for((), "duckdb", byte_level())
    assert refused_at(guide, byte_level(), "SELECT a.x, SUM(y) FROM s.any_table a JOIN other ON a.k = other.k GROUP BY a.x") is None
    assert refused_at(guide, byte_level(), "DROP TABLE x") is not None
    for seed in range(10):
        text, went = written_at_random(guide, byte_level(), seed, 30)
        assert went["ended"], text
        check(text, "duckdb", None)


def test_guides_of_the_same_prompt_are_made_once() -> None:
    assert guide_for(SHOP, "duckdb", byte_level()) is guide_for(SHOP, "duckdb", byte_level())
    assert guide_for(SHOP, "duckdb", byte_level()) is not guide_for(SHOP, "sqlite", byte_level())
    assert vocabulary_of(byte_level()) is vocabulary_of(byte_level())


def test_a_tokenizer_that_is_gone_leaves_no_guide_to_its_successor() -> None:
    pieces = byte_level().pieces
    first = PieceTokenizer(pieces, byte_level().encode, ends=frozenset({1}), special=frozenset({0, 1, 2}), width=len(pieces))
    guide_for(SHOP, "duckdb", first)
    del first
    gc.collect()
    wider = PieceTokenizer(pieces, byte_level().encode, ends=frozenset({1}), special=frozenset({0, 1, 2}), width=len(pieces) + 64)
    guide = guide_for(SHOP, "duckdb", wider)
    assert guide.masks([guide.start()], 100).shape == (1, len(pieces) + 64)


def test_a_vocabulary_without_an_end_token_works() -> None:
    pieces = byte_level().pieces
    endless = PieceTokenizer(pieces, byte_level().encode, ends=frozenset(), special=frozenset(), width=len(pieces))
    guide = guide_for(SHOP, "duckdb", endless)
    assert guide.masks([guide.start()], 100).any()


def test_thousands_of_tables_and_columns_are_no_matter() -> None:
    shown = tuple(
        ShownTable(name=TableName(name=f"table_{number}", schema="big"), columns=tuple(f"col_{number}_{each}" for each in range(12)))
        for number in range(1000)
    )
    guide = guide_for(shown, "duckdb", byte_level())
    assert refused_at(guide, byte_level(), "SELECT t.col_17_3 FROM big.table_17 t WHERE t.col_17_4 > 1") is None
    assert refused_at(guide, byte_level(), "SELECT t.col_17_3 FROM big.table_18 t") is not None
    text, went = written_at_random(guide, byte_level(), 1, 40)
    assert went["ended"], text


def test_a_missing_llguidance_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    monkeypatch.setattr(tokens_module, "_KNOWN", {})
    with pytest.raises(ModelError, match="pip install llguidance"):
        guide_for(SHOP, "duckdb", byte_level())


def test_a_token_that_cannot_follow_is_an_error_of_the_caller() -> None:
    guide: Any = guide_for(SHOP, "duckdb", byte_level())
    with pytest.raises(ValueError, match="cannot follow"):
        guide.advance(guide.start(), byte_level().encode(")")[0])


def test_a_bare_name_is_the_default_schemas_where_schemas_differ() -> None:
    """Tables marked `bare` may be named alone though another schema has tables too, or one of the same name."""

    def shown(*, bare: bool) -> tuple[ShownTable, ...]:
        return (
            ShownTable(name=TableName(name="orders", schema="main"), columns=("id", "status"), bare=bare),
            ShownTable(name=TableName(name="orders", schema="raw"), columns=("id", "payload")),
            ShownTable(name=TableName(name="events", schema="raw"), columns=("id",)),
        )

    marked, unmarked = (guide_for(shown(bare=bare), "duckdb", byte_level()) for bare in (True, False))
    assert refused_at(marked, byte_level(), "SELECT status FROM orders") is None
    assert refused_at(marked, byte_level(), "SELECT payload FROM raw.orders") is None
    assert refused_at(marked, byte_level(), "SELECT payload FROM orders") is not None
    assert refused_at(marked, byte_level(), "SELECT id FROM events") is not None
    assert refused_at(unmarked, byte_level(), "SELECT status FROM orders") is not None
