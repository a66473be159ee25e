"""Which guide a model gets."""

from __future__ import annotations

import pytest

from sqlcoder_core.values.generation import ModelFacts
from sqlcoder_core.worker.model_serving import needs_a_strict_guide


@pytest.mark.parametrize(("parameters", "strict"), [(0, True), (135_000_000, True), (6_740_000_000, False), (34_000_000_000, False)])
def test_large_models_may_name_what_they_define_later(parameters: int, strict: bool) -> None:
    assert needs_a_strict_guide(ModelFacts(name="x", parameters=parameters)) is strict
