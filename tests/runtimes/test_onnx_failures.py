"""Models that cannot be run: one sentence each, with the place and the next step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from loaded_models import loaded
from tiny_exports import write_like_optimum
from tiny_llama import write_tiny_llama

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.onnx_write import write_onnx
from sqlcoder_core.models.convert.weights import read_weights
from sqlcoder_core.values.model_files import ModelFiles

onnx: Any = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("safetensors")
pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_llama(tmp_path_factory.mktemp("tiny") / "source")


@pytest.fixture(scope="module")
def graph(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "model"
    write_onnx(read_weights(source), folder)
    return folder


@pytest.fixture
def model(graph: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(graph, tmp_path / "model"))


def _cut(name: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return cut


def _edited(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        model = onnx.load(str(folder / "model.onnx"), load_external_data=False)
        change(model)
        (folder / "model.onnx").write_bytes(model.SerializeToString())

    return edit


def _newer_operators(model: Any) -> None:
    model.opset_import[0].version = 99


def _newer_file(model: Any) -> None:
    model.ir_version = 99


def _unknown_operator(model: Any) -> None:
    model.graph.node[1].op_type = "NormalisationOfTomorrow"


def _described(**over: Any) -> Callable[[Path], None]:
    def describe(folder: Path) -> None:
        file = folder / "sqlcoder_onnx.json"
        said = json.loads(file.read_text()) | over
        file.write_text(json.dumps({key: value for key, value in said.items() if value is not None}))

    return describe


BROKEN: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "no graph": (lambda folder: (folder / "model.onnx").unlink(), "the graph is missing", "again"),
    "garbage": (lambda folder: (folder / "model.onnx").write_bytes(b"not a graph" * 99) and None, "broken or truncated", "again"),
    "a truncated graph": (_cut("model.onnx"), "broken or truncated", "again"),
    "no numbers": (lambda folder: (folder / "model.onnx.data").unlink(), "beside the graph are missing or truncated", "again"),
    "truncated numbers": (_cut("model.onnx.data"), "beside the graph are missing or truncated", "again"),
    "operators to come": (_edited(_newer_operators), "needs a newer ONNX Runtime", "pip install --upgrade onnxruntime"),
    "a file version to come": (_edited(_newer_file), "needs a newer ONNX Runtime", "pip install --upgrade onnxruntime"),
    "an unknown operator": (_edited(_unknown_operator), "lacks an operator", "pip install --upgrade onnxruntime"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer cannot be read", "tokenizer.json|beside the weights"),
    "a format to come": (_described(format=2), "format 2 is not known", "upgrade sqlcoder-core"),
    "half a description": (_described(kv_heads=None), "is not complete", "convert the model again"),
    "no JSON": (lambda folder: (folder / "sqlcoder_onnx.json").write_text("{") and None, "cannot be read", "again"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_model_is_told_in_one_sentence(broken: str, model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spoil, message, hint = BROKEN[broken]
    spoil(model)
    with pytest.raises(ModelError, match=message) as raised:
        loaded("onnx", model)
    assert raised.value.hint and any(part in raised.value.hint for part in hint.split("|"))
    assert raised.value.place and str(model) in raised.value.place
    assert "\n" not in str(raised.value)
    assert not capfd.readouterr().err


def test_a_path_where_nothing_is_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere: there is no such file or folder; see `sqlcoder models list`"):
        loaded("onnx", tmp_path / "nowhere")


def test_a_folder_without_a_graph_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no ONNX graph; convert a model with `sqlcoder models convert"):
        loaded("onnx", tmp_path)


def test_several_graphs_ask_for_one(tmp_path: Path) -> None:
    for name in ("model_q4.onnx", "model_fp16.onnx"):
        (tmp_path / name).touch()
    with pytest.raises(ModelError, match=r"several graphs \(model_fp16.onnx, model_q4.onnx\)"):
        loaded("onnx", tmp_path)


def test_a_link_that_leads_out_of_the_folder_is_told_as_that(model: Path, tmp_path: Path) -> None:
    (model / "model.onnx.data").rename(tmp_path / "elsewhere")
    (model / "model.onnx.data").symlink_to(tmp_path / "elsewhere")
    try:
        loaded("onnx", model)
    except ModelError as error:  # versions that follow such links need no word for it
        assert "its weights are a link that leads out of its folder" in str(error)
        assert "cp -rL" in str(error)


def test_the_graph_file_stands_for_its_folder(model: Path) -> None:
    assert loaded("onnx", model / "model.onnx").facts.precision == "fp32"


def test_a_graph_in_a_folder_of_its_own_is_found_with_the_tokenizer_above_it(source: Path, tmp_path: Path) -> None:
    folder = write_like_optimum(source, tmp_path / "model")
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model_fp32.onnx")
    for path in (folder, folder / "onnx", folder / "onnx" / "model_fp32.onnx"):
        assert loaded("onnx", path).facts.context == 4096


@pytest.mark.parametrize("sign", ["encoder_model.onnx", "config", "genai"])
def test_encoder_decoder_models_are_refused(sign: str, source: Path, tmp_path: Path) -> None:
    folder = write_like_optimum(source, tmp_path / "model")
    if sign == "config":
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"is_encoder_decoder": True}))
    elif sign == "genai":
        (folder / "genai_config.json").write_text(json.dumps({"model": {"type": "whisper", "encoder": {}, "decoder": {}}}))
    else:
        (folder / sign).touch()
    with pytest.raises(ModelError, match="encoder-decoder models in ONNX are not run here; use the runtime `transformers`"):
        loaded("onnx", folder)


def test_a_graph_that_keeps_no_past_is_refused(source: Path, tmp_path: Path) -> None:
    folder = write_like_optimum(source, tmp_path / "model")

    def forget(model: Any) -> None:
        kept = [one for one in model.graph.input if not one.name.startswith("past")]
        empty = [one for one in model.graph.input if one.name.startswith("past")]
        del model.graph.input[:]
        model.graph.input.extend(kept)
        for one in empty:
            shape = [dim.dim_value for dim in one.type.tensor_type.shape.dim]
            made = onnx.helper.make_tensor(one.name, onnx.TensorProto.FLOAT, [1, shape[1], 0, shape[3]], [])
            model.graph.initializer.append(made)

    _edited(forget)(folder)
    with pytest.raises(ModelError, match=r"the graph keeps no past.*text-generation-with-past"):
        loaded("onnx", folder)


def test_an_input_that_is_not_known_is_named(source: Path, tmp_path: Path) -> None:
    folder = write_like_optimum(source, tmp_path / "model")
    extra = onnx.helper.make_tensor_value_info("pixel_values", onnx.TensorProto.FLOAT, [1])
    _edited(lambda model: model.graph.input.append(extra))(folder)
    with pytest.raises(ModelError, match="asks for pixel_values, which is not known here"):
        loaded("onnx", folder)


def test_an_adapter_is_to_be_merged_first(model: Path) -> None:
    from sqlcoder_onnx.engine import OnnxEngine

    files = ModelFiles(name="tiny", kind="onnx", path=str(model), adapter="my_adapter")
    with pytest.raises(ModelError, match="my_adapter: an ONNX graph takes no adapter; merge it"):
        OnnxEngine(SimpleNamespace(provider="cpu", threads=1, context=None), files).load()


@pytest.mark.parametrize("provider", ["cuda", "coreml"])
def test_a_provider_that_is_not_there_is_told_with_those_that_are(provider: str, model: Path) -> None:
    import onnxruntime

    if f"{provider}ExecutionProvider".lower() in (name.lower() for name in onnxruntime.get_available_providers()):
        pytest.skip(f"{provider} is here")
    with pytest.raises(ModelError, match=f"`provider: {provider}` is not in the installed ONNX Runtime, which has .*cpu"):
        loaded("onnx", model, provider=provider)


def test_a_model_larger_than_memory_is_refused_before_it_is_read(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlcoder_onnx.opening.available_bytes", lambda: 1000)
    with pytest.raises(ModelError, match=r"0\.0 GB of memory are free; quantise it"):
        loaded("onnx", model)
