"""Sink `parquet`: rows with their exact types, through duckdb's own writer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlcoder_core.api import Answer, Destination, FileError, ResultSet, Sink, UsageError, WholeFile, hookimpl
from sqlcoder_files.column_types import column_type
from sqlcoder_files.place import PlaceSettings, chosen_path
from sqlcoder_files.stacked import Stack

_CELLS_AT_ONCE = 2_000


class ParquetSink(Sink):
    """A Parquet file; question and SQL stand in its metadata; several questions get a leading `id` column."""

    name = "parquet"
    Settings = PlaceSettings

    def open(self, destination: Destination) -> None:
        super().open(destination)
        path = chosen_path(destination, self.settings)
        if path is None:
            raise UsageError(
                "parquet cannot be written to the terminal or a pipe", hint="name a file with --out FILE or --sink parquet:FILE"
            )
        self._file = WholeFile(path)
        self._stack = Stack(several=destination.several, sink="parquet")
        self._rows: list[Sequence[object]] = []
        self._answers: list[tuple[Answer, ResultSet]] = []

    def write(self, answer: Answer) -> None:
        if answer.result is not None:
            self._rows.extend(self._stack.rows(answer, answer.result))
            self._answers.append((answer, answer.result))

    def close(self) -> None:
        if not self._answers:
            self._file.discard()
            return
        self._write(*self._answers[0])
        self._file.commit()

    def _write(self, answer: Answer, result: ResultSet) -> None:
        import duckdb

        columns = _distinct(self._stack.columns(result))
        declared = ("VARCHAR", *result.types) if self.destination.several else result.types
        trusted = answer.dialect == "duckdb"
        types = [column_type(kind if trusted else None, [row[n] for row in self._rows]) for n, kind in enumerate(declared)]
        with duckdb.connect(":memory:") as engine:
            engine.execute(
                f"CREATE TABLE answer ({', '.join(f'{_quoted(name)} {kind}' for name, kind in zip(columns, types, strict=True))})"
            )
            for marks, values in _chunks(self._rows, len(columns)):
                engine.execute(f"INSERT INTO answer VALUES {marks}", values)
            try:
                engine.execute(f"COPY answer TO {_literal(str(self._file.staged))} (FORMAT parquet, KV_METADATA {self._metadata()})")
            except duckdb.IOException as error:
                self._file.discard()
                reason = str(error).splitlines()[0]
                raise FileError(f"cannot write {self._file.path}: {reason}", hint="free some space or choose another place") from error

    def _metadata(self) -> str:
        questions = "\n".join(answer.question.text for answer, _ in self._answers)
        statements = ";\n".join(answer.sql or "" for answer, _ in self._answers)
        return f"{{'sqlcoder.question': {_literal(questions)}, 'sqlcoder.sql': {_literal(statements)}}}"


def _chunks(rows: Sequence[Sequence[object]], width: int) -> Iterable[tuple[str, list[object]]]:
    step = max(1, _CELLS_AT_ONCE // width)
    mark = "(" + ", ".join("?" * width) + ")"
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        yield ", ".join([mark] * len(part)), [cell for row in part for cell in row]


def _distinct(names: Sequence[str]) -> list[str]:
    """Column names as Parquet can hold them: empty ones get a name, repeated ones a number."""
    taken: set[str] = set()
    found = []
    for number, name in enumerate(names, 1):
        wanted = base = name or f"column_{number}"
        count = 1
        while wanted.lower() in taken:
            count += 1
            wanted = f"{base}_{count}"
        taken.add(wanted.lower())
        found.append(wanted)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "") + "'"


@hookimpl
def sqlcoder_sinks() -> Iterable[type[Sink]]:
    return (ParquetSink,)
