"""Without its extra a runtime is refused in one line with the command that brings it; CI runs this on the built wheel alone."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

EXTRAS = {"llamacpp": ("llama_cpp", "llama-cpp"), "onnx": ("onnxruntime", "onnx"), "transformers": ("torch", "transformers")}


@pytest.mark.parametrize("runtime", EXTRAS)
def test_a_runtime_without_its_extra_names_the_command_that_brings_it(runtime: str, tmp_path: Path) -> None:
    package, extra = EXTRAS[runtime]
    if find_spec(package) is not None:
        pytest.skip(f"{package} is installed here")
    database = tmp_path / "empty.db"
    database.touch()
    command = [sys.executable, "-m", "sqlcoder_core", "ask", "how many", "--database", str(database), "--runtime", runtime]
    environment = {**os.environ, "SQLCODER_MODELS": str(tmp_path / "models")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert "pip install" in done.stderr
    assert f"sqlcoder-core[{extra}]" in done.stderr
