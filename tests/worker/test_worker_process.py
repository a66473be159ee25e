"""The worker's process: what it knows, how it ends, and that it always can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from sqlcoder_core.errors import DatabaseError, TimeLimit, WorkerDied
from sqlcoder_core.testing.unguarded import unguarded
from sqlcoder_core.values.result import Limits
from sqlcoder_core.values.secret import Secret

GENEROUS = 15.0


def _gone(process: int) -> bool:
    """Ended and waited for; a zombie is not gone."""
    until = time.monotonic() + GENEROUS
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_the_environment_holds_no_credentials_and_no_python_settings(start, monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-aws")
    monkeypatch.setenv("PGPASSWORD", "canary-pg")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    names = set(start()("environment"))
    assert "TZ" in names
    assert names <= {"HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PGPASSFILE", "SSL_CERT_DIR", "SSL_CERT_FILE", "TZ"}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_secrets_are_neither_in_arguments_nor_in_the_environment(start) -> None:
    ask = start(secret=Secret("canary-9137", reference="${X}"))
    assert "canary-9137" not in "".join(ask("argv"))


def test_a_message_does_not_repeat_a_secret(start) -> None:
    ask = start(secret=Secret("canary-9137", reference="${X}"))
    with pytest.raises(DatabaseError, match=r"cannot log in with \*\*\*$"):
        ask("tell_secret")


def test_the_child_is_warm_and_has_its_own_session(start) -> None:
    ask = start()
    first, session, parent = ask("process")
    assert ask("process")[0] == first
    assert (session, parent) == (first, os.getpid())


def test_what_a_driver_prints_does_not_disturb_the_answers(start) -> None:
    ask = start()
    assert ask("say hello") == ("hello",)
    assert ask("say again") == ("again",)


def test_a_query_that_ignores_cancel_is_killed_and_the_next_one_works(start) -> None:
    ask = start()
    (first, *_) = ask("process")
    started = time.monotonic()
    with pytest.raises(TimeLimit, match=r"stopped after 0\.3 s"):
        ask("stubborn", seconds=0.3)
    assert time.monotonic() - started < GENEROUS
    assert _gone(first)
    assert ask("process")[0] != first


def test_an_interrupt_ends_a_query_that_ignores_cancel(start) -> None:
    ask = start()
    (first, *_) = ask("process")
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask("stubborn")
    finally:
        timer.cancel()
    assert _gone(first)
    assert ask("say x") == ("x",)


def test_memory_is_watched_from_outside(start) -> None:
    ask = start()
    ask("process")
    with pytest.raises(WorkerDied, match="more than 64 MB of memory") as died:
        ask("hog", memory=64 << 20)
    assert died.value.exit_code == 5
    assert ask("say x") == ("x",)


def test_a_child_that_ends_by_itself_is_an_error_of_that_question_with_its_last_words(start) -> None:
    ask = start()
    with pytest.raises(WorkerDied, match="exit code 3: these are my last words"):
        ask("end 3")
    with pytest.raises(WorkerDied, match="SIGABRT"):
        ask("abort")
    assert ask("say x") == ("x",)


def test_a_child_that_was_killed_while_idle_is_replaced_without_a_word(start) -> None:
    ask = start()
    (first, *_) = ask("process")
    os.kill(first, signal.SIGKILL)
    time.sleep(0.2)
    assert ask("process")[0] != first


def test_errors_keep_their_words_and_hints(start) -> None:
    ask = start()
    with pytest.raises(DatabaseError, match="no such thing") as failed:
        ask("fail no such thing")
    assert failed.value.hint == "a hint"
    with pytest.raises(DatabaseError, match=r"connector failed with KeyError: 'oops'"):
        ask("surprise oops")


def test_values_that_no_database_should_return_still_arrive(start) -> None:
    big, nested, _, half, nan, data = start()("odd_values")
    assert (big, nested, half, data) == (2**70, {"k": [[1, 2]]}, "?", b"\x00")
    assert nan != nan  # noqa: PLR0124 - that is what makes it NaN


def test_closing_leaves_no_process(start) -> None:
    ask = start()
    (first, *_) = ask("process")
    ask.worker.close()
    assert _gone(first)
    ask.worker.close()


def test_threads_wait_for_each_other(start) -> None:
    ask = start()
    found: list[str] = []
    threads = [threading.Thread(target=lambda n=n: found.extend(ask(f"say {n}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(map(str, range(8)))


def test_a_child_started_by_a_thread_outlives_it(start) -> None:
    ask = start()
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(ask("process")[0]))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert ask("process")[0] == found[0]


@pytest.mark.parametrize("text", ["say x", "stubborn"])
def test_no_orphan_is_left_when_the_program_is_killed(text: str, tmp_path: Path) -> None:
    program = textwrap.dedent(f"""
        import sys, importlib.util, threading
        from sqlcoder_core.testing.unguarded import unguarded
        from sqlcoder_core.worker.client import QueryWorker
        spec = importlib.util.spec_from_file_location("odd", {str(Path(__file__).parent / "odd_connector.py")!r})
        odd = sys.modules["odd"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(odd)
        worker = QueryWorker(odd.OddConnector(odd.OddSettings()))
        print(worker.run(unguarded("process", "duckdb")).rows[0][0], flush=True)
        worker.run(unguarded({text!r}, "duckdb"))
        threading.Event().wait()
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.2)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _gone(child)


def test_warming_up_does_not_wait(start) -> None:
    ask = start()
    ask.worker.warm()
    assert ask("say x") == ("x",)


def test_an_engine_that_cannot_be_imported_is_named(odd_connector) -> None:
    class Broken(odd_connector):
        engine = "no_such_package.engine:Engine"

    from sqlcoder_core.worker.client import QueryWorker

    with QueryWorker(Broken(odd_connector.Settings())) as worker, pytest.raises(WorkerDied, match=r"odd cannot start.*no_such_package"):
        worker.run(unguarded("SELECT 1", "duckdb"))


def test_the_child_loads_neither_pydantic_nor_sqlglot(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "x.duckdb"
    duckdb.connect(str(path)).close()
    code = (
        "import sys, sqlcoder_core.worker.query_child, sqlcoder_duckdb.engine, sqlcoder_sqlite.engine;"
        "print([m for m in ('pydantic', 'sqlglot', 'yaml', 'rich', 'typer', 'pluggy', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_limits_of_one_question_do_not_stay(start) -> None:
    ask = start(limits=Limits(seconds=20, rows=10))
    with pytest.raises(TimeLimit):
        ask("stubborn", seconds=0.2)
    assert ask("say x", seconds=20) == ("x",)
