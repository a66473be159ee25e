"""The runtime `openai` against servers that mean harm: nothing without an end, nothing that is not an answer or one clear error."""

from __future__ import annotations

import gzip
import json
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from pydantic import ValidationError

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Decoding, Generated, Prompt
from sqlcoder_core.values.secret import Secret
from sqlcoder_openai import exchange
from sqlcoder_openai.runtime import OpenaiRuntime

KEY = "sk-very-secret-0123456789"
PROMPT = Prompt(text="### SQL\n```sql\n", opening="```sql\n", stop=("```",))
MODELS = json.dumps({"data": [{"id": "m"}]}).encode()


class Hostile:
    """`models` answers the list of models, `answer` everything else: pieces of a body, as many as come; `headers` beside them."""

    def __init__(self) -> None:
        self.models, self.answer, self.headers, self.written = [MODELS], [b"{}"], {}, 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(server.models if self.path == "/v1/models" else server.answer)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self._send(server.answer)

            def _send(self, pieces: Any) -> None:
                self.send_response(200)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    server.written += len(piece)
                    self.wfile.write(piece)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that has had enough hangs up
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Hostile]:
    made = Hostile()
    yield made
    made.close()


@pytest.fixture
def runtime(server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenaiRuntime]]:
    monkeypatch.setattr(exchange, "_FIRST_PAUSE", 0.01)
    made: list[OpenaiRuntime] = []

    def build(**settings: Any) -> OpenaiRuntime:
        context = Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=tmp_path)
        made.append(OpenaiRuntime(OpenaiRuntime.Settings(**{"base_url": server.url, "model": "m", "retries": 0, **settings}), context))
        return made[-1]

    yield build
    for one in made:
        one.close()


def one(runtime: OpenaiRuntime, *, stream: bool = False, seconds: float = 10, **decoding: Any) -> Generated:
    how = Decoding(**{"hypotheses": 1, "beams": 1, "seconds": seconds, **decoding})
    return next(iter(runtime.generate([PROMPT], how, (lambda text: None) if stream else None)))


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_an_end_is_cut_off(server: Hostile, runtime: Callable[..., OpenaiRuntime], stream: bool) -> None:
    server.answer = repeat(b"data: " + b"x" * (1 << 20))
    problem = one(runtime(), stream=stream, seconds=60).problem
    assert problem is not None
    assert problem.message == "the server's answer does not end"
    assert server.written < 100_000_000


def test_a_body_that_grows_when_it_is_unpacked_is_cut_off(server: Hostile, runtime: Callable[..., OpenaiRuntime]) -> None:
    server.models = [gzip.compress(bytes(200_000_000))]
    server.headers = {"content-encoding": "gzip"}
    with pytest.raises(ModelError, match="does not end"):
        runtime().facts()


def test_a_stream_that_drips_ends_with_its_time(server: Hostile, runtime: Callable[..., OpenaiRuntime]) -> None:
    more = threading.Event()

    def drops() -> Iterator[bytes]:
        while not more.wait(0.05):
            yield b"x"

    server.answer = drops()
    problem = one(runtime(), stream=True, seconds=0.5).problem
    more.set()
    assert problem is not None
    assert problem.code == "time_limit"


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"choices":' * 100_000, b'data: {"choices":' + b"[" * 200_000 + b"\n"])
@pytest.mark.parametrize("stream", [False, True])
def test_json_that_is_nested_without_end_is_no_json(
    server: Hostile, runtime: Callable[..., OpenaiRuntime], body: bytes, stream: bool
) -> None:
    server.answer = [body]
    try:
        generated = one(runtime(), stream=stream)
    except ModelError as error:
        assert "is not JSON" in error.message
    else:
        assert not any(hypothesis.text for hypothesis in generated.hypotheses)


NUMBERS = (0, -1, True, None, 10**400, -(10**400), float("nan"), float("-inf"), 1e308, "7", 0.5)
WORDS = ("SELECT 1", "", "\ud800", "m", "stop", "vllm", "\x1b[31m", "<think>", "```sql\nSELECT 1\n```", 'a" b')
KEYS = (
    *("choices", "message", "delta", "content", "text", "finish_reason", "logprobs", "token_logprobs", "logprob", "usage", "error"),
    *("prompt_tokens", "completion_tokens", "prompt_tokens_details", "cached_tokens", "data", "id", "owned_by", "meta", "n_ctx"),
)


def anything(chance: random.Random, depth: int = 0) -> Any:
    """JSON with the protocol's own words in all the wrong places."""
    kind = chance.random()
    if depth > 4 or kind < 0.25:
        return chance.choice((*NUMBERS, *WORDS))
    if kind < 0.5:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(KEYS): anything(chance, depth + 1) for _ in range(chance.randrange(5))}


