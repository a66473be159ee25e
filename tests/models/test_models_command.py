"""`sqlcoder models` as a user runs it: what it prints where, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_server import serving
from typer.testing import CliRunner, Result

from sqlcoder_core.cli import app
from sqlcoder_core.models.convert import convert as converting
from sqlcoder_core.models.convert.made import Made
from sqlcoder_core.models.download import size_text
from sqlcoder_core.models.names import KNOWN
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.models.store import entries, put, staging


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf() -> bytes:
    """A model of one tensor that says of itself what a GGUF can say."""
    pairs: dict[str, str | int] = {
        "general.architecture": "llama",
        "general.license": "mit",
        "llama.block_count": 2,
        "llama.context_length": 512,
        "llama.embedding_length": 64,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.vocab_size": 99,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.chat_template": "{{ x }}",
    }
    head = struct.pack("<4sIQQ", b"GGUF", 3, 1, len(pairs))
    for key, value in pairs.items():
        head += text(key) + (struct.pack("<I", 8) + text(value) if isinstance(value, str) else struct.pack("<II", 4, value))
    head += text("output.weight") + struct.pack("<IQQIQ", 2, 64, 32, 8, 0)
    return head + bytes(-len(head) % 32) + bytes(64 * 34)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SQLCODER_MODELS", str(tmp_path / "store"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "store"


@pytest.fixture
def models(store: Path) -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(app, ["models", *arguments])


def keep(store: Path, name: str, variant: str = "q8_0") -> Path:
    with staging(store) as folder:
        (folder / "model").mkdir()
        file = f"{name.rpartition('/')[2]}.{variant}.gguf"
        (folder / "model" / file).write_bytes(gguf())
        return put(store, folder / "model", name=name, kind="gguf", variant=variant, source="hf://x") / file


def test_the_list_holds_every_known_model_with_what_it_needs(models: Callable[..., Result]) -> None:
    done = models("list", "--format", "json")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert set(rows) == {model.name for model in KNOWN}
    row = rows["defog/sqlcoder-7b-2"]
    assert (row["present"], row["prompt"], row["precision"]) == (False, "sqlcoder", "q5_k_m")
    assert row["needs"]["bf16"] > row["needs"]["q8_0"] > row["needs"]["q4_k_m"] > 4 * 10**9
    ours = rows["sqlcoder-135m"]
    assert (ours["published"], ours["need"], ours["fits"]) == (False, None, None)


def test_the_list_begins_with_what_is_here(models: Callable[..., Result], store: Path) -> None:
    place = keep(store, "smollm2", "q4_1")
    lines = models("list").stdout.splitlines()
    assert lines[0].split() == ["name", "here", "precision", "size", "needs", "fits", "prompt", "about"]
    assert lines[1].split()[:4] == ["smollm2", "gguf", "q4_1", f"{place.stat().st_size / 1000:.3g}"]
    assert sum(line.startswith("smollm2") for line in lines) == 1
    assert next(line for line in lines if line.startswith("sqlcoder-135m")).split()[1] == "unpublished"


def test_info_tells_what_the_header_says(models: Callable[..., Result], store: Path) -> None:
    keep(store, "me/net")
    facts = json.loads(models("info", "me/net", "--format", "json").stdout)
    assert facts["architecture"] == "llama"
    assert (facts["parameters"], facts["layers"], facts["context"], facts["vocabulary"]) == (2048, 2, 512, 99)
    assert (facts["precision"], facts["tokenizer"], facts["chat_template"]) == (["Q8_0"], "gpt2, pre-tokenizer smollm", True)
    assert (facts["licence"], facts["source"], facts["prompt"]) == ("mit", "hf://x", "chat")
    # keys and values of 2 layers, 2 heads, 16 numbers of 2 bytes, for 2,048 tokens of prompt and 4 beams of 400
    assert facts["need"] == facts["size"] + 2 * 2 * 2 * 16 * 2 * (2048 + 1600) + 300 * 10**6


def test_info_of_safetensors_counts_from_their_headers(models: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    header = json.dumps({"w": {"dtype": "BF16", "shape": [4, 8], "data_offsets": [0, 64]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 77}))
    (folder / "tokenizer.json").write_text('{"model": {"type": "BPE"}}')
    out = models("info", "./net").stdout
    lines = {line[:15].strip(): line[15:].strip() for line in out.splitlines()}
    assert (lines["architecture"], lines["parameters"], lines["context"]) == ("LlamaForCausalLM", "32", "77 tokens")
    assert (lines["precision"], lines["tokenizer"], lines["chat template"]) == ("BF16", "tokenizer.json, BPE", "no")


def test_info_of_a_known_model_that_is_not_here_says_what_is_known(models: Callable[..., Result]) -> None:
    out = models("info", "sqlcoder-7b-2").stdout
    assert "6,738,546,688" in out
    assert "CC BY-SA 4.0" in out
    assert "in q4_k_m" in out


def test_info_of_a_truncated_file_is_one_clear_error(models: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "cut.gguf").write_bytes(gguf()[:-100])
    done = models("info", "cut.gguf")
    assert done.exit_code == 3
    assert "truncated" in done.stderr
    assert done.stderr.count("\n") == 1


def test_pull_prints_the_path_and_says_the_rest_on_stderr(
    models: Callable[..., Result], store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as site:
        site.files["/net-q8_0.gguf"] = gguf()
        first = models("pull", f"{site.url}/net-q8_0.gguf")
        second = models("pull", f"{site.url}/net-q8_0.gguf")
        quiet = models("pull", "-q", f"{site.url}/net-q8_0.gguf")
    (entry,) = entries(store)
    assert first.stdout == second.stdout == quiet.stdout == f"{entry.path}\n"
    assert first.stderr == f"net-q8_0: gguf q8_0, {size_text(len(gguf()))}\n"
    assert second.stderr.endswith("was here already\n")
    assert quiet.stderr == ""
    assert entry.sha256["net-q8_0.gguf"] == hashlib.sha256(gguf()).hexdigest()


def test_pulling_what_is_not_published_or_not_known_exits_with_3(models: Callable[..., Result]) -> None:
    for name, said in (("sqlcoder-135m", "not published yet"), ("smollm", "did you mean 'smollm2'?")):
        done = models("pull", name)
        assert done.exit_code == 3
        assert said in done.stderr
    assert models("pull", "./x.gguf").exit_code == 2


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path]]:
    """Conversions that only remember what they were to make."""
    done: list[tuple[Path, Path]] = []

    def convert(src: Path, dst: Path, **_: object) -> Made:
        done.append((src, dst))
        if dst.suffix == ".gguf":
            dst.write_bytes(gguf())
        else:
            dst.mkdir()
            (dst / "model.onnx").write_bytes(b"x")
        return Made(path=dst, size=1, notes=("something fell back",))

    monkeypatch.setattr(converting, "convert", convert)
    return done


def test_a_conversion_without_destination_goes_into_the_store_beside_its_source(
    models: Callable[..., Result], store: Path, converted: list[tuple[Path, Path]]
) -> None:
    source = keep(store, "smollm2", "q4_1")
    done = models("convert", "smollm2", "--to", "onnx")
    assert done.exit_code == 0, done.stderr
    assert converted[0][0] == source
    assert done.stdout == f"{store / 'smollm2' / 'onnx'}\n"
    assert "note: something fell back" in done.stderr
    files = resolve("smollm2", ("onnx",), store=store)
    assert (files.name, files.path, files.prompt) == ("smollm2", str(store / "smollm2" / "onnx"), "chat")
    assert [entry.made_from for entry in entries(store)] == [None, str(source)]
    again = models("convert", "smollm2", "--to", "onnx")
    assert (again.exit_code, "is here as ONNX already; make it anew with --overwrite" in again.stderr) == (2, True)
    assert models("convert", "smollm2", "--to", "onnx", "--overwrite").exit_code == 0


def test_a_destination_is_taken_as_it_stands_and_has_to_fit(
    models: Callable[..., Result], store: Path, tmp_path: Path, converted: list[tuple[Path, Path]]
) -> None:
    keep(store, "smollm2", "q4_1")
    assert models("convert", "smollm2", "out.onnx").stdout == f"{tmp_path / 'out.onnx'}\n"
    contradiction = models("convert", "smollm2", "out.onnx", "--to", "gguf")
    assert (contradiction.exit_code, "does not end as a gguf model does" in contradiction.stderr) == (2, True)
    nothing = models("convert", "smollm2")
    assert (nothing.exit_code, "--to onnx" in nothing.stderr) == (2, True)


def test_a_model_that_is_here_only_in_the_target_kind_cannot_be_converted_to_it(models: Callable[..., Result], store: Path) -> None:
    keep(store, "smollm2", "q4_1")
    done = models("convert", "smollm2", "--to", "gguf")
    assert done.exit_code == 2
    assert "smollm2 is GGUF already" in done.stderr
    assert models("convert", "sqlcoder-7b-2", "--to", "gguf").exit_code == 3


def test_quantize_needs_a_known_precision(models: Callable[..., Result], store: Path) -> None:
    keep(store, "smollm2", "q4_1")
    assert models("quantize", "smollm2").exit_code == 2
    done = models("quantize", "smollm2", "--to", "q99")
    assert (done.exit_code, "q4_k_m" in done.stderr) == (2, True)
    assert [entry.variant for entry in entries(store)] == ["q4_1"]


@pytest.mark.parametrize(
    ("to", "dst", "makes"), [("int8", "small.gguf", "ONNX"), ("q8_0", "small.onnx", "GGUF"), ("q8_0", "small", "GGUF")]
)
def test_quantize_refuses_a_destination_that_says_another_kind(
    models: Callable[..., Result], store: Path, to: str, dst: str, makes: str
) -> None:
    keep(store, "smollm2", "q4_1")
    done = models("quantize", "smollm2", dst, "--to", to)
    assert (done.exit_code, f"{to} makes {makes}" in done.stderr) == (2, True)


def test_remove_deletes_one_precision_or_all_and_knows_what_is_not_there(models: Callable[..., Result], store: Path) -> None:
    keep(store, "smollm2", "q4_1")
    keep(store, "smollm2", "q8_0")
    assert models("remove", "smollm2:q8_0").exit_code == 0
    assert [entry.variant for entry in entries(store)] == ["q4_1"]
    gone = models("remove", "smollm2:q8_0")
    assert (gone.exit_code, "there is smollm2: gguf q4_1" in gone.stderr) == (3, True)
    assert models("remove", "smollm2").exit_code == 0
    assert entries(store) == ()
    assert models("remove", "../..").exit_code == 3


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["info", "smollm2"]], ids=" ".join)
def test_the_commands_load_no_engine_and_nothing_heavy(store: Path, arguments: list[str]) -> None:
    heavy = ("torch", "transformers", "llama_cpp", "onnxruntime", "onnx", "numpy", "pydantic", "huggingface_hub", "sqlglot", "rich")
    program = f"import sys; from sqlcoder_core.cli.app import app; sys.argv = ['sqlcoder', 'models', *{arguments!r}]\ntry: app()\n"
    program += f"except SystemExit: pass\nprint([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stderr.splitlines()[-1] == "[]"
    assert done.stdout


@pytest.mark.real_model
def test_what_is_said_of_smollm2_by_name_is_what_its_file_says(smollm2_gguf: Path) -> None:
    from sqlcoder_core.models.download import hash_of
    from sqlcoder_core.models.info import describe
    from sqlcoder_core.models.names import known
    from sqlcoder_core.values.model_files import ModelFiles

    model, facts = known("smollm2"), describe(ModelFiles(name="elsewhere", kind="gguf", path=str(smollm2_gguf)))
    assert model is not None
    assert hash_of(smollm2_gguf) == model.sha256
    assert (facts.parameters, facts.context) == (model.parameters, model.context)
    assert facts.need == describe(ModelFiles(name="smollm2", kind="gguf", path=str(smollm2_gguf))).need
    assert (facts.precision[0], facts.tokenizer, facts.chat_template) == ("Q4_1", "gpt2, pre-tokenizer smollm", True)
