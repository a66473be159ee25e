"""What suites call their SQL in, sqlglot's word for the dialect out."""

from __future__ import annotations

from sqlcoder_core.errors import ConfigError
from sqlcoder_core.host.nearest import did_you_mean

_WORDS = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "tsql": "tsql",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "duckdb": "duckdb",
    "redshift": "redshift",
    "databricks": "databricks",
    "spark": "spark",
    "clickhouse": "clickhouse",
    "trino": "trino",
    "oracle": "oracle",
}
_SUFFIXES = ("postgres", "snowflake", "bigquery", "mysql", "sqlite", "tsql", "duckdb", "redshift", "databricks")


def dialect_of(word: str, place: str) -> str:
    """The dialect. Raises ConfigError with the nearest right word."""
    found = _WORDS.get(word.strip().lower())
    if found is None:
        raise ConfigError(f"dialect {word!r} is not known", place=place, hint=did_you_mean(word, _WORDS, listed=20))
    return found


def dialect_of_file(stem: str) -> str | None:
    """The dialect that a file's name ends with (`questions_gen_snowflake`), or None."""
    return next((word for word in _SUFFIXES if stem.lower().endswith(f"_{word}")), None)
