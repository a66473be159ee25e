"""`sqlcoder batch` on the shop with the builtin runtime: questions a second on one core, executed and durably written.

    python benchmarks/batch_throughput.py [COUNT] [--profile]

The whole process counts, start included; the catalog is in its cache. `--profile` prints where the parent spends its time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import own_cpu

QUESTIONS = (
    "how many customers are there",
    "total revenue per city",
    "top {n} products by revenue",
    "orders per month in 2025",
    "which suppliers are based in Germany",
    "average order total per channel",
    "number of orders with more than {n} units",
    "top {n} customers by number of orders",
)


def main() -> None:
    """Print one line: count, statuses, seconds, questions a second, CPU seconds."""
    count = next((int(text) for text in sys.argv[1:] if text.isdigit()), 600)
    program = str(Path(sys.executable).parent / "sqlcoder")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop = folder / "shop"
        subprocess.run([program, "demo", "--keep", str(shop)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = (json.dumps({"question": QUESTIONS[n % len(QUESTIONS)].format(n=n % 50 + 1), "n": n}) for n in range(count))
        (folder / "in.jsonl").write_text("\n".join(lines))
        profiled = ["-m", "cProfile", "-s", "tottime"] if "--profile" in sys.argv else []
        command = [sys.executable, *profiled, program, "batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
        print(_measured([*command, "--project-dir", str(shop)], folder / "out.jsonl", count, show=bool(profiled)))


def _measured(command: list[str], out: Path, count: int, *, show: bool) -> str:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    start, cpu = time.perf_counter(), own_cpu()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, cpu = time.perf_counter() - start, own_cpu() - cpu
    if show:
        print("\n".join(done.stdout.splitlines()[:45]))
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(answers) == count, done.stderr
    statuses = {answer["status"]: sum(other["status"] == answer["status"] for other in answers) for answer in answers}
    told = ", ".join(f"{number} {status}" for status, number in sorted(statuses.items()))
    return f"{count} questions ({told}) in {seconds:.2f} s on one core: {count / seconds:.1f} a second; {cpu:.2f} CPU s"


if __name__ == "__main__":
    main()
