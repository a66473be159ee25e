"""Texts and scores of all hypotheses are those of transformers' own beam search, on the same logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")

from sqlcoder_core.decoding.decoder import Decoder, Job  # noqa: E402
from sqlcoder_core.testing.tree_session import ToyEngine, ToyTokenizer, hashed  # noqa: E402
from sqlcoder_core.values.generation import Decoding  # noqa: E402

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

PROMPTS = tuple(f"{number} SELECT the {word} and {number * number}" for number in range(8) for word in ("one", "two"))


def _theirs(predict: Callable[[Sequence[int]], Logits], vocabulary: int) -> Any:
    """A transformers model whose logits are the toy's."""

    class Toy(transformers.PreTrainedModel, transformers.GenerationMixin):  # type: ignore[misc]
        config_class = transformers.PretrainedConfig
        main_input_name = "input_ids"

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.nothing = torch.nn.Parameter(torch.zeros(1))

        def forward(self, input_ids: Any, **_: Any) -> Any:
            rows = torch.stack([torch.from_numpy(predict(row)) for row in input_ids.tolist()])
            return transformers.modeling_outputs.CausalLMOutput(logits=rows[:, None])

        def prepare_inputs_for_generation(self, input_ids: Any, **_: Any) -> dict[str, Any]:
            return {"input_ids": input_ids}

        def _prefill(self, input_ids: Any, *_: Any, **__: Any) -> Any:
            return self.forward(input_ids)

    return Toy(transformers.PretrainedConfig(vocab_size=vocabulary, is_encoder_decoder=False))


class _ManyEnds(ToyTokenizer):
    """One whose answers may end in three ways."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = frozenset((self.end, ord("b"), ord("Z")))


@pytest.mark.parametrize("tokenizer", [ToyTokenizer(), _ManyEnds()], ids=["one end", "three ends"])
@pytest.mark.parametrize("penalty", [1.0, 0.0, 0.6, 2.0, -1.0])
@pytest.mark.parametrize("beams", [2, 4, 7])
def test_all_beams_and_scores_equal_transformers(beams: int, penalty: float, tokenizer: ToyTokenizer) -> None:
    predict = hashed(tokenizer.vocabulary, tokenizer.end, typical=11, seed=beams)
    model = _theirs(predict, tokenizer.vocabulary)
    engine = ToyEngine(predict=predict, tokenizer=tokenizer)
    decoder = Decoder(engine, engine.load())
    decoding = Decoding(beams=beams, hypotheses=beams, max_tokens=14, length_penalty=penalty, no_repeat=False)
    ended = set()
    for prompt, found in zip(PROMPTS, decoder.generate([Job(prompt) for prompt in PROMPTS], decoding, pause=lambda: None), strict=True):
        theirs = model.generate(
            torch.tensor([tokenizer.encode(prompt)]),
            num_beams=beams,
            num_return_sequences=beams,
            do_sample=False,
            max_new_tokens=14,
            length_penalty=penalty,
            eos_token_id=sorted(tokenizer.ends),
            pad_token_id=tokenizer.end,
            use_cache=False,
            output_scores=True,
            return_dict_in_generate=True,
        )
        texts = [_text(tokenizer, row[len(tokenizer.encode(prompt)) :]) for row in theirs.sequences.tolist()]
        assert [one.text for one in found.hypotheses] == texts
        assert [one.score for one in found.hypotheses] == pytest.approx(theirs.sequences_scores.tolist(), rel=1e-5)
        ended |= {one.ended for one in found.hypotheses}
    assert ended == {"stop", "length"}


def test_one_beam_is_greedy_search() -> None:
    tokenizer = ToyTokenizer()
    predict = hashed(tokenizer.vocabulary, tokenizer.end, typical=17)
    model = _theirs(predict, tokenizer.vocabulary)
    engine = ToyEngine(predict=predict)
    decoding = Decoding(beams=1, max_tokens=25)
    found = Decoder(engine, engine.load()).generate([Job(prompt) for prompt in PROMPTS], decoding, pause=lambda: None)
    for prompt, ours in zip(PROMPTS, found, strict=True):
        given = torch.tensor([tokenizer.encode(prompt)])
        settings = {"eos_token_id": tokenizer.end, "pad_token_id": tokenizer.end, "use_cache": False}
        theirs = model.generate(given, do_sample=False, max_new_tokens=25, **settings)
        assert ours.hypotheses[0].text == _text(tokenizer, theirs[0, given.shape[1] :].tolist())


def _text(tokenizer: ToyTokenizer, tokens: list[int]) -> str:
    end = next((place for place, token in enumerate(tokens) if token in tokenizer.ends), len(tokens))
    return tokenizer.decode(tokens[:end])
