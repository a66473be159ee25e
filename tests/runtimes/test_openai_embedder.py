"""The embedder `openai`: what is asked of a server, what comes of it, and a whole run that finds a table by meaning."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.errors import ModelError, PluginError
from sqlcoder_core.health import examine
from sqlcoder_core.session import Session
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.question import Question
from sqlcoder_openai.embedder import OpenaiEmbedder
from sqlcoder_openai.settings import EmbeddingSettings


class Embeddings:
    """A server whose vectors are `vector(text)`; `answer` replaces the whole body where it is set."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.models = ["m"]
        self.answer: Any = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send({"data": [{"id": name} for name in server.models]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.asked.append({"path": self.path, **body})
                found = [{"index": at, "embedding": server.vector(text)} for at, text in enumerate(body["input"])]
                self._send(server.answer or {"data": found[::-1]})

            def _send(self, content: Any) -> None:
                data = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def vector(self, text: str) -> list[float]:
        """Ships and qwertz lie one way, everything else the other."""
        return [1.0, 0.1] if "ship" in text or "qwertz" in text else [-0.1, 1.0]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Embeddings]:
    embeddings = Embeddings()
    yield embeddings
    embeddings.close()


def _embedder(server: Embeddings, tmp_path: Path, **settings: Any) -> OpenaiEmbedder:
    context = Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=tmp_path)
    return OpenaiEmbedder(EmbeddingSettings(base_url=server.url, **settings), context)


def test_texts_are_asked_at_once_and_come_back_in_their_order(server: Embeddings, tmp_path: Path) -> None:
    embedder = _embedder(server, tmp_path, table_prefix="passage: ", question_prefix="query: ", dimensions=8)
    assert embedder.embed(["a ship", "a tree"]) == [[1.0, 0.1], [-0.1, 1.0]]
    embedder.embed(["which qwertz"], question=True)
    embedder.close()
    first, second = server.asked
    wanted = {"path": "/v1/embeddings", "model": "m", "encoding_format": "float", "dimensions": 8}
    assert first == {**wanted, "input": ["passage: a ship", "passage: a tree"]}
    assert second["input"] == ["query: which qwertz"]


def test_a_model_is_to_be_named_where_there_are_several(server: Embeddings, tmp_path: Path) -> None:
    server.models = ["one", "two"]
    embedder = _embedder(server, tmp_path)
    with pytest.raises(ModelError, match="the server has one, two"):
        embedder.embed(["x"])
    embedder.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"nothing": 1},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": ["x"]}]},
        {"data": [{"index": 0, "embedding": [1e999, 1.0]}]},
        [1],
    ],
)
def test_answers_that_are_no_vectors_are_one_clear_error(server: Embeddings, tmp_path: Path, answer: Any) -> None:
    server.answer = answer
    embedder = _embedder(server, tmp_path)
    with pytest.raises(ModelError, match="for 1 texts") as raised:
        embedder.embed(["x"])
    assert "embedding model" in (raised.value.hint or "")
    embedder.close()


def test_vectors_of_another_model_are_another_identity(server: Embeddings, tmp_path: Path) -> None:
    made = {_embedder(server, tmp_path, **one).identity() for one in ({}, {"model": "m"}, {"table_prefix": "p: "}, {"dimensions": 8})}
    assert len(made) == 4


@pytest.fixture
def project(server: Embeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of 80 tables, more than are linked whole."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with sqlite3.connect(tmp_path / "many.sqlite") as connection:
        for number in range(79):
            connection.execute(f"CREATE TABLE list_{number} (code TEXT)")
        connection.execute("CREATE TABLE ship (code TEXT)")
    connection.close()
    text = f"connections: {{db: {{use: sqlite, path: many.sqlite}}}}\nlinking: {{use: openai, base_url: '{server.url}', model: e-1}}\n"
    (tmp_path / "sqlcoder.yaml").write_text(text)
    return tmp_path


def test_a_run_embeds_tables_once_and_says_the_embedder_in_the_signature(server: Embeddings, project: Path) -> None:
    for _ in range(2):
        with Session.open(Options(), cwd=project) as session:
            answer = session.ask(Question(text="how often did the qwertz happen"))
            assert session.near is not None
            assert [name.name for name in session.near("how often did the qwertz happen", 1)] == ["ship"]
        assert dict(answer.signature)["linking"].startswith("openai e-1 ")
    given = [text for asked in server.asked for text in asked["input"]]
    assert sum("Columns:" in text for text in given) == 80
    assert given.count("how often did the qwertz happen") == 4


def test_an_embedder_that_fails_stops_the_run_by_name(server: Embeddings, project: Path) -> None:
    server.answer = {"data": "nothing"}
    with Session.open(Options(), cwd=project) as session, pytest.raises(PluginError, match="vectors for 1 texts"):
        session.ask(Question(text="how often did the qwertz happen"))


def test_doctor_says_what_the_server_receives(server: Embeddings, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    found = {section.name: section.findings for section in examine(Options())}
    (said,) = [problem.message for problem in found["linking"]]
    assert server.url in said
    assert "no contents" in said


def test_a_wrong_setting_is_said_with_its_line(project: Path) -> None:
    from sqlcoder_core.errors import ConfigError

    file = project / "sqlcoder.yaml"
    file.write_text(file.read_text() + "  # end\n")
    file.write_text("connections: {db: {use: sqlite, path: many.sqlite}}\nlinking:\n  use: openai\n  base_ulr: http://127.0.0.1:1/v1\n")
    with pytest.raises(ConfigError) as raised:
        Session.open(Options(), cwd=project)
    told = str(raised.value)
    assert "base_ulr" in told
    assert "sqlcoder.yaml:4" in told
