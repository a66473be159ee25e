"""Our decoding against each engine's own, on the same weights: time for a prompt and for each token at 1 and 4 beams; loading, memory.

    OMP_NUM_THREADS=1 python benchmarks/runtimes.py [--model smollm2] [--threads 1] [--prompts 32,1000] [--tokens 48] [--rounds 5]
    python benchmarks/runtimes.py --device cuda --shape 7b --runtimes transformers,transformers:8bit,transformers:4bit,onnx

Both loops take turns within one process for each runtime, with the same prompt and number of tokens, ends ignored; ratios are taken
round by round. On a CPU it counts CPU time. Memory and loading are measured in a process each that writes eight tokens. What a machine
cannot do is said and skipped.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from measured_models import Source, Way, load, prompt_of
from own_loops import Ours, Skipped, Spent, Write, clock, own_loop

NAMES = {"transformers": "transformers `generate`", "llamacpp": "llama-cpp-python", "onnx": "onnxruntime-genai"}


def main() -> None:
    """Print two tables: time, and loading with memory."""
    asked = _arguments()
    if asked.part:
        _part(asked)
        return
    with tempfile.TemporaryDirectory() as made:
        asked.folder = str(Path(asked.folder or made).absolute())
        Path(asked.folder).mkdir(parents=True, exist_ok=True)
        counted = _say_conditions(asked)
        if asked.measure != "memory":
            print("\n| runtime | beams | prompt | loop | prompt ms | ms a token | ours / own, a token | ours / own, whole answer |")
            print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
            for text in asked.runtimes.split(","):
                _run_part(asked, text, "speed")
        if asked.measure != "speed":
            print(
                f"\n| runtime | loop | load, {counted} s | with 8 tokens | peak MiB | GPU MiB |\n| --- | --- | --- | --- | --- | --- |",
                flush=True,
            )
            for text in asked.runtimes.split(","):
                for loop in ("ours", "own"):
                    _run_part(asked, text, loop)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2", help="a name or a path")
    parser.add_argument("--shape", choices=("tiny", "7b"), help="random weights of this shape instead of a model")
    parser.add_argument("--runtimes", default="transformers,llamacpp,onnx", help="RUNTIME or RUNTIME:PRECISION, with commas")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--beams", default="1,4")
    parser.add_argument("--prompts", default="32,1000", help="lengths in tokens, with commas")
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", choices=("speed", "memory", "both"), default="both")
    parser.add_argument("--folder", help="where converted weights are kept; a temporary folder unless given")
    parser.add_argument("--part", choices=("speed", "ours", "own"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _say_conditions(asked: argparse.Namespace) -> str:
    counted = "CPU time" if asked.device == "cpu" else "time"
    conditions = f"{asked.threads} thread(s), {asked.tokens} tokens, {asked.rounds} rounds; {counted}"
    print(f"{asked.shape or asked.model} on {asked.device}, {conditions}")
    return counted


def _run_part(asked: argparse.Namespace, text: str, part: str) -> None:
    """One part in a process of its own, so that what fails is one line; the parent holds no library's memory."""
    said = {name: value for name, value in vars(asked).items() if name not in ("part", "measure", "runtimes") and value is not None}
    options = [word for name, value in said.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, __file__, *options, "--runtimes", text, "--part", part]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    if done.returncode:
        lines.append(f"| {text} | not measured ({part}): {_last(done.stderr)} |")
    print("\n".join(lines), flush=True)


def _last(noise: str) -> str:
    lines = [line.strip() for line in noise.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no reason given"


def _part(asked: argparse.Namespace) -> None:
    way = Way.of(asked.runtimes, asked.device)
    source = Source(asked.model, asked.shape, Path(asked.folder), asked.device)
    if asked.part == "speed":
        _speed(asked, source, way)
    else:
        _loading(asked, source, way)


# ---------------------------------------------------------------- time


def _speed(asked: argparse.Namespace, source: Source, way: Way) -> None:
    now = clock(asked.device)
    engine, facts = load(source, way, asked.threads)
    own: Write | None = None
    try:
        own = own_loop(source, way, asked.threads, now, engine if asked.device == "cuda" else None)
    except Skipped as skipped:
        print(f"| {way.text} | | | {NAMES[way.runtime]} | not measured: {skipped} |")
    loops: dict[str, Write | None] = {"own": own, "ours": Ours(engine, facts, now, keep="no").write}
    for length in _numbers(asked.prompts):
        prompt = prompt_of(engine, length)
        for beams in _numbers(asked.beams):
            spent = _taking_turns(loops, prompt, beams, asked)
            _print_speed(way, beams, len(engine.tokenizer.encode(prompt)), asked.tokens, spent)


def _taking_turns(loops: dict[str, Write | None], prompt: str, beams: int, asked: argparse.Namespace) -> dict[str, list[Spent]]:
    """What each round of each loop took; a short first round warms up and does not count."""
    going = {name: write for name, write in loops.items() if write}
    spent: dict[str, list[Spent]] = {name: [] for name in going}
    for turn in range(asked.rounds + 1):
        for name, write in list(going.items()):
            try:
                found = write(prompt, beams, asked.tokens if turn else 2)
            except Skipped as skipped:
                print(f"| {asked.runtimes} | {beams} | | {name} | not measured: {skipped} |")
                del going[name], spent[name]
            else:
                spent[name] += [found] * bool(turn)
    texts = {runs[0].text for runs in spent.values()}
    if len(texts) > 1:
        print(f"| {asked.runtimes} | {beams} | | both | the answers differ from character {_common(texts)} on |")
    return spent


def _common(texts: set[str]) -> int:
    one, other, *_ = texts
    return next((place for place, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), min(len(one), len(other)))


def _print_speed(way: Way, beams: int, length: int, tokens: int, spent: dict[str, list[Spent]]) -> None:
    for name, runs in spent.items():
        loop = NAMES[way.runtime] if name == "own" else "ours"
        each = [run.others / (tokens - 1) * 1e3 for run in runs]
        cells = [
            way.text,
            beams,
            length,
            loop,
            f"{statistics.median(run.prompt for run in runs) * 1e3:.0f}",
            f"{statistics.median(each):.2f}",
        ]
        if name == "ours" and "own" in spent:
            pairs = list(zip(runs, spent["own"], strict=True))
            cells += [
                _ratio([mine.others / other.others for mine, other in pairs]),
                _ratio([mine.whole / other.whole for mine, other in pairs]),
            ]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def _ratio(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


# ---------------------------------------------------------------- loading and memory


def _loading(asked: argparse.Namespace, source: Source, way: Way) -> None:
    """Load, write eight tokens, and say what it took; the import of the library counts."""
    source.files(way)
    now = time.process_time if asked.device == "cpu" else time.perf_counter
    free = _free_on_gpu() if asked.device == "cuda" else 0
    start = now()
    write: Write
    if asked.part == "ours":
        write = Ours(*load(source, way, asked.threads), now, keep="no").write
    else:
        write = own_loop(source, way, asked.threads, now)
    loaded = now() - start
    write("SELECT count(*) FROM", 1, 8)
    took = now() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    on_gpu = f"{free - _free_on_gpu():.0f}" if asked.device == "cuda" else ""
    loop = "ours" if asked.part == "ours" else NAMES[way.runtime]
    print(f"| {way.text} | {loop} | {loaded:.2f} | {took:.2f} | {peak:.0f} | {on_gpu} |", flush=True)


def _free_on_gpu() -> float:
    """MiB, whoever took the rest."""
    command = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0])


if __name__ == "__main__":
    main()
