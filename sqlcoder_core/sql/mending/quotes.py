"""Quotes of another dialect: backticks and brackets around names, double quotes around texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.near_names import near_column, unknown_columns
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.finding import span

_PARTS: Final = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`(?P<tick>[^`'\"\n]+)`|\[(?P<square>[A-Za-z_][\w ]*)\]")


def name_quotes(case: Case) -> Iterator[Mended]:
    """`` `name` `` and `[name]` become what this dialect quotes names with."""
    rules = LEXICAL.get(case.dialect)
    if rules is None or not case.has("text-quote", "text-operator", "statement-syntax"):
        return
    quote = rules.names[0]
    edits = [
        Edit(*found.span(), f"{quote}{found['tick'] or found['square']}{quote}")
        for found in _PARTS.finditer(case.text)
        if (found["tick"] and "`" not in rules.names) or (found["square"] and "[" not in rules.names and _is_name(case.text, found.start()))
    ]
    if edits:
        yield case.with_edits(edits, f"names quoted with {quote}")


def text_quotes(case: Case) -> Iterator[Mended]:
    """`status = "completed"` -> `status = 'completed'`, where the quoted name is no column and is compared with one."""
    if case.reading is None or not case.has("column-unknown"):
        return
    edits: list[Edit] = []
    for block, column in unknown_columns(case):
        quoted = bool(column.this.args.get("quoted")) and not column.table
        if quoted and isinstance(column.parent, (exp.Predicate, exp.In, exp.Tuple)) and near_column(block, column) is None:
            edits.append(Edit(*span(column, case.text), "'{}'".format(column.name.replace("'", "''"))))
    if edits:
        yield case.with_edits(edits, "texts quoted with '")


def _is_name(text: str, at: int) -> bool:
    """A bracket behind a name or bracket is a subscript."""
    before = text[:at].rstrip()[-1:]
    return not (before.isalnum() or before in '_])"') or text[:at].rstrip().lower().endswith(
        ("select", "from", "join", "by", "where", "and", "or", "on")
    )
