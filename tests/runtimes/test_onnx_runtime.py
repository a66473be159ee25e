"""The runtime as the parent knows it: what is installed and what excludes what, and what a load reports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from tiny_llama import write_tiny_llama

from sqlcoder_core.models.convert.onnx_write import write_onnx
from sqlcoder_core.models.convert.weights import read_weights
from sqlcoder_core.values.problem import Problem
from sqlcoder_onnx.runtime import OnnxRuntime, OnnxSettings

Installed = Callable[..., None]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Fakes the metadata of distributions: exactly these are installed."""

    def install(*names: str) -> None:
        def version(name: str) -> str:
            if name not in names:
                raise PackageNotFoundError(name)
            return "1.22.0"

        monkeypatch.setattr("sqlcoder_onnx.packages.version", version)

    return install


def _missing(**settings: Any) -> Problem | None:
    runtime = OnnxRuntime.__new__(OnnxRuntime)
    runtime.settings = OnnxSettings(**settings)
    return runtime.missing()


def test_both_packages_at_once_are_one_problem_with_the_commands_that_mend_it(installed: Installed) -> None:
    installed("onnxruntime", "onnxruntime-gpu", "tokenizers", "numpy")
    problem = _missing(provider="cpu")
    assert problem and problem.code == "missing_extra"
    assert problem.message == "onnxruntime 1.22.0 and onnxruntime-gpu 1.22.0 are both installed, and overwrite each other's files"
    assert problem.hint == "run pip uninstall -y onnxruntime onnxruntime-gpu && pip install 'sqlcoder-core[onnx]'"
    for provider in ("auto", "cuda"):
        problem = _missing(provider=provider)
        assert problem and problem.hint and problem.hint.endswith("pip install 'sqlcoder-core[onnx-gpu]'")


def test_nothing_installed_names_the_extra(installed: Installed) -> None:
    installed()
    problem = _missing()
    assert problem and (problem.message, problem.hint) == (
        "runtime 'onnx' needs onnxruntime",
        "run pip install 'sqlcoder-core[onnx]'",
    )
    problem = _missing(provider="cuda")
    assert problem and problem.hint == "run pip install 'sqlcoder-core[onnx-gpu]'"


def test_cuda_with_the_package_for_cpus_is_told_before_a_model_is_loaded(installed: Installed) -> None:
    installed("onnxruntime", "tokenizers", "numpy")
    problem = _missing(provider="cuda")
    assert problem and "needs onnxruntime-gpu" in problem.message
    assert problem.hint == "run pip uninstall -y onnxruntime && pip install 'sqlcoder-core[onnx-gpu]'"


def test_a_library_beside_it_that_is_missing_is_named(installed: Installed) -> None:
    installed("onnxruntime", "numpy")
    problem = _missing()
    assert problem and problem.message == "runtime 'onnx' needs tokenizers"


def test_one_package_is_no_problem(installed: Installed) -> None:
    installed("onnxruntime-gpu", "tokenizers", "numpy")
    assert _missing() is None and _missing(provider="cuda") is None and _missing(provider="cpu") is None


def test_device_files_are_needed_for_accelerators_only(installed: Installed) -> None:
    def devices(**settings: Any) -> bool:
        runtime = OnnxRuntime.__new__(OnnxRuntime)
        runtime.settings = OnnxSettings(**settings)
        return runtime.devices()

    installed("onnxruntime")
    assert (devices(), devices(provider="cpu"), devices(provider="cuda")) == (False, False, True)
    installed("onnxruntime-gpu")
    assert (devices(), devices(provider="cpu")) == (True, False)


def test_the_parent_imports_neither_numpy_nor_onnxruntime() -> None:
    code = "import sys, sqlcoder_onnx.runtime; print({'numpy', 'onnxruntime', 'onnx', 'tokenizers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_engine_needs_no_pydantic() -> None:
    modules = "engine, session, tree_graph, sequence_graph, sequence_session, layout, opening, buffers"
    code = f"import sys; from sqlcoder_onnx import {modules}; print({{'pydantic', 'yaml', 'onnx'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_facts_say_what_was_loaded(precision: Any, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from loaded_models import loaded

    write_onnx(read_weights(write_tiny_llama(tmp_path / "source")), tmp_path / "tiny", precision=precision)
    facts = loaded("onnx", tmp_path / "tiny").facts
    assert (facts.name, facts.architecture, facts.device, facts.precision) == ("tiny", "llama", "cpu", precision)
    assert (facts.context, facts.vocabulary, facts.beams, facts.notes) == (4096, 258, True, ())
    assert facts.parameters == 258 * 64 + 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 96)
    assert facts.special_texts == ("<|begin|>", "<|end|>") and not facts.chat_template
    assert len(facts.weights) == 16 and loaded("onnx", tmp_path / "tiny").facts.weights == facts.weights


def test_two_models_have_two_hashes(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from loaded_models import loaded

    for seed in (0, 1):
        write_onnx(read_weights(write_tiny_llama(tmp_path / f"source{seed}", seed=seed)), tmp_path / f"tiny{seed}")
    assert loaded("onnx", tmp_path / "tiny0").facts.weights != loaded("onnx", tmp_path / "tiny1").facts.weights
