"""A real `sqlcoder batch`, killed at random moments: every question is answered once, none twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

TABLES = ("customers", "orders", "products")


@pytest.fixture
def shop(tmp_path):
    """A SQLite file with three tables."""
    database = sqlite3.connect(tmp_path / "shop.db")
    for number, table in enumerate(TABLES, 1):
        database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name TEXT)")
        database.executemany(f"INSERT INTO {table} (name) VALUES (?)", [(f"{table} {row}",) for row in range(number * 10)])
    database.commit()
    database.close()
    return tmp_path


def write_questions(folder, count):
    lines = [
        json.dumps({"id": f"ask-{number}", "question": f"how many {TABLES[number % 3]} are there", "nr": number}) for number in range(count)
    ]
    (folder / "in.jsonl").write_text("\n".join(lines))


def start(folder, *flags):
    command = [sys.executable, "-m", "sqlcoder_core", "batch", "in.jsonl", "--database", "shop.db", "--out", "out.jsonl", *flags]
    environment = {**os.environ, "SQLCODER_CACHE_DIR": str(folder / "cache")}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def end(process):
    """Wait; the exit code and what was said on stderr."""
    told = process.communicate()[1].decode()
    return process.returncode, told


def kill_when(process, journal, size, delay):
    """SIGKILL once the journal has grown to `size` bytes and `delay` seconds have gone; False when the run ended before."""
    while process.poll() is None:
        if journal.exists() and journal.stat().st_size >= size:
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()
    process.stderr.close()
    return process.returncode == -signal.SIGKILL


def answers_in(journal):
    return [json.loads(line)["id"] for line in journal.read_bytes().split(b"\n") if b'"answer": ' in line and line.endswith(b"}")]


def check(folder, count):
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [f"ask-{number}" for number in range(count)]
    assert {line["status"] for line in lines} == {"answered"}
    assert all(line["rows"] == [[(line["extra"]["nr"] % 3 + 1) * 10]] for line in lines)
    assert set(Counter(answers_in(folder / "out.jsonl.journal")).values()) == {1}
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []


def kill_and_resume(folder, *, kills, count, seed):
    """Kills spread over the run, at random places; returns how many hit."""
    chance = random.Random(seed)
    write_questions(folder, count)
    journal = folder / "out.jsonl.journal"
    hits = 0
    for number in range(kills):
        before = journal.stat().st_size if journal.exists() else 0
        step = chance.randrange(1, 2 * max(1, 900 * count // kills))
        if chance.random() < 0.1:
            step = 1  # as soon as it has begun
        hits += kill_when(start(folder, "--workers", str(1 + number % 2)), journal, before + step, chance.random() * 0.004)
    code, told = end(start(folder))
    assert code == 0, told
    check(folder, count)
    return hits


def test_killed_five_times_every_question_is_answered_once(shop):
    assert kill_and_resume(shop, kills=5, count=60, seed=3) >= 3


@pytest.mark.long
@pytest.mark.parametrize(("kills", "seed"), [(50, 50), (200, 200)])
def test_killed_many_times_every_question_is_answered_once(shop, kills, seed):
    assert kill_and_resume(shop, kills=kills, count=20 * kills, seed=seed) >= kills * 0.6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_stop_writes_the_file_and_the_next_run_continues(number, shop):
    write_questions(shop, 300)
    journal = shop / "out.jsonl.journal"
    process = start(shop)
    while process.poll() is None and not (journal.exists() and len(answers_in(journal)) >= 3):
        time.sleep(0.005)
    process.send_signal(number)
    code, told = end(process)
    assert code == 130, told
    assert "stopping after the questions in work" in told
    done = [json.loads(line)["id"] for line in (shop / "out.jsonl").read_text().splitlines()]
    assert 3 <= len(done) < 300
    assert done == [f"ask-{index}" for index in range(len(done))]
    assert f"{len(done)} answered" in told
    assert end(start(shop))[0] == 0
    check(shop, 300)


def test_a_second_batch_on_the_same_output_is_refused_while_the_first_one_runs(shop):
    write_questions(shop, 300)
    first = start(shop)
    while first.poll() is None and not (shop / "out.jsonl.journal").exists():
        time.sleep(0.005)
    code, told = end(start(shop))
    assert code == 4, told
    assert "out.jsonl.journal is being written by another sqlcoder; wait for it, or choose another --out" in told
    first.send_signal(signal.SIGINT)
    assert end(first)[0] == 130


def test_a_disk_that_is_full_is_exit_4_and_loses_nothing(shop):
    write_questions(shop, 30)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY)); sys.argv[0] = 'sqlcoder';"
        "from sqlcoder_core.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "batch", "in.jsonl", "--database", "shop.db", "--out", "out.jsonl"]
    environment = {**os.environ, "SQLCODER_CACHE_DIR": str(shop / "cache")}
    assert end(start(shop))[0] == 0  # the catalog's cache is larger than the limit; it is there now
    for name in ("out.jsonl", "out.jsonl.journal"):
        Path(shop / name).unlink()
    done = subprocess.run(command, cwd=shop, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "out.jsonl.journal: file too large" in done.stderr
    kept = len(answers_in(shop / "out.jsonl.journal"))
    assert kept >= 1
    assert end(start(shop))[0] == 0
    check(shop, 30)
