"""Log-sum-exp and the best tokens are what sorting everything gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sqlcoder_core.decoding.best_tokens import BestTokens
from sqlcoder_core.errors import ModelError

WIDTHS = (1, 2, 63, 64, 65, 300, 1000, 4099, 8192)


def _logits(rows: int, width: int, *, spread: float = 3.0, shift: float = 0.0) -> NDArray[np.float32]:
    return (np.random.default_rng(width).normal(shift, spread, (rows, width))).astype(np.float32)


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    normal: NDArray[np.float64] = wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))
    return normal


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("shift", [0.0, 300.0, -300.0])
def test_the_best_over_all_rows_are_those_of_a_full_sort(rows: int, width: int, shift: float) -> None:
    logits, scores = _logits(rows, width, shift=shift), [-1.5 * row for row in range(rows)]
    found = BestTokens(width).best(BestTokens(width).rank(logits), scores, 8)
    summed = (_log_softmax(logits) + np.array(scores)[:, None]).ravel()
    wanted = np.argsort(-summed)[:8]
    assert [row * width + token for _, row, token in found] == wanted.tolist()
    assert [score for score, _, _ in found] == pytest.approx(summed[wanted].tolist(), abs=2e-4)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_best_of_each_row_are_those_of_a_full_sort(width: int) -> None:
    logits = _logits(3, width)
    best = BestTokens(width)
    for row, found in zip(_log_softmax(logits), best.best_of_each(best.rank(logits), 5), strict=True):
        wanted = np.argsort(-row)[: len(found)]
        assert [token for _, token in found] == wanted.tolist() and found
        assert [value for value, _ in found] == pytest.approx(row[wanted].tolist(), abs=1e-4)


def test_the_best_one_is_the_best() -> None:
    logits = _logits(1, 500)
    best = BestTokens(500)
    score, row, token = best.best_one(best.rank(logits), -2.0)
    assert (row, token) == (0, int(logits[0].argmax())) and score == pytest.approx(_log_softmax(logits)[0, token] - 2.0, abs=1e-5)


def test_tokens_that_cannot_be_are_minus_infinity_and_come_last() -> None:
    logits = _logits(2, 200)
    logits[:, 3:] = -np.inf
    best = BestTokens(200)
    found = best.best(best.rank(logits), [0.0, 0.0], 6)
    assert {token for _, _, token in found} == {0, 1, 2}


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_an_error_of_the_model(broken: float) -> None:
    logits = _logits(2, 300)
    logits[1, 77] = broken
    with pytest.raises(ModelError, match="not finite"):
        BestTokens(300).rank(logits)


def test_a_row_without_any_token_is_an_error_of_the_model() -> None:
    with pytest.raises(ModelError, match="not finite"):
        BestTokens(10).rank(np.full((1, 10), -np.inf, dtype=np.float32))


def test_logits_of_another_width_than_the_tokenizers_are_an_error_of_the_model() -> None:
    with pytest.raises(ModelError, match="300 logits, and its tokenizer has 299 tokens"):
        BestTokens(299).rank(_logits(2, 300))
