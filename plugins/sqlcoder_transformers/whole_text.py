"""Whole answers by transformers' own `generate`, for models that cannot follow the branches of a tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from sqlcoder_core.api import Decoding, Generated, Hypothesis, Problem, Tokenizer


class _Watch(StoppingCriteria):  # type: ignore[misc]
    """Asks at every step whether to go on: `pause` raises when the work was cancelled, and time ends it in order."""

    def __init__(self, pause: Callable[[], None], until: float) -> None:
        self._pause = pause
        self._until = until
        self.late = False

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        self._pause()
        self.late = time.monotonic() > self._until
        return torch.full((input_ids.shape[0],), self.late, dtype=torch.bool, device=input_ids.device)


class WholeText:
    """One model's own search."""

    def __init__(self, model: Any, tokenizer: Tokenizer, pause: Callable[[], None]) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._pause = pause

    def answers(self, texts: Sequence[str], decoding: Decoding, stop: Sequence[str]) -> Iterator[Generated]:
        """One Generated per text, in order; hypotheses as `generate` ranks them, their texts cut before the first of `stop`."""
        for text in texts:
            yield self._answer(text, decoding, stop)

    def _answer(self, text: str, decoding: Decoding, stop: Sequence[str]) -> Generated:
        started = time.monotonic()
        watch = _Watch(self._pause, started + decoding.seconds)
        prompt = self._tokenizer.encode(text)
        device = self._model.get_input_embeddings().weight.device
        with torch.inference_mode():
            out = self._model.generate(
                torch.tensor([prompt], device=device),
                attention_mask=torch.ones((1, len(prompt)), dtype=torch.long, device=device),
                stopping_criteria=StoppingCriteriaList([watch]),
                return_dict_in_generate=True,
                output_scores=True,
                pad_token_id=min(self._tokenizer.ends, default=0),
                **_arguments(decoding, self._tokenizer),
            )
        start = 1 if self._model.config.is_encoder_decoder else len(prompt)
        found = tuple(self._hypotheses(out, start, decoding, stop, late=watch.late))
        return Generated(
            hypotheses=tuple(sorted(found, key=lambda one: -one.score)),
            problem=_too_late(decoding) if watch.late else None,
            prompt_tokens=len(prompt),
            generated_tokens=sum(one.tokens for one in found),
            seconds=time.monotonic() - started,
        )

    def _hypotheses(self, out: Any, start: int, decoding: Decoding, stop: Sequence[str], *, late: bool) -> Iterator[Hypothesis]:
        """Scores are `generate`'s where it gives them, else the sum of the chosen tokens' log-probabilities by the same formula."""
        beams = getattr(out, "beam_indices", None)
        chances = self._model.compute_transition_scores(out.sequences, out.scores, beams, normalize_logits=True)
        ranked = getattr(out, "sequences_scores", None)
        for row, sequence in enumerate(out.sequences[:, start:].tolist()):
            end = next((place for place, token in enumerate(sequence) if token in self._tokenizer.ends), None)
            length = len(sequence) if end is None else end + 1
            weight = max(length, 1) ** decoding.length_penalty
            logprob = float(chances[row, :length].sum()) if ranked is None else float(ranked[row]) * weight
            yield Hypothesis(
                text=_cut(self._tokenizer.decode(sequence[:end]), stop),
                tokens=length,
                logprob=logprob,
                score=logprob / weight,
                ended="stop" if end is not None else "time" if late else "length",
            )


def _arguments(decoding: Decoding, tokenizer: Tokenizer) -> dict[str, Any]:
    shared: dict[str, Any] = {"max_new_tokens": decoding.max_tokens, "eos_token_id": sorted(tokenizer.ends)}
    if decoding.temperature > 0:
        torch.manual_seed(decoding.seed)
        warp = {"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": decoding.top_k}
        return shared | warp | {"do_sample": True, "num_return_sequences": decoding.hypotheses}
    beams = {"num_beams": decoding.beams, "num_return_sequences": min(decoding.hypotheses, decoding.beams)}
    return shared | beams | {"do_sample": False, "length_penalty": decoding.length_penalty}


def _cut(text: str, stop: Sequence[str]) -> str:
    ends = [place for place in (text.find(one) for one in stop if one) if place >= 0]
    return text[: min(ends)] if ends else text


def _too_late(decoding: Decoding) -> Problem:
    message = f"the model was stopped after {decoding.seconds:g} s"
    return Problem(code="time_limit", message=message, hint="raise `runtime: {seconds: ...}`", found_by="transformers")
