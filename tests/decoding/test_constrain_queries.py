from __future__ import annotations

import pytest

pytest.importorskip("llguidance")
pytest.importorskip("tokenizers")

from constrain_models import PieceTokenizer, byte_level, refused_at, sentencepiece_like
from constrained_queries import SCHEMAS, cases

from sqlcoder_core.decoding.constrain.functions import AGGREGATES, RANKINGS, functions
from sqlcoder_core.decoding.constrain.sql_guide import guide_for
from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.guard import check

RIGHT = [(case, dialect) for case in cases("right_queries.jsonl") for dialect in case["dialects"]]
DIALECTS = ("duckdb", "sqlite", "postgres", "mysql", "snowflake", "bigquery", "trino")


@pytest.mark.parametrize("tokenizer", [byte_level(), sentencepiece_like()], ids=["byte level", "sentencepiece"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_right_queries_are_let_through_token_by_token(dialect: str, tokenizer: PieceTokenizer) -> None:
    lost = []
    for case, own in RIGHT:
        if own == dialect:
            guide = guide_for(SCHEMAS[case["schema"]], dialect, tokenizer, strict=case.get("strict", True))
            at = refused_at(guide, tokenizer, case["sql"])
            lost += [case["sql"][:at] + "<HERE>" + case["sql"][at:]] if at is not None else []
    assert not lost


def test_there_are_enough_right_queries_of_every_dialect() -> None:
    assert len({case["sql"] for case, _ in RIGHT}) >= 60
    assert all(sum(own == dialect for _, own in RIGHT) >= 40 for dialect in DIALECTS)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "sqlite"])
@pytest.mark.parametrize("case", cases("wrong_queries.jsonl"), ids=lambda case: f"{case['why']}: {case['sql']}")
def test_wrong_queries_are_refused(case: dict[str, str], dialect: str) -> None:
    guide = guide_for(SCHEMAS[case["schema"]], dialect, byte_level())
    assert refused_at(guide, byte_level(), case["sql"]) is not None


def test_names_that_a_later_subquery_gives_are_refused_by_strict_guides_alone() -> None:
    sql = "SELECT AVG(n) FROM (SELECT COUNT(*) AS n FROM orders GROUP BY customer_id) AS counts"
    assert refused_at(guide_for(SCHEMAS["shop"], "duckdb", byte_level(), strict=True), byte_level(), sql) is not None
    assert refused_at(guide_for(SCHEMAS["shop"], "duckdb", byte_level(), strict=False), byte_level(), sql) is None


def test_without_scope_real_names_are_enough_and_others_still_refused() -> None:
    guide = guide_for(SCHEMAS["shop"], "duckdb", byte_level(), scope=False)
    assert refused_at(guide, byte_level(), "SELECT c.email FROM orders c") is None
    assert refused_at(guide, byte_level(), "SELECT c.revenue FROM orders c") is not None
    assert refused_at(guide, byte_level(), "SELECT c.email FROM clients c") is not None


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres", "mysql", "snowflake", "bigquery"])
def test_listed_functions_pass_the_guard(dialect: str) -> None:
    """With as many arguments as the grammar gives them, at least and at most."""
    refused = []
    for takes, names in functions(dialect).items():
        for name in names:
            for arguments in _arguments(takes):
                try:
                    check(f"SELECT {name}({arguments})" + _behind(takes), dialect, None)
                except Refused as error:
                    refused.append(f"{name}({arguments}): {error.code}")
    for name in (*AGGREGATES.split(), *RANKINGS.split()):
        try:
            check(f"SELECT {name}({'1' if name in AGGREGATES.split() else ''}) OVER ()", dialect, None)
        except Refused as error:
            refused.append(f"{name}: {error.code}")
    assert not refused


def _arguments(takes: str) -> list[str]:
    if takes in ("agg", "agg-order"):
        return ["1"]
    if takes in ("agg-2", "within-list"):
        return ["1, 'a'"]
    if takes == "within":
        return ["0.5"]
    if takes == "i":
        return ["1, INTERVAL 1 DAY"]
    if "U" in takes:
        return [", ".join("day" if each == "U" else "1" for each in takes)]
    least, _, most = takes.rstrip("+").partition("-")
    return [", ".join(["1"] * count) for count in {int(least), int(most or least), int(least) + 2 * takes.endswith("+")}]


def _behind(takes: str) -> str:
    return " WITHIN GROUP (ORDER BY 1)" if takes.startswith("within") else ""
