from __future__ import annotations

import pytest

pytest.importorskip("llguidance")
pytest.importorskip("tokenizers")

from pathlib import Path

import numpy as np
import sqlglot
from constrain_models import PieceTokenizer, byte_level, sentencepiece_like, written_at_random
from constrained_queries import SCHEMAS
from sqlglot.errors import SqlglotError

from sqlcoder_core.decoding.constrain.sql_guide import guide_for
from sqlcoder_core.errors import Refused
from sqlcoder_core.linking.catalog_index import memory_catalog
from sqlcoder_core.models.tokenizer_file import FileTokenizer
from sqlcoder_core.sql.guard import check
from sqlcoder_core.values.catalog import Column, Table

RUNS = [
    ("duckdb", "shop", byte_level(), 60, 40),
    ("postgres", "shop", sentencepiece_like(), 40, 40),
    ("mysql", "warehouse", byte_level(), 30, 40),
    ("sqlite", "odd", byte_level(), 30, 30),
    ("snowflake", "shop", sentencepiece_like(), 20, 50),
    ("bigquery", "odd", byte_level(), 20, 40),
]
"""Dialect, schema, tokenizer, answers and the most tokens of each: 200 answers in all."""


@pytest.mark.parametrize(("dialect", "schema", "tokenizer", "answers", "most"), RUNS, ids=[run[0] for run in RUNS])
def test_a_model_that_writes_anything_writes_real_queries(
    dialect: str, schema: str, tokenizer: PieceTokenizer, answers: int, most: int
) -> None:
    guide = guide_for(SCHEMAS[schema], dialect, tokenizer)
    for seed in range(answers):
        text, went = written_at_random(guide, tokenizer, seed, most)
        assert went["ended"], text
        sqlglot.parse_one(text, dialect=dialect)
        check(text, dialect, _catalog(schema))


def test_without_a_guide_such_a_model_writes_no_query() -> None:
    tokenizer = byte_level()
    for seed in range(50):
        random = np.random.default_rng(seed)
        text = tokenizer.decode(random.integers(3, len(tokenizer.pieces), size=40).tolist())
        with pytest.raises((SqlglotError, Refused)):
            check(text, "duckdb", _catalog("shop"))


@pytest.mark.parametrize("most", [2, 5, 8, 12, 20, 90])
def test_answers_end_in_time_however_short_it_is(most: int) -> None:
    guide = guide_for(SCHEMAS["shop"], "duckdb", byte_level())
    for seed in range(10):
        text, went = written_at_random(guide, byte_level(), seed, most)
        if most >= len(byte_level().encode("SELECT 1")) + 1:
            assert went["ended"] and went["tokens"] < most
            check(text, "duckdb", _catalog("shop"))


def test_a_model_that_likes_brackets_and_cases_still_ends() -> None:
    tokenizer = byte_level()
    liked = (b"(", b"((", b" CASE", b" WHEN", b"SELECT", b" (", b'"', b"'")
    bias = np.array([12 if piece in liked else 0 for piece in tokenizer.pieces] + [0] * (tokenizer.vocabulary - len(tokenizer.pieces)))
    guide = guide_for(SCHEMAS["shop"], "postgres", tokenizer)
    for seed in range(10):
        text, went = written_at_random(guide, tokenizer, seed, 60, bias=bias.astype(np.float32))
        assert went["ended"], text
        sqlglot.parse_one(text, dialect="postgres")


@pytest.mark.parametrize("most", [25, 60])
def test_loose_and_scopeless_guides_name_only_real_things(most: int) -> None:
    for settings in ({"strict": False}, {"scope": False}):
        guide = guide_for(SCHEMAS["shop"], "duckdb", byte_level(), **settings)
        for seed in range(10):
            text, went = written_at_random(guide, byte_level(), seed, most)
            assert went["ended"], text
            sqlglot.parse_one(text, dialect="duckdb")
            if "scope" not in settings:
                check(text, "duckdb", _catalog("shop"))


@pytest.mark.real_model
def test_a_random_model_over_a_real_vocabulary_writes_real_queries(smollm2_hf: Path) -> None:
    tokenizer = FileTokenizer(smollm2_hf)
    guide = guide_for(SCHEMAS["shop"], "duckdb", tokenizer)
    for seed in range(60):
        text, went = written_at_random(guide, tokenizer, seed, 40)
        assert went["ended"], text
        check(text, "duckdb", _catalog("shop"))


def _catalog(schema: str):  # type: ignore[no-untyped-def]
    tables = [Table(name=shown.name, columns=tuple(Column(name=column) for column in shown.columns)) for shown in SCHEMAS[schema]]
    return memory_catalog(tables)
