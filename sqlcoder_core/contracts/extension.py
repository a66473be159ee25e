"""Extensions: objects with run hooks, built from their own settings."""

from __future__ import annotations

from collections.abc import Iterable

from sqlcoder_core.contracts.component import Component
from sqlcoder_core.values.candidate import Candidate
from sqlcoder_core.values.linked import Linked
from sqlcoder_core.values.problem import Problem


class Extension(Component):
    """Override the hooks you need. Core's own checks always run; an extension may add problems, never remove one."""

    def sqlcoder_check(self, candidate: Candidate, linked: Linked) -> Iterable[Problem]:
        """Problems of one candidate; one of severity `error` keeps it from running."""
        return ()

    def sqlcoder_repair(self, candidate: Candidate, problems: tuple[Problem, ...], linked: Linked) -> Iterable[Candidate]:
        """Statements in place of one that has these problems; each is checked like any other before it runs."""
        return ()

    def sqlcoder_doctor(self) -> Iterable[Problem]:
        """Findings for `sqlcoder doctor`, each with its remedy as `hint`."""
        return ()
