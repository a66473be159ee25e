"""Our decoding on llama.cpp against llama-cpp-python's own completion, for each token: greedy, and our 4 beams.

    python benchmarks/llamacpp_speed.py MODEL.gguf [--tokens 96] [--rounds 7] [--threads N] [--cpu]

All take turns within one process. Time for a token is that of a long answer less that of an answer of one token, so that the
prompt does not count; `--cpu` counts CPU time, for machines that do other work. Both greedy answers must be the same text.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from sqlcoder_core.api import Decoding, ModelFiles, default_threads
from sqlcoder_core.decoding.decoder import Decoder, Job
from sqlcoder_llamacpp.engine import LlamaCppEngine
from sqlcoder_llamacpp.runtime import LlamaCppSettings

PROMPT = "Once upon a time, in a village by the sea, there lived an old woman who counted ships. Every morning she"
Write = Callable[[int], str]


def main() -> None:
    """Print a line for each way to write: milliseconds for a token, and the ratio to llama-cpp-python's completion."""
    asked = _arguments()
    ways = {"llama-cpp-python completion": _native(asked), "ours, 1 beam": _ours(asked, 1), "ours, 4 beams": _ours(asked, 4)}
    greedy = {name: write(asked.tokens) for name, write in ways.items() if "4" not in name}
    if len(set(greedy.values())) > 1:
        raise SystemExit(f"the greedy answers differ, nothing is measured: {greedy}")
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(asked.rounds + 1):
        for name, write in ways.items():
            spent[name] += [_token_ms(write, asked)] * bool(turn)
    base = spent["llama-cpp-python completion"]
    for name, times in spent.items():
        ratios = [mine / theirs for mine, theirs in zip(times, base, strict=True)]
        spread = f"x {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name:30} {statistics.median(times):7.2f} ms a token   {spread}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--cpu", action="store_true")
    return parser.parse_args()


def _token_ms(write: Write, asked: argparse.Namespace) -> float:
    clock: Callable[[], float] = time.process_time if asked.cpu else time.perf_counter
    start = clock()
    write(1)
    first = clock()
    write(asked.tokens)
    return (clock() - first - (first - start)) * 1000 / (asked.tokens - 1)


def _native(asked: argparse.Namespace) -> Write:
    from llama_cpp import Llama

    model: Any = Llama(asked.model, n_ctx=512, n_threads=asked.threads, n_threads_batch=asked.threads, flash_attn=False, verbose=False)

    def write(tokens: int) -> str:
        model.reset()
        return str(model.create_completion(PROMPT, max_tokens=tokens, temperature=0, repeat_penalty=1.0)["choices"][0]["text"])

    return write


def _ours(asked: argparse.Namespace, beams: int) -> Write:
    engine = LlamaCppEngine(LlamaCppSettings(threads=asked.threads), ModelFiles(name="measured", kind="gguf", path=asked.model))
    decoder = Decoder(engine, engine.load(), keep="no")

    def write(tokens: int) -> str:
        decoding = Decoding(beams=beams, hypotheses=1, max_tokens=tokens, constrain=False, no_repeat=False)
        (found,) = decoder.generate([Job(text=PROMPT)], decoding, pause=lambda: None)
        return found.hypotheses[0].text

    return write


if __name__ == "__main__":
    main()
