"""The transformers runtime: branches of one tree, whole answers where there is no tree, adapters, and clear refusals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sqlcoder_core.api import Decoding, Message, ModelError, ModelFiles, TreeSession
from sqlcoder_core.testing.tree_session_contract import TreeSessionContract

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

QUESTION = "question: how many orders are there\nsql: "
Engine = Callable[..., Any]


def engine(folder: Path, *, adapter: Path | None = None, **said: object) -> Any:
    """An engine on a folder, not loaded yet."""
    from sqlcoder_transformers.engine import TransformersEngine

    settings = {"device": "cpu", "dtype": "auto", "load_in": None, "adapter": adapter and adapter.name, "threads": 1, **said}
    files = ModelFiles(name=folder.name, kind="safetensors", path=str(folder), adapter=str(adapter) if adapter else None)
    return TransformersEngine(SimpleNamespace(**settings), files)


@pytest.fixture(scope="module")
def toy(toy_hf: Path) -> Any:
    loaded = engine(toy_hf)
    loaded.facts = loaded.load()
    return loaded


@pytest.fixture
def made(toy_hf: Path, tmp_path: Path) -> Callable[[Any], Path]:
    """A model object as a folder, with the toy's tokenizer beside it."""

    def write(model: Any) -> Path:
        folder = tmp_path / type(model).__name__
        model.save_pretrained(folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(toy_hf / name, folder)
        return folder

    return write


class TestTree(TreeSessionContract):
    @pytest.fixture
    def session(self, toy: Any) -> TreeSession:
        found: TreeSession = toy.session()
        return found

    @pytest.fixture
    def tokens(self, toy: Any) -> list[int]:
        text = "question: total revenue of order lines per product id\nsql: SELECT product_id, SUM(revenue) FROM order_lines"
        found: list[int] = toy.tokenizer.encode(text)
        return found


class TestTreeOfLearnedPositions(TestTree):
    """StarCoder's architecture: positions are learned, keys and values have one head."""

    @pytest.fixture
    def session(self, made: Callable[[Any], Path]) -> TreeSession:
        torch.manual_seed(0)
        config = transformers.GPTBigCodeConfig(
            vocab_size=1024, n_embd=64, n_layer=2, n_head=2, n_positions=4096, eos_token_id=1, bos_token_id=0
        )
        loaded = engine(made(transformers.GPTBigCodeForCausalLM(config)))
        loaded.load()
        found: TreeSession = loaded.session()
        return found


def test_facts_say_what_was_loaded(toy: Any, toy_hf: Path) -> None:
    assert toy.facts.architecture == "LlamaForCausalLM"
    assert (toy.facts.context, toy.facts.vocabulary, toy.facts.precision, toy.facts.device) == (2048, 1024, "float32", "cpu")
    assert toy.facts.parameters == 1_443_072
    assert toy.facts.chat_template
    assert toy.facts.special_texts == ("<|begin_of_text|>", "<|end_of_text|>")
    assert not toy.facts.notes
    assert len(toy.facts.weights) == 16


def test_a_sliding_window_bounds_the_context(made: Callable[[Any], Path]) -> None:
    config = transformers.MistralConfig(
        vocab_size=1024,
        hidden_size=64,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        sliding_window=64,
    )
    assert engine(made(transformers.MistralForCausalLM(config))).load().context == 64


@pytest.mark.parametrize("kind", ["Bloom", "Mamba"])
def test_models_that_cannot_follow_a_tree_answer_by_their_own_search(made: Callable[[Any], Path], kind: str) -> None:
    """Bloom takes positions from the mask, Mamba keeps one state: the trial at load finds out."""
    torch.manual_seed(0)
    size = {"n_layer": 1, "n_head": 2} if kind == "Bloom" else {"num_hidden_layers": 1}
    config = getattr(transformers, f"{kind}Config")(vocab_size=1024, hidden_size=64, eos_token_id=1, **size)
    loaded = engine(made(getattr(transformers, f"{kind}ForCausalLM")(config)))
    assert "own search" in loaded.load().details[0]
    assert loaded.session() is None
    answer = next(loaded.generate([QUESTION], Decoding(beams=2, hypotheses=2, max_tokens=5), (), lambda: None))
    assert [one.tokens for one in answer.hypotheses] == [5, 5]
    assert answer.hypotheses[0].score >= answer.hypotheses[1].score


def test_an_encoder_decoder_answers_as_transformers_does(made: Callable[[Any], Path], toy: Any) -> None:
    torch.manual_seed(0)
    config = transformers.T5Config(
        vocab_size=1024, d_model=64, d_ff=64, num_layers=1, num_heads=2, d_kv=32, decoder_start_token_id=0, eos_token_id=1, pad_token_id=0
    )
    model = transformers.T5ForConditionalGeneration(config).eval()
    loaded = engine(made(model))
    loaded.load()
    assert loaded.session() is None
    answer = next(loaded.generate([QUESTION], Decoding(beams=3, hypotheses=3, max_tokens=8), (), lambda: None))
    tokens = torch.tensor([toy.tokenizer.encode(QUESTION)])
    wanted = model.generate(
        tokens, num_beams=3, num_return_sequences=3, max_new_tokens=8, do_sample=False, output_scores=True, return_dict_in_generate=True
    )
    assert [one.score for one in answer.hypotheses] == pytest.approx(wanted.sequences_scores.tolist(), abs=1e-5)
    assert answer.hypotheses[0].text == toy.tokenizer.decode([token for token in wanted.sequences[0, 1:].tolist() if token != 1])


def test_its_own_search_stops_at_the_stop_text_and_at_once_when_cancelled(toy: Any) -> None:
    greedy = Decoding(beams=1, hypotheses=1, max_tokens=40)
    whole = next(toy.generate([QUESTION], greedy, (), lambda: None)).hypotheses[0]
    assert whole.text == "SELECT COUNT(*) FROM orders"
    assert whole.ended == "stop"
    assert next(toy.generate([QUESTION], greedy, (" FROM",), lambda: None)).hypotheses[0].text == "SELECT COUNT(*)"

    def cancelled() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        next(toy.generate([QUESTION], greedy, (), cancelled))


def test_its_own_search_says_when_time_was_up(toy: Any) -> None:
    answer = next(toy.generate([QUESTION], Decoding(beams=1, hypotheses=1, max_tokens=40, seconds=1e-9), (), lambda: None))
    assert answer.problem is not None and answer.problem.code == "time_limit"
    assert answer.hypotheses[0].ended == "time"


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks transformers by an old name
def test_an_adapter_changes_the_answer_as_peft_says_it_should(toy_hf: Path, tmp_path: Path, toy: Any) -> None:
    peft = pytest.importorskip("peft")
    torch.manual_seed(3)
    base = transformers.AutoModelForCausalLM.from_pretrained(toy_hf)
    adapted = peft.get_peft_model(base, peft.LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], init_lora_weights=False))
    adapted.save_pretrained(tmp_path / "adapter")
    tokens = toy.tokenizer.encode(QUESTION)
    with torch.inference_mode():
        wanted = adapted.eval()(torch.tensor([tokens])).logits[0, -1].numpy()
    laid = engine(toy_hf, adapter=tmp_path / "adapter")
    assert laid.load().weights != toy.facts.weights  # no state that was computed without it is ever taken for one with it
    session = laid.session()
    session.reserve(64, 2)
    assert session.prefill(tokens)[1] == pytest.approx(wanted, abs=1e-3)


