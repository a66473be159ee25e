"""What was asked for and cannot be heeded is said, not swallowed."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from sqlcoder_core.api import Question, Session
from sqlcoder_core.values.options import Options


@pytest.mark.parametrize(("instructions", "said"), [("only cats", ["instructions"]), (None, [])])
def test_instructions_that_the_runtime_cannot_read_are_a_warning(tmp_path: Path, instructions: str | None, said: list[str]) -> None:
    with sqlite3.connect(tmp_path / "pets.db") as database:
        database.execute("CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT)")
    database.close()
    environ = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with Session.open(Options(database="pets.db"), cwd=tmp_path, environ=environ) as session:
        answer = session.ask(Question(text="how many pets", instructions=instructions))
    assert answer.status == "answered"
    assert [problem.code for problem in answer.problems] == said
