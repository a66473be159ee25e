"""The runtime `llamacpp` in the parent process: settings, what is missing, devices, findings; llama.cpp itself stays outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from sqlcoder_core.api import Context, ModelFiles
from sqlcoder_llamacpp import build, runtime
from sqlcoder_llamacpp.build import Build
from sqlcoder_llamacpp.runtime import LlamaCppRuntime, LlamaCppSettings


@pytest.fixture
def make(tmp_path: Path):
    context = Context(project_dir=tmp_path, config_dir=tmp_path, cache_dir=tmp_path)
    return lambda **settings: LlamaCppRuntime(LlamaCppSettings(**settings), context)


@pytest.fixture
def installed(monkeypatch, tmp_path: Path):
    """`installed("cuda")` pretends a build for these accelerators; `installed(None)` that there is none."""

    def pretend(*accelerators: str | None) -> None:
        found = None if accelerators == (None,) else Build(version="0.3.36", folder=tmp_path, accelerators=accelerators, blas=False)
        monkeypatch.setattr(runtime, "installed_build", lambda: found)

    return pretend


def test_nothing_is_missing_with_the_package_and_the_command_is_said_without(make, installed, monkeypatch) -> None:
    installed()
    assert make().missing() is None
    installed(None)
    for platform, machine, flag in (
        ("linux", "x86_64", "GGML_CUDA"),
        ("darwin", "arm64", "GGML_METAL=on"),
        ("darwin", "x86_64", "GGML_BLAS"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(build.platform, "machine", lambda machine=machine: machine)
        problem = make().missing()
        assert problem is not None and problem.code == "missing_extra"
        assert "pip install 'sqlcoder-core[llama-cpp]'" in problem.hint and flag in problem.hint


def test_device_files_are_asked_for_when_layers_go_to_a_gpu(make, installed) -> None:
    installed()
    assert not make().devices()
    installed("cuda")
    assert make().devices() and make(gpu_layers=12).devices()
    assert not make(gpu_layers=0).devices()


def test_findings_name_the_build_and_a_gpu_that_it_leaves_idle(make, installed, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runtime, "_DEVICE_FILES", (str(tmp_path / "nvidiactl"),))
    installed()
    assert [one.message for one in make().findings()] == ["llama-cpp-python 0.3.36, built for the CPU only"]
    (tmp_path / "nvidiactl").touch()
    idle = make().findings()[1]
    assert idle.severity == "warning" and "--no-binary llama-cpp-python" in idle.hint
    installed("cuda")
    assert [one.message for one in make().findings()] == ["llama-cpp-python 0.3.36, built for cuda"]
    installed(None)
    assert [one.code for one in make().findings()] == ["missing_extra"]


def test_the_build_is_told_by_its_files(monkeypatch, tmp_path: Path) -> None:
    for name in ("libllama.so", "libggml-base.so.0", "libggml-cpu-haswell.so", "libggml-cuda.so", "libggml-blas.so", "ggml-vulkan.dll"):
        (tmp_path / name).touch()
    package = tmp_path / "llama_cpp"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", str(tmp_path))
    monkeypatch.delitem(sys.modules, "llama_cpp", raising=False)
    found = build.installed_build()
    assert found is not None and (found.accelerators, found.blas, found.folder) == (("cuda", "vulkan"), True, tmp_path)


def test_the_libraries_folder_may_be_read(make, installed, tmp_path: Path) -> None:
    files = ModelFiles(name="m", kind="gguf", path=str(tmp_path / "m.gguf"))
    installed()
    assert make().readable(files) == (str(tmp_path),)
    installed(None)
    assert make().readable(files) == ()


def test_quantised_memory_without_flash_attention_is_refused() -> None:
    with pytest.raises(ValidationError, match="`kv: q8_0` needs `flash_attention: on`"):
        LlamaCppSettings(kv="q8_0", flash_attention="off")
    assert LlamaCppSettings(kv="q8_0").flash_attention == "auto"


def test_the_parent_never_imports_llama_cpp(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from sqlcoder_core.api import Context, ModelFiles
from sqlcoder_llamacpp.hooks import sqlcoder_runtimes
(kind,) = sqlcoder_runtimes()
here = Path.cwd()
made = kind(kind.Settings(), Context(project_dir=here, config_dir=here, cache_dir=here))
made.missing(), made.devices(), made.findings(), made.readable(ModelFiles(name="m", kind="gguf", path="m.gguf"))
assert not {"llama_cpp", "numpy"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
