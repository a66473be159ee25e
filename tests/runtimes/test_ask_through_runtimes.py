"""`sqlcoder ask` on the shop through every runtime, from a sqlcoder.yaml that differs in one line; and what goes wrong, said once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sqlcoder_core.models.convert.convert import convert

pytest.importorskip("torch")
pytest.importorskip("llama_cpp")
pytest.importorskip("onnxruntime")

ROOT = Path(__file__).parents[2]
RUNTIMES = ("llamacpp", "onnx", "transformers")
TOY = """\
version: 1
connections:
  shop: {{use: duckdb, path: {shop}/shop.duckdb}}
sources: [introspect]
runtime:
  use: {runtime}
  model: {model}
  prompt: {{use: template, file: toy_prompt.jinja}}
  max_tokens: 60
"""
REAL = TOY.replace("{{use: template, file: toy_prompt.jinja}}", "{{use: chat, share: 0, values: 0, samples: 0}}")


@pytest.fixture(scope="module")
def store(toy_hf: Path, toy_gguf: Path, toy_onnx: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the toy in all three kinds."""
    folder = tmp_path_factory.mktemp("store")
    for kind, source in (("safetensors", toy_hf), ("onnx", toy_onnx)):
        shutil.copytree(source, folder / "toy" / kind)
    (folder / "toy" / "gguf").mkdir()
    shutil.copy(toy_gguf, folder / "toy" / "gguf" / "toy.gguf")
    return folder


@pytest.fixture(scope="module")
def real_store(smollm2_gguf: Path, smollm2_hf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds SmolLM2 in all three kinds; the graph has eight bits, as one would run it on a CPU."""
    folder = tmp_path_factory.mktemp("real-store")
    (folder / "smollm2" / "gguf").mkdir(parents=True)
    (folder / "smollm2" / "gguf" / smollm2_gguf.name).symlink_to(smollm2_gguf)
    (folder / "smollm2" / "safetensors").symlink_to(smollm2_hf)
    convert(smollm2_hf, folder / "smollm2" / "onnx", dtype="int8", kind="onnx")
    return folder


def ask(folder: Path, store: Path, question: str, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as somebody in that folder would."""
    known = {**os.environ, "SQLCODER_MODELS": str(store), "XDG_CACHE_HOME": str(folder / "cache"), "OMP_NUM_THREADS": "1", **environment}
    command = [sys.executable, "-m", "sqlcoder_core", "ask", question, *flags]
    return subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, check=False, timeout=600)


def configured(folder: Path, text: str, runtime: str, model: str) -> Path:
    """The folder with its sqlcoder.yaml, which differs between runtimes in one line."""
    (folder / "sqlcoder.yaml").write_text(text.format(shop=ROOT / "examples" / "shop", runtime=runtime, model=model))
    shutil.copy(ROOT / "tests" / "toys" / "toy_prompt.jinja", folder)
    return folder


def answered(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_toy_answers_on_every_runtime(runtime: str, store: Path, tmp_path: Path) -> None:
    folder = configured(tmp_path, TOY, runtime, "toy")
    answer = answered(ask(folder, store, "how many orders are there", "--format", "json"))
    assert answer["status"] == "answered"
    assert answer["rows"] == [[6115]]
    assert answer["signature"]["runtime"] == runtime
    assert answer["signature"]["model"] == "toy"
    assert answer["confidence"] > 0.9


@pytest.mark.real_model
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_smollm2_writes_checked_sql_on_every_runtime(runtime: str, real_store: Path, tmp_path: Path) -> None:
    """Nobody trained it for SQL: what it writes answers little, and the checks may refuse it however often it is asked again."""
    folder = configured(tmp_path, REAL, runtime, "smollm2")
    answer = json.loads(ask(folder, real_store, "how many orders are there", "--format", "json", "--beams", "2", "--no-run").stdout)
    assert answer["status"] in ("answered", "refused")
    assert answer["sql"].startswith(("SELECT", "WITH"))
    assert answer["signature"]["runtime"] == runtime
    assert answer["signature"]["model"] == "smollm2"
    assert answer["signature"]["prompter"] == "chat"


# ---------------------------------------------------------------------- one clear error each


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line on stderr."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == code, done.stderr
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def test_a_truncated_gguf_is_named(store: Path, toy_gguf: Path, tmp_path: Path) -> None:
    whole = toy_gguf.read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    line = refused(ask(configured(tmp_path, TOY, "llamacpp", "cut.gguf"), store, "how many orders are there"), 3)
    assert "cut.gguf" in line


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_pickle_is_refused_with_the_way_to_convert(runtime: str, store: Path, toy_hf: Path, tmp_path: Path) -> None:
    shutil.copytree(toy_hf, tmp_path / "pickled")
    (tmp_path / "pickled" / "model.safetensors").rename(tmp_path / "pickled" / "pytorch_model.bin")
    line = refused(ask(configured(tmp_path, TOY, runtime, "./pickled"), store, "how many orders are there"), 3)
    assert "pickle" in line
    assert "safetensors" in line


def test_both_onnxruntime_packages_at_once_are_refused_with_the_commands_that_mend_it(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "site" / "onnxruntime_gpu-1.22.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: onnxruntime-gpu\nVersion: 1.22.0\n")
    folder = configured(tmp_path, TOY, "onnx", "toy")
    line = refused(ask(folder, store, "how many orders are there", PYTHONPATH=str(tmp_path / "site")), 3)
    assert "onnxruntime-gpu" in line
    assert "pip uninstall" in line


def test_a_model_that_is_not_here_is_answered_with_the_command_that_brings_it(store: Path, tmp_path: Path) -> None:
    line = refused(ask(configured(tmp_path, TOY, "llamacpp", "defog/sqlcoder-7b-2"), store, "how many orders are there"), 3)
    assert "sqlcoder models pull" in line


def test_another_kind_of_a_model_that_is_here_is_answered_with_the_conversion(store: Path, tmp_path: Path) -> None:
    lean = tmp_path / "lean"
    shutil.copytree(store / "toy" / "gguf", lean / "toy" / "gguf")
    line = refused(ask(configured(tmp_path, TOY, "onnx", "toy"), lean, "how many orders are there"), 3)
    assert "sqlcoder models convert toy --to onnx" in line


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__.os.popen('touch escaped') }}"]
)
def test_a_template_that_tries_to_escape_its_sandbox_ends_the_run(template: str, store: Path, tmp_path: Path) -> None:
    folder = configured(tmp_path, TOY, "llamacpp", "toy")
    (folder / "toy_prompt.jinja").write_text(template)
    line = refused(ask(folder, store, "how many orders are there"), 2)
    assert "toy_prompt.jinja" in line
    assert not (folder / "escaped").exists()
