"""The error tree, each branch with its exit code.

    SqlcoderError
    ├── UsageError          2    a flag, an argument, a question file
    │   └── ConfigError     2    sqlcoder.yaml, profiles.yml, a glossary: carries file and line
    ├── PluginError         3    names the plugin, its distribution and what it was doing
    │   └── ModelError      3    a model that cannot be loaded or that fails
    │       └── ModelDied   3    the model's process ended on its own or was killed
    ├── FileError           4    cannot be read or written, disk full, locked by another process
    ├── DatabaseError       5    connection, permission, SQL the engine refuses
    │   ├── ConnectionLost  5    could not be reached or hung up; asking again may help
    │   └── WorkerDied      5    the worker process ended on its own or was killed for memory
    ├── Refused             1    the guard will not let the SQL run: code, message, span
    ├── TimeLimit         124    a limit in seconds was reached
    └── Abstained           6    not understood well enough to answer

An error text starts lower case, has no full stop, names the thing, the place and the next step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcoder_core.values.problem import Problem


class SqlcoderError(Exception):
    """Base of every error this package raises on purpose.

    `place` is a file with line ("sqlcoder.yaml:12"), `hint` the next step for the person.
    """

    exit_code = 1

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}; {self.hint}" if self.hint else text

    def lines(self) -> tuple[str, ...]:
        """What is printed, one line for each thing that is wrong."""
        return (str(self),)


class UsageError(SqlcoderError):
    """A flag, an argument or an input file is not usable as given."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file is wrong; `place` says where. `problems` holds all of them when there are several."""

    def __init__(self, message: str, *, place: str | None = None, hint: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, place=place, hint=hint)
        self.problems = problems

    def lines(self) -> tuple[str, ...]:
        """One line per problem."""
        said = tuple(str(SqlcoderError(one.message, place=one.place, hint=one.hint)) for one in self.problems)
        return said or super().lines()


class PluginError(SqlcoderError):
    """A plugin failed; the message names plugin, distribution and what it was doing."""

    exit_code = 3


class ModelError(PluginError):
    """A model cannot be loaded or failed while generating."""


class ModelDied(ModelError):
    """The model's process ended on its own, was killed, or hung; the next question gets a fresh one.

    `code` is the stable word for the problem of the questions it was working on.
    """

    def __init__(self, message: str, *, code: str = "model_died", place: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, place=place, hint=hint)
        self.code = code


class FileError(SqlcoderError):
    """A file cannot be read or written."""

    exit_code = 4


class DatabaseError(SqlcoderError):
    """The database cannot be reached or refuses the statement."""

    exit_code = 5


class ConnectionLost(DatabaseError):
    """The database could not be reached, or ended the connection; nothing was wrong with the query, so asking again may help."""


class WorkerDied(DatabaseError):
    """The process that ran the query ended on its own, or was killed for its memory."""


class Refused(SqlcoderError):
    """The guard does not let this SQL run.

    `code` is stable (listed in `sqlcoder_core.sql.codes`); `span` is (start, end) in characters of the given text.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, *, span: tuple[int, int] | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.span = span


class TimeLimit(SqlcoderError):
    """A limit in seconds was reached and the work was stopped."""

    exit_code = 124


class Abstained(SqlcoderError):
    """The question was not understood well enough to answer."""

    exit_code = 6


def worst_exit_code(codes: list[int]) -> int:
    """The exit code of a run over several questions: 5, 4, 3, 2, 124, 1, 6, 0, first present wins."""
    order = (130, 5, 4, 3, 2, 124, 1, 6)
    return next((code for code in order if code in codes), 0)
