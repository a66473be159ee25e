"""`ask` on the shop: a cold process (CPU seconds, peak memory) and warm questions inside one session (p50, p95).

python benchmarks/ask_speed.py
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from measure import alternate, table

QUESTIONS = ("how many customers are there", "total revenue per city", "top 5 products by revenue", "orders per month in 2025")


def main() -> None:
    """Print both figures; the shop is built in a temporary folder first and asked once, so that its catalog is cached."""
    command = [str(Path(sys.executable).parent / "sqlcoder")]
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        alternate({"demo": [*command, "demo", "--keep", str(shop)]}, rounds=1, warm_up=0)
        ask = [*command, "ask", QUESTIONS[1], "--project-dir", str(shop)]
        print(table(alternate({"python -c pass": [sys.executable, "-c", "pass"], "sqlcoder ask": ask}), against="python -c pass"))
        print(_warm(shop))


def _warm(shop: Path) -> str:
    from sqlcoder_core.api import Question, Session
    from sqlcoder_core.values.options import Options

    spent = []
    with Session.open(Options(project_dir=shop)) as session:
        for number in range(104):
            start = time.perf_counter()
            answer = session.ask(Question(text=QUESTIONS[number % len(QUESTIONS)]))
            if number >= len(QUESTIONS):
                spent.append((time.perf_counter() - start) * 1000)
            assert answer.status == "answered", answer
    return f"warm: p50 {statistics.median(spent):.1f} ms, p95 {statistics.quantiles(spent, n=20)[-1]:.1f} ms over {len(spent)} questions"


if __name__ == "__main__":
    main()
