"""The tree session on llama.cpp: the contract, and what is llama.cpp's own: cells, growth, files."""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from tiny_architectures import write_recurrent, write_sliding
from tiny_gguf import write_adapter, write_tiny

from sqlcoder_core.api import FileError, ModelError, ModelFiles
from sqlcoder_core.testing.tree_session_contract import TreeSessionContract
from sqlcoder_llamacpp import cache as cache_module
from sqlcoder_llamacpp import session as session_module
from sqlcoder_llamacpp.engine import LlamaCppEngine
from sqlcoder_llamacpp.runtime import LlamaCppSettings
from sqlcoder_llamacpp.session import LlamaSession

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")

_TEXT = "SELECT name, count(*) FROM customers WHERE country = 'DE' GROUP BY name ORDER BY 2 DESC"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="module")
def sliding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sliding(tmp_path_factory.mktemp("sliding") / "sliding.gguf")


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recurrent(tmp_path_factory.mktemp("recurrent") / "recurrent.gguf")


@pytest.fixture(scope="module")
def open_engine() -> Iterator[Callable[..., LlamaCppEngine]]:
    opened: dict[str, LlamaCppEngine] = {}

    def make(path: Path, *, adapter: Path | None = None, **settings) -> LlamaCppEngine:
        word = f"{path} {adapter} {settings}"
        if word not in opened:
            files = ModelFiles(name="tiny", kind="gguf", path=str(path), adapter=str(adapter) if adapter else None)
            opened[word] = LlamaCppEngine(LlamaCppSettings(**{"threads": 1, "kv": "f32", **settings}), files)
            opened[word].load()
        return opened[word]

    yield make
    for engine in opened.values():
        engine.close()


@pytest.fixture(scope="module")
def engine(open_engine, tiny: Path) -> LlamaCppEngine:
    return open_engine(tiny)


@pytest.fixture
def session(engine: LlamaCppEngine) -> Iterator[LlamaSession]:
    session = engine.session()
    yield session
    session.close()


@pytest.fixture
def tokens(engine: LlamaCppEngine) -> list[int]:
    return engine.tokenizer.encode(_TEXT)


class _Contract(TreeSessionContract):
    settings: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def session(self, open_engine, path: Path) -> Iterator[LlamaSession]:
        session = open_engine(path, **self.settings).session()
        yield session
        session.close()

    @pytest.fixture
    def tokens(self, open_engine, path: Path) -> Sequence[int]:
        return open_engine(path, **self.settings).tokenizer.encode(_TEXT)


class TestTiny(_Contract):
    @pytest.fixture
    def path(self, tiny: Path) -> Path:
        return tiny


class TestTinyWithFlashAttention(TestTiny):
    """Its kernel adds up in half precision."""

    tolerance = 0.1
    settings: ClassVar[dict[str, Any]] = {"flash_attention": "on"}


class TestTinyInSmallBatches(TestTiny):
    settings: ClassVar[dict[str, Any]] = {"batch": 32}


class TestSlidingWindow(_Contract):
    """Five of six layers see only the last 16 tokens, and keep the rest for branches all the same."""

    @pytest.fixture
    def path(self, sliding: Path) -> Path:
        return sliding


class TestRecurrent(_Contract):
    """A state instead of cells, of which no part can be cut off."""

    @pytest.fixture
    def path(self, recurrent: Path) -> Path:
        return recurrent


@pytest.mark.real_model
class TestSmolLM2(_Contract):
    """Four bits: the kernels for one row and for several round differently."""

    tolerance = 1.0

    @pytest.fixture
    def path(self, smollm2_gguf: Path) -> Path:
        return smollm2_gguf


# ---------------------------------------------------------------------- branches and cells


def test_beams_that_walk_at_random_give_what_each_gives_alone(session: LlamaSession, engine: LlamaCppEngine) -> None:
    choose = random.Random(7)
    texts = [list(engine.tokenizer.encode(_TEXT[:20]))] * 4
    beams = session.assign([session.prefill(texts[0])[0]], [0] * 4)
    for _ in range(40):
        parents = [choose.randrange(4) for _ in range(4)]
        beams, texts = session.assign(beams, parents), [texts[parent] for parent in parents]
        moves = [choose.randrange(250) for _ in range(4)]
        logits = session.step(list(zip(beams, moves, strict=True)))
        texts = [[*text, token] for text, token in zip(texts, moves, strict=True)]
    assert session.occupied == len({tuple(text[:length]) for text in texts for length in range(1, len(text) + 1)})
    for row, text in zip(logits, texts, strict=True):
        handle, alone = session.prefill(text)
        assert np.abs(row - alone).max() < 1e-3
        session.free(handle)


