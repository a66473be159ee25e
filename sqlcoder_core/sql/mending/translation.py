"""SQL of another dialect: read as that, written in this one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import ErrorLevel, exp

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.mending.sqlite_words import in_sqlite
from sqlcoder_core.sql.soundness.dialect_functions import dialect_functions
from sqlcoder_core.sql.soundness.reading import STUMBLES, read
from sqlcoder_core.sql.tree import dialect_of

_OTHERS: Final = ("postgres", "mysql", "tsql", "bigquery", "snowflake", "duckdb", "sqlite")
_CODES: Final = (
    "statement-syntax",
    "statement-disagreement",
    "text-quote",
    "text-operator",
    "function-unknown",
    "dialect-function",
    "dialect-arguments",
    "cast-type",
)


def translated(case: Case) -> Iterator[Mended]:
    """At most two readings: the first dialects whose words this is, by what then is left that this engine lacks."""
    if not case.has(*_CODES):
        return
    texts: dict[str, str] = {}
    for other in (case.dialect, *(each for each in _OTHERS if each != case.dialect)):
        text = _translated(case, other)
        if text is not None and text not in texts.values() and text != case.text:
            texts[other] = text
    ranked = sorted(texts.items(), key=lambda item: _lacking(item[1], case))
    for other, text in ranked[:2]:
        if _lacking(text, case) == 0:
            yield Mended(
                sql=text, note=f"read as {other}, written in {case.dialect}" if other != case.dialect else f"in {case.dialect}'s words"
            )


def _translated(case: Case, other: str) -> str | None:
    """The text read as the other dialect; None where it is none of that, or loses something on the way."""
    reader, writer = dialect_of(other), dialect_of(case.dialect)
    try:
        trees = reader.parser(error_level=ErrorLevel.IMMEDIATE).parse(reader.tokenize(case.text), case.text)
        if len(trees) != 1 or not isinstance(trees[0], exp.Query):
            return None
        tree: exp.Expr = (
            in_sqlite(trees[0]) if case.dialect == "sqlite" else _in_postgres(trees[0], case) if case.dialect == "postgres" else trees[0]
        )
        return writer.generate(tree, unsupported_level=ErrorLevel.RAISE)
    except STUMBLES:
        # No text of that dialect, or nothing that this one can say.
        return None


def _in_postgres(tree: exp.Expr, case: Case) -> exp.Expr:
    """PostgreSQL rounds to decimals what is numeric."""
    for node in list(tree.find_all(exp.Round)):
        if case.has("dialect-arguments") and node.args.get("decimals") is not None and not isinstance(node.this, exp.Cast):
            node.set("this", exp.cast(node.this, "numeric"))
    return tree


def _lacking(text: str, case: Case) -> int:
    """How many functions and clauses of it this engine lacks; many where it does not parse."""
    reading = read(text, case.dialect, case.catalog)
    return 99 if reading is None else sum(problem.severity == "error" for problem in dialect_functions(reading))