# ---------------------------------------------------------------------- refusals


def test_weights_that_are_cut_off_are_named(toy_hf: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toy_hf, tmp_path / "cut")
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"cut: transformers cannot load it: .*fetch the model again"):
        engine(folder).load()


def test_a_pickle_is_not_read(toy_hf: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toy_hf, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="only safetensors are read"):
        engine(folder).load()


def test_code_that_comes_with_a_model_is_not_run(toy_hf: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(toy_hf, tmp_path / "coded")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoModelForCausalLM": "mine.Mine"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "mine.py").write_text("raise SystemExit('it ran')")
    with pytest.raises(ModelError, match="code of its own, which is not run"):
        engine(folder).load()


def test_a_device_that_is_not_there_is_said(toy_hf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match="`device: cuda` was asked for, and this torch finds none; use `device: cpu`"):
        engine(toy_hf, device="cuda").load()


def test_what_is_not_installed_is_one_problem_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlcoder_transformers import runtime
    from sqlcoder_transformers.runtime import TransformersRuntime, TransformersSettings

    def version(name: str) -> str:
        if name in ("torch", "bitsandbytes"):
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(runtime, "version", version)
    without_torch = TransformersRuntime(TransformersSettings(), None).missing()  # type: ignore[arg-type]
    assert without_torch is not None
    assert "needs torch" in without_torch.message
    assert without_torch.hint == "run pip install 'sqlcoder-core[transformers]'"
    monkeypatch.setattr(runtime, "version", lambda name: version(name) if name == "bitsandbytes" else "1.0")
    quantised = TransformersRuntime(TransformersSettings(load_in="4bit"), None).missing()  # type: ignore[arg-type]
    assert quantised is not None and quantised.hint == "run pip install bitsandbytes"
    assert TransformersRuntime(TransformersSettings(), None).missing() is None  # type: ignore[arg-type]


# ---------------------------------------------------------------------- the tokenizer's file


def test_a_prompt_gets_one_begin_token_whether_its_template_writes_it_or_not(toy: Any) -> None:
    assert toy.tokenizer.encode("SELECT") == toy.tokenizer.encode("<|begin_of_text|>SELECT")
    assert toy.tokenizer.encode("SELECT")[0] == 0


def test_plain_text_never_becomes_a_control_token(toy: Any) -> None:
    tokens = toy.tokenizer.encode("a<|end_of_text|>b", whole=False)
    assert not set(tokens) & toy.tokenizer.special
    assert toy.tokenizer.decode(tokens) == "a<|end_of_text|>b"


def test_bytes_of_tokens_join_to_the_text(toy: Any) -> None:
    text = "SELECT 'Größe — 東京', 12345 FROM t\n\tWHERE a <> 'x'"
    tokens = toy.tokenizer.encode(text, whole=False)
    assert b"".join(toy.tokenizer.token_bytes(token) for token in tokens).decode() == text


def test_messages_are_rendered_by_the_models_own_template(toy: Any, toy_hf: Path) -> None:
    text = toy.tokenizer.chat([Message(role="user", content="question: list all orders")])
    reference = transformers.AutoTokenizer.from_pretrained(toy_hf)
    turns = [{"role": "user", "content": "question: list all orders"}]
    assert text == reference.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