def test_shared_tokens_stay_shared_when_the_context_grows(session: LlamaSession) -> None:
    long = [number % 250 for number in range(600)]
    trunk, _ = session.prefill(long)
    forks = [session.fork(trunk) for _ in range(5)]
    session.reserve(768, 40)
    logits = session.step([(fork, place) for place, fork in enumerate([trunk, *forks])])
    assert session.room == (768, 40)
    assert session.occupied == 606
    session.reserve(2048, 40)
    _, alone = session.prefill([*long, 5])
    assert np.abs(logits[5] - alone).max() < 1e-3


def test_without_reserve_the_context_grows_as_branches_and_tokens_come(session: LlamaSession) -> None:
    first, wanted = session.prefill([1, 2, 3])
    handles = [session.prefill([number % 250] * 100)[0] for number in range(20)]
    assert session.room[0] >= 2003 and session.room[1] >= 21
    again, logits = session.prefill([3], session.prefill([1, 2])[0])
    assert np.abs(logits - wanted).max() < 1e-3
    assert [session.length(handle) for handle in (first, *handles[:2], again)] == [3, 100, 100, 3]


def test_more_branches_than_llama_cpp_follows_are_refused(session: LlamaSession) -> None:
    with pytest.raises(ModelError, match="257 branches are more than the 256"):
        session.reserve(512, 257)
    trunk, _ = session.prefill([1])
    for _ in range(255):
        session.fork(trunk)
    with pytest.raises(ModelError, match="no more than 256 branches"):
        session.fork(trunk)


def test_a_context_beyond_the_memory_is_refused_before_it_is_taken(session: LlamaSession) -> None:
    trunk, _ = session.prefill([1, 2, 3])
    with pytest.raises(ModelError, match=r"no memory for a context of 2,000,000,000 tokens: it takes [\d.]+ GB, and [\d.]+ GB are free"):
        session.reserve(2_000_000_000, 8)
    logits = session.step([(trunk, 4)])[0]
    _, alone = session.prefill([1, 2, 3, 4])
    assert np.abs(logits - alone).max() < 1e-3


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to RLIMIT_AS")
def test_llama_cpps_own_refusal_of_memory_is_one_clear_error(session: LlamaSession, monkeypatch, capfd) -> None:
    monkeypatch.setattr(cache_module, "available_bytes", lambda: None)
    trunk, wanted = session.prefill([1, 2, 3])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 28), hard))
    try:
        with pytest.raises(ModelError, match="no memory for a context of 1,048,576 tokens: insufficient memory") as caught:
            session.reserve(1 << 20, 8)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert "beams" in str(caught.value.hint)
    _, logits = session.prefill([3], session.prefill([1, 2])[0])
    assert np.abs(logits - wanted).max() < 1e-3 and session.length(trunk) == 3
    assert capfd.readouterr().err == ""


def test_a_context_that_llama_cpp_does_not_open_says_why(open_engine, tmp_path: Path, capfd) -> None:
    narrow = write_tiny(tmp_path / "narrow.gguf", width=192)  # heads of 48 numbers are no whole blocks of 32
    session = open_engine(narrow, kv="q8_0").session()
    with pytest.raises(ModelError, match=r"llama.cpp opens no context on this model: .*32") as caught:
        session.prefill([1, 2, 3])
    assert "`kv`" in str(caught.value.hint)
    session.close()
    assert capfd.readouterr().err == ""


def test_a_step_that_finds_no_cell_makes_room(session: LlamaSession) -> None:
    session.reserve(512, 8)
    handle, _ = session.prefill([1] * 511)
    for token in (2, 3, 4):
        logits = session.step([(handle, token)])
    assert session.room[0] > 512 and session.length(handle) == 514
    _, alone = session.prefill([*[1] * 511, 2, 3, 4])
    assert np.abs(logits[0] - alone).max() < 1e-3


def test_a_branch_longer_than_the_models_context_is_refused(session: LlamaSession, engine: LlamaCppEngine) -> None:
    with pytest.raises(ModelError, match="4,097 tokens are more than the model's context of 4,096"):
        session.prefill([1] * 4097)
    trunk, _ = session.prefill([1] * 4096)
    with pytest.raises(ModelError, match="4,097 tokens"):
        session.step([(trunk, 1)])
    assert session.length(trunk) == 4096


def test_all_branches_together_may_hold_more_than_the_models_context(session: LlamaSession) -> None:
    session.reserve(6000, 8)
    handles = [session.prefill([number] * 2900)[0] for number in (1, 2)]
    assert session.step([(handle, 3) for handle in handles]).shape[0] == 2
    assert session.room[0] == 6144


