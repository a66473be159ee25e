"""Runtimes and prompters in sqlcoder.yaml: found by word, checked with their line, chosen by the machine, examined by doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlcoder_core.api import Session
from sqlcoder_core.config.load import load
from sqlcoder_core.errors import ConfigError, PluginError
from sqlcoder_core.health import examine
from sqlcoder_core.host import Host
from sqlcoder_core.runtime import auto
from sqlcoder_core.values.options import Options

COUNT = "SELECT count(*) AS n FROM pets"


@pytest.fixture
def command(pets: Path, distribution: Path):
    """The command in a process of its own."""

    def run(*arguments: str, stdin: str | None = None):
        environ = {**os.environ, "PYTHONPATH": str(distribution)}
        line = [sys.executable, "-m", "sqlcoder_core", *arguments]
        return subprocess.run(line, cwd=pets, env=environ, capture_output=True, text=True, input=stdin, check=False)

    return run


def runtime_findings() -> list[str]:
    (section,) = [one for one in examine(Options()) if one.name == "runtime"]
    return [f"{finding.severity}: {finding.message}" for finding in section.findings]


@pytest.mark.parametrize(("word", "near"), [("builtn", "builtin"), ("lamacpp", "llamacpp"), ("transformer", "transformers")])
def test_a_wrong_runtime_names_the_nearest_of_proposers_and_runtimes(opened, word: str, near: str) -> None:
    with pytest.raises(ConfigError, match=rf"sqlcoder\.yaml:\d+:\d+: no runtime '{word}' is installed; did you mean '{near}'\?"):
        opened(word)


def test_a_wrong_prompter_names_the_nearest(opened) -> None:
    with pytest.raises(
        ConfigError, match=r"sqlcoder\.yaml:\d+:\d+: no prompter 'schema_frist' is installed; did you mean 'schema_first'\?"
    ):
        opened(prompt="schema_frist")


def test_a_word_of_another_kind_says_where_it_belongs(opened) -> None:
    with pytest.raises(ConfigError, match=r"'chat' is a prompter, not a runtime; it belongs under `runtime\.prompt:`"):
        opened("chat", prompt=None)
    with pytest.raises(ConfigError, match="'llamacpp' is a runtime, not a prompter; it belongs under `runtime:`"):
        opened(prompt="llamacpp")


def test_check_says_what_is_wrong_with_runtime_and_prompter_at_once(configure, command) -> None:
    configure(beems=3, prompt={"use": "plain", "style": 4})
    done = command("config", "check")
    assert done.returncode == 2
    unknown, bad = done.stdout.splitlines()
    assert "unknown key 'runtime.beems'; did you mean 'beams'?" in unknown
    assert "sqlcoder.yaml:" in bad and "runtime.prompt.style should be text" in bad


def test_a_missing_extra_is_one_line_and_exit_code_3(configure, command) -> None:
    configure(lacks=True)
    done = command("ask", "how many pets")
    assert (done.returncode, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith("""runtime 'canned' needs cannedlib; run pip install "sqlcoder-core[canned]\"""")


def test_a_model_that_is_not_here_is_one_line(configure, command) -> None:
    configure(model="nowhere.gguf")
    done = command("ask", "how many pets")
    assert done.returncode in (3, 4)
    (line,) = done.stderr.splitlines()
    assert "nowhere.gguf" in line


