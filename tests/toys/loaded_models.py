"""Models loaded in this process, and what they answer: for tests that compare runtimes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlcoder_core.contracts.model_engine import ModelEngine
from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts
from sqlcoder_core.values.model_files import ModelFiles

_RUNTIMES = {"transformers": "TransformersRuntime", "llamacpp": "LlamaCppRuntime", "onnx": "OnnxRuntime"}


@dataclass(frozen=True)
class Loaded:
    """One engine with its facts."""

    engine: ModelEngine
    facts: ModelFacts

    def answers(self, prompts: Sequence[str], decoding: Decoding, **decoder: Any) -> list[Generated]:
        """What a fresh decoder makes of the prompts."""
        made = Decoder(self.engine, self.facts, **decoder)
        try:
            return list(made.generate([Job(text=prompt) for prompt in prompts], decoding, pause=lambda: None))
        finally:
            made.close()


def loaded(word: str, path: Path, **said: object) -> Loaded:
    """The model at `path` on the runtime `word`, with its default settings but for `said`; as the worker loads it, but here."""
    runtime = getattr(import_module(f"sqlcoder_{word}.runtime"), _RUNTIMES[word])
    settings = runtime.Settings(**{"threads": 1, **said})
    module, _, name = runtime.engine.partition(":")
    plain = {field: getattr(settings, field) for field in type(settings).model_fields}
    files = ModelFiles(name=path.name, kind=runtime.kinds[0], path=str(path), adapter=settings.adapter)
    engine = getattr(import_module(module), name)(SimpleNamespace(**plain), files)
    return Loaded(engine=engine, facts=engine.load())


def beams_of_transformers(model: Any, tokenizer: Any, prompts: Sequence[str], max_tokens: int) -> list[list[tuple[str, float]]]:
    """What `generate(num_beams=4)` answers: four texts and their scores, for each prompt."""
    import torch

    found = []
    for prompt in prompts:
        tokens = tokenizer.encode(prompt)
        out = model.generate(
            torch.tensor([tokens]),
            attention_mask=torch.ones((1, len(tokens)), dtype=torch.long),
            num_beams=4,
            num_return_sequences=4,
            max_new_tokens=max_tokens,
            do_sample=False,
            output_scores=True,
            return_dict_in_generate=True,
            eos_token_id=sorted(tokenizer.ends),
            pad_token_id=min(tokenizer.ends),
        )
        rows = [
            tokenizer.decode([token for token in row if token not in tokenizer.ends]) for row in out.sequences[:, len(tokens) :].tolist()
        ]
        found.append(list(zip(rows, out.sequences_scores.tolist(), strict=True)))
    return found


def top(answers: list[Generated]) -> list[str]:
    """The best text of each answer."""
    return [answer.hypotheses[0].text for answer in answers]
