"""Pulling from a hub: huggingface_hub itself against a loopback server that speaks the hub's protocol."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback_server import Site, serving

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.gpus import Gpu
from sqlcoder_core.models.hub_choice import OnlyPickles, choose, usual_kind
from sqlcoder_core.models.names import known
from sqlcoder_core.models.pull import pull
from sqlcoder_core.models.store import entries
from sqlcoder_core.values.model_files import ModelKind

pytest.importorskip("huggingface_hub")

COMMIT = "c0ffee" + "0" * 34
HEADER = b'{"w":{"dtype":"F32","shape":[65536],"data_offsets":[0,262144]}}'
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER + bytes(range(256)) * 1024
GGUF = b"GGUF" + (3).to_bytes(4, "little") + bytes(16)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def environ(site: Site, tmp_path: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": site.url, "HF_HOME": str(tmp_path / "hf"), "HOME": str(tmp_path), "HF_TOKEN": "hf_secret"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def offer(site: Site, repository: str, files: dict[str, bytes], *, commit: str = COMMIT, revision: str = "main") -> None:
    """Put a repository on the hub, as its programming interface shows it. Weights are large files with a checksum."""
    blobs, tree = [], []
    for name, content in files.items():
        digest, large = hashlib.sha256(content).hexdigest(), name.endswith((".safetensors", ".gguf", ".bin"))
        lfs = {"sha256": digest, "size": len(content), "pointerSize": 130}
        blobs.append({"rfilename": name, "size": len(content), "blobId": digest[:40]} | ({"lfs": lfs} if large else {}))
        oid = {"oid": digest, "size": len(content), "pointerSize": 130}
        tree.append({"type": "file", "path": name, "size": len(content), "oid": digest[:40]} | ({"lfs": oid} if large else {}))
        path = f"/{repository}/resolve/{commit}/{name}"
        site.files[path] = content
        site.headers[path] = {"X-Repo-Commit": commit, "ETag": f'"{digest if large else digest[:40]}"', "X-Linked-Size": str(len(content))}
    info = json.dumps(
        {"id": repository, "sha": commit, "siblings": blobs, "private": False, "tags": [], "downloads": 0, "likes": 0}
    ).encode()
    addresses = [f"/api/models/{repository}/revision/{one}" for one in {revision, commit}]
    for address in [*addresses, *([f"/api/models/{repository}"] if revision == "main" else [])]:
        site.files[address], site.kinds[address] = info, "application/json"
    listing = f"/api/models/{repository}/tree/{commit}"
    site.files[listing], site.kinds[listing] = json.dumps(tree).encode(), "application/json"


REPOSITORY = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"\x80\x02}q\x00.",
    "training_args.bin": b"\x80\x02}q\x00.",
    "modeling_evil.py": b"import os",
    "README.md": b"# hello",
    "LICENSE": b"Apache",
}


def get(text: str, store: Path, environ: dict[str, str], **more: Any) -> Any:
    return pull(text, store=store, environ=environ, **more)


def test_only_safe_files_of_a_repository_come(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "someone/net", REPOSITORY)
    pulled = get("someone/net", store, environ)
    files = {path.name for path in pulled.entry.folder.iterdir()}
    assert files == {"config.json", "tokenizer.json", "model.safetensors", "LICENSE", "sqlcoder_model.json"}
    assert pulled.entry.path.joinpath("model.safetensors").read_bytes() == WEIGHTS
    assert pulled.entry.source == f"hf://someone/net@{COMMIT}"
    assert pulled.entry.sha256 == {"model.safetensors": hashlib.sha256(WEIGHTS).hexdigest()}
    assert not any("pytorch_model.bin" in path for _, path, _ in site.asked)


def test_a_file_name_that_leads_out_of_its_folder_is_left_out(site: Site, store: Path, environ: dict[str, str], tmp_path: Path) -> None:
    offer(site, "someone/net", REPOSITORY | {"x.onnx": b"\x08", "../../../escaped.onnx": b"\x08"})
    get("someone/net", store, environ, kind="onnx")
    assert not list(tmp_path.rglob("escaped.onnx"))


def test_the_token_is_sent_and_what_is_here_is_not_asked_for_again(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "someone/net", REPOSITORY)
    get("someone/net", store, environ)
    assert {headers.get("authorization") for _, _, headers in site.asked} == {"Bearer hf_secret"}
    before = len(site.asked)
    assert not get("someone/net", store, environ).fresh
    assert len(site.asked) == before
    assert not get("someone/net", store, environ, revision=COMMIT).fresh
    assert len(site.asked_for(f"/someone/net/resolve/{COMMIT}/model.safetensors")) == 1


def test_a_cut_connection_is_tried_again_without_a_word(
    site: Site, store: Path, environ: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    offer(site, "someone/net", REPOSITORY)
    path = f"/someone/net/resolve/{COMMIT}/model.safetensors"
    site.cuts[path] = [100_000]
    assert get("someone/net", store, environ).entry.path.joinpath("model.safetensors").read_bytes() == WEIGHTS
    assert len(site.asked_for(path)) == 2
    assert capfd.readouterr().err == ""


def test_a_file_that_is_not_what_the_hub_lists_is_refused(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "someone/net", REPOSITORY)
    path = f"/someone/net/resolve/{COMMIT}/model.safetensors"
    site.files[path] = WEIGHTS[:-1] + b"!"
    with pytest.raises(ModelError, match=r"model.safetensors of someone/net is not the file it should be: SHA-256"):
        get("someone/net", store, environ)
    assert entries(store) == ()


def test_one_gguf_of_several_is_picked_by_name_or_is_the_usual_one(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "someone/net", {"net.Q4_K_M.gguf": GGUF, "net.Q8_0.gguf": GGUF + b"8", "mmproj.gguf": GGUF})
    assert get("someone/net", store, environ).entry.variant == "q4_k_m"
    assert get("someone/net:q8_0", store, environ).entry.path.read_bytes() == GGUF + b"8"
    assert [entry.variant for entry in entries(store)] == ["q4_k_m", "q8_0"]
    with pytest.raises(ModelError, match=r"none is q2_k: q4_k_m, q8_0"):
        get("someone/net:q2_k", store, environ)


def test_one_file_by_its_address(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "someone/net", {"sub/net.Q8_0.gguf": GGUF, "sub/net.Q4_0.gguf": GGUF})
    pulled = get("hf://someone/net/sub/net.Q8_0.gguf", store, environ)
    assert pulled.entry.path.name == "net.Q8_0.gguf"
    assert not get("hf://someone/net/sub/net.Q8_0.gguf", store, environ).fresh
    with pytest.raises(ModelError, match=r"has no file gone.gguf; there is sub/net.Q4_0.gguf"):
        get("hf://someone/net/gone.gguf", store, environ)


def test_the_known_model_with_both_kinds_comes_as_asked(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "defog/sqlcoder-7b-2", REPOSITORY | {"sqlcoder-7b-q5_k_m.gguf": GGUF})
    assert get("sqlcoder-7b-2", store, environ, kind="gguf").entry.kind == "gguf"
    assert get("sqlcoder-7b-2", store, environ, kind="safetensors").entry.kind == "safetensors"
    assert {entry.name for entry in entries(store)} == {"defog/sqlcoder-7b-2"}


def test_a_known_model_with_both_kinds_is_chosen_by_the_gpu() -> None:
    model = known("sqlcoder-7b-2")
    assert usual_kind(model, ()) == "gguf"
    assert usual_kind(model, [Gpu(name="small", kind="cuda", memory=8 * 10**9)]) == "gguf"
    assert usual_kind(model, [Gpu(name="big", kind="cuda", memory=24 * 10**9)]) == "safetensors"
    assert usual_kind(known("llama-3-sqlcoder-8b"), ()) is None


def test_pickles_only_are_refused_with_the_way_to_convert(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "defog/sqlcoder2", {"config.json": b"{}", "pytorch_model.bin": b"\x80\x02"})
    with pytest.raises(ModelError, match=r"pickles only.*safe_serialization=True.*spaces/safetensors/convert.*--revision"):
        get("sqlcoder2", store, environ)


def test_a_known_conversion_is_taken_where_the_main_branch_has_pickles_only(site: Site, store: Path, environ: dict[str, str]) -> None:
    offer(site, "defog/sqlcoder-7b", {"config.json": b"{}", "pytorch_model.bin": b"\x80\x02"})
    pinned = "10d6e4b1062eed97c2cd2533e99d3beaae573604"
    offer(site, "defog/sqlcoder-7b", REPOSITORY, commit=pinned, revision=pinned)
    assert get("sqlcoder-7b", store, environ).entry.source == f"hf://defog/sqlcoder-7b@{pinned}"


def test_an_adapter_is_pulled_and_found(site: Site, store: Path, environ: dict[str, str]) -> None:
    from sqlcoder_core.models.resolve import resolve

    offer(site, "someone/lora", {"adapter_config.json": b"{}", "adapter_model.safetensors": WEIGHTS, "adapter_model.bin": b"\x80"})
    offer(site, "someone/net", REPOSITORY)
    place = get("someone/lora", store, environ).entry.folder
    get("someone/net", store, environ)
    files = resolve("someone/net", ("safetensors",), store=store, adapter="someone/lora", environ=environ)
    assert files.adapter == str(place)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((403, "GatedRepo"), r"given out on request only; ask for access at .*/someone/net, then set HF_TOKEN"),
        ((404, "RepoNotFound"), "the hub has no model someone/net, or it is private"),
        ((500, ""), "HTTP 500"),
    ],
)
def test_the_hubs_refusals_are_told_in_one_line(
    site: Site, store: Path, environ: dict[str, str], refusal: tuple[int, str], said: str
) -> None:
    status, code = refusal
    site.refusal = (status, {"X-Error-Code": code} if code else {})
    with pytest.raises(ModelError, match=said) as refused:
        get("someone/net", store, environ)
    assert "\n" not in str(refused.value)
    assert "hf_secret" not in str(refused.value)


def test_a_hub_out_of_reach_is_one_clear_sentence(store: Path, environ: dict[str, str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(
        ModelError, match=r"127.0.0.1 cannot be reached, so someone/net cannot be fetched \(connection refused\)"
    ) as offline:
        get("someone/net", store, environ | {"HF_ENDPOINT": f"http://127.0.0.1:{port}"})
    assert offline.value.exit_code == 3


def test_a_full_disk_is_told_before_anything_is_fetched(
    site: Site, store: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil
    from types import SimpleNamespace

    offer(site, "someone/net", REPOSITORY)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(FileError, match=r"someone/net needs 262 kB"):
        get("someone/net", store, environ)


def test_without_the_library_the_extra_is_named(store: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r"needs the package huggingface_hub; `pip install 'sqlcoder-core\["):
        get("someone/net", store, environ)


@pytest.mark.parametrize(
    ("names", "kind", "files"),
    [
        (["config.json", "consolidated.safetensors", "model-00001-of-00001.safetensors"], None, {"model-00001-of-00001.safetensors"}),
        (["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"], None, {"a-00001-of-00002.gguf", "a-00002-of-00002.gguf"}),
        (
            ["config.json", "model.safetensors", "onnx/model.onnx", "onnx/model.onnx_data"],
            "onnx",
            {"onnx/model.onnx", "onnx/model.onnx_data"},
        ),
        (["unet/model.safetensors", "x.gguf"], None, {"x.gguf"}),
    ],
)
def test_the_files_that_make_up_a_model_are_told_apart(names: list[str], kind: ModelKind | None, files: set[str]) -> None:
    assert set(choose(names, "a/b", kind, None).files) - {"config.json"} == files


def test_a_kind_that_is_not_there_says_what_is(site: Site) -> None:
    with pytest.raises(
        ModelError, match=r"holds safetensors, and no GGUF; pull it as it is, then run `sqlcoder models convert a/b --to gguf`"
    ):
        choose(["config.json", "model.safetensors"], "a/b", "gguf", None)
    with pytest.raises(OnlyPickles):
        choose(["config.json", "model.ckpt"], "a/b", None, None)
