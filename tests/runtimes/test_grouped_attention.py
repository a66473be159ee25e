"""Attention whose heads share keys and values: the same numbers as transformers' own, which copies them for each head."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sqlcoder_core.api import ModelFiles

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


def tensors(rows: int, *, heads: int = 9, shared: int = 3, past: int = 40) -> tuple[Any, Any, Any, Any]:
    """Query, key, value and a mask that lets every row see something else."""
    chance = torch.Generator().manual_seed(rows)
    query = torch.randn((1, heads, rows, 16), generator=chance)
    key, value = (torch.randn((1, shared, past + 8, 16), generator=chance)[:, :, :past] for _ in range(2))
    mask = torch.where(torch.rand((1, 1, rows, past), generator=chance) < 0.5, 0.0, -torch.inf)
    mask[..., 0] = 0
    return query, key, value, mask


@pytest.mark.parametrize("rows", [1, 4, 20, 100])
def test_rows_see_what_they_saw(rows: int) -> None:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    from sqlcoder_transformers.grouped_attention import grouped_attention

    module = SimpleNamespace(num_key_value_groups=3, is_causal=True)
    ours, _ = grouped_attention(module, *tensors(rows), scaling=0.2)
    theirs, _ = sdpa_attention_forward(module, *tensors(rows), scaling=0.2)
    assert ours.shape == theirs.shape == (1, rows, 9, 16)
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_few_rows_are_attended_without_copies_for_each_head(monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlcoder_transformers import grouped_attention as grouped

    seen: list[int] = []
    real = torch.nn.functional.scaled_dot_product_attention

    def attend(query: Any, key: Any, value: Any, **more: Any) -> Any:
        seen.append(key.shape[1])
        return real(query, key, value, **more)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", attend)
    grouped.grouped_attention(SimpleNamespace(num_key_value_groups=3, is_causal=True), *tensors(4), scaling=0.2)
    assert seen == [3]


def loaded(folder: Path) -> Any:
    from sqlcoder_transformers.engine import TransformersEngine

    settings = {"device": "cpu", "dtype": "auto", "load_in": None, "adapter": None, "threads": 1}
    engine = TransformersEngine(SimpleNamespace(**settings), ModelFiles(name=folder.name, kind="safetensors", path=str(folder)))
    engine.load()
    return engine


def test_a_loaded_model_attends_so(toy_hf: Path) -> None:
    from sqlcoder_transformers.grouped_attention import NAME

    engine = loaded(toy_hf)
    assert engine._model.config._attn_implementation == NAME
    assert engine._tree_is_right()


def test_a_model_that_cannot_attends_as_before(toy_hf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlcoder_transformers import grouped_attention as grouped

    def wrong(module: Any, query: Any, *rest: Any, **more: Any) -> Any:
        raise TypeError("an attention with arguments of its own")

    monkeypatch.setattr(grouped, "grouped_attention", wrong)
    engine = loaded(toy_hf)
    assert engine._model.config._attn_implementation == grouped.USUAL
    assert engine._tree_is_right()
