"""How each runtime's library writes by itself, and how our loop does: the same prompt and number of tokens, ends ignored by both."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measured_models import TORCH, Source, Way

from sqlcoder_core.contracts.model_engine import Handle, ModelEngine, TreeSession
from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_core.models.tokenizer_file import FileTokenizer
from sqlcoder_core.values.generation import Decoding, ModelFacts


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds until the first token is chosen, and for all `others`; `text` is the best answer."""

    prompt: float
    others: float
    text: str

    @property
    def whole(self) -> float:
        """Seconds of the answer."""
        return self.prompt + self.others


Write = Callable[[str, int, int], Spent]
"""A prompt, beams and tokens in; what it took out."""


class Skipped(Exception):
    """This machine, or this library, cannot do it; the text says why."""


def clock(device: str) -> Callable[[], float]:
    """CPU seconds of this process, which other work on the machine moves less than time does; on a GPU the time itself."""
    if device == "cpu":
        return time.process_time
    import torch

    def now() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return now if torch.cuda.is_available() else time.perf_counter


class Ours:
    """Our decoder on one engine, with what the decoder is told of keeping and of how many questions go together."""

    def __init__(self, engine: ModelEngine, facts: ModelFacts, now: Callable[[], float], **decoder: Any) -> None:
        self._now = now
        self._first: float | None = None
        opened = engine.session

        def session() -> TreeSession | None:
            return self._watched(opened())

        engine.session = session  # type: ignore[method-assign]
        self._decoder = Decoder(engine, facts, **decoder)
        engine.session = opened  # type: ignore[method-assign]

    def write(self, prompt: str, beams: int, tokens: int) -> Spent:
        """One answer."""
        return self.answer([Job(prompt)], beams, tokens)

    def answer(self, jobs: Sequence[Job], beams: int, tokens: int) -> Spent:
        """An answer to each; `prompt` is the time up to the first step of the first of them."""
        self._first = None
        decoding = Decoding(beams=beams, hypotheses=1, max_tokens=tokens, constrain=False, no_repeat=False, seconds=3600)
        start = self._now()
        answers = list(self._decoder.generate(jobs, decoding, pause=lambda: None))
        end = self._now()
        for answer in answers:
            assert answer.hypotheses and answer.hypotheses[0].tokens == tokens, answer.problem
        first = end if self._first is None else self._first
        return Spent(first - start, end - first, answers[0].hypotheses[0].text)

    def close(self) -> None:
        """Give the session back."""
        self._decoder.close()

    def _watched(self, session: TreeSession | None) -> TreeSession:
        assert session is not None, "the engine follows no branches"
        step = session.step

        def stepped(moves: Sequence[tuple[Handle, int]]) -> Any:
            if self._first is None:
                self._first = self._now()
            return step(moves)

        session.step = stepped  # type: ignore[method-assign]
        return session


def own_loop(source: Source, way: Way, threads: int, now: Callable[[], float], engine: Any = None) -> Write:
    """The library's own way to write with the same weights; of transformers with the very same ones as `engine`, if given.

    Raises Skipped where it has none here.
    """
    tokenizer = FileTokenizer(source.tokenizer())
    if way.runtime == "transformers":
        return _transformers(engine._model if engine else _plain_model(source, way, threads), tokenizer, now)
    if way.runtime == "llamacpp":
        return _llamacpp(source, way, threads, tokenizer, now)
    return _onnx(source, way, threads, tokenizer, now)


def _plain_model(source: Source, way: Way, threads: int) -> Any:
    """As anybody would load it."""
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(threads)
    dtype = getattr(torch, TORCH.get(way.precision, "bfloat16"))
    wanted: dict[str, Any] = {"dtype": dtype}
    if way.precision in ("8bit", "4bit"):
        small = way.precision == "4bit"
        kind = {"bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": dtype} if small else {}
        wanted["quantization_config"] = BitsAndBytesConfig(load_in_8bit=not small, load_in_4bit=small, **kind)
    model = AutoModelForCausalLM.from_pretrained(str(source.safetensors()), device_map={"": source.device}, **wanted)
    return model.eval()


