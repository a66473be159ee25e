"""Decoding runs in the model worker, where there is no pydantic, and knows no engine."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pydantic", "yaml", "sqlglot", "duckdb", "torch", "transformers", "llama_cpp", "onnxruntime", "llguidance", "tokenizers", "jinja2")


def test_decoding_loads_numpy_and_nothing_else_that_is_heavy() -> None:
    script = (
        f"import sys, sqlcoder_core.decoding.decoder; print([name for name in {HEAVY!r} if name in sys.modules], 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
