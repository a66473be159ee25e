"""What prompts begin with alike is computed once, in a call, between calls and between runs; and answers stay the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.decoding import group, kept_files, prompt_tree
from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.decoding.job import certain_tokens
from sqlcoder_core.decoding.token_runs import common_length, distinct_tokens
from sqlcoder_core.errors import FileError
from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, scripted

MakeToy = Callable[..., Any]
SCHEMA = "CREATE TABLE orders (id integer, amount real); " * 12
OTHER = "CREATE TABLE customers (name text, city text); " * 12
LONG = len(ToyTokenizer().encode(SCHEMA))


def _jobs(schema: str, *questions: str, shared: bool = True) -> list[Job]:
    return [Job(schema + question, shared=len(schema) if shared else 0) for question in questions]


def _computed(generated: Any) -> int:
    return sum(one.prompt_tokens - one.reused_tokens for one in generated)


def _texts(generated: Any) -> list[list[str]]:
    return [[one.text for one in found.hypotheses] for found in generated]


@pytest.fixture
def alone(toy: MakeToy) -> Callable[..., list[list[str]]]:
    """Texts of jobs that share nothing."""
    return lambda *jobs: [text for job in jobs for text in _texts(toy(keep="no").answer(Job(job.text)))]


def test_a_beginning_in_common_is_computed_once_in_a_call(toy: MakeToy, alone: Any) -> None:
    jobs = _jobs(SCHEMA, "who", "where", "what else", shared=False)
    toys = toy(keep="no")
    found = toys.answer(*jobs, max_tokens=1, beams=1)
    assert toys.session.computed == _computed(found) < LONG + 60
    assert found[0].reused_tokens == 0 and found[1].reused_tokens >= LONG
    assert _texts(toys.answer(*jobs)) == alone(*jobs)


def test_questions_on_two_schemas_share_each_with_their_own(toy: MakeToy, alone: Any) -> None:
    jobs = [*_jobs(SCHEMA, "who", "where", shared=False), *_jobs(OTHER, "who", "where", shared=False)]
    jobs = [jobs[0], jobs[2], jobs[1], jobs[3]]
    toys = toy(keep="no")
    found = toys.answer(*jobs, max_tokens=1, beams=1)
    assert toys.session.computed == _computed(found) < 2 * LONG + 80
    assert _texts(toys.answer(*jobs)) == alone(*jobs)


def test_the_same_prompt_twice_is_computed_once(toy: MakeToy) -> None:
    toys = toy(keep="no")
    found = toys.answer("the same", "the same", "the same and more", beams=1, max_tokens=1)
    assert toys.session.computed == _computed(found)
    assert found[1].reused_tokens == found[1].prompt_tokens
    assert found[0].hypotheses == found[1].hypotheses


def test_a_prompt_that_begins_like_a_longer_one_gets_its_own_answer(toy: MakeToy, alone: Any) -> None:
    jobs = [Job(SCHEMA[:400]), Job(SCHEMA[:401]), Job(SCHEMA[:400] + "x"), Job(SCHEMA[:300]), Job(SCHEMA[:400])]
    assert _texts(toy().answer(*jobs)) == alone(*jobs)


def test_a_marked_beginning_is_found_again_by_later_calls(toy: MakeToy, alone: Any) -> None:
    toys, jobs = toy(), _jobs(SCHEMA, "who", "where", "what")
    answers = [toys.answer(job)[0] for job in jobs]
    assert answers[0].reused_tokens == 0
    assert all(LONG - 2 <= one.reused_tokens < LONG for one in answers[1:])
    assert _texts(answers) == alone(*jobs)


def test_without_keeping_later_calls_begin_anew(toy: MakeToy) -> None:
    toys = toy(keep="no")
    assert [toys.answer(job)[0].reused_tokens for job in _jobs(SCHEMA, "who", "where")] == [0, 0]
    assert toys.session.branches == 0


def test_a_beginning_of_a_kept_beginning_is_used_and_kept_too(toy: MakeToy, alone: Any) -> None:
    toys = toy()
    short, long = Job(SCHEMA + "x", shared=len(SCHEMA)), Job(SCHEMA + OTHER + "x", shared=len(SCHEMA + OTHER))
    toys.answer(short)
    before = toys.session.computed
    found = toys.answer(long, max_tokens=1, beams=1)
    assert found[0].reused_tokens >= LONG - 2 and toys.session.computed - before < len(ToyTokenizer().encode(OTHER)) + 20
    again = toys.answer(short, long)
    assert [one.prompt_tokens - one.reused_tokens < 8 for one in again] == [True, True]
    assert _texts(again) == alone(short, long)


def test_the_longest_unused_beginning_goes_when_the_budget_is_spent(toy: MakeToy) -> None:
    toys = toy(kept_tokens=int(2.5 * LONG))
    schemas = [f"{number} {SCHEMA}" for number in range(3)]
    one, two, three = (_jobs(schema, "who")[0] for schema in schemas)
    toys.answer(one)
    toys.answer(two)
    toys.answer(one)
    toys.answer(three)
    assert sum(map(len, toys.decoder._kept.runs)) <= 2.5 * LONG
    assert toys.answer(one)[0].reused_tokens > 0
    assert toys.answer(two)[0].reused_tokens == 0


def test_a_beginning_beyond_the_budget_is_kept_until_the_next(toy: MakeToy) -> None:
    toys, (job, other) = toy(kept_tokens=10), (_jobs(SCHEMA, "who")[0], _jobs(OTHER, "who")[0])
    toys.answer(job)
    assert toys.answer(job)[0].reused_tokens > 0
    toys.answer(other)
    assert len(toys.decoder._kept.runs) == 1 and toys.answer(job)[0].reused_tokens == 0


def test_a_token_that_merges_over_the_boundary_is_not_taken_for_certain(toy: MakeToy, alone: Any) -> None:
    schema = SCHEMA + "SELEC"
    jobs = [Job(schema + "T the", shared=len(schema)), Job(schema + " the", shared=len(schema)), Job(schema + "T and", shared=len(schema))]
    toys = toy()
    assert _texts([toys.answer(job)[0] for job in jobs]) == alone(*jobs)
    assert all(toys.answer(job)[0].reused_tokens >= LONG - 2 for job in jobs)


def test_what_is_certain_ends_before_the_last_token_that_agrees() -> None:
    assert certain_tokens([1, 2, 3, 4, 5], [1, 2, 3]) == 2
    assert certain_tokens([1, 2, 9, 4, 5], [1, 2, 3]) == 1
    assert certain_tokens([9, 2], [1, 2]) == 0


def test_a_long_beginning_goes_on_where_time_ran_out_or_the_caller_stopped(
    toy: MakeToy, alone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = SCHEMA * 9
    job, tokens = _jobs(schema, "who")[0], len(ToyTokenizer().encode(schema))
    toys = toy(ToyEngine(context=1 << 14))
    for module in (group, prompt_tree):
        monkeypatch.setattr(module, "monotonic", lambda: float(toys.session.computed))
    late = toys.answer(job, seconds=2500)[0]
    assert late.problem is not None and late.problem.code == "time_limit" and late.reused_tokens == 0
    with pytest.raises(InterruptedError):
        toys.answer(job, seconds=9999, pause=_interrupting(after=40))
    before = toys.session.computed
    found = toys.answer(job, seconds=2500)
    assert found[0].problem is None and 3072 <= found[0].reused_tokens < tokens
    assert before < tokens + 2 * prompt_tree.RUN and len(toys.decoder._kept.runs) == 1
    monkeypatch.undo()
    assert _texts(found) == _texts(toy(ToyEngine(context=1 << 14), keep="no").answer(Job(job.text)))


def _interrupting(after: int) -> Callable[[], None]:
    left = iter(range(after))

    def pause() -> None:
        if next(left, None) is None:
            raise InterruptedError

    return pause


def test_memory_that_does_not_hold_all_is_used_for_fewer_questions_at_once(toy: MakeToy, alone: Any) -> None:
    jobs = _jobs(SCHEMA, "who", "where", "what", "when")
    toys = toy(ToyEngine(room=LONG + 400))
    assert _texts(toys.answer(*jobs)) == alone(*jobs)
    assert toys.session.most_used <= LONG + 400


def test_kept_beginnings_make_way_for_a_prompt_that_needs_their_room(toy: MakeToy, alone: Any) -> None:
    toys = toy(ToyEngine(room=LONG + 400))
    toys.answer(*_jobs(SCHEMA, "who"))
    job = _jobs(OTHER, "who")[0]
    assert _texts(toys.answer(job)) == alone(job)


def test_answers_are_shorter_where_there_is_no_room_for_long_ones(toy: MakeToy) -> None:
    tokenizer = ToyTokenizer()
    engine = ToyEngine(room=768, predict=scripted(tokenizer, {"one": "a quite short answer", "two": "abcd" * 80}))
    short, long = toy(engine).answer("one", "two", beams=2, max_tokens=1000, no_repeat=False)
    assert short.problem is None and short.hypotheses[0].text == "a quite short answer"
    assert {one.ended for one in long.hypotheses} == {"length"} and long.hypotheses[0].tokens == 250
    assert long.problem is not None and long.problem.code == "little_room" and "250 tokens" in long.problem.message


def test_a_prompt_beyond_all_memory_is_a_problem_of_that_question_alone(toy: MakeToy) -> None:
    found = toy(ToyEngine(room=300)).answer(SCHEMA, "who")
    assert found[0].problem is not None and found[0].problem.code == "no_room" and found[0].problem.hint == "use fewer beams"
    assert found[1].problem is None and found[1].hypotheses


# ------------------------------------------------------------------ on disk


def _on_disk(toy: MakeToy, folder: Path, engine: ToyEngine | None = None) -> Any:
    return toy(engine, keep="disk", folder=folder)


def test_a_later_run_reads_the_beginning_from_disk(toy: MakeToy, alone: Any, tmp_path: Path) -> None:
    folder, jobs = tmp_path / "made" / "here", _jobs(SCHEMA, "who", "where")
    _on_disk(toy, folder).answer(jobs[0])
    later = _on_disk(toy, folder)
    found = later.answer(jobs[1])
    assert found[0].reused_tokens >= LONG - 2
    assert _texts(found) == alone(jobs[1])
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_that_is_read_counts_as_used(toy: MakeToy, tmp_path: Path) -> None:
    job = _jobs(SCHEMA, "who")[0]
    _on_disk(toy, tmp_path).answer(job)
    (file,) = tmp_path.iterdir()
    os.utime(file, (1000, 1000))
    _on_disk(toy, tmp_path).answer(job)
    assert file.stat().st_mtime > 1000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"weights": "another", "tokens": [1]}', b'{"weights": "toy", "tokens": [1, 2]}'])
def test_a_broken_or_foreign_file_is_removed_and_written_anew(toy: MakeToy, alone: Any, tmp_path: Path, content: bytes) -> None:
    job = _jobs(SCHEMA, "who")[0]
    _on_disk(toy, tmp_path).answer(job)
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    file.write_bytes(content)
    found = _on_disk(toy, tmp_path).answer(job)
    assert found[0].reused_tokens == 0 and _texts(found) == alone(job)
    assert file.read_bytes() == good


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes are POSIX's")
@pytest.mark.parametrize("how", ["a link", "writable by others", "another owner"])
def test_a_file_that_somebody_else_may_have_written_is_not_read(
    toy: MakeToy, alone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    folder, job = tmp_path / "states", _jobs(SCHEMA, "who")[0]
    _on_disk(toy, folder).answer(job)
    (file,) = folder.iterdir()
    if how == "a link":
        file.symlink_to(file.rename(tmp_path / "elsewhere"))
    elif how == "writable by others":
        file.chmod(0o666)
    else:
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    found = _on_disk(toy, folder).answer(job)
    assert found[0].reused_tokens == 0 and _texts(found) == alone(job)


def test_another_models_files_are_not_looked_at(toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = _jobs(SCHEMA, "who")[0]
    _on_disk(toy, tmp_path).answer(job)
    engine = ToyEngine()
    facts = engine.load()
    monkeypatch.setattr(engine, "load", lambda: type(facts)(name="toy", weights="fedcba9876543210"))
    assert _on_disk(toy, tmp_path, engine).answer(job)[0].reused_tokens == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_short_beginnings_are_not_worth_a_file(toy: MakeToy, tmp_path: Path) -> None:
    text = SCHEMA[:100]
    _on_disk(toy, tmp_path).answer(Job(text + "who", shared=100))
    assert list(tmp_path.iterdir()) == []


def test_files_unused_for_longest_go_when_the_folder_is_full(toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [_jobs(f"{number} {SCHEMA}", "who")[0] for number in range(3)]
    _on_disk(toy, tmp_path).answer(jobs[0])
    size = next(tmp_path.iterdir()).stat().st_size
    monkeypatch.setattr(kept_files.KeptFiles.__init__, "__kwdefaults__", {"most_bytes": int(2.5 * size)})
    toys = _on_disk(toy, tmp_path)
    toys.answer(jobs[1])
    first, second = sorted(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime)
    os.utime(first, (2000, 2000))
    os.utime(second, (1000, 1000))
    toys.answer(jobs[2])
    assert first.exists() and not second.exists() and len(list(tmp_path.iterdir())) == 2


def test_all_models_together_stay_within_the_bound(tmp_path: Path) -> None:
    for model, age in (("one", 1000), ("two", 3000), ("three", 2000)):
        (tmp_path / model).mkdir()
        (tmp_path / model / f"x{kept_files.SUFFIX}").write_bytes(b"0" * 100)
        os.utime(tmp_path / model / f"x{kept_files.SUFFIX}", (age, age))
    kept_files.tidy(tmp_path, 250)
    assert sorted(file.parent.name for file in tmp_path.rglob(f"*{kept_files.SUFFIX}")) == ["three", "two"]


def test_a_half_written_file_of_a_killed_process_is_cleared_away(toy: MakeToy, tmp_path: Path) -> None:
    old, new = tmp_path / ".one.1.part", tmp_path / ".two.2.part"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    _on_disk(toy, tmp_path).answer(_jobs(SCHEMA, "who")[0])
    assert not old.exists() and new.exists()


def test_a_folder_that_cannot_be_made_costs_only_the_reuse(toy: MakeToy, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    toys = _on_disk(toy, tmp_path / "file" / "folder")
    assert toys.answer(_jobs(SCHEMA, "who")[0])[0].hypotheses


@pytest.mark.parametrize("error", [OSError("no space left on device"), FileError("cannot write"), RuntimeError("from a library")])
def test_a_save_that_fails_leaves_no_file(toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    toys = _on_disk(toy, tmp_path)

    def full(handle: int, file: Path) -> None:
        file.write_text("half")
        raise error

    monkeypatch.setattr(toys.session, "save", full)
    assert toys.answer(_jobs(SCHEMA, "who")[0])[0].hypotheses
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_one_bit_changed_is_not_believed(toy: MakeToy, alone: Any, tmp_path: Path) -> None:
    job = _jobs(SCHEMA, "who")[0]
    _on_disk(toy, tmp_path).answer(job)
    (file,) = tmp_path.iterdir()
    good = file.read_bytes()
    file.write_bytes(good.replace(b"1", b"3", 1))
    assert file.read_bytes() != good and len(file.read_bytes()) == len(good)
    found = _on_disk(toy, tmp_path).answer(job)
    assert found[0].reused_tokens == 0 and _texts(found) == alone(job)
    assert file.read_bytes() == good


def test_a_disk_that_is_nearly_full_is_left_alone(toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "SPARE_BYTES", 1 << 80)
    assert _on_disk(toy, tmp_path).answer(_jobs(SCHEMA, "who")[0])[0].hypotheses
    assert list(tmp_path.iterdir()) == []


def test_a_state_larger_than_the_whole_folder_may_be_drives_no_other_out(
    toy: MakeToy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _on_disk(toy, tmp_path).answer(_jobs(SCHEMA, "who")[0])
    (kept,) = tmp_path.iterdir()
    monkeypatch.setattr(kept_files.KeptFiles.__init__, "__kwdefaults__", {"most_bytes": int(1.5 * kept.stat().st_size)})
    assert _on_disk(toy, tmp_path).answer(_jobs(SCHEMA * 2, "who")[0])[0].hypotheses
    assert list(tmp_path.iterdir()) == [kept]


# ------------------------------------------------------------------ runs of tokens


@pytest.mark.parametrize(("one", "other", "common"), [("", "", 0), ("ab", "ab", 2), ("abc", "abd", 2), ("abc", "ab", 2), ("x", "abc", 0)])
def test_the_common_length_of_two_runs(one: str, other: str, common: int) -> None:
    assert common_length(list(map(ord, one)), list(map(ord, other))) == common


def test_a_tree_holds_what_runs_begin_with_alike_once() -> None:
    assert distinct_tokens([[1, 2, 3], [1, 2, 4, 5], [9], [1, 2, 3], [1]]) == 6
