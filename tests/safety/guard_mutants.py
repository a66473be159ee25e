"""Random edits of attacks and legit queries, repeatable by seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from safety_corpus import attacks, legit

FRAGMENTS = (
    *(
        "'",
        '"',
        "`",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "\\",
        "$",
        "$$",
        ";",
        ",",
        ".",
        ":",
        "::",
        "?",
        "@",
        "#",
        "!",
        "|",
        "->",
        "->>",
        "=>",
        "|>",
    ),
    *(
        "--",
        "-- \n",
        "/*",
        "*/",
        "/*!",
        "/**/",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "\x00",
        "\u200b",
        "\u00a0",
        "\u202e",
        "\ud800",
        "é",
        "ſ",
        "１",
        "'--'",
    ),
    *("E'", "U&'", "N'", "x'", "r'", "$q$", "''", '""', "``", "1e", "0x1", "1_0", ".5", "1.", "{{", "{%", "%s", "{0.__class__}"),
    *(
        " UNION ALL SELECT ",
        " UNION SELECT note FROM secret.salaries ",
        " FROM secret.salaries ",
        "(SELECT max(note) FROM secret.salaries)",
    ),
    *(
        "(SELECT note FROM salaries)",
        " IN salaries ",
        "salaries",
        "secret",
        " WITH ",
        " AS ",
        " RECURSIVE ",
        " LATERAL ",
        "FROM",
        "SELECT",
        "DELETE",
    ),
    *("query('SELECT note FROM secret.salaries')", "query_table('secret.salaries')", "read_text('{dir}/canary.txt')", "'{dir}/canary.csv'"),
    *(
        " OR 1=1",
        "NULL",
        "NOT ",
        "CASE WHEN ",
        " END",
        "* EXCLUDE (id)",
        "COLUMNS(*)",
        " PIVOT ",
        " QUALIFY ",
        "\\'",
        "\\\\",
        "'\\",
        "`--`",
    ),
)
"""Pieces at which lexers and parsers differ, and whatever leads to the canary."""

WORD = re.compile(r"[A-Za-z_]+|[0-9]+|'[^']*'|[-+*/=<>|]+")
HEAVY = frozenset({"dos_cpu", "dos_mem", "dos_result", "dos_parse"})


def seeds(dialect: str, *, heavy: bool) -> list[str]:
    """Queries to start from; those that only burn time are left out unless `heavy`."""
    hostile = [case.sql for case in attacks(dialect) if len(case.sql) < 5000 and (heavy or case.category not in HEAVY)]
    return [case.sql for case in legit(dialect)] + hostile


def mutants(dialect: str, count: int, seed: int, *, heavy: bool = True) -> Iterator[str]:
    """`count` texts, each a few edits away from a seed, most of them one."""
    chance, texts = random.Random(f"{dialect} {seed}"), seeds(dialect, heavy=heavy)
    for _ in range(count):
        text = chance.choice(texts)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            text = _edited(text, chance.choice(texts), chance)
        yield text


def soups(dialect: str, count: int, seed: int) -> Iterator[str]:
    """`count` queries with a read of the canary between pieces at which lexers differ: a parser that takes it for a comment or a
    string would let it through."""
    chance = random.Random(f"soup {dialect} {seed}")
    payload = "(SELECT max(note) FROM salaries)" if dialect == "sqlite" else "(SELECT max(note) FROM secret.salaries)"
    pieces = [piece for piece in FRAGMENTS if len(piece) <= 6] + ["1", "'a'", '"a"', "x", " ", " ", ", "]
    for _ in range(count):
        before, after = ("".join(chance.choices(pieces, k=chance.randint(0, 5))) for _ in range(2))
        yield f"SELECT 1 {before}, {payload} {after}"


def _edited(text: str, other: str, chance: random.Random) -> str:
    words = [match.span() for match in WORD.finditer(text)] or [(0, len(text))]
    start, end = chance.choice(words) if chance.random() < 0.6 else (chance.randint(0, len(text)),) * 2
    kind = chance.randrange(7)
    if kind < 2:
        return text[:start] + chance.choice(FRAGMENTS) + text[chance.choice((start, end)) :]
    if kind == 2:
        return text[:start] + text[min(len(text), end + chance.randint(0, 3)) :]
    if kind < 5:
        return text[:start] + chance.choice([match[0] for match in WORD.finditer(other)] or [other]) + text[end:]
    cut = chance.randint(0, len(other))
    piece = other[cut : cut + chance.choice((5, 20, 60))]
    return text[:start] + (f"({piece})" if kind == 5 else piece) + text[end:]
