"""Models for tests: a toy that is trained once per machine, and SmolLM2-135M where it has been pulled."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def toy_hf() -> Path:
    """The trained toy as a Hugging Face folder; kept in the temporary directory for as long as its recipe is the same."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    recipe = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in ("toy_model.py", "toy_questions.py"))).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"sqlcoder-toys-{os.getuid()}" / recipe
    if not folder.exists():
        from toy_model import train_toy

        fresh = Path(tempfile.mkdtemp(prefix="sqlcoder-toy-"))
        train_toy(fresh / "toy")
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            (fresh / "toy").rename(folder)
        except OSError:
            if not folder.exists():  # another test run was quicker
                raise
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


@pytest.fixture(scope="session")
def toy_prompts() -> tuple[str, ...]:
    """50 prompts that the toy answers right."""
    from toy_questions import pairs, prompt_of

    return tuple(prompt_of(pair.question) for pair in pairs()[:50])


@pytest.fixture(scope="session")
def toy_gguf(toy_hf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy as an f32 GGUF, by our own conversion."""
    from sqlcoder_core.models.convert.convert import convert

    pytest.importorskip("gguf")
    file = tmp_path_factory.mktemp("toy") / "toy.gguf"
    convert(toy_hf, file, dtype="f32")
    return file


@pytest.fixture(scope="session")
def smollm2_gguf() -> Path:
    """SmolLM2-135M-Instruct as its wheel brings it, 4 bits."""
    from sqlcoder_core.errors import ModelError
    from sqlcoder_core.models.resolve import resolve
    from sqlcoder_core.models.store import store_dir

    try:
        return Path(resolve("smollm2", ("gguf",), store=store_dir(os.environ)).path)
    except ModelError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs it: {error}")
        pytest.skip(f"run `sqlcoder models pull smollm2` once: {error}")


@pytest.fixture(scope="session")
def smollm2_hf(smollm2_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights as a folder of fp32 safetensors, by our own conversion."""
    from sqlcoder_core.models.convert.convert import convert

    folder = tmp_path_factory.mktemp("smollm2") / "smollm2"
    convert(smollm2_gguf, folder, dtype="f32")
    return folder


@pytest.fixture(scope="session")
def toy_onnx(toy_hf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy as an fp32 ONNX folder, by our own conversion."""
    from sqlcoder_core.models.convert.convert import convert

    pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("toy") / "toy.onnx"
    convert(toy_hf, folder)
    return folder


@pytest.fixture(scope="session")
def smollm2_f32_gguf(smollm2_hf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2's safetensors back as an f32 GGUF."""
    from sqlcoder_core.models.convert.convert import convert

    file = tmp_path_factory.mktemp("smollm2") / "smollm2-f32.gguf"
    convert(smollm2_hf, file, dtype="f32")
    return file


@pytest.fixture(scope="session")
def smollm2_onnx(smollm2_hf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2's safetensors as an fp32 ONNX folder."""
    from sqlcoder_core.models.convert.convert import convert

    pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("smollm2") / "smollm2.onnx"
    convert(smollm2_hf, folder)
    return folder
