"""Linear layers laid out for oneDNN: the same numbers, and the layer as it was where they cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sqlcoder_core.api import ModelFiles

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch is built without oneDNN")


@pytest.fixture
def packed() -> Any:
    from sqlcoder_transformers import packed_linear

    return packed_linear


@pytest.fixture
def seconds(packed: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Decides what the trial measures: torch's time, then ours; layers of any size count."""
    monkeypatch.setattr(packed, "_LEAST", 1)

    def decide(theirs: float, ours: float) -> None:
        times: Iterator[float] = iter([theirs, ours] * 8)
        monkeypatch.setattr(packed, "_seconds", lambda work: next(times))

    return decide


def model(*layers: Any) -> Any:
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("rows", [1, 4, 33])
def test_a_packed_layer_computes_what_the_layer_did(packed: Any, rows: int, bias: bool) -> None:
    torch.manual_seed(1)
    layer, inputs = torch.nn.Linear(96, 200, bias=bias), torch.randn(1, rows, 96)
    with torch.inference_mode():
        assert torch.allclose(packed.PackedLinear(layer)(inputs), layer(inputs), atol=1e-5)


def test_unpacking_gives_the_very_same_weights_back(packed: Any, seconds: Any) -> None:
    seconds(2.0, 1.0)
    made = model(torch.nn.Linear(96, 200), torch.nn.ReLU(), model(torch.nn.Linear(200, 8, bias=False)))
    before = {name: value.clone() for name, value in made.state_dict().items()}
    assert packed.pack(made)
    assert isinstance(made[2][0], packed.PackedLinear)
    packed.unpack(made)
    after = made.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_nothing_is_packed_where_it_gains_too_little(packed: Any, seconds: Any) -> None:
    seconds(1.0, 0.9)
    made = model(torch.nn.Linear(96, 200))
    assert not packed.pack(made)
    assert type(made[0]) is torch.nn.Linear


def test_layers_of_other_kinds_and_precisions_stay(packed: Any, seconds: Any) -> None:
    class Laid(torch.nn.Linear):  # type: ignore[misc,name-defined]
        """As quantisers and adapters make them."""

    seconds(2.0, 1.0)
    made = model(Laid(96, 96), torch.nn.Linear(96, 96).bfloat16(), torch.nn.Linear(96, 96))
    assert packed.pack(made)
    assert [type(layer) for layer in made] == [Laid, torch.nn.Linear, packed.PackedLinear]


def test_small_layers_stay(packed: Any, seconds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds(2.0, 1.0)
    monkeypatch.setattr(packed, "_LEAST", 96 * 200)
    made = model(torch.nn.Linear(96, 199), torch.nn.Linear(96, 200))
    assert packed.pack(made)
    assert [type(layer) for layer in made] == [torch.nn.Linear, packed.PackedLinear]


def test_a_model_that_is_not_all_on_the_cpu_stays(packed: Any, seconds: Any) -> None:
    seconds(2.0, 1.0)
    assert not packed.pack(model(torch.nn.Linear(96, 96), torch.nn.Linear(96, 96, device="meta")))


def test_a_torch_without_these_operators_leaves_the_model_as_it_is(packed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(layer: Any) -> Any:
        raise AttributeError("'_OpNamespace' 'mkldnn' object has no attribute '_reorder_linear_weight'")

    monkeypatch.setattr(packed, "PackedLinear", absent)
    monkeypatch.setattr(packed, "_LEAST", 1)
    assert not packed.pack(model(torch.nn.Linear(96, 96)))


def loaded(folder: Path) -> tuple[Any, Any]:
    """An engine and its facts."""
    from sqlcoder_transformers.engine import TransformersEngine

    settings = {"device": "cpu", "dtype": "auto", "load_in": None, "adapter": None, "threads": 1}
    engine = TransformersEngine(SimpleNamespace(**settings), ModelFiles(name=folder.name, kind="safetensors", path=str(folder)))
    return engine, engine.load()


def test_a_packed_model_has_the_plain_models_logits(packed: Any, seconds: Any, toy_hf: Path) -> None:
    rows = []
    for ours in (2.0, 0.1):
        seconds(1.0, ours)
        engine, facts = loaded(toy_hf)
        assert any(isinstance(layer, packed.PackedLinear) for layer in engine._model.modules()) is (ours < 1)
        session = engine.session()
        handle, first = session.prefill(range(20, 60))
        rows.append([first, *session.step([(handle, 7), (session.fork(handle), 9)])])
        assert facts.parameters > 1e6
    assert np.abs(np.array(rows[0]) - np.array(rows[1])).max() < 1e-4


def test_a_model_whose_code_needs_plain_weights_gets_them_back(
    packed: Any, seconds: Any, toy_hf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlcoder_transformers.engine import TransformersEngine

    seconds(2.0, 1.0)
    tried: Iterator[bool] = iter([True, True, False])  # before anything, with other attention, packed
    monkeypatch.setattr(TransformersEngine, "_tree_is_right", lambda engine: next(tried))
    engine, _ = loaded(toy_hf)
    assert next(tried, None) is None
    assert not any(isinstance(layer, packed.PackedLinear) for layer in engine._model.modules())
    assert engine.session() is not None
