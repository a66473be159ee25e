"""The GGUF engine: what it says of a model, adapters, and one clear error for each file that is none."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_gguf import CONTEXT, CONTROL, write_adapter, write_tiny

from sqlcoder_core.api import ModelError, ModelFiles
from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.models import engine_threads
from sqlcoder_core.models.hardware import Hardware
from sqlcoder_llamacpp.engine import LlamaCppEngine
from sqlcoder_llamacpp.library import Log, load_library
from sqlcoder_llamacpp.runtime import LlamaCppSettings

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny.gguf")


@pytest.fixture
def make() -> Iterator[Any]:
    """`make(path, adapter=..., context=..., **settings)` gives an engine that is not loaded yet."""
    made = []

    def engine(path: Path, *, adapter: Path | None = None, files: dict[str, Any] | None = None, **settings: Any) -> LlamaCppEngine:
        known = {"name": "tiny", "kind": "gguf", "path": str(path), "adapter": str(adapter) if adapter else None, **(files or {})}
        made.append(LlamaCppEngine(LlamaCppSettings(**{"threads": 1, "kv": "f32", **settings}), ModelFiles(**known)))
        return made[-1]

    yield engine
    for one in made:
        one.close()


def logits(engine: LlamaCppEngine, text: str = "SELECT count(*) FROM") -> np.ndarray:
    session = engine.session()
    try:
        return session.prefill(engine.tokenizer.encode(text))[1].copy()
    finally:
        session.close()


def test_facts_say_what_the_file_says(make, tiny: Path) -> None:
    engine = make(tiny)
    facts = engine.load()
    assert (facts.name, facts.architecture, facts.context, facts.precision, facts.device) == ("tiny", "llama", CONTEXT, "F32", "cpu")
    assert facts.vocabulary == engine.tokenizer.vocabulary == len(logits(engine))
    assert facts.parameters == 1_320_704
    assert facts.chat_template and facts.beams
    assert facts.special_texts == CONTROL
    assert facts.notes == ()
    assert facts.details == ("flash attention is off: on CPUs it makes several beams slower",)


def test_notes_say_what_quantised_memory_costs(make, tiny: Path) -> None:
    assert make(tiny, kv="q8_0").load().details == ("flash attention is on, as `kv: q8_0` needs it: on CPUs it makes several beams slower",)
    assert make(tiny, flash_attention="off").load().details == ()


def test_layers_for_a_gpu_that_is_not_there_are_said_to_do_nothing(make, tiny: Path) -> None:
    facts = make(tiny, gpu_layers=9).load()
    if facts.device != "cpu":
        pytest.skip("there is a GPU")
    assert facts.notes == ("`gpu_layers: 9` has no effect: llama.cpp sees no GPU here, `sqlcoder doctor` says why",)


def test_the_context_is_the_models_unless_told_otherwise(make, tiny: Path) -> None:
    assert make(tiny, files={"context": 1000}).load().context == 1000
    assert make(tiny, files={"context": 100_000}).load().context == CONTEXT
    stretched = make(tiny, context=6000).load()
    assert stretched.context == 6000
    assert any("more than the 4096 tokens that the model was trained on" in note for note in stretched.notes)


def test_the_hash_tells_weights_adapters_apart(make, tiny: Path, tmp_path: Path) -> None:
    same = make(tiny).load().weights
    assert len(same) == 16 and same == make(tiny).load().weights
    other = make(write_tiny(tmp_path / "other.gguf", seed=2)).load().weights
    adapted = make(tiny, adapter=write_adapter(tmp_path / "adapter.gguf")).load().weights
    assert len({same, other, adapted}) == 3


def test_an_adapter_changes_what_the_model_says_by_its_scale(make, tiny: Path, tmp_path: Path) -> None:
    adapter = write_adapter(tmp_path / "adapter.gguf")
    engines = {scale: make(tiny, adapter=adapter, lora_scale=scale) for scale in (0.0, 0.5, 1.0)}
    plain = make(tiny)
    for engine in (plain, *engines.values()):
        engine.load()
    said = {scale: logits(engine) for scale, engine in engines.items()}
    assert np.abs(said[0.0] - logits(plain)).max() < 1e-4
    assert np.abs(said[1.0] - said[0.0]).max() > 0.1
    assert np.abs(said[1.0] - said[0.5]).max() > 0.05


def test_an_adapter_stays_when_the_context_grows(make, tiny: Path, tmp_path: Path) -> None:
    engine = make(tiny, adapter=write_adapter(tmp_path / "adapter.gguf"))
    engine.load()
    wanted, session = logits(engine), engine.session()
    session.reserve(512, 2)
    session.reserve(4096, 16)
    assert np.abs(session.prefill(engine.tokenizer.encode("SELECT count(*) FROM"))[1] - wanted).max() < 1e-4
    session.close()


def test_flash_attention_and_half_precision_give_nearly_the_same(make, tiny: Path) -> None:
    wanted = make(tiny)
    wanted.load()
    for settings in ({"flash_attention": "on"}, {"kv": "f16"}, {"kv": "q8_0"}):
        other = make(tiny, **settings)
        other.load()
        assert 0 < np.abs(logits(other) - logits(wanted)).max() < 0.5
        assert logits(other).argmax() == logits(wanted).argmax()


def test_a_file_read_without_mapping_gives_the_same(make, tiny: Path) -> None:
    mapped, read = make(tiny), make(tiny, mmap=False)
    mapped.load(), read.load()
    assert np.array_equal(logits(mapped), logits(read))


def written(engine: LlamaCppEngine, prompt: str, most: int) -> str:
    session = engine.session()
    try:
        handle, row = session.prefill(engine.tokenizer.encode(prompt))
        tokens: list[int] = []
        while len(tokens) < most and int(row.argmax()) not in engine.tokenizer.ends:
            tokens.append(int(row.argmax()))
            row = session.step([(handle, tokens[-1])])[0]
        return engine.tokenizer.decode(tokens)
    finally:
        session.close()


def test_a_trained_model_writes_the_same_with_and_without_flash_attention(make, toy_gguf: Path, toy_prompts: tuple[str, ...]) -> None:
    engines = [make(toy_gguf, flash_attention=flash, kv=kv) for flash, kv in (("off", "f32"), ("on", "f32"), ("off", "f16"))]
    for engine in engines:
        engine.load()
    for prompt in toy_prompts[:10]:
        texts = {written(engine, prompt, 60) for engine in engines}
        assert len(texts) == 1 and texts.pop().startswith("SELECT")


@pytest.mark.real_model
def test_smollm2_is_what_its_makers_say_and_knows_the_capital_of_france(make, smollm2_gguf: Path) -> None:
    engine = make(smollm2_gguf)
    facts = engine.load()
    assert (facts.precision, facts.architecture, facts.context, facts.parameters) == ("Q4_1", "llama", 8192, 134_515_008)
    assert written(engine, "The capital of France is", 1) == " Paris"


# ---------------------------------------------------------------------- refusals


def refusal(engine: LlamaCppEngine) -> str:
    with pytest.raises(SqlcoderError) as caught:
        engine.load()
    text = str(caught.value)
    assert engine.files.path in text or str(engine.files.adapter) in text
    assert caught.value.hint and "\n" not in text
    return text


def test_a_truncated_file_says_so(make, tiny: Path, capfd) -> None:
    whole = tiny.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 3000, 30):
        tiny.write_bytes(whole[:size])
        assert "truncated" in refusal(make(tiny))
    assert capfd.readouterr().err == ""


def test_a_file_that_is_no_gguf_says_so(make, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"PK\x03\x04 a pickle, perhaps" * 100)
    assert "not a GGUF file" in refusal(make(tmp_path / "model.gguf"))
    assert "cannot read" in refusal(make(tmp_path / "nowhere.gguf"))
    assert "a folder, not a GGUF file" in refusal(make(tmp_path))


def test_an_unknown_architecture_asks_for_a_newer_llama_cpp(make, tmp_path: Path, capfd) -> None:
    said = refusal(make(write_tiny(tmp_path / "odd.gguf", architecture="marvin")))
    assert "unknown model architecture: 'marvin'" in said and "pip install -U llama-cpp-python" in said
    assert capfd.readouterr().err == ""


def test_a_model_that_lacks_a_tensor_is_one_error(make, tmp_path: Path, capfd) -> None:
    said = refusal(make(write_tiny(tmp_path / "odd.gguf", kv={"llama.block_count": 3})))
    assert "llama.cpp cannot load it: " in said and "blk.2.attn_norm.weight" in said
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("kv", "words"),
    [
        ({"general.type": "adapter"}, "a LoRA adapter, not a model"),
        ({"llama.attention.causal": False}, "an embedding model"),
        ({"llama.pooling_type": 1}, "an embedding model"),
        ({"tokenizer.ggml.model": None}, "no tokenizer"),
        ({"general.type": "mmproj"}, "a part that reads pictures"),
    ],
)
def test_files_that_write_no_text_are_refused_for_what_they_are(make, kv, words: str, tmp_path: Path) -> None:
    assert words in refusal(make(write_tiny(tmp_path / "odd.gguf", kv=kv)))


def test_an_encoder_decoder_model_is_sent_to_transformers(make, tmp_path: Path) -> None:
    said = refusal(make(write_tiny(tmp_path / "t5.gguf", architecture="t5")))
    assert "an encoder-decoder model (t5)" in said and "runtime `transformers`" in said


def test_adapters_that_are_none_or_do_not_fit_are_named(make, tiny: Path, tmp_path: Path) -> None:
    peft = tmp_path / "peft"
    peft.mkdir()
    (peft / "adapter_config.json").write_text("{}")
    assert "PEFT" in refusal(make(tiny, adapter=peft))
    assert "not a LoRA adapter" in refusal(make(tiny, adapter=tiny))
    wide = write_adapter(tmp_path / "wide.gguf", width=512)
    assert "does not fit the model" in refusal(make(tiny, adapter=wide))
    assert "cannot read" in refusal(make(tiny, adapter=tmp_path / "nowhere.gguf"))


def test_an_engine_that_failed_can_be_closed_and_another_loaded(make, tiny: Path, tmp_path: Path) -> None:
    broken = make(write_tiny(tmp_path / "odd.gguf", architecture="marvin"))
    refusal(broken)
    broken.close()
    assert make(tiny).load().architecture == "llama"


def test_a_model_in_parts_is_loaded_by_any_of_them_and_gives_the_same(make, tiny: Path, tmp_path: Path) -> None:
    whole, first = make(tiny), write_tiny(tmp_path / "parts.gguf", tensors_each=8)
    whole.load()
    assert first.name == "parts-00001-of-00003.gguf"
    for named in (first, first.with_name("parts-00002-of-00003.gguf")):
        parts = make(named)
        assert parts.load().parameters == 1_320_704
        assert np.array_equal(logits(parts), logits(whole))


def test_a_part_that_is_missing_or_cut_is_named(make, tmp_path: Path) -> None:
    first = write_tiny(tmp_path / "parts.gguf", tensors_each=8)
    last = first.with_name("parts-00003-of-00003.gguf")
    last.write_bytes(last.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"parts-00003-of-00003\.gguf: truncated"):
        make(first).load()
    last.unlink()
    assert "parts of this model are missing: parts-00003-of-00003.gguf" in refusal(make(first))


# ---------------------------------------------------------------------- what is beside it


def test_log_keeps_the_cause_from_many_threads_and_from_pieces() -> None:
    log = Log()
    log.add(2, "llama_model_load: an info\n")
    log.add(4, "llama_model_load: error loading model: ")
    log.add(5, "missing tensor\n")
    workers = [threading.Thread(target=lambda: [log.add(4, "f: later\n") for _ in range(5)]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert log.reason() == "error loading model: missing tensor"
    log.add(2, "llama_model_load_from_file_impl: using device CUDA0 (NVIDIA H100) - 80000 MiB free\n")
    assert log.devices() == ("CUDA0 (NVIDIA H100)",)
    log.clear()
    assert log.reason() == "llama.cpp does not say why" and log.devices() == ()


def test_a_library_that_does_not_load_is_a_model_error(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(ModelError, match="llama-cpp-python cannot be loaded") as caught:
        load_library()
    assert "pip install 'sqlcoder-core[llama-cpp]'" in str(caught.value.hint)


def test_threads_are_the_physical_cores_less_one_unless_told(make, tiny: Path, monkeypatch) -> None:
    for cores, expected in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(
            engine_threads, "look_without_gpus", lambda cores=cores: Hardware(cores=cores, threads=16, memory=1, memory_free=1)
        )
        engine = make(tiny, threads=None)
        engine.load()
        assert engine._loaded.threads == expected
    told = make(tiny, threads=3)
    told.load()
    assert told._loaded.threads == 3


def test_the_worker_loads_a_model_without_pydantic(tiny: Path) -> None:
    program = f"""
import sys
from types import SimpleNamespace
from sqlcoder_core.api import ModelFiles
from sqlcoder_llamacpp.engine import LlamaCppEngine
settings = SimpleNamespace(gpu_layers=0, main_gpu=0, split="layer", mmap=True, mlock=False, batch=512, flash_attention="auto", kv="f16",
                           lora_scale=1.0, context=None, threads=1)
engine = LlamaCppEngine(settings, ModelFiles(name="tiny", kind="gguf", path={str(tiny)!r}))
assert "llama_cpp" not in sys.modules and "numpy" not in sys.modules
engine.load()
engine.session().prefill([1, 2])
assert "pydantic" not in sys.modules and "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