def test_a_setting_stretches_the_context(open_engine, tiny: Path) -> None:
    session = open_engine(tiny, context=5000).session()
    handle, _ = session.prefill([1] * 4500)
    assert session.length(handle) == 4500
    session.close()


def test_nothing_to_compute_is_a_value_error(session: LlamaSession) -> None:
    with pytest.raises(ValueError, match="needs a token"):
        session.prefill([])


def test_a_long_chunk_asks_whether_to_stop_while_it_is_computed(open_engine, tiny: Path, monkeypatch) -> None:
    monkeypatch.setattr(session_module, "_LOOK_SECONDS", 0)
    session = open_engine(tiny, batch=2048).session()
    trunk, wanted = session.prefill([1, 2, 3])
    asked = []

    def stop_at_the_fifth() -> None:
        asked.append(1)
        if len(asked) == 5:
            raise KeyboardInterrupt

    session.pause = stop_at_the_fifth
    with pytest.raises(KeyboardInterrupt):
        session.prefill([4] * 2000, trunk)
    session.pause = lambda: None
    assert len(asked) == 5 and session.occupied == 3
    _, logits = session.prefill([3], session.prefill([1, 2])[0])
    assert np.abs(logits - wanted).max() < 1e-3
    assert np.isfinite(session.step([(trunk, 4)])).all()
    session.close()


# ---------------------------------------------------------------------- files


def test_a_saved_branch_is_the_same_in_another_process_of_the_same_model(session: LlamaSession, open_engine, tiny: Path, tmp_path) -> None:
    trunk, _ = session.prefill(list(range(200)))
    session.save(trunk, tmp_path / "branch")
    wanted = session.step([(trunk, 7)])[0]
    other = open_engine(tiny).session()
    other.prefill([5] * 400)
    back = other.restore(tmp_path / "branch")
    assert other.length(back) == 200
    assert np.array_equal(other.step([(other.fork(back), 7)])[0], wanted)
    child, _ = other.prefill([7, 8], back)
    assert other.length(child) == 202 and other.occupied == 603
    other.close()


@pytest.mark.parametrize("change", ["weights", "kv", "flash_attention", "adapter", "lora_scale"])
def test_a_branch_of_another_model_or_settings_is_refused(
    change: str, session: LlamaSession, open_engine, tiny: Path, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "adapter.gguf")
    if change == "lora_scale":
        session = open_engine(tiny, adapter=adapter).session()
    trunk, _ = session.prefill([1, 2, 3])
    session.save(trunk, tmp_path / "branch")
    others = {
        "weights": lambda: open_engine(write_tiny(tmp_path / "other.gguf", seed=5)),
        "kv": lambda: open_engine(tiny, kv="f16"),
        "flash_attention": lambda: open_engine(tiny, flash_attention="on"),
        "adapter": lambda: open_engine(tiny, adapter=adapter),
        "lora_scale": lambda: open_engine(tiny, adapter=adapter, lora_scale=0.5),
    }
    other = others[change]().session()
    with pytest.raises(ValueError, match="of another model, or of other settings"):
        other.restore(tmp_path / "branch")
    assert other.occupied == 0
    other.close()


def test_a_branch_that_is_missing_or_cut_is_a_value_error_that_names_it(session: LlamaSession, tmp_path: Path, capfd) -> None:
    trunk, wanted = session.prefill([1, 2, 3])
    session.save(trunk, tmp_path / "branch")
    whole = (tmp_path / "branch").read_bytes()
    for size in (0, 10, 40, 60, 2000, len(whole) - 1):
        (tmp_path / "branch").write_bytes(whole[:size])
        with pytest.raises(ValueError, match="branch"):
            session.restore(tmp_path / "branch")
    with pytest.raises(ValueError, match="nowhere"):
        session.restore(tmp_path / "nowhere")
    assert session.occupied == 3
    assert np.abs(session.prefill([3], session.prefill([1, 2])[0])[1] - wanted).max() < 1e-3
    assert capfd.readouterr().err == ""


def test_a_place_that_cannot_be_written_is_a_file_error(session: LlamaSession, tmp_path: Path) -> None:
    trunk, _ = session.prefill([1, 2, 3])
    with pytest.raises(FileError, match=r"cannot write .*nowhere"):
        session.save(trunk, tmp_path / "nowhere" / "branch")
    session.save(trunk, tmp_path / "branch")
    assert [file.name for file in tmp_path.iterdir()] == ["branch"]
