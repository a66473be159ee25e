"""Results of several questions as rows of one table."""

from __future__ import annotations

from sqlcoder_core.api import Answer, ResultSet, UsageError


class Stack:
    """Holds the columns of the first result against every later one; with `several`, rows get a leading `id`."""

    def __init__(self, *, several: bool, sink: str) -> None:
        self._several = several
        self._sink = sink
        self._first: Answer | None = None

    def columns(self, result: ResultSet) -> tuple[str, ...]:
        """The columns as they are written."""
        return ("id", *result.columns) if self._several else result.columns

    def rows(self, answer: Answer, result: ResultSet) -> tuple[tuple[object, ...], ...]:
        """The rows as they are written; raises UsageError when they do not fit under the columns of the first result."""
        if self._first is None:
            self._first = answer
        before = self._first.result
        if before is not None and before.columns != result.columns:
            raise UsageError(
                f"{self._sink} cannot hold these answers in one table: {answer.question.id} has the columns "
                f"{', '.join(result.columns)}, {self._first.question.id} has {', '.join(before.columns)}",
                hint="use --format jsonl for several questions",
            )
        return tuple((answer.question.id, *row) for row in result.rows) if self._several else result.rows