def nearly(chance: random.Random) -> Any:
    """An answer of the protocol whose parts are anything."""
    parts = ("text", "message", "delta", "logprobs", "finish_reason")
    choices = [{key: anything(chance, 2) for key in parts if chance.random() < 0.7} for _ in range(chance.randrange(3))]
    return {
        "choices": choices,
        "usage": anything(chance, 2),
        "data": [{"id": "m", "n_ctx": anything(chance, 3), "meta": anything(chance, 3)}],
    }


@pytest.mark.parametrize("stream", [False, True])
def test_whatever_a_server_says_is_an_answer_or_one_error(server: Hostile, runtime: Callable[..., OpenaiRuntime], stream: bool) -> None:
    chance = random.Random(7)
    asked = runtime()
    for number in range(150):
        said = (anything if number % 3 == 0 else nearly)(chance)
        text = json.dumps(said).encode()
        server.answer = [b"data: " + text + b"\n\n"] if stream and number % 2 else [text]
        server.models = [text if number % 5 == 0 else MODELS]
        try:
            generated = one(asked, stream=stream, hypotheses=1 if stream else 2)
            facts = asked.facts()
        except ModelError as error:
            assert "\x1b" not in str(error)
        else:
            assert facts.context > 0
            for hypothesis in generated.hypotheses:
                assert hypothesis.text.encode() is not None
                assert hypothesis.score == hypothesis.score
        asked.close()


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_that_repeats_the_key_is_not_quoted_with_it(server: Hostile, runtime: Callable[..., OpenaiRuntime], stream: bool) -> None:
    server.answer = [f"data: you sent {KEY}\n".encode()]
    with pytest.raises(ModelError, match=r"you sent \*\*\*") as caught:
        one(runtime(api_key=Secret(KEY, reference="${KEY}")), stream=stream)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("text", [f"{KEY}\r\nX-Other: 1", f"{KEY}\u00e9", f"{KEY}\x00", "  ", ""])
@pytest.mark.parametrize("where", ["api_key", "headers"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_repeated(runtime: Callable[..., OpenaiRuntime], where: str, text: str) -> None:
    secret = Secret(text, reference="${KEY}")
    with pytest.raises(ValidationError, match="one line of plain ASCII") as caught:
        runtime(**{where: secret if where == "api_key" else {"X-Key": secret}})
    assert KEY not in str(caught.value)


def test_a_header_cannot_bring_another(runtime: Callable[..., OpenaiRuntime]) -> None:
    with pytest.raises(ValidationError, match="letters, digits and dashes"):
        runtime(headers={"X-A: 1\r\nX-B": Secret("1", reference="${KEY}")})


def test_the_line_break_that_a_file_of_keys_ends_with_is_not_part_of_the_key(runtime: Callable[..., OpenaiRuntime]) -> None:
    settings = runtime(api_key=Secret(f"{KEY}\n", reference="${KEY}")).settings
    assert settings.api_key is not None
    assert (settings.api_key.reveal(), settings.api_key.reference) == (KEY, "${KEY}")
