"""Twenty questions on one schema of about 2,000 tokens, 4 beams: one full prompt each, the schema kept, questions decoded together.

    OMP_NUM_THREADS=1 python benchmarks/prefix_reuse.py [--model smollm2] [--threads 1] [--schema 2000] [--tokens 40] [--rounds 1]
    python benchmarks/prefix_reuse.py --device cuda --shape 7b --runtimes transformers,transformers:4bit --jobs-from jobs.json

All ways take turns within one process for each runtime. One full prompt each takes long, so it is measured on `--naive` of the questions
and multiplied: each is as much work as any other. Every answer has `--tokens` tokens, ends ignored. The last lines are two processes, one
after the other, that keep the schema's state on disk: how long each takes until the first step of one question.
`--jobs-to FILE` writes the prompts for a machine that has no prompters, and ends.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measured_models import Source, Way, load
from own_loops import Ours, Spent, clock, own_loop
from shared_schema import prompts, read, written

from sqlcoder_core.contracts.model_engine import ModelEngine
from sqlcoder_core.decoding.decoder import Job
from sqlcoder_core.models.tokenizer_file import FileTokenizer
from sqlcoder_core.values.generation import ModelFacts

NAIVE = "one full prompt each"


def main() -> None:
    """Print one table for each runtime."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as made:
        asked.folder = Path(asked.folder or made).absolute()
        asked.folder.mkdir(parents=True, exist_ok=True)
        if asked.part:
            _part(asked)
            return
        asked.jobs_from = asked.jobs_from or _jobs(asked)
        if asked.jobs_to:
            return
        for text in asked.runtimes.split(","):
            print(f"\n{text}, {asked.shape or asked.model} on {asked.device}, {asked.threads} thread(s), {asked.beams} beams", flush=True)
            state = asked.folder / f"state {text}"
            for part in ("turns", f"first:{state}", f"second:{state}"):
                _run_part(asked, text, part)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2", help="a name or a path")
    parser.add_argument("--shape", choices=("tiny", "7b"), help="random weights of this shape instead of a model")
    parser.add_argument("--runtimes", default="transformers,llamacpp,onnx", help="RUNTIME or RUNTIME:PRECISION, with commas")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--schema", type=int, default=2000, help="tokens")
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--naive", type=int, default=4, help="questions of the way without reuse that are measured")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", help="where converted weights are kept; a temporary folder unless given")
    parser.add_argument("--jobs-from", type=Path)
    parser.add_argument("--jobs-to", type=Path)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    return parser.parse_args()


def _jobs(asked: argparse.Namespace) -> Path:
    tokenizer = FileTokenizer(_source(asked).tokenizer())
    file = asked.jobs_to or asked.folder / "jobs.json"
    written(prompts(asked.schema, lambda texts: tuple(len(tokenizer.encode(text)) for text in texts)), file)
    return Path(file)


def _source(asked: argparse.Namespace) -> Source:
    return Source(asked.model, asked.shape, Path(asked.folder), asked.device)


def _run_part(asked: argparse.Namespace, text: str, part: str) -> None:
    said = {name: value for name, value in vars(asked).items() if name not in ("part", "runtimes", "jobs_to") and value is not None}
    options = [word for name, value in said.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, __file__, *options, "--runtimes", text, "--part", part]
    done = subprocess.run(command, stdout=None, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        print(f"not measured ({part.partition(':')[0]}): {lines[-1][:300] if lines else 'no reason given'}", flush=True)


def _part(asked: argparse.Namespace) -> None:
    way = Way.of(asked.runtimes, asked.device)
    engine, facts = load(_source(asked), way, asked.threads)
    jobs = read(asked.jobs_from)
    kind, _, folder = asked.part.partition(":")
    if kind == "turns":
        _turns(asked, way, engine, facts, jobs)
        return
    decoder = Ours(engine, facts, clock(asked.device), keep="disk", folder=Path(folder))
    spent = decoder.answer(jobs[:1], asked.beams, 4)
    size = sum(file.stat().st_size for file in Path(folder).glob("*")) / (1 << 20)
    print(f"state on disk, {kind} process: {spent.prompt * 1e3:,.0f} ms up to the first step ({size:.0f} MiB on disk)", flush=True)


# ---------------------------------------------------------------- ways to answer them all


def _turns(asked: argparse.Namespace, way: Way, engine: ModelEngine, facts: ModelFacts, jobs: list[Job]) -> None:
    now = clock(asked.device)
    few = max(1, min(asked.naive, len(jobs)))

    def kept(together: int) -> Callable[[], Spent]:
        def answer() -> Spent:
            # A new one for each turn: nothing is kept of the turn before.
            decoder = Ours(engine, facts, now, keep="memory", together=together)
            try:
                return decoder.answer(jobs, asked.beams, asked.tokens)
            finally:
                decoder.close()

        return answer

    def naive() -> Spent:
        decoder = Ours(engine, facts, now, keep="no", together=1)
        try:
            return _scaled([decoder.write(job.text, asked.beams, asked.tokens) for job in jobs[:few]], len(jobs))
        finally:
            decoder.close()

    ways = {
        NAIVE: naive,
        "schema kept, one by one": kept(1),
        "schema kept, 5 together": kept(5),
        "schema kept, all together": kept(len(jobs)),
    }
    if way.runtime == "transformers":
        own = own_loop(_source(asked), way, asked.threads, now, engine if asked.device == "cuda" else None)
        ways["transformers `generate`"] = lambda: _scaled([own(job.text, asked.beams, asked.tokens) for job in jobs[:few]], len(jobs))
    lengths = [len(engine.tokenizer.encode(job.text)) for job in jobs]
    print(f"{len(jobs)} questions, prompts of {min(lengths)} to {max(lengths)} tokens, {asked.tokens} tokens each; {asked.rounds} round(s)")
    _print(_taken(ways, asked.rounds), asked.device)


def _taken(ways: dict[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    spent: dict[str, list[Spent]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, answer in ways.items():
            spent[name].append(answer())
    return spent


def _scaled(some: list[Spent], count: int) -> Spent:
    part = count / len(some)
    return Spent(part * sum(one.prompt for one in some), part * sum(one.others for one in some), some[0].text)


def _print(spent: dict[str, list[Spent]], device: str) -> None:
    print(f"\n| way | {'CPU ' if device == 'cpu' else ''}s | up to the first step | times faster |\n| --- | --- | --- | --- |")
    for name, runs in spent.items():
        ratios = [other.whole / mine.whole for mine, other in zip(runs, spent[NAIVE], strict=True)]
        spread = f" ({min(ratios):.1f} to {max(ratios):.1f})" if len(ratios) > 1 else ""
        cells = (statistics.median(run.whole for run in runs), statistics.median(run.prompt for run in runs), statistics.median(ratios))
        print(f"| {name} | {cells[0]:.1f} | {cells[1]:.1f} | {cells[2]:.1f}{spread} |", flush=True)


if __name__ == "__main__":
    main()
