"""`sqlcoder` as a person or a script meets it: a real process, a real terminal, a SQLite file."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time

import pytest

COMMAND = [sys.executable, "-m", "sqlcoder_core"]


@pytest.fixture
def folder(tmp_path):
    """A folder with a small database."""
    database = sqlite3.connect(tmp_path / "shop.db")
    database.executescript(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT);"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), total REAL);"
    )
    cities = ("Berlin", "Paris", "New York")
    database.executemany("INSERT INTO customers VALUES (?, ?, ?)", [(n, f"Customer {n}", cities[n % 3]) for n in range(30)])
    database.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(n, n % 30, float(n)) for n in range(90)])
    database.commit()
    database.close()
    return tmp_path


@pytest.fixture
def environment(folder):
    """No configuration of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"SQLCODER_CACHE_DIR": str(folder / "cache"), "XDG_STATE_HOME": str(folder / "state"), "TERM": "xterm-256color"}
    return {**kept, **own, "PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONUTF8": "1"}


@pytest.fixture
def piped(folder, environment):
    """Runs the command with pipes."""

    def run(*arguments):
        command = [*COMMAND, *arguments, "--database", "shop.db"]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return run


class Terminal:
    """A process on a pseudo terminal; `seen` is all it has written."""

    def __init__(self, arguments, folder, environment, columns):
        self.seen = ""
        self.waited = 0
        self.finished = False
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.closerange(3, 256)  # a pipe of the test run's that stayed open here would keep its reader waiting
            os.chdir(folder)
            os.execve(sys.executable, [*COMMAND, *arguments, "--database", "shop.db"], environment)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def wait_for(self, pattern, seconds=30):
        """Read until the pattern comes, after what was waited for before."""
        end = time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.seen, self.waited)):
            assert self._read(end - time.monotonic()), self.seen
        self.waited = found.end()

    def send(self, text):
        """Type."""
        os.write(self.handle, text.encode())

    def finish(self, seconds=30):
        """Read to the end; the exit code."""
        end = time.monotonic() + seconds
        while self._read(end - time.monotonic()):
            pass
        os.close(self.handle)
        self.finished = True
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self, seconds):
        ready, _, _ = select.select([self.handle], [], [], max(seconds, 0))
        assert ready, self.seen
        try:
            data = os.read(self.handle, 65536)
        except OSError:  # Linux says so when the other side has gone
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)


@pytest.fixture
def terminal(folder, environment):
    """Starts the command on a terminal of that width."""

    started = []

    def start(*arguments, columns=80, **extra):
        started.append(Terminal(arguments, folder, {**environment, **extra}, columns))
        return started[-1]

    yield start
    for one in started:
        if not one.finished:
            os.kill(one.pid, signal.SIGKILL)
            os.waitpid(one.pid, 0)


def test_a_terminal_gets_a_coloured_table_and_a_pipe_plain_csv(terminal, piped):
    screen = terminal("ask", "how many customers are there")
    assert screen.finish() == 0
    assert "\x1b[1m" in screen.seen
    assert re.search(r"\n +30\r?\n", re.sub(r"\x1b\[[0-9;]*m", "", screen.seen))
    assert "confidence" in screen.seen
    done = piped("ask", "how many customers are there")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == ["30"]
    assert done.stderr == ""


@pytest.mark.parametrize("off", [("--no-color",), ()])
def test_no_color_is_respected(off, terminal):
    screen = terminal("ask", "how many customers are there", *off, **({} if off else {"NO_COLOR": "1"}))
    assert screen.finish() == 0
    assert "\x1b[1m" not in screen.seen
    assert "\x1b[3" not in screen.seen


@pytest.mark.parametrize(("columns", "said"), [(40, {}), (140, {}), (140, {"COLUMNS": "50"})])
def test_the_table_fits_the_terminal_or_what_columns_says(columns, said, terminal):
    screen = terminal("ask", "list the customers in Berlin", "--no-color", columns=columns, **said)
    assert screen.finish() == 0
    rows = [line for line in screen.seen.replace("\r", "").split("\n") if "Customer" in line]
    assert rows
    assert all(len(line) <= int(said.get("COLUMNS", columns)) for line in rows)


def test_a_reader_that_leaves_is_no_error(folder, environment):
    questions = "how many customers are there\n" * 40
    process = subprocess.Popen(
        [*COMMAND, "ask", "-", "--format", "jsonl", "--database", "shop.db"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(questions)
    process.stdin.close()
    assert json.loads(process.stdout.readline())["status"] == "answered"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0


def test_lines_are_answered_as_they_come(folder, environment):
    process = subprocess.Popen(
        [*COMMAND, "ask", "-", "--format", "jsonl", "--database", "shop.db"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for question, rows in (("how many customers are there", [[30]]), ("how many orders are there", [[90]])):
        process.stdin.write(question + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["rows"] == rows
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == 0


def test_nonsense_abstains_with_exit_code_6_and_names_the_words(piped):
    done = piped("ask", "how many flurbs are grommited")
    assert done.returncode == 6
    assert done.stdout == ""
    assert "flurbs" in done.stderr
    assert done.stderr.startswith("sqlcoder: abstained: ")


def test_every_file_format_is_written(folder, piped):
    for ending in ("csv", "json", "jsonl", "parquet", "sql", "md", "txt"):
        done = piped("ask", "number of customers per city", "--out", f"answer.{ending}")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    import duckdb

    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/answer.parquet'").fetchall() == [(3,)]
    assert len(json.loads((folder / "answer.json").read_text())["rows"]) == 3


def test_sql_only_can_be_run_by_the_engines_own_tools(folder, piped):
    statement = piped("ask", "number of customers per city", "--sql-only").stdout
    assert len(sqlite3.connect(folder / "shop.db").execute(statement).fetchall()) == 3


def test_the_loop_answers_follows_up_explains_and_leaves(terminal, folder):
    screen = terminal("ask", "--no-color")
    screen.wait_for(r"2 tables.*\\help")
    for line, expected in (
        ("how many customers are there", r"\n +30\r"),
        (r"\sql", "SELECT COUNT"),
        (r"\why", "signature"),
        ("how many cust\t are there", r"\n +30\r"),
    ):
        screen.wait_for("sqlcoder>")
        screen.send(line + "\r")
        screen.wait_for(expected)
    screen.wait_for("sqlcoder>")
    screen.send("\x04")
    assert screen.finish() == 0
    assert "how many customers are there" in (folder / "state" / "sqlcoder" / "history").read_text()


def test_ctrl_c_ends_the_command_with_130(terminal):
    screen = terminal("ask", "-", "--format", "jsonl")
    screen.send("how many customers are there\n")
    screen.wait_for('"answered"')
    screen.send("\x03")
    assert screen.finish() == 130
    assert "sqlcoder: interrupted" in screen.seen
    assert "Traceback" not in screen.seen