def _transformers(model: Any, tokenizer: FileTokenizer, now: Callable[[], float]) -> Write:
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList

    model.generation_config.eos_token_id = None
    device = model.get_input_embeddings().weight.device

    class First(StoppingCriteria):  # type: ignore[misc]
        """Notes when the first token is there; says of no answer that it is at its end."""

        at = 0.0

        def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:
            self.at = self.at or now()
            return torch.zeros(len(ids), dtype=torch.bool, device=ids.device)

    def write(prompt: str, beams: int, tokens: int) -> Spent:
        first, start = First(), now()
        ids = torch.tensor([tokenizer.encode(prompt)], device=device)
        with torch.inference_mode():
            out = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                num_beams=beams,
                do_sample=False,
                max_new_tokens=tokens,
                stopping_criteria=StoppingCriteriaList([first]),
                pad_token_id=0,
            )
        written = out[0, ids.shape[1] :].tolist()
        end = now()
        assert len(written) == tokens, len(written)
        return Spent(first.at - start, end - first.at, tokenizer.decode(written))

    return write


def _llamacpp(source: Source, way: Way, threads: int, tokenizer: FileTokenizer, now: Callable[[], float]) -> Write:
    from llama_cpp import Llama

    model: Any = None

    def write(prompt: str, beams: int, tokens: int) -> Spent:
        nonlocal model
        if beams > 1:
            raise Skipped("it has no beams")
        ids = tokenizer.encode(prompt)
        needed = len(ids) + tokens
        if model is None or model.n_ctx() < needed:
            layers = -1 if source.device == "cuda" else 0
            path = str(source.files(way))
            model = Llama(path, n_ctx=needed, n_threads=threads, n_threads_batch=threads, n_gpu_layers=layers, verbose=False)
        model.reset()  # or it would take what it still has of the prompt
        start, first = now(), 0.0
        written: list[int] = []
        for token in model.generate(ids, temp=0.0, repeat_penalty=1.0):
            first = first or now()
            written.append(token)
            if len(written) == tokens:
                break
        end = now()
        return Spent(first - start, end - first, tokenizer.decode(written))

    return write


def _onnx(source: Source, way: Way, threads: int, tokenizer: FileTokenizer, now: Callable[[], float]) -> Write:
    if source.device != "cpu":
        raise Skipped("it is compared on CPUs only, since its graph is made of our contrib one")
    try:
        import onnxruntime_genai as genai
    except ImportError as error:
        raise Skipped("it is not installed") from error
    from genai_layout import write_for_genai

    made = source.folder / f"{way.precision}.genai"
    if not made.exists():
        made.mkdir(parents=True)
        write_for_genai(source.files(way), made)
    _set_threads(made / "genai_config.json", threads)
    model = genai.Model(str(made))

    def write(prompt: str, beams: int, tokens: int) -> Spent:
        ids, start = tokenizer.encode(prompt), now()
        length = len(ids) + tokens
        options = genai.GeneratorParams(model)
        # Buffers that past and present share are what makes its greedy search fast; its beams exclude them.
        options.set_search_options(
            max_length=length, min_length=length, num_beams=beams, do_sample=False, past_present_share_buffer=beams == 1
        )
        generator = genai.Generator(model, options)
        try:
            generator.append_tokens(ids)
            generator.generate_next_token()
            first = now()
            while not generator.is_done():
                generator.generate_next_token()
        except RuntimeError as error:
            raise Skipped(f"it fails: {error}") from error
        written = generator.get_sequence(0)[len(ids) :].tolist()
        end = now()
        assert len(written) == tokens, len(written)
        return Spent(first - start, end - first, tokenizer.decode(written))

    return write


def _set_threads(file: Path, threads: int) -> None:
    said = json.loads(file.read_text())
    said["model"]["decoder"]["session_options"]["intra_op_num_threads"] = threads
    file.write_text(json.dumps(said))
