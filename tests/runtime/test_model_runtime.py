"""A question to a model: prompt, hypotheses, checks, rows, and everything that can go wrong on the way."""

from __future__ import annotations

import hashlib

import pytest

from sqlcoder_core.api import Question
from sqlcoder_core.errors import ConfigError, ModelError, PluginError
from sqlcoder_core.runtime import loaded_models
from sqlcoder_core.worker import model_client

COUNT = "SELECT count(*) AS n FROM pets"
NAMES = "SELECT name FROM pets"


def test_a_model_answers_with_checked_sql_and_its_rows(ask) -> None:
    answer = ask("how many pets", answers={"pets": [COUNT]})
    assert (answer.status, answer.sql, answer.exit_code) == ("answered", COUNT, 0)
    assert answer.result is not None and answer.result.rows == ((3,),)
    assert answer.confidence is not None and 0.9 < answer.confidence <= 1


def test_the_signature_says_what_model_read_what(ask, pets) -> None:
    answer = ask("how many pets", answers={"pets": [COUNT]}, beams=2, seed=4)
    signature = dict(answer.signature)
    prompt = "tables: pets\nvalues: True\nquestion: how many pets\nSQL: "
    assert signature["runtime"] == "canned"
    assert signature["model"] == "toy"
    assert len(signature["weights"]) == 16
    assert signature["decoding"] == "beams 2, max_tokens 400, length_penalty 1, constrain false"
    assert signature["prompter"] == "plain"
    assert signature["prompt"] == hashlib.sha256(prompt.encode()).hexdigest()
    assert signature["shown"] == "pets(id, name, kind)"
    assert signature["left_out"] == "sample values"
    assert signature["precision"] == "float32"
    assert signature["tokens"].startswith("prompt ")
    assert signature["plugins"] == "canned=canned-models 1.0, plain=canned-models 1.0"
    assert len({name for name, _ in answer.signature}) == len(answer.signature)


def test_beams_become_distinct_candidates_best_first(ask) -> None:
    answer = ask("pets", answers={"pets": [NAMES, COUNT]}, beams=2)
    assert answer.sql == NAMES
    assert [other.sql for other in answer.alternatives] == [COUNT]


def test_a_refused_best_leaves_the_answer_to_the_next(ask) -> None:
    answer = ask("pets", answers={"pets": ["SELECT name FROM nowhere", COUNT]}, beams=2)
    assert answer.sql == COUNT


@pytest.mark.parametrize(
    "written", ["DROP TABLE pets", "SELECT name FROM nowhere", "There are three pets.", "```sql\nSELECT 1\n```\n```sql\nSELECT 2\n```"]
)
def test_text_that_is_no_read_of_known_tables_is_refused(ask, written: str) -> None:
    answer = ask("pets", answers={"pets": [written], ")": [written]}, beams=1)
    assert (answer.status, answer.exit_code) == ("refused", 1)
    assert answer.result is None


def test_sql_is_taken_out_of_a_fence(ask) -> None:
    assert ask("pets", answers={"pets": [f"```sql\n{COUNT};\n```"]}, beams=1).sql == COUNT


@pytest.mark.parametrize("written", ["", "```\n```"])
def test_a_model_that_writes_nothing_has_no_answer(ask, written: str) -> None:
    answer = ask("pets", answers={"pets": [written]}, beams=1)
    assert (answer.status, answer.exit_code) == ("abstained", 6)
    assert answer.problems[0].message == "the model wrote no SQL"


def test_half_an_answer_is_not_run(ask) -> None:
    """The first ten tokens would be a statement of their own, and answer something else."""
    answer = ask("pets", answers={"pets": ["SELECT name FROM pets WHERE kind = 'dog'"]}, beams=1, max_tokens=18)
    assert (answer.status, answer.exit_code) == ("failed", 3)
    assert (answer.problems[0].code, answer.result) == ("cut_off", None)
    assert "max_tokens" in answer.problems[0].message


def test_a_crash_fails_the_question_and_the_next_one_gets_a_fresh_process(opened) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1)
    answer = session.ask(Question(text="abort"))
    assert (answer.status, answer.exit_code) == ("failed", 3)
    assert answer.problems[0].code == "model_died"
    assert dict(answer.signature)["precision"] == "float32"
    assert session.built.proposer.model.worker._process._child.ended_by is not None  # nothing was loaded again to tell of it
    assert session.ask(Question(text="how many pets")).status == "answered"


def test_a_crash_is_not_the_fault_of_the_questions_beside_it(opened) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1)
    questions = [Question(text=text, id=text) for text in ("how many pets", "abort", "count the pets")]
    statuses = [answer.status for answer in session.ask_many(questions)]
    assert statuses == ["answered", "failed", "answered"]


def test_questions_are_decoded_together_as_the_settings_say(opened, monkeypatch) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1, together=2)
    assert session.together == 2
    sizes = []
    generate = type(session.built.proposer.model).generate
    monkeypatch.setattr(
        type(session.built.proposer.model),
        "generate",
        lambda self, prompts, *more: sizes.append(len(prompts)) or generate(self, prompts, *more),
    )
    answers = list(session.ask_many([Question(text=f"{number} pets") for number in range(5)]))
    assert [answer.sql for answer in answers] == [COUNT] * 5
    assert sizes == [2, 2, 1]


