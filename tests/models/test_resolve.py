"""A name, address or path leads to files, or to the command that brings them; nothing is fetched."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from sqlcoder_core.errors import FileError, ModelError
from sqlcoder_core.models.resolve import resolve
from sqlcoder_core.models.store import entries, put, remove, staging, store_dir
from sqlcoder_core.values.model_files import ModelFiles, ModelKind

GGUF = b"GGUF" + bytes(60)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def no_network(*_: object) -> None:
        raise AssertionError("resolve touched the network")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "store"


def keep(store: Path, name: str, kind: ModelKind, variant: str = "", *, made_from: str | None = None, source: str | None = None) -> Path:
    with staging(store) as folder:
        staged = folder / "model"
        staged.mkdir()
        write_model(staged, kind, f"{name.rpartition('/')[2]}{'.' + variant if variant else ''}.gguf")
        return put(store, staged, name=name, kind=kind, variant=variant, made_from=made_from, source=source)


def write_model(folder: Path, kind: ModelKind, file: str = "m.gguf") -> None:
    if kind == "gguf":
        (folder / file).write_bytes(GGUF)
        return
    (folder / "config.json").write_text("{}")
    (folder / ("model.safetensors" if kind == "safetensors" else "model.onnx")).write_bytes(b"\x08\x08")


def test_a_pulled_model_is_found_by_name_with_its_prompt_and_context(store: Path) -> None:
    place = keep(store, "smollm2", "gguf", "q4_1")
    expected = ModelFiles(name="smollm2", kind="gguf", path=str(place / "smollm2.q4_1.gguf"), prompt="chat", context=8192)
    assert resolve("smollm2", ("gguf",), store=store) == expected


def test_a_short_name_finds_what_was_pulled_by_hub_id(store: Path) -> None:
    keep(store, "defog/sqlcoder-7b-2", "safetensors")
    files = resolve("sqlcoder-7b-2", ("safetensors",), store=store)
    assert (files.name, files.prompt) == ("defog/sqlcoder-7b-2", "sqlcoder")
    assert "```" in files.stop


def test_a_missing_model_names_the_command_that_pulls_it(store: Path) -> None:
    with pytest.raises(ModelError, match="run `sqlcoder models pull defog/sqlcoder-7b-2`") as missing:
        resolve("defog/sqlcoder-7b-2", ("safetensors",), store=store)
    assert missing.value.exit_code == 3


def test_a_missing_model_that_comes_as_another_kind_is_pulled_and_then_converted(store: Path) -> None:
    with pytest.raises(ModelError, match="`sqlcoder models pull smollm2`, then `sqlcoder models convert smollm2 --to onnx`"):
        resolve("smollm2", ("onnx",), store=store)


def test_another_kind_in_the_store_names_the_command_that_converts_it(store: Path) -> None:
    keep(store, "smollm2", "gguf", "q4_1")
    with pytest.raises(ModelError, match=r"smollm2 is here as GGUF, not as ONNX; run `sqlcoder models convert smollm2 --to onnx`"):
        resolve("smollm2", ("onnx",), store=store)
    keep(store, "smollm2", "onnx", made_from="smollm2")
    assert resolve("smollm2", ("onnx",), store=store).kind == "onnx"
    assert resolve("smollm2", ("gguf",), store=store).kind == "gguf"


def test_what_was_pulled_goes_before_what_was_made_of_it(store: Path) -> None:
    keep(store, "smollm2", "gguf", "q8_0", made_from="smollm2:q4_1")
    keep(store, "smollm2", "gguf", "q4_1")
    assert resolve("smollm2", ("gguf",), store=store).path.endswith("q4_1.gguf")
    assert resolve("smollm2:q8_0", ("gguf",), store=store).path.endswith("q8_0.gguf")


def test_a_precision_that_is_not_here_names_those_that_are(store: Path) -> None:
    keep(store, "smollm2", "gguf", "q4_1")
    with pytest.raises(ModelError, match=r"no q8_0 of smollm2 here; there is q4_1; run `sqlcoder models quantize smollm2 --to q8_0`"):
        resolve("smollm2:q8_0", ("gguf",), store=store)


def test_the_first_of_a_runtimes_kinds_is_taken(store: Path) -> None:
    keep(store, "a/b", "gguf")
    keep(store, "a/b", "safetensors")
    assert resolve("a/b", ("safetensors", "gguf"), store=store).kind == "safetensors"
    assert resolve("a/b", ("gguf", "safetensors"), store=store).kind == "gguf"


def test_an_unknown_word_is_told_the_nearest_name(store: Path) -> None:
    with pytest.raises(ModelError, match="no model 'smolm2'; did you mean 'smollm2'"):
        resolve("smolm2", ("gguf",), store=store)


def test_an_unpublished_model_says_so(store: Path) -> None:
    with pytest.raises(ModelError, match="not published yet"):
        resolve("sqlcoder-135m", ("onnx",), store=store)


def test_no_name_takes_the_model_that_writes_sql_before_others(store: Path) -> None:
    keep(store, "a/first", "gguf")
    keep(store, "smollm2", "gguf")
    keep(store, "defog/sqlcoder-7b-2", "gguf", "q5_k_m")
    assert resolve(None, ("gguf",), store=store).name == "defog/sqlcoder-7b-2"


def test_no_name_and_no_model_says_what_to_pull(store: Path) -> None:
    with pytest.raises(ModelError, match="run `sqlcoder models pull"):
        resolve(None, ("gguf",), store=store)


def test_no_name_and_only_other_kinds_says_what_to_convert(store: Path) -> None:
    keep(store, "smollm2", "gguf")
    with pytest.raises(ModelError, match="run `sqlcoder models convert smollm2 --to onnx`"):
        resolve(None, ("onnx",), store=store)


def test_a_file_is_told_by_content_whatever_it_is_called(store: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.dat").write_bytes(GGUF)
    files = resolve("./weights.dat", ("gguf",), store=store)
    assert (files.kind, files.path, files.name) == ("gguf", str(tmp_path / "weights.dat"), "weights")


def test_a_relative_path_counts_from_the_given_folder(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "m.gguf").write_bytes(GGUF)
    assert resolve("m.gguf", ("gguf",), store=store, folder=folder).path == str(folder / "m.gguf")


def test_a_known_file_from_elsewhere_brings_its_prompt(store: Path, tmp_path: Path) -> None:
    (tmp_path / "sqlcoder-7b-q5_k_m.gguf").write_bytes(GGUF)
    assert resolve("./sqlcoder-7b-q5_k_m.gguf", ("gguf",), store=store).prompt == "sqlcoder"


def test_the_wrong_kind_at_a_path_names_the_conversion(store: Path, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(GGUF)
    with pytest.raises(ModelError, match=r"m.gguf: this model is GGUF, not ONNX; run `sqlcoder models convert m.gguf --to onnx`"):
        resolve("m.gguf", ("onnx",), store=store)


def test_a_later_part_of_a_gguf_stands_for_the_first(store: Path, tmp_path: Path) -> None:
    for part in (1, 2):
        (tmp_path / f"m-0000{part}-of-00002.gguf").write_bytes(GGUF)
    first = str(tmp_path / "m-00001-of-00002.gguf")
    assert resolve("./m-00002-of-00002.gguf", ("gguf",), store=store).path == first
    assert resolve(str(tmp_path), ("gguf",), store=store).path == first


def test_several_ggufs_in_a_folder_are_named_and_none_is_guessed(store: Path, tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(GGUF)
    with pytest.raises(ModelError, match=r"a.gguf, b.gguf; name one"):
        resolve(str(tmp_path), ("gguf",), store=store)


@pytest.mark.parametrize("sign", ["sqlcoder_onnx.json", "genai_config.json", "decoder.onnx", "onnx/model.onnx"])
def test_an_onnx_folder_is_told_by_any_of_its_signs(store: Path, tmp_path: Path, sign: str) -> None:
    file = tmp_path / "net" / sign
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x08")
    assert resolve("./net", ("onnx",), store=store).path == str(tmp_path / "net")


@pytest.mark.parametrize("head", [b"\x80\x02}q\x00", b"PK\x03\x04"], ids=["old", "zip"])
def test_a_pickle_is_refused_with_the_way_to_convert_it(store: Path, tmp_path: Path, head: bytes) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "config.json").write_text("{}")
    (tmp_path / "net" / "pytorch_model.bin").write_bytes(head)
    for text in ("./net", "./net/pytorch_model.bin"):
        with pytest.raises(ModelError, match=r"pytorch_model.bin: a pickled checkpoint.*safe_serialization"):
            resolve(text, ("safetensors",), store=store)


def test_a_missing_part_of_safetensors_is_named(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    write_model(folder, "safetensors")
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match=r"parts of this model are missing: model-00002-of-00002"):
        resolve("./net", ("safetensors",), store=store)


def test_a_path_that_is_not_there_is_a_file_error(store: Path) -> None:
    with pytest.raises(FileError) as missing:
        resolve("./nothing.gguf", ("gguf",), store=store)
    assert missing.value.exit_code == 4


def test_a_folder_without_a_model_says_what_one_looks_like(store: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"config.json and \*.safetensors"):
        resolve("./empty", ("safetensors",), store=store)


def test_a_model_in_the_hubs_cache_is_found_and_not_counted_as_ours(store: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "hf" / "hub" / "models--a--b" / "snapshots" / "c0ffee"
    snapshot.mkdir(parents=True)
    write_model(snapshot, "safetensors")
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("c0ffee")
    assert resolve("a/b", ("safetensors",), store=store).path == str(snapshot)
    assert entries(store) == ()
    with pytest.raises(ModelError, match="no model is named"):  # other programs' models are not taken unasked
        resolve(None, ("safetensors",), store=store)


def test_an_adapter_is_checked_and_a_pickled_one_refused(store: Path, tmp_path: Path) -> None:
    keep(store, "a/b", "safetensors")
    adapter = tmp_path / "lora"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    (adapter / "adapter_model.bin").write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelError, match="pickled"):
        resolve("a/b", ("safetensors",), store=store, adapter="lora")
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    assert resolve("a/b", ("safetensors",), store=store, adapter="lora").adapter == str(adapter)
    with pytest.raises(FileError, match="cannot read the adapter gone"):
        resolve("a/b", ("safetensors",), store=store, adapter="gone")


def test_the_store_is_private_and_its_place_can_be_chosen(store: Path, tmp_path: Path) -> None:
    place = keep(store, "../../escape", "gguf")
    assert place.is_relative_to(store)
    assert store.stat().st_mode & 0o077 == 0
    assert store_dir({"SQLCODER_MODELS": "/m"}) == Path("/m")
    assert store_dir({"XDG_CACHE_HOME": "/c"}) == Path("/c/sqlcoder/models")
    assert store_dir({"HOME": "/h", "XDG_CACHE_HOME": "relative"}) == Path("/h/.cache/sqlcoder/models")


def test_putting_a_model_again_replaces_it_and_removing_leaves_nothing(store: Path) -> None:
    keep(store, "a/b", "gguf", source="hf://old")
    keep(store, "a/b", "gguf", source="hf://new")
    (entry,) = entries(store)
    assert (entry.source, entry.size) == ("hf://new", len(GGUF))
    assert remove(store, (entry,)) == len(GGUF)
    assert [one.name for one in store.iterdir()] == [".staging"]
    assert list((store / ".staging").iterdir()) == []


def test_files_that_somebody_put_into_the_store_by_hand_are_found(store: Path) -> None:
    folder = store / "me--mine" / "gguf"
    folder.mkdir(parents=True)
    for name in ("x.Q4_K_M.gguf", "x.Q8_0.gguf"):
        (folder / name).write_bytes(GGUF)
    assert [entry.variant for entry in entries(store)] == ["q4_k_m", "q8_0"]
    assert resolve("me/mine:q8_0", ("gguf",), store=store).path == str(folder / "x.Q8_0.gguf")


def test_a_file_that_only_ends_like_gguf_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "page.gguf").write_text("<html>not found</html>")
    with pytest.raises(ModelError, match=r"page\.gguf: this is no GGUF file: it does not begin as one; fetch the file again"):
        resolve(str(tmp_path / "page.gguf"), ("gguf",), store=tmp_path / "store")


def test_nobody_is_sent_to_convert_from_onnx(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"graph")
    with pytest.raises(ModelError, match="this model is ONNX, not GGUF; take the safetensors or the GGUF that it was made from"):
        resolve(str(tmp_path), ("gguf",), store=tmp_path / "store")
