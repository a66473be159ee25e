"""The runtime `openai` against a small server of our own: what is asked, what comes of it, and everything that goes wrong."""

from __future__ import annotations

import json
import math
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from pydantic import ValidationError

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.errors import ConfigError, ModelError
from sqlcoder_core.values.generation import Decoding, Generated, Message, Prompt
from sqlcoder_core.values.secret import Secret
from sqlcoder_openai import exchange
from sqlcoder_openai.address import is_loopback
from sqlcoder_openai.runtime import OpenaiRuntime

KEY = "sk-very-secret-0123456789"
TEXT = Prompt(text="### SQL\n```sql\n", opening="```sql\n", stop=("```", "\n###"))
CHAT = Prompt(messages=(Message(role="system", content="s"), Message(role="user", content="q")), opening="```sql\n", stop=("```",))
Answer = tuple[int, dict[str, str], Any]


class FakeServer:
    """Answers as `answer(path, body)` says, and remembers what it was asked. `models` is what it lists."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.models: Any = {"data": [{"id": "m", "owned_by": "somebody"}]}
        self.answer: Callable[[str, dict[str, Any]], Answer] = lambda path, body: (200, {}, completion("SELECT 1"))
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _answer(self, body: dict[str, Any]) -> None:
                status, headers, content = server.respond(self.path, body, dict(self.headers))
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that hang up are what some tests are about
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def respond(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        with self._lock:
            self.asked.append((path, body, {name.lower(): value for name, value in headers.items()}))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return (200, {}, self.models) if path == "/v1/models" else self.answer(path, body)
        finally:
            with self._lock:
                self.at_once -= 1

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for path, body, _ in self.asked if path.endswith("completions")]

    def encrypt(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def completion(*texts: str, logprobs: list[float] | None = None, ended: str = "stop", usage: Any = None) -> dict[str, Any]:
    told = {"token_logprobs": logprobs} if logprobs else None
    return {"choices": [{"text": text, "finish_reason": ended, "logprobs": told} for text in texts], "usage": usage}


def chat(*texts: str, logprobs: list[float] | None = None) -> dict[str, Any]:
    told = {"content": [{"token": "x", "logprob": number} for number in logprobs]} if logprobs else None
    return {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop", "logprobs": told} for text in texts]}


def failing(status: int, message: str = "", **headers: str) -> Answer:
    return status, headers, {"error": {"message": message}}


@pytest.fixture
def server() -> Iterator[FakeServer]:
    made = FakeServer()
    yield made
    made.close()


@pytest.fixture
def runtime(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenaiRuntime]]:
    monkeypatch.setattr(exchange, "_FIRST_PAUSE", 0.01)
    made: list[OpenaiRuntime] = []

    def build(**settings: Any) -> OpenaiRuntime:
        given = {"base_url": server.url, "model": "m", **settings}
        context = Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=tmp_path)
        made.append(OpenaiRuntime(OpenaiRuntime.Settings(**given), context))
        return made[-1]

    yield build
    for one in made:
        one.close()


def one(runtime: OpenaiRuntime, prompt: Prompt = TEXT, **decoding: Any) -> Generated:
    return next(iter(runtime.generate([prompt], Decoding(**{"hypotheses": 1, "beams": 1, "seconds": 5, **decoding}))))


# ------------------------------------------------------------------ what is asked


def test_text_goes_to_completions_and_messages_to_chat(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    assert one(runtime()).hypotheses[0].text == "SELECT 1"
    server.answer = lambda path, body: (200, {}, chat("```sql\nSELECT 2\n```"))
    assert one(runtime(), CHAT).hypotheses[0].text == "SELECT 2\n"
    paths = [path for path, _, _ in server.asked if "completions" in path]
    assert paths == ["/v1/completions", "/v1/chat/completions"]
    text, messages = server.bodies
    assert text["prompt"] == TEXT.text
    assert (text["model"], text["max_tokens"], text["temperature"], text["stop"]) == ("m", 400, 0.0, ["```", "\n###"])
    assert messages["messages"] == [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]
    assert "stop" not in messages  # the answer begins with that very fence


@pytest.mark.parametrize(("mode", "prompt", "path"), [("chat", TEXT, "/v1/chat/completions"), ("completions", CHAT, "/v1/completions")])
def test_the_mode_can_be_set(mode: str, prompt: Prompt, path: str, server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: (200, {}, chat("```\nSELECT 1\n```") if "chat" in path else completion("SELECT 1\n"))
    assert one(runtime(mode=mode), prompt).hypotheses[0].text == "SELECT 1\n"
    assert server.asked[-1][0] == path
    sent = json.dumps(server.bodies[-1])
    assert ("### SQL" in sent) == (mode == "chat")
    assert ("s\\n\\nq\\n\\n```sql" in sent) == (mode == "completions")


def test_a_server_without_completions_is_asked_in_chat_from_then_on(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: (200, {}, chat("SELECT 1")) if "chat" in path else failing(404, "Not Found")
    made = runtime()
    assert [one(made).hypotheses[0].text, one(made).hypotheses[0].text] == ["SELECT 1", "SELECT 1"]
    assert [path for path, _, _ in server.asked if "complet" in path] == ["/v1/completions", "/v1/chat/completions", "/v1/chat/completions"]


def test_a_begin_token_is_left_to_the_server(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    one(runtime(), Prompt(text="<|begin_of_text|><|start_header_id|>user"))
    assert server.bodies[0]["prompt"] == "<|start_header_id|>user"


def test_headers_and_further_fields_are_sent(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    one(runtime(api_key=KEY, headers={"X-Team": "data"}, extra_body={"max_tokens": 7, "mirostat": 2}))
    _, body, headers = server.asked[-1]
    assert (headers["authorization"], headers["x-team"]) == (f"Bearer {KEY}", "data")
    assert (body["max_tokens"], body["mirostat"]) == (7, 2)


def test_sampling_settings_are_sent_where_there_is_sampling(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: (200, {}, completion(*["a"] * body.get("n", 1)))
    one(runtime(), temperature=0.5, top_p=0.9, top_k=20, seed=3, hypotheses=2)
    sampled = server.bodies[-1]
    assert (sampled["temperature"], sampled["top_p"], sampled["top_k"], sampled["seed"], sampled["n"]) == (0.5, 0.9, 20, 3, 2)
    one(runtime(), top_p=0.9, top_k=20)
    assert not {"top_p", "top_k", "seed", "n"} & set(server.bodies[-1])


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("SELECT 1\n```\nThis counts.", "SELECT 1\n"),
        ("Here it is:\n```SQL\nSELECT 1```", "SELECT 1"),
        ("```\nWITH a AS (SELECT 1)\nSELECT * FROM a\n```", "WITH a AS (SELECT 1)\nSELECT * FROM a\n"),
        ("<think>```sql\nno\n```</think>\n```sql\nSELECT 1\n```", "SELECT 1\n"),
        ("I cannot.", "I cannot."),
        ("(SELECT 1)\n```sql\nSELECT 2\n```", "(SELECT 1)\n"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("prompt", [TEXT, CHAT, Prompt(text="[SQL]\n", stop=("[/SQL]",))], ids=["fence", "chat", "mark"])
def test_an_answer_is_taken_out_of_its_fence(
    answer: str, text: str, prompt: Prompt, server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.answer = lambda path, body: (200, {}, chat(answer) if "chat" in path else completion(answer))
    assert [hypothesis.text for hypothesis in one(runtime(), prompt).hypotheses] == [text]


# ------------------------------------------------------------------ several answers


def test_the_likeliest_answer_comes_first_and_samples_after_it(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        if body["temperature"] == 0:
            return 200, {}, completion("SELECT 1", logprobs=[-0.1, -0.1])
        return 200, {}, completion("SELECT 2", "SELECT 3", logprobs=[-1.0, -1.0])

    server.answer = answer
    made = one(runtime(), hypotheses=3)
    assert [hypothesis.text for hypothesis in made.hypotheses] == ["SELECT 1", "SELECT 2", "SELECT 3"]
    assert made.hypotheses[0].logprob == pytest.approx(-0.2)
    assert made.hypotheses[0].score == pytest.approx(-0.1)
    assert sorted((body.get("n", 1), body["temperature"]) for body in server.bodies) == [(1, 0.0), (2, 0.7)]


def test_a_server_that_ignores_n_is_asked_again_with_other_seeds(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: (200, {}, completion(f"SELECT {body.get('seed', 0)}"))
    made = runtime()
    first = one(made, hypotheses=4, temperature=0.5, seed=10)
    assert {hypothesis.text for hypothesis in first.hypotheses} == {f"SELECT {seed}" for seed in (10, 11, 12, 13)}
    one(made, hypotheses=4, temperature=0.5)
    assert [body.get("n") for body in server.bodies] == [4, *[None] * 7]


def test_without_log_probabilities_agreement_decides(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: (200, {}, completion("SELECT 9", "SELECT 2", "SELECT  2", "SELECT 3"))
    made = one(runtime(), hypotheses=4, temperature=1.0)
    assert [hypothesis.text for hypothesis in made.hypotheses] == ["SELECT 2", "SELECT  2", "SELECT 9", "SELECT 3"]
    shares = [math.exp(hypothesis.logprob / hypothesis.tokens) for hypothesis in made.hypotheses]
    assert shares == pytest.approx([0.5, 0.5, 0.25, 0.25])


def test_beams_are_vllms_own_where_they_are_wanted(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 9000}]}
    server.answer = lambda path, body: (
        (200, {}, {"version": "0.11.2"}) if path == "/version" else (200, {}, completion("a", "b", "c", "d", logprobs=[-1.0]))
    )
    made = runtime(beams=4)
    assert made.facts().beams
    assert made.facts().context == 9000
    assert len(one(made, beams=4, hypotheses=3).hypotheses) == 3
    body = server.bodies[-1]
    assert (body["use_beam_search"], body["n"], body["temperature"], body["length_penalty"]) == (True, 4, 0.0, 1.0)
    assert "structured_outputs" not in body  # vLLM cannot do both
    one(made, beams=1)
    assert server.bodies[-1]["structured_outputs"]["grammar"].startswith("root ::=")


def test_a_server_that_refuses_beams_samples_from_then_on(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": "m", "owned_by": "vllm"}]}

    def answer(path: str, body: dict[str, Any]) -> Answer:
        if "use_beam_search" in body:
            return failing(400, "use_beam_search is not supported with speculative decoding")
        return 200, {}, completion(*["SELECT 1"] * body.get("n", 1))

    server.answer = answer
    made = runtime(beams=2)
    assert made.facts().beams
    one(made, beams=2, hypotheses=2)
    assert not made.facts().beams
    one(made, beams=2, hypotheses=2)
    assert sum("use_beam_search" in body for body in server.bodies) == 1


# ------------------------------------------------------------------ fields that a server refuses


@pytest.mark.parametrize(
    ("field", "message", "status"),
    [
        ("logprobs", "logprobs is not supported for models created with logits_all=False", 500),
        ("logprobs", "Unrecognized request argument supplied: logprobs", 400),
        ("stop", "Unsupported parameter: 'stop' is not supported with this model.", 400),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", 400),
    ],
)
def test_what_a_server_refuses_by_name_is_left_out_from_then_on(
    field: str, message: str, status: int, server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.answer = lambda path, body: failing(status, message) if field in body else (200, {}, completion("SELECT 1\n```\nmore"))
    made = runtime()
    assert [one(made).hypotheses[0].text, one(made).hypotheses[0].text] == ["SELECT 1\n"] * 2
    assert [field in body for body in server.bodies] == [True, False, False]
    assert all("max_completion_tokens" in body for body in server.bodies[1:]) == (field == "max_tokens")


def test_what_a_server_refuses_without_a_name_is_found_by_leaving_out_the_risky(
    server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.answer = lambda path, body: failing(422, "bad request") if "logprobs" in body else (200, {}, completion("SELECT 1"))
    assert one(runtime()).hypotheses[0].text == "SELECT 1"
    assert len(server.bodies) == 2


def test_a_field_of_ones_own_that_the_server_refuses_is_told(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(400, "logprobs is not supported") if "logprobs" in body else (200, {}, completion("a"))
    problem = one(runtime(extra_body={"logprobs": 3})).problem
    assert problem is not None
    assert "logprobs is not supported; check `extra_body:`" in f"{problem.message}; {problem.hint}"
    assert len(server.bodies) <= 3


def test_a_refusal_that_no_field_explains_is_told_as_it_came(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(400, "the moon is full")
    made = runtime()
    problem = one(made).problem
    assert problem is not None
    assert problem.message == "the server refuses the request (400): the moon is full"
    server.answer = lambda path, body: (200, {}, completion("SELECT 1"))
    one(made)
    assert "logprobs" in server.bodies[-1]  # nothing was held against the fields


@pytest.mark.parametrize(("owner", "field"), [("llamacpp", "grammar"), ("me", "grammar"), ("vllm", "guided_grammar"), ("somebody", None)])
def test_a_grammar_goes_to_servers_known_to_take_one(
    owner: str, field: str | None, server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.models = {"data": [{"id": "m", "owned_by": owner}]}
    server.answer = lambda path, body: (200, {}, completion("SELECT 1")) if "complet" in path else failing(404)
    one(runtime())
    assert {name for name in server.bodies[-1] if "gramm" in name} == ({field} if field else set())
    one(runtime(guided="off"))
    one(runtime(), constrain=False)
    assert not any("gramm" in name for body in server.bodies[-2:] for name in body)


# ------------------------------------------------------------------ what goes wrong


def test_a_busy_server_is_asked_again_after_the_pause_it_wants(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    answers = iter([failing(429, "slow down", **{"Retry-After": "0.05"}), failing(503, "loading"), (200, {}, completion("SELECT 1"))])
    server.answer = lambda path, body: next(answers)
    assert one(runtime()).hypotheses[0].text == "SELECT 1"
    assert len(server.bodies) == 3


@pytest.mark.parametrize(("status", "said"), [(429, "is asked too much (429): no"), (500, "failed (500): no"), (503, "failed (503): no")])
def test_a_server_that_stays_busy_is_this_questions_problem(
    status: int, said: str, server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.answer = lambda path, body: failing(status, "no")
    problem = one(runtime(retries=2)).problem
    assert problem is not None
    assert said in problem.message
    assert len(server.bodies) == 3


def test_a_pause_longer_than_anybody_waits_is_not_waited_for(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(429, "tomorrow", **{"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"})
    assert one(runtime()).problem is not None
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (failing(401, f"Incorrect API key provided: {KEY}"), "the server refuses the key (401): Incorrect API key provided: ***"),
        (failing(403, "no"), "the server refuses the key (403)"),
        ((307, {"location": "http://elsewhere/v1"}, b""), "set `base_url` to where it points: http://elsewhere/v1"),
        ((200, {}, b"<html><body>Welcome to nginx!</body></html>"), "the answer is not JSON: Welcome to nginx!"),
        ((200, {}, {"hello": 1}), "the answer has no `choices`"),
        (failing(404, "The model `m` does not exist."), "the server has no model 'm'; it has m, other; set `model:` to one of them"),
    ],
)
def test_what_concerns_every_question_is_one_clear_error(
    answer: Answer, said: str, server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    server.models = {"data": [{"id": "m"}, {"id": "other"}]}
    server.answer = lambda path, body: answer
    with pytest.raises(ModelError) as caught:
        one(runtime(api_key=KEY))
    assert said in str(caught.value)
    assert KEY not in str(caught.value)
    assert server.url in str(caught.value)


def test_a_server_that_wants_a_key_says_where_to_put_it(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(401, "no key")
    with pytest.raises(ModelError, match=r"wants a key \(401\): no key; set `api_key: \$\{NAME\}`"):
        one(runtime())


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 512 tokens, however you requested 900 tokens",
        "the request exceeds the available context size",
        "`inputs` tokens + `max_new_tokens` must be <= 2048: input is too long",
    ],
)
def test_a_prompt_that_is_too_long_is_its_own_problem(message: str, server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(400, message) if "long" in body["prompt"] else (200, {}, completion("SELECT 1"))
    long, short = runtime().generate([Prompt(text="long"), Prompt(text="short")], Decoding(hypotheses=1, beams=1))
    assert long.problem is not None
    assert (long.problem.code, long.hypotheses) == ("prompt_too_long", ())
    assert "the prompt is longer than the model's window" in long.problem.message
    assert short.hypotheses[0].text == "SELECT 1"


def test_a_server_that_is_not_there_is_named_with_its_address(runtime: Callable[..., OpenaiRuntime]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=rf"http://127.0.0.1:{port}/v1.*cannot be reached.*is it running") as caught:
        runtime(base_url=f"http://127.0.0.1:{port}", retries=1).facts()
    assert "Traceback" not in str(caught.value)


def test_an_answer_that_takes_too_long_is_this_questions_problem(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    asked = threading.Event()

    def answer(path: str, body: dict[str, Any]) -> Answer:
        asked.wait(5)
        return 200, {}, completion("SELECT 1")

    server.answer = answer
    problem = one(runtime(), seconds=0.3).problem
    asked.set()
    assert problem is not None
    assert (problem.code, problem.message) == ("time_limit", "the server took too long")
    assert len(server.bodies) == 1


def test_when_samples_fail_the_first_answer_stays(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(500, "no") if body["temperature"] else (200, {}, completion("SELECT 1"))
    made = one(runtime(retries=0), hypotheses=3)
    assert [hypothesis.text for hypothesis in made.hypotheses] == ["SELECT 1"]
    assert made.problem is not None
    assert made.problem.severity == "warning"


def test_the_key_shows_nowhere(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    made = runtime(api_key=Secret(KEY, reference="${MY_KEY}"), headers={"x-other": f"{KEY}-2"})
    server.answer = lambda path, body: failing(400, f"bad: Bearer {KEY} and {KEY}-2")
    problem = one(made).problem
    assert KEY not in repr(problem)
    assert KEY not in repr(made.settings) + made.settings.model_dump_json()
    with pytest.raises(ValidationError) as caught:
        runtime(base_url=f"https://user:{KEY}@example.com/v1")
    assert KEY not in str(caught.value)
    assert caught.value.errors()[0]["type"] == "secret_text"  # which is never shown with what was given


# ------------------------------------------------------------------ what it is


def test_facts_come_from_the_servers_list_of_models(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": "only-one", "owned_by": "llamacpp", "meta": {"n_ctx_train": 8192}}]}
    server.answer = lambda path, body: (200, {}, {"default_generation_settings": {"n_ctx": 2048}}) if path == "/props" else failing(404)
    facts = runtime(model=None).facts()
    assert (facts.name, facts.context, facts.architecture) == ("only-one", 2048, "llama.cpp's llama-server")
    assert "<|im_end|>" in facts.special_texts
    assert runtime(model=None, context=1024).facts().context == 1024


def test_a_window_that_nobody_tells_is_assumed_and_said(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    facts = runtime().facts()
    assert facts.context == 4096
    assert "4,096 tokens are assumed" in facts.notes[0]


def test_several_models_and_no_choice_are_an_error_that_lists_them(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": f"m{i}"} for i in range(20)]}
    with pytest.raises(ModelError, match=r"which model is not said; the server has m0, .*, m7 and 12 more"):
        runtime(model=None).facts()


def test_a_server_without_a_list_of_models_does_when_the_model_is_named(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.respond = lambda path, body, headers: failing(404) if path == "/v1/models" else (200, {}, completion("SELECT 1"))  # type: ignore[method-assign]
    assert one(runtime()).hypotheses[0].text == "SELECT 1"
    with pytest.raises(ModelError, match="404"):
        runtime(model=None).facts()


@pytest.mark.parametrize(
    ("owner", "path", "answer"),
    [("vllm", "/tokenize", {"count": 7}), ("llamacpp", "/tokenize", {"tokens": [1] * 7}), ("me", "/extras/tokenize/count", {"count": 7})],
)
def test_servers_that_can_count_do(owner: str, path: str, answer: Any, server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": "m", "owned_by": owner}]}
    server.answer = lambda asked, body: (200, {}, answer) if asked == path else failing(404)
    assert runtime().count(["a b c", "d"]) == (7, 7)


def test_otherwise_tokens_are_estimated_and_rather_too_many(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = {"data": [{"id": "m", "owned_by": "vllm"}]}
    server.answer = lambda path, body: failing(404)
    made = runtime()
    assert made.count(["x" * 32, "a b c d e f", ""]) == (10, 6, 0)
    before = len(server.asked)
    made.count(["again"])
    assert len(server.asked) == before


def test_usage_is_what_the_server_says(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    usage = {"prompt_tokens": 50, "completion_tokens": 6, "prompt_tokens_details": {"cached_tokens": 48}}
    server.answer = lambda path, body: (200, {}, completion("SELECT 1", usage=usage, ended="length"))
    made = one(runtime())
    assert (made.prompt_tokens, made.generated_tokens, made.reused_tokens) == (50, 6, 48)
    assert (made.hypotheses[0].tokens, made.hypotheses[0].ended) == (6, "length")


# ------------------------------------------------------------------ at once, in order, called off, as it is written


def test_questions_are_asked_at_once_within_a_bound_and_answered_in_order(
    server: FakeServer, runtime: Callable[..., OpenaiRuntime]
) -> None:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        time.sleep(0.02 * (9 - int(body["prompt"])))
        return 200, {}, completion(body["prompt"])

    server.answer = answer
    prompts = [Prompt(text=str(number)) for number in range(9)]
    made = runtime(concurrent=3).generate(prompts, Decoding(hypotheses=1, beams=1))
    assert [generated.hypotheses[0].text for generated in made] == [str(number) for number in range(9)]
    assert server.most_at_once == 3


def test_closing_calls_off_what_is_under_way(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    release = threading.Event()

    def answer(path: str, body: dict[str, Any]) -> Answer:
        if body["prompt"] == "2":
            release.wait(20)
        return 200, {}, completion(body["prompt"])

    server.answer = answer
    made = runtime(concurrent=1)
    answers = made.generate([Prompt(text=text) for text in ("1", "2", "3")], Decoding(hypotheses=1, beams=1))
    next(iter(answers))
    while "2" not in [body.get("prompt") for body in server.bodies]:
        time.sleep(0.01)
    answers.close()  # type: ignore[attr-defined]
    assert one(made, Prompt(text="4")).hypotheses[0].text == "4"  # the only slot is free, though the server still works on "2"
    made.close()
    release.set()
    assert "3" not in [body["prompt"] for body in server.bodies]
    assert one(made, Prompt(text="5")).hypotheses[0].text == "5"


def stream(*events: Any) -> bytes:
    return b"".join(b"data: " + (event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n\n" for event in events)


def test_one_answer_is_told_as_it_is_written(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    pieces = ["SELECT ", "a, b ", "FROM t", "\n``", "` done"]
    events = [{"choices": [{"text": piece, "logprobs": {"token_logprobs": [-0.5]}}]} for piece in pieces]
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}
    server.answer = lambda path, body: (200, {"content-type": "text/event-stream"}, stream(*events, usage, b"[DONE]"))
    heard: list[str] = []
    decoding = Decoding(hypotheses=1, beams=1)
    made = next(iter(runtime().generate([TEXT], decoding, heard.append)))
    assert made.hypotheses[0].text == "SELECT a, b FROM t\n" == "".join(heard)
    assert len(heard) > 2
    assert (made.hypotheses[0].tokens, made.hypotheses[0].logprob, made.prompt_tokens) == (5, -2.5, 9)
    assert server.bodies[-1]["stream"] is True


def test_what_a_chat_model_says_before_its_fence_is_not_told(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    pieces = ["<think>hm", "m</think>", "``", "`sql", "\n", "SELECT 1", "\n", "```"]
    events = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]
    server.answer = lambda path, body: (200, {"content-type": "text/event-stream"}, stream(*events, b"[DONE]"))
    heard: list[str] = []
    made = next(iter(runtime().generate([CHAT], Decoding(hypotheses=1, beams=1), heard.append)))
    assert made.hypotheses[0].text == "SELECT 1\n" == "".join(heard)


def test_a_server_that_does_not_stream_is_heard_at_the_end(server: FakeServer, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.answer = lambda path, body: failing(400, "stream is not supported") if body["stream"] else (200, {}, completion("SELECT 1"))
    heard: list[str] = []
    made = next(iter(runtime().generate([TEXT], Decoding(hypotheses=1, beams=1), heard.append)))
    assert made.hypotheses[0].text == "SELECT 1" == "".join(heard)


# ------------------------------------------------------------------ addresses and what leaves the machine


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://localhost:8000/v1", True),
        ("http://127.8.8.8/v1", True),
        ("http://10.0.0.1/v1", False),
        ("http://0.0.0.0:8000/v1", False),
        ("https://no-such-host.invalid/v1", False),
        ("http://127.0.0.1.example.invalid/v1", False),
    ],
)
def test_only_loopback_is_this_machine(url: str, local: bool, runtime: Callable[..., OpenaiRuntime]) -> None:
    assert is_loopback(url) is local
    assert runtime(base_url=url).local is local
    assert OpenaiRuntime.local is False


def test_a_name_with_one_address_elsewhere_is_not_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(0, 0, 0, "", ("127.0.0.1", 0)), (0, 0, 0, "", ("192.0.2.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: both)
    assert not is_loopback("http://both.example/v1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: both[:1])
    assert is_loopback("http://both.example/v1")


def test_a_certificate_is_checked_and_can_be_trusted(server: FakeServer, runtime: Callable[..., OpenaiRuntime], tmp_path: Path) -> None:
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("makes its certificate with openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run([tool, *asked, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server.encrypt(certificate, key)
    with pytest.raises(ModelError, match=r"certificate is not trusted: .*; set `ca_file:`"):
        runtime(base_url=server.url, retries=0).facts()
    assert one(runtime(base_url=server.url, ca_file=certificate)).hypotheses[0].text == "SELECT 1"
    with pytest.raises(ConfigError, match="certificates of `ca_file` cannot be read"):
        runtime(base_url=server.url, ca_file=tmp_path / "none.pem").facts()


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("http://h:1", "http://h:1/v1"),
        ("http://h:1/", "http://h:1/v1"),
        ("http://h/v1/", "http://h/v1"),
        ("https://h/openai/deployments/x", "https://h/openai/deployments/x"),
    ],
)
def test_an_address_without_a_path_gets_v1(given: str, made: str) -> None:
    assert OpenaiRuntime.Settings(base_url=given).base_url == made


@pytest.mark.parametrize("given", ["localhost:8000", "ftp://h/v1", "http://", "http://h/v1?key=1", "http://h:99999/v1", "http://h/#x"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        OpenaiRuntime.Settings(base_url=given)


def test_doctor_warns_of_a_key_that_travels_in_clear(runtime: Callable[..., OpenaiRuntime]) -> None:
    findings = runtime(base_url="http://10.0.0.1/v1", api_key=KEY).findings()
    assert [finding.severity for finding in findings] == ["warning"]
    assert "the key and the questions travel unencrypted" in findings[0].message
    assert not runtime(base_url="https://10.0.0.1/v1", api_key=KEY).findings()
    assert not runtime().findings()


def test_proxies_are_not_used_for_this_machine(
    server: FakeServer, runtime: Callable[..., OpenaiRuntime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert one(runtime()).hypotheses[0].text == "SELECT 1"


def test_n_best_wants_no_more_answers_than_there_are_candidates() -> None:
    settings = OpenaiRuntime.Settings(base_url="http://h")
    assert (settings.decoding(3).hypotheses, settings.decoding(3).beams) == (3, 1)


def test_nothing_heavy_is_loaded_before_a_question(runtime: Callable[..., OpenaiRuntime]) -> None:
    code = "import sys, sqlcoder_openai.runtime; print('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
