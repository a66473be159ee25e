"""The strict lexical subset."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.lexer import MAX_BYTES, clean
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.shape import MAX_CHAIN, MAX_DEPTH, MAX_SET_OPERATIONS

DIALECTS = sorted(LEXICAL)


def code(text: str, dialect: str = "postgres") -> str:
    with pytest.raises(Refused) as refusal:
        clean(text, dialect)
    return refusal.value.code


@pytest.mark.parametrize("dialect", DIALECTS)
def test_comments_blanks_and_the_final_semicolon_go_and_are_reported(dialect: str) -> None:
    cleaned = clean("-- why\n/* how */ SELECT /* what */ 1 -- end\n ; -- after", dialect)
    assert cleaned.text == "SELECT   1"
    assert cleaned.notes == ("5 comments removed", "final semicolon removed")


def test_text_without_comments_is_not_touched() -> None:
    text = "SELECT\t'a;b--c', \"x\"\r\nFROM t"
    assert clean(text, "postgres").text == text


def test_spans_point_into_the_given_text() -> None:
    given = "/* a */ SELECT /* b */ x -- c\n, y FROM t"
    cleaned = clean(given, "duckdb")
    for name in ("SELECT", "x", "y", "t"):
        start = cleaned.text.rindex(name)
        first, last = cleaned.given_span(start, start + len(name))
        assert given[first:last] == name


def test_a_comment_separates_words_as_a_blank_does() -> None:
    assert clean("SELECT/**/1", "sqlite").text == "SELECT 1"


@pytest.mark.parametrize(
    "text",
    ["SELECT 1 /* /* */ */", "SELECT 1 /* open", "SELECT /*! 1 */ 2", "SELECT /*+ hint */ 2", "SELECT /*M! 1 */ 2", "SELECT 1 /*/*/ x */"],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_comments_that_engines_read_differently_are_refused(dialect: str, text: str) -> None:
    assert code(text, dialect) == "text-comment"


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "SELECT E'a'"),
        ("postgres", "SELECT U&'a'"),
        ("postgres", 'SELECT U&"a"'),
        ("postgres", "SELECT $$a$$"),
        ("postgres", "SELECT $1"),
        ("postgres", "SELECT 'a"),
        ("postgres", "SELECT 1UNION SELECT 2"),
        ("postgres", "SELECT 'a'UNION SELECT 2"),
        ("postgres", "SELECT `a`"),
        ("duckdb", "SELECT 1 `--`, 2"),
        ("mysql", "SELECT 'a\\'b'"),
        ("mysql", "SELECT N'a'"),
        ("bigquery", "SELECT 'it''s'"),
        ("bigquery", 'SELECT """a"""'),
        ("bigquery", "SELECT r'\\'"),
        ("snowflake", "SELECT $$a$$"),
        ("snowflake", "SELECT t.$1"),
        ("sqlite", "SELECT x'41'"),
        ("sqlite", "SELECT [a"),
    ],
)
def test_ambiguous_quotes_are_refused(dialect: str, text: str) -> None:
    assert code(text, dialect) == "text-quote"


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "SELECT DATE'2024-01-01' WHERE 'a' LIKE'b'"),
        ("mysql", "SELECT \"a\", `b`, 'it''s', '\\n', '\\\\'"),
        ("bigquery", "SELECT `a`, \"it's\", r'\\d'"),
        ("tsql", "SELECT [a b], N'x'"),
        ("sqlite", "SELECT [a b], `c`, \"d\", ''"),
        ("duckdb", "SELECT 'Grüße 🎉', größe, \"日本\""),
    ],
)
def test_the_dialects_own_quotes_pass(dialect: str, text: str) -> None:
    assert clean(text, dialect).text == text


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\u2028", "\ud800", "\r"])
def test_control_and_direction_characters_are_refused_inside_quotes_too(char: str, quote: str) -> None:
    assert code(f"SELECT {quote}a{char}b{quote}") == "text-character"


@pytest.mark.parametrize("char", ["\u200b", "\u00a0", "\u3000", "\uff1b", "\u2019", "\u02bc", "\u0661", "\ufeff", "\uff41"])
def test_lookalikes_outside_quotes_are_refused(char: str) -> None:
    assert code(f"SELECT a{char} FROM t") == "text-character"


def test_names_must_be_in_normal_form() -> None:
    assert code("SELECT u\u0308 FROM t") == "text-character"
    assert code('SELECT "u\u0308" FROM t') == "text-character"


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "SELECT 1;;", "SELECT 1; -- a\n DROP TABLE t", "; SELECT 1; x"])
def test_whatever_stands_behind_a_semicolon_is_refused(text: str) -> None:
    assert code(text) in ("statement-several", "text-empty")


@pytest.mark.parametrize("text", ["", " \n\t", ";", "-- nothing", "/* nothing */"])
def test_a_text_without_sql_is_refused(text: str) -> None:
    assert code(text) == "text-empty"


def test_sizes_and_depths_are_capped() -> None:
    assert code("SELECT '" + "a" * MAX_BYTES + "'") == "text-size"
    assert code("SELECT '" + "ä" * (MAX_BYTES // 2) + "'") == "text-size"
    assert code("SELECT 1" + ",1" * 5000) == "text-size"
    assert code("SELECT " + "(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1)) == "text-depth"
    assert code("SELECT " + "CASE WHEN 1 THEN " * (MAX_DEPTH + 1) + "1" + " END" * (MAX_DEPTH + 1)) == "text-depth"
    assert code("SELECT " + "NOT " * (MAX_CHAIN + 1) + "true") == "text-chain"
    assert code("SELECT " + "- + " * MAX_CHAIN + "1") == "text-chain"
    assert code("SELECT a" + "[1]" * (MAX_CHAIN + 2)) == "text-chain"
    assert code("SELECT 1" + " UNION SELECT 1" * (MAX_SET_OPERATIONS + 1)) == "statement-size"


@pytest.mark.parametrize("text", ["SELECT (1", "SELECT 1)", "SELECT (1]", "SELECT [1)"])
def test_brackets_must_match(text: str) -> None:
    assert code(text, "duckdb") == "text-depth"


@pytest.mark.parametrize("text", ["SELECT {{ x }}", "{% do x %} SELECT 1", "{# x #} SELECT 1"])
def test_template_marks_are_refused_where_they_are_code(text: str) -> None:
    assert code(text, "duckdb") == "text-template"


@pytest.mark.parametrize("data", ["{{7*7}}", "{% raw %}", "{0.__class__}", "%s", ":name", "?", "a\\b"])
def test_template_and_parameter_marks_inside_strings_come_through_unchanged(data: str) -> None:
    text = f"SELECT '{data}' AS x"
    assert clean(text, "duckdb").text == text


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("snowflake", "SELECT 1 ->> SELECT 2"),
        ("snowflake", "SELECT 1 // x"),
        ("bigquery", "FROM t |> SELECT 1"),
        ("mysql", "SELECT @x := 1"),
        ("mysql", "SELECT @@version"),
        ("sqlite", "SELECT ?1"),
        ("tsql", "SELECT * FROM #t"),
        ("postgres", "SELECT a \\ b"),
    ],
)
def test_foreign_operators_and_parameters_are_refused(dialect: str, text: str) -> None:
    assert code(text, dialect) == "text-operator"
