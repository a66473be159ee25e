"""Columns: whole in a pipe, and on a terminal never wider than it."""

from __future__ import annotations

import pytest

from sqlcoder_core.cli.columns import print_columns, terminal_width

ROWS = [("smollm2", "gguf", "a small general language model that knows some SQL"), ("defog/sqlcoder-7b-2", "no", "the original")]


@pytest.mark.parametrize("width", [16, 30, 55, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_none_is_lost(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    print_columns(ROWS, heading=("name", "here", "about"), width=width)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= width
    assert ("about" in lines[0]) is (width >= 55)
    assert ("…" in lines[1]) is (width == 55)


def test_a_pipe_gets_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal_width() is None
    print_columns(ROWS, width=terminal_width())
    assert "knows some SQL" in capsys.readouterr().out
