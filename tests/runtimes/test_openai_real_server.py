"""The runtime `openai` against a real llama-cpp-python server on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("llama_cpp")
pytest.importorskip("uvicorn")

import httpx

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Decoding, Message, Prompt
from sqlcoder_openai.runtime import OpenaiRuntime

KEY = "a-key-for-the-server"
START_SECONDS = 120.0


@contextmanager
def serving(model: Path, log: Path, *options: str) -> Iterator[str]:
    """The address of a server of our own for one model; it is gone at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(log.parent),
        "LLAMA_CPP_LIB_PATH": os.environ.get("LLAMA_CPP_LIB_PATH", ""),
    }
    environment = {name: value for name, value in environment.items() if value}
    with log.open("wb") as output:
        server = subprocess.Popen([*command, "--n_threads", "1", *options], stdout=output, stderr=output, env=environment)
    try:
        until = time.monotonic() + START_SECONDS
        while not answers(port):
            assert server.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, log.read_text(errors="replace")[-2000:]
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/docs", trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[OpenaiRuntime]:
    runtime = OpenaiRuntime(OpenaiRuntime.Settings(**settings), Context(project_dir=folder, config_dir=folder, cache_dir=folder))
    yield runtime
    runtime.close()


# ------------------------------------------------------------------ the toy: answers that are right


@pytest.fixture(scope="module")
def toy_server(toy_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(toy_gguf, log, "--n_ctx", "256", "--api_key", KEY, "--model_alias", "toy") as url:
        yield url


def test_a_real_server_answers_the_toys_questions_in_order(toy_server: str, toy_prompts: tuple[str, ...], tmp_path: Path) -> None:
    from toy_questions import pairs

    with opened(tmp_path, base_url=toy_server, api_key=KEY) as runtime:
        facts = runtime.facts()
        assert (facts.name, facts.architecture) == ("toy", "llama-cpp-python's server")
        prompts = [Prompt(text=text, stop=("\n",)) for text in toy_prompts[:10]]
        made = list(runtime.generate(prompts, Decoding(hypotheses=1, beams=1, max_tokens=60)))
    assert [generated.problem for generated in made] == [None] * 10
    written = [generated.hypotheses[0].text.strip() for generated in made]
    right = [pair.sql.strip() for pair in pairs()[:10]]
    assert sum(one == other for one, other in zip(written, right, strict=True)) >= 9, list(zip(written, right, strict=True))


def test_a_real_server_that_ignores_n_gives_several_answers_nevertheless(
    toy_server: str, toy_prompts: tuple[str, ...], tmp_path: Path
) -> None:
    with opened(tmp_path, base_url=toy_server, api_key=KEY, spread=1.5) as runtime:
        made = next(iter(runtime.generate([Prompt(text=toy_prompts[0])], Decoding(hypotheses=4, beams=1, max_tokens=60))))
    assert len(made.hypotheses) == 4
    assert made.prompt_tokens > 3


def test_a_real_server_tells_its_answer_as_it_writes(toy_server: str, toy_prompts: tuple[str, ...], tmp_path: Path) -> None:
    heard: list[str] = []
    decoding = Decoding(hypotheses=1, beams=1, max_tokens=60)
    with opened(tmp_path, base_url=toy_server, api_key=KEY) as runtime:
        told = next(iter(runtime.generate([Prompt(text=toy_prompts[0])], decoding, heard.append)))
        quiet = next(iter(runtime.generate([Prompt(text=toy_prompts[0])], decoding)))
    assert "".join(heard) == told.hypotheses[0].text == quiet.hypotheses[0].text
    assert len(heard) > 1


def test_a_real_servers_tokens_are_counted_there(toy_server: str, toy_prompts: tuple[str, ...], tmp_path: Path) -> None:
    with opened(tmp_path, base_url=toy_server, api_key=KEY) as runtime:
        short, long = runtime.count([toy_prompts[0], " ".join(toy_prompts[:10])])
    assert 3 < short < long < 10 * 60


def test_a_real_server_refuses_a_wrong_key(toy_server: str, tmp_path: Path) -> None:
    with opened(tmp_path, base_url=toy_server, api_key="wrong-key-given") as runtime, pytest.raises(ModelError) as caught:
        runtime.facts()
    assert "refuses the key (401)" in str(caught.value)
    assert "wrong-key-given" not in str(caught.value)
    with opened(tmp_path, base_url=toy_server) as runtime, pytest.raises(ModelError, match="wants a key"):
        runtime.facts()


def test_a_real_server_says_that_a_prompt_is_too_long(toy_server: str, toy_prompts: tuple[str, ...], tmp_path: Path) -> None:
    with opened(tmp_path, base_url=toy_server, api_key=KEY) as runtime:
        made = next(iter(runtime.generate([Prompt(text=" ".join(toy_prompts))], Decoding(hypotheses=1, beams=1, max_tokens=200))))
    assert made.problem is not None
    assert made.problem.code == "prompt_too_long"
    assert "window" in made.problem.message


# ------------------------------------------------------------------ SmolLM2: a chat template, a grammar, log-probabilities


@pytest.fixture(scope="module")
def smol_server(smollm2_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("smol") / "log"
    with serving(smollm2_gguf, log, "--n_ctx", "1024", "--logits_all", "true", "--model_alias", "smollm2") as url:
        yield url


CHAT = Prompt(
    messages=(
        Message(role="system", content="You write SQL. Tables:\nCREATE TABLE orders (id INTEGER, city TEXT, total NUMERIC);"),
        Message(role="user", content="How many orders are there?"),
    ),
    opening="```sql\n",
    stop=("```",),
)


@pytest.mark.real_model
def test_a_real_model_chats_in_sql_when_a_grammar_holds_it(smol_server: str, tmp_path: Path) -> None:
    with opened(tmp_path, base_url=smol_server) as runtime:
        made = next(iter(runtime.generate([CHAT], Decoding(hypotheses=1, beams=1, max_tokens=40))))
    assert made.problem is None
    assert made.hypotheses[0].text.lstrip().lower().startswith(("select", "with"))
    assert "```" not in made.hypotheses[0].text


@pytest.mark.real_model
def test_a_real_model_tells_log_probabilities(smol_server: str, tmp_path: Path) -> None:
    prompt = Prompt(text="### Question\nHow many orders are there?\n\n### SQL\n```sql\nSELECT", opening="SELECT", stop=("```", ";"))
    with opened(tmp_path, base_url=smol_server, guided="off") as runtime:
        made = next(iter(runtime.generate([prompt], Decoding(hypotheses=3, beams=1, max_tokens=24))))
    assert len(made.hypotheses) == 3
    scores = [hypothesis.score for hypothesis in made.hypotheses]
    assert scores == sorted(scores, reverse=True)
    assert all(-10 < score < 0 for score in scores)
    assert all(hypothesis.tokens > 1 for hypothesis in made.hypotheses)
