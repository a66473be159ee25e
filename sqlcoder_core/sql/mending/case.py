"""What a repair works on: the text, its problems, and the query taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlcoder_core.errors import Refused
from sqlcoder_core.sql.lexer import clean
from sqlcoder_core.sql.lexical import LEXICAL
from sqlcoder_core.sql.mending.edits import Edit, edited
from sqlcoder_core.sql.mending.engine_words import in_our_words
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.reading import Reading, read
from sqlcoder_core.values.catalog import Catalog
from sqlcoder_core.values.problem import Problem


@dataclass(frozen=True)
class Case:
    """`text` is without comments and final semicolon where the lexer can tell, and as given where it cannot."""

    text: str
    dialect: str
    catalog: Catalog
    problems: tuple[Problem, ...]

    @cached_property
    def reading(self) -> Reading | None:
        """The query taken apart, None where it does not parse."""
        return read(self.text, self.dialect, self.catalog)

    def has(self, *codes: str) -> bool:
        """Whether one of the problems has one of these codes."""
        return any(problem.code in codes for problem in self.problems)

    def coded(self, *codes: str) -> tuple[Problem, ...]:
        """The problems with these codes."""
        return tuple(problem for problem in self.problems if problem.code in codes)

    def with_edits(self, edits: Sequence[Edit], note: str) -> Mended:
        """The text after these edits."""
        return Mended(sql=edited(self.text, edits), note=note)


def case_of(sql: str, dialect: str, catalog: Catalog, problems: Sequence[Problem]) -> Case:
    """The case of a statement as its writer gave it."""
    try:
        text = clean(sql, dialect).text if dialect in LEXICAL else sql
    except Refused:
        text = sql.strip().rstrip(";").rstrip()
    said = tuple(dict.fromkeys(each for problem in problems for each in in_our_words(problem)))
    return Case(text, dialect, catalog, said)