def test_ask_on_a_pipe_shows_the_answer_alone(configure, command) -> None:
    configure(answers={"pets": [COUNT]}, beams=1)
    done = command("ask", "how many pets", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows"] == [[3]]


def test_flags_reach_the_search(configure, command) -> None:
    configure(answers={"pets": ["SELECT name FROM pets", COUNT]}, beams=4)
    several = json.loads(command("ask", "pets", "--format", "json", "--beams", "2", "--candidates", "2").stdout)
    assert several["signature"]["decoding"].startswith("beams 2,")
    assert [one["sql"] for one in several["alternatives"]] == [COUNT]
    alone = json.loads(command("ask", "pets", "--format", "json", "--candidates", "1").stdout)
    assert alone["alternatives"] == []


def test_explain_says_in_short_what_the_model_read(configure, command) -> None:
    configure(answers={"pets": [COUNT]}, beams=1)
    told = command("ask", "how many pets", "--explain").stderr
    assert "1 table, 3 columns: pets" in told
    assert "left out for want of room: sample values" in told
    assert "tokens: prompt" in told
    assert "pets(id, name, kind)" not in told


def test_questions_of_a_file_go_together_and_those_of_a_pipe_come_one_by_one(configure, command, pets: Path, distribution: Path) -> None:
    configure(answers={"pets": [COUNT]}, beams=1)
    assert len(command("ask", "-", stdin="how many pets\ncount the pets\n").stdout.splitlines()) == 2
    (pets / "questions.txt").write_text("how many pets\ncount the pets\nabort\n")
    with (pets / "questions.txt").open() as questions:
        environ = {**os.environ, "PYTHONPATH": str(distribution)}
        line = [sys.executable, "-m", "sqlcoder_core", "ask", "-"]
        done = subprocess.run(line, cwd=pets, env=environ, capture_output=True, text=True, stdin=questions, check=False)
    assert [json.loads(one)["status"] for one in done.stdout.splitlines()] == ["answered", "answered", "failed"]


def test_a_batch_with_several_workers_loads_the_model_once(configure, command, pets: Path) -> None:
    configure(answers={"pets": [COUNT]}, beams=1, together=3)
    (pets / "questions.txt").write_text("".join(f"{number} pets\n" for number in range(12)))
    done = command("batch", "questions.txt", "--workers", "2", "--out", "answers.jsonl")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (pets / "answers.jsonl").read_text().splitlines()]
    assert [line["question"] for line in lines] == [f"{number} pets" for number in range(12)]
    assert {line["sql"] for line in lines} == {COUNT}
    again = command("batch", "questions.txt", "--workers", "2", "--out", "answers.jsonl")
    assert "12 were done before" in again.stderr


# ---------------------------------------------------------------------- plugins, schema, trust


def test_plugins_are_listed_and_shown_with_what_they_are(configure, command) -> None:
    configure(prompt="chat")
    rows = {row["name"]: row for row in json.loads(command("plugins", "list", "--format", "json").stdout)}
    assert (rows["canned"]["kind"], rows["canned"]["enabled"]) == ("runtime, prompter", "yes")
    assert (rows["llamacpp"]["kind"], rows["llamacpp"]["enabled"]) == ("runtime", "no")
    assert (rows["chat"]["kind"], rows["chat"]["enabled"]) == ("prompter", "yes")
    shown = command("plugins", "show", "plain").stdout
    assert "prompter plain (under `runtime.prompt:`)" in shown
    assert "suits models that write what they are told" in shown
    assert command("plugins", "show", "llamacpp").stdout.count("gpu_layers") == 1


def test_the_schema_knows_runtimes_prompters_and_auto(command) -> None:
    definitions = json.loads(command("config", "schema", "--built-in").stdout)["definitions"]
    words = definitions["runtime"]["anyOf"][0]["anyOf"][0]["enum"]
    assert words == ["auto", "builtin", "llamacpp", "onnx", "openai", "transformers"]
    assert definitions["runtime.llamacpp"]["properties"]["prompt"]["anyOf"][1] == {"$ref": "#/definitions/prompter"}
    assert {"chat", "schema_first", "sqlcoder"} <= set(definitions["prompter"]["anyOf"][0]["anyOf"][0]["enum"])


@pytest.mark.parametrize("prompt", ["./mine.py:Mine", {"use": "./mine.py:Mine", "style": "x"}])
def test_a_prompter_in_a_file_asks_for_trust_once(configure, command, pets: Path, distribution: Path, prompt: object) -> None:
    text = "from sqlcoder_canned import PlainPrompter\n\n\nclass Mine(PlainPrompter):\n    '''Mine.'''\n\n    name = 'mine'\n"
    (pets / "mine.py").write_text(text)
    configure(answers={"pets": [COUNT]}, beams=1, prompt=prompt)
    done = command("ask", "how many pets")
    assert done.returncode == 2
    assert "mine.py, and was not approved as it is; look at it, then run `sqlcoder trust`" in done.stderr
    assert command("trust", "--yes").returncode == 0
    answer = json.loads(command("ask", "how many pets", "--format", "json").stdout)
    assert answer["rows"] == [[3]]
    assert answer["signature"]["prompter"] == "mine"
    (pets / "mine.py").write_text(text + "# changed\n")
    assert command("ask", "how many pets").returncode == 2


