"""The same weights give the same answers on every runtime, and those of transformers' own beam search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loaded_models import Loaded, beams_of_transformers, loaded, top

from sqlcoder_core.models.convert.convert import convert
from sqlcoder_core.values.generation import Decoding

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")
pytest.importorskip("llama_cpp")
pytest.importorskip("onnxruntime")

BEAMS = Decoding(beams=4, hypotheses=4, max_tokens=60, constrain=False, no_repeat=False)
RUNTIMES = ("transformers", "llamacpp", "onnx")


@pytest.fixture(scope="module")
def toys(toy_hf: Path, toy_gguf: Path, toy_onnx: Path) -> dict[str, Loaded]:
    """The toy in fp32 on all three."""
    return {
        "transformers": loaded("transformers", toy_hf),
        "llamacpp": loaded("llamacpp", toy_gguf, kv="f32"),
        "onnx": loaded("onnx", toy_onnx),
    }


@pytest.fixture(scope="module")
def wanted(toy_hf: Path, toys: dict[str, Loaded], toy_prompts: tuple[str, ...]) -> list[list[tuple[str, float]]]:
    """Text and score of transformers' four beams for each prompt."""
    model = transformers.AutoModelForCausalLM.from_pretrained(toy_hf, dtype=torch.float32)
    return beams_of_transformers(model, toys["transformers"].engine.tokenizer, toy_prompts, BEAMS.max_tokens)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_all_four_beams_and_their_scores_are_transformers_own(
    runtime: str, toys: dict[str, Loaded], wanted: list[list[tuple[str, float]]], toy_prompts: tuple[str, ...]
) -> None:
    answers = toys[runtime].answers(toy_prompts, BEAMS)
    assert top(answers) == [beams[0][0] for beams in wanted]  # 50 of 50
    for answer, beams in zip(answers, wanted, strict=True):
        assert [one.text for one in answer.hypotheses] == [text for text, _ in beams]
        assert [one.score for one in answer.hypotheses] == pytest.approx([score for _, score in beams], abs=1e-3)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_answers_alone_are_answers_in_company(runtime: str, toys: dict[str, Loaded], toy_prompts: tuple[str, ...]) -> None:
    together = toys[runtime].answers(toy_prompts[:10], BEAMS, together=5)
    alone = toys[runtime].answers(toy_prompts[:10], BEAMS, together=1)
    assert top(together) == top(alone)


@pytest.fixture(params=["int8", "q8_0"])
def toy_in_eight_bits(request: pytest.FixtureRequest, toy_hf: Path, tmp_path: Path) -> Loaded:
    """The toy on ONNX Runtime or llama.cpp with weights of eight bits."""
    runtime, name = ("onnx", "toy.onnx") if request.param == "int8" else ("llamacpp", "toy.gguf")
    convert(toy_hf, tmp_path / name, dtype=request.param)
    return loaded(runtime, tmp_path / name)


def test_in_eight_bits_at_least_48_of_50_answers_stay(
    toy_in_eight_bits: Loaded, wanted: list[list[tuple[str, float]]], toy_prompts: tuple[str, ...]
) -> None:
    answers = top(toy_in_eight_bits.answers(toy_prompts, BEAMS))
    same = sum(text == beams[0][0] for text, beams in zip(answers, wanted, strict=True))
    assert same >= 48, f"{same} of 50"
