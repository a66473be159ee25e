"""`sqlcoder models convert ADAPTER NEW.gguf --base MODEL`: an adapter for llama.cpp, of one in PEFT's format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loaded_models import loaded
from typer.testing import CliRunner

from sqlcoder_core.cli import app
from sqlcoder_core.values.generation import Decoding

peft: Any = pytest.importorskip("peft")
torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("llama_cpp")
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft asks transformers by an old name

GREEDY = Decoding(beams=1, hypotheses=1, max_tokens=12, constrain=False)


@pytest.fixture
def adapter(toy_hf: Path, tmp_path: Path) -> Path:
    torch.manual_seed(3)
    base = transformers.AutoModelForCausalLM.from_pretrained(toy_hf)
    config = peft.LoraConfig(r=4, lora_alpha=32, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    peft.get_peft_model(base, config).save_pretrained(tmp_path / "lora")
    return tmp_path / "lora"


def test_an_adapter_alone_becomes_one_that_llama_cpp_lays_over_its_model(
    adapter: Path, toy_hf: Path, toy_gguf: Path, toy_prompts: tuple[str, ...], tmp_path: Path
) -> None:
    done = CliRunner().invoke(app, ["models", "convert", str(adapter), str(tmp_path / "lora.gguf"), "--base", str(toy_hf)])
    assert done.exit_code == 0, done.output
    with_adapter = loaded("llamacpp", toy_gguf, kv="f32", adapter=str(tmp_path / "lora.gguf"))
    on_torch = loaded("transformers", toy_hf, device="cpu", adapter=str(adapter))
    texts = [one.hypotheses[0].text for one in with_adapter.answers(toy_prompts[:8], GREEDY)]
    assert texts == [one.hypotheses[0].text for one in on_torch.answers(toy_prompts[:8], GREEDY)]
    assert texts != [one.hypotheses[0].text for one in loaded("llamacpp", toy_gguf, kv="f32").answers(toy_prompts[:8], GREEDY)]


def test_an_adapter_goes_to_a_gguf_file_only(adapter: Path, toy_hf: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["models", "convert", str(adapter), str(tmp_path / "folder"), "--base", str(toy_hf)])
    assert done.exit_code == 2
    assert "ends in .gguf" in done.output
