"""`auto` picks what this machine can run of what is on it, and says why; the embedded default otherwise."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models import store as storing
from sqlcoder_core.models.gpus import Gpu
from sqlcoder_core.models.hardware import Hardware
from sqlcoder_core.models.store import Entry
from sqlcoder_core.runtime import auto, findings
from sqlcoder_core.runtime.auto import AutoChoice, choose
from sqlcoder_core.runtime.extras import both_onnx_packages, lacking
from sqlcoder_core.values.model_files import ModelKind

GB = 10**9
WORDS = ("builtin", "llamacpp", "onnx", "openai", "transformers")
ALL = {"numpy": "2", "tokenizers": "0.22", "llguidance": "1.9", "torch": "2.13.0", "transformers": "5.0", "safetensors": "0.8"}
ALL |= {"llama-cpp-python": "0.3.36", "onnxruntime": "1.32"}


def machine(*, cores: int = 16, free: float = 32, gpu: float | None = None, kind: str = "cuda") -> Hardware:
    gpus: Any = () if gpu is None else (Gpu(name="Card", kind=kind, memory=int(gpu * GB), memory_free=int(gpu * GB)),)  # type: ignore[arg-type]
    return Hardware(cores=cores, threads=cores, memory=int(free * GB), memory_free=int(free * GB), gpus=gpus)


def entry(name: str, kind: ModelKind, variant: str = "", *, size: float = 1) -> Entry:
    return Entry(name=name, kind=kind, variant=variant, folder=Path("f"), path=Path("f"), size=int(size * GB))


Q4, Q5 = entry("defog/sqlcoder-7b-2", "gguf", "q4_k_m", size=4.1), entry("defog/sqlcoder-7b-2", "gguf", "q5_k_m", size=4.8)
FULL = entry("defog/sqlcoder-7b-2", "safetensors", size=13.5)
SMALL = [
    entry("sqlcoder-135m", "onnx", size=0.5),
    entry("sqlcoder-135m", "gguf", size=0.5),
    entry("sqlcoder-135m", "safetensors", size=0.5),
]
SMOL = entry("smollm2", "gguf", "q4_1", size=0.1)


@pytest.fixture
def pick(monkeypatch: pytest.MonkeyPatch) -> Any:
    def chosen(*here: Entry, on: Hardware, without: tuple[str, ...] = (), versions: dict[str, str] | None = None) -> AutoChoice:
        monkeypatch.setattr(auto, "at_hand", lambda store, environ: here)
        known = {name: version for name, version in (ALL | (versions or {})).items() if name not in without}
        return choose(WORDS, Path("store"), {}, hardware=on, version_of=known.get)

    return chosen


def test_small_models_run_on_onnx_runtime_on_a_processor(pick: Any) -> None:
    choice = pick(*SMALL, on=machine(cores=2))
    assert (choice.word, choice.settings) == ("onnx", {"model": "sqlcoder-135m", "beams": 4})
    assert pick(*SMALL, on=machine(cores=2), without=("onnxruntime",)).word == "llamacpp"
    assert pick(*SMALL, on=machine(cores=2), without=("onnxruntime", "llama-cpp-python")).word == "transformers"


def test_a_small_model_does_not_wait_for_torch_to_start_on_a_gpu(pick: Any) -> None:
    assert pick(*SMALL, on=machine(cores=2, gpu=24)).word == "onnx"


def test_two_packages_that_spoil_each_other_are_passed_over(pick: Any) -> None:
    assert pick(*SMALL, on=machine(), versions={"onnxruntime-gpu": "1.32"}).word == "llamacpp"


def test_onnxruntime_gpu_stands_for_onnxruntime(pick: Any) -> None:
    assert pick(*SMALL, on=machine(), without=("onnxruntime",), versions={"onnxruntime-gpu": "1.32"}).word == "onnx"


def test_a_big_model_runs_on_llama_cpp_in_q4_k_m_where_there_are_cores(pick: Any) -> None:
    choice = pick(Q5, Q4, on=machine(cores=16))
    assert (choice.word, choice.settings) == ("llamacpp", {"model": "defog/sqlcoder-7b-2:q4_k_m", "beams": 4})
    assert "16 cores" in choice.why


def test_few_cores_search_greedily_and_too_few_do_not_run_a_big_model(pick: Any) -> None:
    assert pick(Q4, on=machine(cores=4)).settings["beams"] == 1
    choice = pick(Q4, on=machine(cores=2))
    assert choice.word == "builtin"
    assert "defog/sqlcoder-7b-2 needs at least 4 cores, or a GPU that holds it, and here are 2" in choice.why


def test_a_weak_machine_prefers_the_small_model_and_a_strong_one_the_big(pick: Any) -> None:
    assert pick(Q4, *SMALL, on=machine(cores=4)).settings["model"] == "sqlcoder-135m"
    assert pick(Q4, *SMALL, on=machine(cores=8)).settings["model"] == "defog/sqlcoder-7b-2:q4_k_m"


@pytest.mark.parametrize(("gpu", "load_in"), [(24, None), (11, "8bit"), (7, "4bit")])
def test_a_gpu_runs_the_highest_precision_that_fits(pick: Any, gpu: float, load_in: str | None) -> None:
    choice = pick(FULL, Q4, on=machine(cores=2, gpu=gpu), versions={"bitsandbytes": "0.48"})
    assert choice.word == "transformers"
    assert choice.settings.get("load_in") == load_in
    assert "on Card" in choice.why


def test_without_bitsandbytes_a_model_that_does_not_fit_the_gpu_stays_off_it(pick: Any) -> None:
    assert pick(FULL, Q4, on=machine(cores=16, gpu=10)).word == "llamacpp"


def test_a_torch_for_processors_does_not_use_a_gpu(pick: Any) -> None:
    assert pick(FULL, Q4, on=machine(cores=16, gpu=24), versions={"torch": "2.13.0+cpu"}).word == "llamacpp"


def test_beams_are_fewer_where_memory_is_short(pick: Any) -> None:
    assert pick(Q4, on=machine(free=6.4)).settings["beams"] == 4
    assert pick(Q4, on=machine(free=6.0)).settings["beams"] == 2
    assert pick(Q4, on=machine(free=5.75)).settings["beams"] == 1
    choice = pick(Q4, on=machine(free=5))
    assert choice.word == "builtin"
    assert "takes about 5.68 GB, and there are only 5 GB of memory" in choice.why


def test_a_general_model_is_never_taken_and_is_named_in_the_reason(pick: Any) -> None:
    choice = pick(SMOL, entry("someone/net", "gguf"), on=machine())
    assert (choice.word, dict(choice.settings)) == ("builtin", {})
    assert "smollm2, someone/net has to be named" in choice.why


def test_a_kind_that_nothing_installed_reads_names_the_conversion(pick: Any) -> None:
    choice = pick(FULL, on=machine(), without=("torch",))
    assert choice.word == "builtin"
    assert "(`sqlcoder models convert defog/sqlcoder-7b-2 --to gguf` changes that)" in choice.why


def test_without_any_engine_the_extra_is_named(pick: Any) -> None:
    choice = pick(*SMALL, on=machine(), without=tuple(ALL))
    assert choice.word == "builtin"
    assert "pip install 'sqlcoder-core[onnx]'" in choice.why


def test_without_models_the_reason_says_so(pick: Any) -> None:
    assert pick(on=machine()).why == "no model that is known to write SQL is on this machine; the embedded rules answer"


def test_what_a_runtime_lacks_is_listed() -> None:
    assert lacking("transformers", {"numpy": "2", "torch": "2"}.get) == ("transformers", "safetensors", "tokenizers", "llguidance")
    assert lacking("builtin", {}.get) == ()


def test_a_named_model_is_taken_as_it_is_and_only_the_runtime_is_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "smollm2"
    (folder / "gguf-q4_1").mkdir(parents=True)
    (folder / "gguf-q4_1" / "m.gguf").write_bytes(b"GGUF")
    choice = choose(WORDS, tmp_path, {"HOME": str(tmp_path)}, model="smollm2", hardware=machine(cores=2), version_of=ALL.get)
    assert (choice.word, choice.settings) == ("llamacpp", {"model": "smollm2", "beams": 4})
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"x")
    assert choose(WORDS, tmp_path, {"HOME": str(tmp_path)}, model="smollm2", hardware=machine(), version_of=ALL.get).word == "onnx"


def test_a_named_model_that_is_not_here_or_cannot_run_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    here: Any = {"hardware": machine(cores=2), "environ": {"HOME": str(tmp_path)}, "store": tmp_path}
    with pytest.raises(ModelError, match=r"run `sqlcoder models pull smollm2`$"):
        choose(WORDS, model="smollm2", version_of=ALL.get, **here)
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"nothing that is installed reads; `pip install 'sqlcoder-core\[llama-cpp\]'`"):
        choose(WORDS, model="m.gguf", folder=tmp_path, version_of={}.get, **here)
    tiny = here | {"hardware": machine(cores=2, free=0.1)}
    with pytest.raises(ModelError, match="needs more than this machine has"):
        choose(WORDS, model="m.gguf", folder=tmp_path, version_of=ALL.get, **tiny)


# ---- doctor


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def findings_of(*here: Entry, on: Hardware, versions: dict[str, str] = ALL) -> dict[str, list[Any]]:
        for module in (auto, findings):
            monkeypatch.setattr(module, "at_hand", lambda store, environ: here)
        monkeypatch.setattr(findings, "describe", lambda files: SimpleNamespace())
        by_code: dict[str, list[Any]] = {}
        environ = {"SQLCODER_MODELS": str(tmp_path)}
        for problem in findings.model_findings(WORDS, environ, hardware=on, version_of=versions.get):
            by_code.setdefault(problem.code, []).append(problem)
        return by_code

    return findings_of


def test_both_packages_of_onnx_runtime_are_an_error_with_the_commands_that_mend_it(found: Any) -> None:
    (problem,) = found(on=machine(), versions=ALL | {"onnxruntime-gpu": "1.32"})["two_onnxruntimes"]
    assert problem.severity == "error"
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in problem.hint
    assert "sqlcoder-core[onnx-gpu]" in problem.hint
    assert both_onnx_packages(ALL.get) is None


def test_doctor_names_hardware_extras_models_and_the_choice(found: Any) -> None:
    said = found(Q4, on=machine(cores=16, gpu=24), versions={name: ALL[name] for name in ALL if name != "torch"})
    assert "16 physical cores" in said["hardware"][0].message
    assert "Card (cuda, 24 GB of 24 GB)" in said["gpu"][0].message
    assert any("runtime transformers is not installed: torch missing" in one.message for one in said["extra"])
    assert any("runtime onnx: onnxruntime 1.32" in one.message for one in said["extra"])
    assert "defog/sqlcoder-7b-2 (gguf q4_k_m, 4.1 GB)" in said["model"][0].message
    assert "would take llamacpp (model: defog/sqlcoder-7b-2:q4_k_m, beams: 4)" in said["auto"][0].message
    assert all(one.severity == "note" for several in said.values() for one in several)


def test_a_model_that_does_not_fit_or_cannot_be_read_is_a_warning_with_the_next_step(
    found: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (large,) = found(FULL, on=machine(free=8))["model_too_large"]
    assert large.severity == "warning"
    folder = tmp_path / "me--net" / "gguf"
    folder.mkdir(parents=True)
    (folder / "net.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    here = storing.entries(tmp_path)
    monkeypatch.undo()
    problems = list(findings.model_findings(WORDS, {"SQLCODER_MODELS": str(tmp_path), "HOME": str(tmp_path)}, hardware=machine()))
    (broken,) = [problem for problem in problems if problem.code == "model_broken"]
    assert here[0].name == "me/net"
    assert broken.severity == "warning"
    assert "me/net" in broken.message and "models remove me/net" in str(broken.hint)


# ---- from a sqlcoder.yaml


def test_auto_in_a_configuration_heeds_a_model_that_is_named_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlcoder_core.config.load import load
    from sqlcoder_core.host import Host
    from sqlcoder_core.values.options import Options

    monkeypatch.setattr(auto, "is_ready", lambda word, version_of: True)
    monkeypatch.setattr(auto, "look", lambda environ: machine(cores=2))
    (tmp_path / "net.gguf").write_bytes(b"GGUF")
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    text = "connections: {a: {use: sqlite, path: a.db}}\nruntime: {use: auto, model: net.gguf, beams: 3}\n"
    (tmp_path / "sqlcoder.yaml").write_text(text, encoding="utf-8")
    found = load(Options(), cwd=tmp_path / "sub", environ={"HOME": str(tmp_path), "SQLCODER_MODELS": str(tmp_path)}, host=Host())
    assert (found.runtime.use, dict(found.runtime.settings)) == ("llamacpp", {"model": "net.gguf", "beams": 3})
    assert "runtime auto: llamacpp, since net takes about 300 MB" in found.warnings[0].message
