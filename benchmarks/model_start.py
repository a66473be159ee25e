"""A cold process to SQL: `sqlcoder ask --no-run` on the shop with one model on each runtime; CPU seconds, seconds, peak memory.

    OMP_NUM_THREADS=1 python benchmarks/model_start.py [--model smollm2] [--runtimes transformers,llamacpp,onnx:int8] [--rounds 5]

Catalog and converted weights are there before, as after a first use. The builtin proposer, which loads no model, stands beside them. Each
model answers with one beam and at most `--tokens` tokens, constrained to SQL over the shop.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import alternate, table
from measured_models import Source, Way

QUESTION = "how many customers are there"
RUNTIME = """\
version: 1
runtime:
  use: {runtime}
  model: {model}
  beams: 1
  max_tokens: {tokens}
  threads: {threads}
  prompt: {{use: schema_first, share: 0, values: 0, samples: 0}}
"""


def main() -> None:
    """Print a table; the peak is that of the largest process, which is the one that holds the model."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([_program(), "demo", "--keep", str(folder / "shop")], check=False, capture_output=True)
        source = Source(asked.model, None, Path(asked.folder or folder / "models"), "cpu")
        source.folder.mkdir(parents=True, exist_ok=True)
        commands = {"builtin": _command(folder, "builtin", "version: 1\n")}
        for text in asked.runtimes.split(","):
            way = Way.of(text, "cpu")
            said = RUNTIME.format(runtime=way.runtime, model=source.files(way), tokens=asked.tokens, threads=asked.threads)
            command = _command(folder, way.text.replace(":", "-"), said)
            if _works(way.text, command):
                commands[way.text] = command
        print(f"{asked.model}, {asked.threads} thread(s), 1 beam, at most {asked.tokens} tokens, {asked.rounds} rounds\n")
        print(table(alternate(commands, rounds=asked.rounds, warm_up=0)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="smollm2", help="a name or a path")
    parser.add_argument("--runtimes", default="transformers,llamacpp,llamacpp:q8_0,onnx,onnx:int8", help="RUNTIME or RUNTIME:PRECISION")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where converted weights are kept; a temporary folder unless given")
    return parser.parse_args()


def _program() -> str:
    return str(Path(sys.executable).parent / "sqlcoder")


def _command(folder: Path, name: str, config: str) -> list[str]:
    file = folder / f"{name}.yaml"
    file.write_text(config)
    return [_program(), "ask", QUESTION, "--no-run", "--config", str(file), "--project-dir", str(folder / "shop")]


def _works(name: str, command: list[str]) -> bool:
    """Run it once, which also warms the caches; what cannot be run here is said and left out."""
    done = subprocess.run([*command, "--explain"], capture_output=True, text=True, check=False)
    tokens = re.search(r"tokens: prompt .*", done.stdout + done.stderr) if not done.returncode else None
    print(f"{name}: {tokens[0] if tokens else 'not measured: ' + done.stderr.strip()[-300:]}", flush=True)
    return tokens is not None


if __name__ == "__main__":
    main()