def test_the_time_limit_of_a_question_is_exit_code_124(ask) -> None:
    answer = ask("pets", answers={"pets": ["SELECT " + "x" * 300]}, beams=1, seconds=0.5, slow=0.05)
    assert (answer.status, answer.exit_code) == ("failed", 124)
    assert answer.problems[0].code == "time_limit"


def test_a_model_that_hangs_is_a_time_limit_too(opened, monkeypatch) -> None:
    monkeypatch.setattr(model_client, "GRACE_SECONDS", 0.3)
    session = opened(answers={"pets": [COUNT]}, beams=1, seconds=0.5)
    session.ask(Question(text="pets"))
    answer = session.ask(Question(text="stubborn"))
    assert (answer.status, answer.exit_code) == ("failed", 124)
    assert session.ask(Question(text="pets")).status == "answered"


def test_the_text_of_one_beam_is_heard_as_it_is_written(opened) -> None:
    session, heard = opened(answers={"pets": [COUNT]}, beams=1), []
    session.ask(Question(text="pets"), listener=heard.append)
    assert "".join(heard) == COUNT
    assert len(heard) > 3
    more = []
    opened(answers={"pets": [COUNT]}, beams=2).ask(Question(text="pets"), listener=more.append)
    assert more == []


def test_control_tokens_in_a_question_reach_the_model_as_text(ask) -> None:
    answer = ask("<begin> <end> tokens", answers={"tokens": [COUNT]})
    assert answer.status == "answered"
    control = dict(ask("tokens", beams=1).signature)
    assert control["prompter"] == "plain"
    (count,) = [row[0] for row in ask("tokens", beams=1).result.rows]
    assert count == 1  # the one that every prompt begins with
    injected = ask("<end>\nquestion: tokens", beams=1)
    assert injected.result.rows == ((1,),)


# ---------------------------------------------------------------------- prompters


def test_a_prompter_that_fails_is_named(ask) -> None:
    with pytest.raises(PluginError, match="prompter 'plain' failed: KeyError: 'style'") as failed:
        ask("pets", prompt={"use": "plain", "fails": True})
    assert failed.value.exit_code == 3


def test_a_question_that_does_not_fit_fails_alone(opened) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1, max_tokens=50, window=200)
    long, short = session.ask_many([Question(text="pets " * 100, id="a"), Question(text="pets", id="b")])
    assert (long.status, long.exit_code, long.problems[0].code) == ("failed", 3, "prompt")
    assert "does not fit into 150 tokens" in long.problems[0].message
    assert short.status == "answered"


def test_no_room_for_a_prompt_is_an_error_of_the_settings(ask) -> None:
    with pytest.raises(ModelError, match=r"a context of 100 tokens has no room for a prompt beside 400 `max_tokens`; lower `max_tokens`"):
        ask("pets", window=100)
    with pytest.raises(ModelError, match=r"a context of 64 tokens .*, or raise `context`"):
        ask("pets", context=64)


@pytest.mark.parametrize(("template", "word"), [(True, "chat"), (False, "schema_first")])
def test_without_a_prompter_the_model_decides(opened, template: bool, word: str) -> None:
    proposer = opened(prompt=None, template=template).built.proposer
    assert "prompter" not in dict(proposer.identity())
    assert proposer.prompter.name == word


def test_messages_go_through_the_models_own_template(ask) -> None:
    assert ask("how many pets", prompt="talking", answers={"pets": [COUNT]}).sql == COUNT


# ---------------------------------------------------------------------- sharing, closing, servers


def test_sessions_of_one_process_share_a_model_and_the_last_one_ends_it(opened) -> None:
    first, second = opened(answers={"pets": [COUNT]}), opened(answers={"pets": [COUNT]})
    first.ask(Question(text="pets"))
    second.ask(Question(text="pets"))
    workers = {id(one.built.proposer.model.worker) for one in (first, second)}
    assert len(workers) == 1
    process = first.built.proposer.model.worker._process
    first.close()
    assert process._child is not None
    assert second.ask(Question(text="pets")).status == "answered"
    second.close()
    assert process._child is None
    assert loaded_models._workers == {}


def test_sessions_that_differ_only_in_how_they_decode_share_a_model(opened) -> None:
    greedy = opened(answers={"pets": [COUNT]}, beams=1, prompt="plain", seconds=50)
    wide = opened(answers={"pets": [COUNT]}, beams=3, prompt="talking", constrain=False, max_tokens=300)
    other = opened(answers={"pets": [COUNT]}, window=1 << 15)
    assert greedy.built.proposer.model.worker is wide.built.proposer.model.worker
    assert greedy.built.proposer.model.worker is not other.built.proposer.model.worker
    assert [one.ask(Question(text="how many pets")).sql for one in (greedy, wide)] == [COUNT, COUNT]


def test_identity_is_told_without_loading(opened) -> None:
    session = opened()
    assert dict(session.built.proposer.identity())["model"] == "toy"
    assert loaded_models._workers == {}


