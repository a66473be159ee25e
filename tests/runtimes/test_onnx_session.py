"""Tree sessions on ONNX graphs: ours in both dialects, Optimum's and onnxruntime-genai's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loaded_models import Loaded, loaded
from tiny_exports import write_like_genai, write_like_optimum
from tiny_llama import TEXT, write_tiny_llama

from sqlcoder_core.contracts.model_engine import TreeSession
from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.onnx_write import write_onnx
from sqlcoder_core.models.convert.weights import read_weights
from sqlcoder_core.testing.tree_session_contract import TreeSessionContract

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")

LAYOUTS = ("contrib", "standard", "contrib-int8", "standard-int4", "optimum", "optimum-merged", "optimum-alone", "genai")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model as safetensors."""
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "source")


@pytest.fixture(scope="module", params=LAYOUTS)
def engine(request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The model loaded from one layout."""
    folder = tmp_path_factory.mktemp("layouts") / request.param
    return loaded("onnx", _written(request.param, source, folder))


def _written(layout: str, source: Path, folder: Path) -> Path:
    if layout.startswith("optimum"):
        batch: Any = 1 if layout == "optimum-alone" else "batch"
        return write_like_optimum(source, folder, cache_branch=layout == "optimum-merged", batch=batch)
    graph, _, precision = layout.partition("-")
    if layout == "genai":
        folder.mkdir()
        write_onnx(read_weights(source), folder / "ours")
        return write_like_genai(folder / "ours", folder / "genai")
    write_onnx(read_weights(source), folder, graph=graph, precision=precision or "fp32")  # type: ignore[arg-type]
    return folder


class TestEveryLayoutKeepsTheContract(TreeSessionContract):
    """The same weights in every layout that is read."""

    tolerance = 2e-3

    @pytest.fixture
    def session(self, engine: Loaded) -> Iterator[TreeSession]:
        session = engine.engine.session()
        assert session is not None
        yield session
        session.close()

    @pytest.fixture
    def tokens(self, engine: Loaded) -> Sequence[int]:
        return engine.engine.tokenizer.encode(TEXT)


@pytest.fixture(scope="module")
def ours(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The contrib graph."""
    return loaded("onnx", _written("contrib", source, tmp_path_factory.mktemp("ours") / "model"))


@pytest.fixture
def session(ours: Loaded) -> Iterator[Any]:
    """An empty session on it."""
    session = ours.engine.session()
    assert session is not None
    yield session
    session.close()


def test_all_layouts_of_one_model_give_the_same_logits(source: Path, ours: Loaded, tmp_path: Path) -> None:
    tokens = ours.engine.tokenizer.encode(TEXT)
    wanted = _logits(ours, tokens)
    for layout in ("standard", "optimum", "optimum-merged", "optimum-alone", "genai"):
        found = _logits(loaded("onnx", _written(layout, source, tmp_path / layout)), tokens)
        assert np.abs(found - wanted).max() < 1e-4, layout


def test_a_long_session_does_not_grow_without_bound(session: Any, ours: Loaded) -> None:
    tokens = ours.engine.tokenizer.encode(TEXT)
    session.reserve(400, 8)
    trunk, _ = session.prefill(tokens)
    wanted = session.step([(one := session.fork(trunk), 7)])[0].copy()
    session.free(one)
    beams = session.assign([session.fork(trunk)], [0, 0, 0, 0])
    for number in range(600):  # 2,400 rows, of which those of one beam at a time survive
        session.step([(beam, 5 + (number + place) % 90) for place, beam in enumerate(beams)])
        if number % 50 == 49:
            for beam in beams:
                session.free(beam)
            beams = session.assign([session.fork(trunk)], [0, 0, 0, 0])
        else:
            beams = session.assign(beams, [0, 0, 1, 1])
    assert session._graph.buffers.capacity <= 512
    assert np.abs(session.step([(session.fork(trunk), 7)])[0] - wanted).max() < 1e-4


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_whatever_branches_do_each_has_the_logits_of_its_own_tokens(seed: int, ours: Loaded, session: Any, tmp_path: Path) -> None:
    """Random forks, steps, prefills, frees, saves and restores, against each branch's tokens computed alone."""
    dice = random.Random(seed)
    branches: dict[int, list[int]] = {}
    expected: list[tuple[list[int], Any]] = []
    for _ in range(250):
        some = dice.sample(sorted(branches), min(len(branches), dice.randint(1, 5)))
        deed = dice.choice(("prefill", "fork", "step", "step", "free", "save"))
        if deed == "prefill" or not branches:
            parent = dice.choice([None, *branches])
            tokens = [dice.randrange(2, 250) for _ in range(dice.randint(1, 40))]
            handle, logits = session.prefill(tokens, parent)
            branches[handle] = [*branches.get(parent or 0, ()), *tokens]
            expected.append((branches[handle], logits.copy()))
        elif deed == "fork":
            branches[session.fork(some[0])] = list(branches[some[0]])
        elif deed == "step":
            moves = [(handle, dice.randrange(2, 250)) for handle in some]
            logits = session.step(moves)
            for (handle, token), row in zip(moves, logits, strict=True):
                branches[handle] = [*branches[handle], token]
                expected.append((branches[handle], row.copy()))
        elif deed == "save":
            session.save(some[0], tmp_path / "state")
            branches[session.restore(tmp_path / "state")] = list(branches[some[0]])
        elif len(branches) > 3:
            for handle in some:
                session.free(handle)
                del branches[handle]
        assert {handle: session.length(handle) for handle in branches} == {handle: len(tokens) for handle, tokens in branches.items()}
    for handle in branches:
        session.free(handle)
    for tokens, logits in dice.sample(expected, 60):
        alone, wanted = session.prefill(tokens)
        session.free(alone)
        assert np.abs(logits - wanted).max() < 1e-4


def test_forks_and_reordered_beams_move_no_keys_and_values(session: Any, ours: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = []
    monkeypatch.setattr(type(session._graph.buffers), "move", lambda self, rows, first: moved.append(len(rows)))
    session.reserve(400, 8)
    trunk, _ = session.prefill(ours.engine.tokenizer.encode(TEXT))
    beams = session.assign([trunk], [0, 0, 0, 0])
    for _ in range(5):
        session.step([(beam, 9) for beam in beams])
        beams = session.assign(beams, [3, 3, 0, 1])
    assert not moved


def test_a_state_of_another_model_is_a_value_error(session: Any, ours: Loaded, tmp_path: Path) -> None:
    other_source = write_tiny_llama(tmp_path / "other", seed=1)
    other = loaded("onnx", _written("contrib", other_source, tmp_path / "graph")).engine.session()
    assert other is not None
    trunk, _ = other.prefill(ours.engine.tokenizer.encode(TEXT))
    other.save(trunk, tmp_path / "state")
    with pytest.raises(ValueError, match="another model"):
        session.restore(tmp_path / "state")


def test_more_tokens_than_the_context_are_refused_before_they_are_computed(source: Path, tmp_path: Path) -> None:
    engine = loaded("onnx", _written("contrib", source, tmp_path / "model"), context=64)
    session = engine.engine.session()
    assert session is not None and engine.facts.context == 64
    with pytest.raises(ModelError, match="65 tokens are more than the model's context of 64"):
        session.prefill([5] * 65)
    handle, _ = session.prefill([5] * 64)
    with pytest.raises(ModelError, match="context of 64"):
        session.step([(handle, 5)])


def test_more_rows_than_memory_holds_are_refused(session: Any) -> None:
    with pytest.raises(ModelError, match="no memory for the state of"):
        session.reserve(1 << 40, 4)


def _logits(loaded_model: Loaded, tokens: Sequence[int]) -> Any:
    session = loaded_model.engine.session()
    assert session is not None
    handle, first = session.prefill(tokens[:20])
    rows = [first.copy()]
    for token in tokens[20:]:
        rows.append(session.step([(handle, token)])[0].copy())
    session.close()
    return np.stack(rows)
