"""An adapter of PEFT's, converted, laid over a GGUF model by llama.cpp: what PEFT makes of it on transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sqlcoder_core.api import ModelFiles
from sqlcoder_core.models.convert.adapter_gguf import convert_adapter
from sqlcoder_llamacpp.engine import LlamaCppEngine
from sqlcoder_llamacpp.runtime import LlamaCppSettings

pytest.importorskip("llama_cpp")
torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
peft: Any = pytest.importorskip("peft")

# peft asks transformers by a name that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
EVERYWHERE = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@pytest.fixture
def adapted(toy_hf: Path) -> Any:
    """The toy with a random adapter over all its projections."""
    torch.manual_seed(1)
    config = peft.LoraConfig(r=4, lora_alpha=16, target_modules=EVERYWHERE, init_lora_weights=False, task_type="CAUSAL_LM")
    model = peft.get_peft_model(transformers.AutoModelForCausalLM.from_pretrained(toy_hf, dtype=torch.float32), config)
    return model.eval()


def test_a_converted_adapter_gives_the_logits_that_peft_gives(
    adapted: Any, toy_hf: Path, toy_gguf: Path, toy_prompts: tuple[str, ...], tmp_path: Path
) -> None:
    adapted.save_pretrained(tmp_path / "peft")
    convert_adapter(tmp_path / "peft", toy_hf, tmp_path / "adapter.gguf")
    files = ModelFiles(name="toy", kind="gguf", path=str(toy_gguf), adapter=str(tmp_path / "adapter.gguf"))
    engine = LlamaCppEngine(LlamaCppSettings(threads=1, kv="f32"), files)
    engine.load()
    session = engine.session()
    for prompt in toy_prompts[:3]:
        tokens = engine.tokenizer.encode(prompt)
        _, found = session.prefill(tokens)
        with torch.no_grad():
            wanted = adapted(torch.tensor([tokens])).logits[0, -1].numpy()
            with adapted.disable_adapter():
                plain = adapted(torch.tensor([tokens])).logits[0, -1].numpy()
        assert np.abs(found - wanted).max() < 1e-3
        assert np.abs(plain - wanted).max() > 0.1
    session.close()
    engine.close()
