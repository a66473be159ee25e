"""The toy session keeps the contract that engines are held to, and the contract notices sessions that do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from sqlcoder_core.contracts.model_engine import Handle
from sqlcoder_core.errors import ModelError
from sqlcoder_core.testing.tree_session import ToyEngine, ToySession
from sqlcoder_core.testing.tree_session_contract import TreeSessionContract, check_tree_session

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

TEXT = "SELECT count(*) FROM the table WHERE one and two, GROUP BY three ORDER BY four"


class TestToy(TreeSessionContract):
    @pytest.fixture
    def session(self) -> ToySession:
        return ToyEngine().session()

    @pytest.fixture
    def tokens(self) -> Sequence[int]:
        return ToyEngine().tokenizer.encode(TEXT)


def test_the_contract_runs_in_one_call_and_leaves_nothing_behind() -> None:
    engine = ToyEngine()
    session = engine.session()
    check_tree_session(session, engine.tokenizer.encode(TEXT))
    assert (session.branches, session.used) == (0, 0)


class _SharesTooMuch(ToySession):
    """A fork that is the same branch once more."""

    def fork(self, handle: Handle) -> Handle:
        return handle


class _SwapsRows(ToySession):
    def step(self, moves: Sequence[tuple[Handle, int]]) -> Logits:
        return super().step(moves)[::-1]


class _ForgetsToPause(ToySession):
    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        self.pause, asked = (lambda: None), self.pause
        try:
            return super().prefill(tokens, parent)
        finally:
            self.pause = asked


class _NeverFrees(ToySession):
    def free(self, handle: Handle) -> None:
        self.length(handle)


class _IgnoresParents(ToySession):
    def prefill(self, tokens: Sequence[int], parent: Handle | None = None) -> tuple[Handle, Logits]:
        handle, _ = super().prefill(tokens, parent)
        return handle, self._predict(tokens)


@pytest.mark.parametrize("broken", [_SharesTooMuch, _SwapsRows, _ForgetsToPause, _NeverFrees, _IgnoresParents])
def test_a_session_that_breaks_the_contract_is_found_out(broken: type[ToySession]) -> None:
    engine = ToyEngine()
    with pytest.raises((AssertionError, ModelError, ValueError, KeyError, pytest.fail.Exception)):
        check_tree_session(broken(engine._predict), engine.tokenizer.encode(TEXT))


def test_more_than_was_reserved_is_refused() -> None:
    engine = ToyEngine(room=100)
    session = engine.session()
    session.reserve(10, 2)
    with pytest.raises(ModelError, match="10 reserved"):
        session.prefill(list(range(11)))
    with pytest.raises(ModelError, match="room for 100"):
        session.reserve(101, 2)
