from __future__ import annotations

from pathlib import Path

import pytest
from sqlcoder_house_rules.phrasebook import PhrasebookRuntime
from sqlcoder_house_rules.phrasebook_engine import PhrasebookEngine, write_phrases

from sqlcoder_core.api import ModelError, ModelFiles, TreeSession
from sqlcoder_core.testing import build_component, model_answers
from sqlcoder_core.testing.tree_session_contract import TreeSessionContract

PAIRS = {"how many orders": "SELECT count(*) FROM orders"}
PROMPT = "tables:\norders(id, total)\nquestion: How many orders\nSQL: "


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    write_phrases(tmp_path / "book", PAIRS)
    return ModelFiles(name="book", kind="safetensors", path=str(tmp_path / "book"))


class TestPhrasebookSession(TreeSessionContract):
    """Whatever core's decoding relies on, asked of our session."""

    @pytest.fixture
    def engine(self, files: ModelFiles) -> PhrasebookEngine:
        engine = PhrasebookEngine(build_component(PhrasebookRuntime, model="book").settings, files)
        engine.load()
        return engine

    @pytest.fixture
    def session(self, engine: PhrasebookEngine) -> TreeSession:
        return engine.session()

    @pytest.fixture
    def tokens(self, engine: PhrasebookEngine) -> list[int]:
        return engine.tokenizer.encode(PROMPT)


def test_a_known_question_is_answered_in_a_process_of_its_own(files: ModelFiles) -> None:
    (generated,) = model_answers(build_component(PhrasebookRuntime), files, PROMPT)
    assert generated.hypotheses[0].text == PAIRS["how many orders"]


def test_a_folder_that_is_no_phrase_book_is_one_error(files: ModelFiles) -> None:
    (Path(files.path) / "phrases.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"phrases\.safetensors: the phrase book cannot be read: .*; write it with `write_phrases`"):
        model_answers(build_component(PhrasebookRuntime), files, PROMPT)