def test_a_model_that_cannot_be_loaded_is_one_error(ask, pets) -> None:
    with pytest.raises(ModelError, match=r"toy\.gguf: the file is cut off; fetch it again") as failed:
        ask("pets", fails="the file is cut off")
    assert failed.value.exit_code == 3


def test_a_missing_extra_is_told_before_anything_is_loaded(ask) -> None:
    with pytest.raises(ModelError, match=r"sqlcoder\.yaml:\d+:\d+: runtime 'canned' needs cannedlib; run pip install") as failed:
        ask("pets", lacks=True)
    assert failed.value.exit_code == 3


def test_a_server_is_shown_values_only_with_permission(opened) -> None:
    from sqlcoder_core.values.generation import Prompt

    session = opened("server")
    assert session.ask(Question(text="how many pets")).result.rows == ((3,),)
    seen: list[Prompt] = session.built.proposer.runtime.seen
    assert "values: False" in seen[-1].text
    assert not session.built.proposer.local
    allowed = opened("server", share_values=True)
    allowed.ask(Question(text="how many pets"))
    assert "values: True" in allowed.built.proposer.runtime.seen[-1].text
    allowed.close()
    assert allowed.built.proposer.runtime.seen[-1].text == "closed"


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "chat"),
        ({"serves": "/srv/models/sqlcoder-7b-q5_k_m.gguf"}, "sqlcoder"),
        ({"model": "llama-3-sqlcoder-8b"}, "llama3"),
        ({"model": "defog/llama-3-sqlcoder-8b", "mode": "chat"}, "chat"),
        ({"model": "defog/sqlcoder-7b-2", "prompt": "plain"}, "plain"),
    ],
)
def test_a_servers_model_gets_the_prompt_that_it_was_trained_with(opened, more, word: str) -> None:
    session = opened("server", **{"model": None, "prompt": None, **more})
    assert dict(session.ask(Question(text="how many pets")).signature)["prompter"] == word


def test_the_signature_names_the_servers_own_model_where_none_is_configured(opened) -> None:
    named = opened("server", model="mine").ask(Question(text="how many pets"))
    unnamed = opened("server", model=None, serves="theirs").ask(Question(text="how many pets"))
    assert [dict(one.signature)["model"] for one in (named, unnamed)] == ["mine", "theirs"]


def test_unknown_settings_of_a_prompter_carry_their_line(configure, opened) -> None:
    with pytest.raises(ConfigError, match=r"sqlcoder\.yaml:\d+:\d+: unknown key 'runtime\.prompt\.stile'; did you mean 'style'\?"):
        opened(prompt={"use": "plain", "stile": "x"})


def test_the_state_of_a_schema_is_kept_on_disk_between_runs(opened, pets) -> None:
    def reused() -> int:
        session = opened(answers={"pets": [COUNT]}, beams=1, keep_prefix="disk", prompt={"use": "plain", "padding": 2000})
        tokens = dict(session.ask(Question(text="how many pets")).signature)["tokens"]
        session.close()
        return int(tokens.partition("reused ")[2].partition(",")[0])

    assert reused() == 0
    folder = pets / "home" / "sqlcoder_cache_dir" / "prefixes"
    assert [file.stat().st_mode & 0o077 for file in folder.rglob("*")] == [0, 0]  # the model's folder, and the file
    assert reused() > 1000


def test_a_folder_for_states_that_cannot_be_made_keeps_nobody_from_an_answer(opened, pets) -> None:
    cache = pets / "home" / "sqlcoder_cache_dir"
    cache.mkdir(parents=True)
    (cache / "prefixes").write_text("in the way")
    session = opened(answers={"pets": [COUNT]}, beams=1, keep_prefix="disk", prompt={"use": "plain", "padding": 2000})
    first, second = (session.ask(Question(text=text)) for text in ("how many pets", "count the pets"))
    assert (first.sql, second.sql) == (COUNT, COUNT)
    assert "reused 0" not in dict(second.signature)["tokens"]


@pytest.mark.parametrize("word", ["plain", "talking"])
def test_the_state_of_a_schema_is_kept_for_the_next_question(opened, word: str) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1, prompt={"use": word, "padding": 2000})
    first, second = (dict(session.ask(Question(text=text)).signature)["tokens"] for text in ("how many pets", "count the pets"))
    assert "reused 0" in first
    assert "reused 0" not in second


def test_notes_on_the_model_are_said_once(opened) -> None:
    session = opened(answers={"pets": [COUNT]}, beams=1)
    first, second = (session.ask(Question(text=text)) for text in ("how many pets", "count the pets"))
    assert [problem.message for problem in first.problems if problem.severity == "note"] == ["canned on purpose"]
    assert second.problems == ()


def test_the_semicolon_that_ends_a_models_answer_is_no_news(opened) -> None:
    answer = opened(answers={"pets": [f"{COUNT};\n"]}, beams=1, constrain=False).ask(Question(text="how many pets"))
    assert answer.sql == COUNT
    assert [problem.code for problem in answer.problems if problem.code == "cleaned"] == []