# ---------------------------------------------------------------------- auto


@pytest.fixture
def machine(monkeypatch):
    """What `auto` chooses here."""

    def set_choice(word: str, **settings: object) -> None:
        monkeypatch.setattr(auto, "choose", lambda words, store, environ: auto.AutoChoice(word=word, settings=settings, why="it fits"))

    return set_choice


def configuration(pets: Path):
    return load(Options(), cwd=pets, environ=os.environ, host=Host())


def test_auto_becomes_the_runtime_that_suits_and_says_why(configure, pets: Path, machine, opened) -> None:
    machine("canned", model="toy.gguf", beams=2)
    configure("auto", model=None, max_tokens=50)
    found = configuration(pets)
    assert (found.runtime.use, dict(found.runtime.settings)) == (
        "canned",
        {"model": "toy.gguf", "beams": 2, "prompt": "plain", "max_tokens": 50},
    )
    (note,) = found.warnings
    assert (note.severity, note.message) == ("note", "runtime auto: canned, since it fits")
    assert found.runtime.place(("beams",)) == "runtime: auto"
    assert found.runtime.place(("max_tokens",)).startswith("sqlcoder.yaml:")
    session = opened("auto", model=None, max_tokens=50)
    assert session.warnings == (note,)
    assert session.built.proposer.name == "canned"


def test_auto_without_a_model_is_the_embedded_default_whatever_models_would_be_told(configure, pets: Path, machine) -> None:
    machine("builtin")
    configure("auto", model=None, beams=2)
    assert dict(configuration(pets).runtime.settings) == {}
    configure("auto", model=None, beems=2)
    assert dict(configuration(pets).runtime.settings) == {"beems": 2}


# ---------------------------------------------------------------------- doctor


def test_doctor_says_what_the_runtime_is_and_receives(configure) -> None:
    configure()
    told = runtime_findings()
    assert told[0] == "note: canned: receives the question and the linked part of the catalog; nothing leaves this machine"
    assert told[1].startswith("note: toy: toy, float32, context 100,000 tokens, on cpu; ")
    assert "toy.gguf, 0 MB" in told[1]
    assert "note: prompter plain" in told
    assert "note: canned on purpose" in told
    assert any("sandbox" in one for one in told)
    assert told[-1] == "note: cannedlib 1.0"


def test_doctor_names_what_a_server_gets_to_see(configure) -> None:
    configure("server")
    assert runtime_findings()[0] == (
        "note: server: sends the question, names, types and descriptions of the linked tables, and what was wrong with its SQL, "
        "to https://models.example; "
        "no stored values and no verified examples"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"lacks": True}, "error: runtime 'canned' needs cannedlib"), ({"fails": "the file is cut off"}, "error: the file is cut off")],
)
def test_doctor_goes_on_where_a_runtime_cannot_work(configure, settings: dict[str, object], said: str) -> None:
    configure(**settings)
    assert said in runtime_findings()
    assert [section.name for section in examine(Options())][-1] == "extensions"


def test_a_runtime_that_fails_by_itself_is_named(configure, opened) -> None:
    with pytest.raises(
        PluginError, match=r"sqlcoder\.yaml:\d+:\d+: runtime 'canned' failed while looking for what it needs: KeyError: 'missing'"
    ):
        opened(fails="missing")
    configure(fails="findings")
    assert runtime_findings() == ["error: runtime 'canned' failed while looking for findings: KeyError: 'findings'"]


@pytest.mark.parametrize(("written", "kept"), [("no", "no"), ("false", "no"), ("memory", "memory"), ("disk", "disk")])
def test_a_bare_no_keeps_no_state_though_yaml_takes_it_for_false(configure, pets: Path, written: str, kept: str) -> None:
    configure(keep_prefix="disk")
    session = Session.open(Options(overrides=(f"runtime.keep_prefix={written}",)), cwd=pets, environ=os.environ)
    assert session.built.proposer.settings.keep_prefix == kept
    session.close()
