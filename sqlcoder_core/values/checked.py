"""SQL that the guard has let through."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.catalog import TableName
from sqlcoder_core.values.problem import Problem
from sqlcoder_core.values.result import ResultSet


class _Seal:
    """Proof that the guard made a query; the one instance lives here and only `sql/guard.py` may use it (a test holds that)."""

    def __repr__(self) -> str:
        return "<seal>"


GUARD_SEAL: Final = _Seal()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuery:
    """The only thing a connector runs. `text` is what is shown, hashed and executed, byte for byte.

    `tables` are the relations it reads, `catalog_checked` says whether they were held against a catalog, `notes` what
    was taken off the model's text (comments, a final semicolon). Raises TypeError when anybody but the guard makes one.
    """

    text: str
    dialect: str
    tables: tuple[TableName, ...] = ()
    catalog_checked: bool = True
    policy_id: str = ""
    notes: tuple[str, ...] = ()
    seal: _Seal = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not GUARD_SEAL:
            raise TypeError("a CheckedQuery is made by the guard only; call sqlcoder_core.sql.guard.check")

    @property
    def sha256(self) -> str:
        """Hash of the text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCandidate:
    """A candidate with what the checks found; `query` is None when something of severity `error` keeps it from running.

    `doubts` are those of the problems that make it likely wrong though it would run, as core's own checks have proved: a value that is
    not stored, rows that a join counts twice.
    """

    candidate: Candidate
    query: CheckedQuery | None
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A checked candidate and its rows; `result` is None when it was not run or when running it failed (`problem`)."""

    checked: CheckedCandidate
    result: ResultSet | None = None
    problem: Problem | None = None
    exit_code: int = 0
