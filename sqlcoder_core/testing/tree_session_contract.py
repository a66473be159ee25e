"""What every tree session must do, as a test class: subclass it, give a session and some tokens, and pytest runs the rest.

    class TestMine(TreeSessionContract):
        @pytest.fixture
        def session(self): return loaded_engine.session()

        @pytest.fixture
        def tokens(self): return loaded_engine.tokenizer.encode("... a text of 24 tokens or more ...")

`check_tree_session(session, tokens)` does the same in one call, outside pytest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from sqlcoder_core.contracts.model_engine import Handle, TreeSession

if TYPE_CHECKING:
    from sqlcoder_core.contracts.model_engine import Logits

ROOM = (4096, 64)
"""Tokens and branches that are reserved before each check."""
FEWEST = 24


class _Stop(Exception):
    """What a check's `pause` raises."""


class TreeSessionContract:
    """The contract. `tolerance` is how far log-probabilities may differ between two ways to compute the same; engines whose kernels
    depend on the batch's shape (quantised weights) raise it. `long_prefill` is a number of tokens during which `pause` must be asked."""

    tolerance: ClassVar[float] = 1e-3
    long_prefill: ClassVar[int] = 1100

    @pytest.fixture
    def session(self) -> Iterator[TreeSession] | TreeSession:
        """Override: an empty session."""
        raise NotImplementedError

    @pytest.fixture
    def tokens(self) -> Sequence[int]:
        """Override: at least 24 tokens of a real text."""
        raise NotImplementedError

    # ------------------------------------------------------------------ computing

    def test_logits_are_finite_float32_as_wide_as_the_vocabulary(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            handle, logits = session.prefill(tokens)
            stepped = session.step([(handle, tokens[0])])
            assert logits.dtype == stepped.dtype == np.float32
            assert logits.ndim == 1 and stepped.shape == (1, len(logits))
            assert np.isfinite(logits).all() and np.isfinite(stepped).all()
            session.free(handle)

    def test_tokens_after_a_parents_give_what_all_of_them_give_at_once(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            whole = self._alone(session, tokens)
            parent, _ = session.prefill(tokens[:10])
            middle, _ = session.prefill(tokens[10:11], parent)
            child, logits = session.prefill(tokens[11:], middle)
            self._same(logits, whole)
            assert [session.length(handle) for handle in (parent, middle, child)] == [10, 11, len(tokens)]
            _free(session, parent, middle, child)

    def test_a_parent_stays_and_can_have_several_children(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = [self._alone(session, [*tokens[:10], *tail]) for tail in (tokens[10:15], tokens[14:20])]
            parent, _ = session.prefill(tokens[:10])
            first, logits = session.prefill(tokens[10:15], parent)
            self._same(logits, wanted[0])
            second, logits = session.prefill(tokens[14:20], parent)
            self._same(logits, wanted[1])
            _free(session, first, second, parent)

    def test_a_step_gives_what_a_prefill_of_the_same_tokens_gives(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = self._alone(session, tokens[:14])
            handle, _ = session.prefill(tokens[:10])
            for token in tokens[10:14]:
                logits = session.step([(handle, token)])[0]
            self._same(logits, wanted)
            assert session.length(handle) == 14
            session.free(handle)

    def test_a_step_of_many_branches_gives_each_what_it_gets_alone(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            pasts = [tokens[place : place + 4 + place % 5] for place in range(12)]
            wanted = [self._alone(session, [*past, tokens[place]]) for place, past in enumerate(pasts)]
            handles = [session.prefill(past)[0] for past in pasts]
            logits = session.step([(handle, tokens[place]) for place, handle in enumerate(handles)])
            for row, expected in zip(logits, wanted, strict=True):
                self._same(row, expected)
            _free(session, *handles)

    def test_moves_may_come_in_any_order_and_leave_branches_out(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = [self._alone(session, [*tokens[:8], *tail]) for tail in (tokens[9:10], tokens[11:13])]
            trunk, _ = session.prefill(tokens[:8])
            one, two = session.fork(trunk), session.fork(trunk)
            session.step([(two, tokens[11])])
            logits = session.step([(two, tokens[12]), (one, tokens[9])])
            self._same(logits[0], wanted[1])
            self._same(logits[1], wanted[0])
            _free(session, trunk, one, two)

    # ------------------------------------------------------------------ branches

    def test_forks_share_their_past_and_then_go_their_own_ways(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            ways = [[*tokens[:12], first, second] for first, second in zip(tokens[12:15], tokens[15:18], strict=True)]
            wanted = [self._alone(session, way) for way in ways]
            trunk, _ = session.prefill(tokens[:12])
            forks = [trunk, session.fork(trunk), session.fork(trunk)]
            session.step(list(zip(forks, tokens[12:15], strict=True)))
            logits = session.step(list(zip(forks, tokens[15:18], strict=True)))
            for row, expected in zip(logits, wanted, strict=True):
                self._same(row, expected)
            assert [session.length(handle) for handle in forks] == [14, 14, 14]
            _free(session, *forks)

    def test_assign_continues_the_parents_it_names_and_frees_the_rest(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            ways = [[*tokens[:9], tokens[11], tokens[12]], [*tokens[:9], tokens[11], tokens[13]], [*tokens[:9], tokens[9], tokens[14]]]
            wanted = [self._alone(session, way) for way in ways]
            trunk, _ = session.prefill(tokens[:9])
            beams = session.assign([trunk], [0, 0, 0])
            assert len(set(beams)) == 3
            session.step(list(zip(beams, tokens[9:12], strict=True)))
            beams = session.assign(beams, [2, 2, 0])
            assert len(set(beams)) == 3
            logits = session.step(list(zip(beams, tokens[12:15], strict=True)))
            for row, expected in zip(logits, wanted, strict=True):
                self._same(row, expected)
            assert session.assign(session.assign(beams, [1]), []) == []

    def test_freeing_a_branch_leaves_what_others_share_of_it(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = self._alone(session, tokens[:16])
            parent, _ = session.prefill(tokens[:10])
            child, _ = session.prefill(tokens[10:15], parent)
            other = session.fork(parent)
            session.step([(other, tokens[0])])
            _free(session, parent, other)
            self._same(session.step([(child, tokens[15])])[0], wanted)
            session.free(child)

    def test_what_was_freed_makes_room_again(self, session: TreeSession, tokens: Sequence[int]) -> None:
        wanted = self._alone(session, tokens)
        rounds = 4 * ROOM[0] // (3 * len(tokens))
        with _room(session, tokens):
            kept, _ = session.prefill(tokens[:6])
            for _ in range(min(rounds, 60)):
                handle, logits = session.prefill(tokens[6:], kept)
                beams = session.assign([handle], [0, 0, 0])
                session.step(list(zip(beams, tokens, strict=False)))
                _free(session, *beams)
            self._same(logits, wanted)
            session.free(kept)

    def test_more_room_leaves_what_is_there(self, session: TreeSession, tokens: Sequence[int]) -> None:
        wanted = [self._alone(session, tokens[:11]), self._alone(session, [*tokens[:8], *tokens[12:14]])]
        session.reserve(64, 8)
        trunk, _ = session.prefill(tokens[:8])
        other = session.fork(trunk)
        session.step([(trunk, tokens[8]), (other, tokens[12])])
        session.reserve(2 * ROOM[0], ROOM[1])
        child, logits = session.prefill(tokens[9:11], trunk)
        self._same(logits, wanted[0])
        self._same(session.step([(other, tokens[13])])[0], wanted[1])
        _free(session, trunk, other, child)

    # ------------------------------------------------------------------ files, and stopping

    def test_a_saved_branch_comes_back_with_the_same_logits_to_follow(
        self, session: TreeSession, tokens: Sequence[int], tmp_path: Path
    ) -> None:
        with _room(session, tokens):
            trunk, _ = session.prefill(tokens[:12])
            if not session.can_save:
                with pytest.raises(NotImplementedError):
                    session.save(trunk, tmp_path / "state")
                session.free(trunk)
                return
            branch = session.fork(trunk)
            wanted = session.step([(branch, tokens[12])])[0].copy()
            session.save(trunk, tmp_path / "state")
            _free(session, branch, trunk)
            back = session.restore(tmp_path / "state")
            assert session.length(back) == 12
            self._same(session.step([(back, tokens[12])])[0], wanted)
            session.free(back)

    def test_a_file_that_is_no_state_is_a_value_error(self, session: TreeSession, tokens: Sequence[int], tmp_path: Path) -> None:
        if not session.can_save:
            return
        with _room(session, tokens):
            trunk, _ = session.prefill(tokens[:12])
            session.save(trunk, tmp_path / "whole")
            (tmp_path / "half").write_bytes((tmp_path / "whole").read_bytes()[: (tmp_path / "whole").stat().st_size // 2])
            (tmp_path / "other").write_bytes(b"not a state of any model\n" * 40)
            for name in ("half", "other"):
                with pytest.raises(ValueError):
                    session.restore(tmp_path / name)
            wanted = self._alone(session, tokens[:13])
            self._same(session.step([(trunk, tokens[12])])[0], wanted)
            session.free(trunk)

    def test_a_prefill_that_is_stopped_leaves_other_branches_good(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = [self._alone(session, tokens[:11]), self._alone(session, tokens[:20])]
            trunk, _ = session.prefill(tokens[:10])
            long = (list(tokens) * (self.long_prefill // len(tokens) + 1))[: self.long_prefill]
            session.pause = _stop
            with pytest.raises(_Stop):
                session.prefill(long, trunk)
            session.pause = lambda: None
            child, logits = session.prefill(tokens[10:20], trunk)
            self._same(logits, wanted[1])
            self._same(session.step([(trunk, tokens[10])])[0], wanted[0])
            _free(session, child, trunk)

    def test_a_step_that_is_stopped_leaves_other_branches_good(self, session: TreeSession, tokens: Sequence[int]) -> None:
        with _room(session, tokens):
            wanted = self._alone(session, tokens[:11])
            trunk, _ = session.prefill(tokens[:10])
            forks = [session.fork(trunk) for _ in range(3)]
            session.pause = _stop
            try:
                session.step([(fork, tokens[place]) for place, fork in enumerate(forks)])
            except _Stop:  # an engine may ask within a step, and need not; branches that were to move may then only be freed
                pass
            finally:
                session.pause = lambda: None
            _free(session, *forks)
            self._same(session.step([(trunk, tokens[10])])[0], wanted)
            session.free(trunk)

    # ------------------------------------------------------------------

    def _alone(self, session: TreeSession, tokens: Sequence[int]) -> Logits:
        """Logits after tokens that share nothing with any branch."""
        session.reserve(*ROOM)
        handle, logits = session.prefill(tokens)
        logits = logits.copy()
        session.free(handle)
        return logits

    def _same(self, found: Logits, wanted: Logits) -> None:
        difference = float(np.abs(_log_softmax(found) - _log_softmax(wanted)).max())
        assert difference <= self.tolerance, f"log-probabilities differ by {difference}"


def check_tree_session(session: TreeSession, tokens: Sequence[int], *, tolerance: float = 1e-3, long_prefill: int = 1100) -> None:
    """Run every check of the contract on one session, which is empty again after each. Raises AssertionError for the first that fails."""
    contract = type("Checked", (TreeSessionContract,), {"tolerance": tolerance, "long_prefill": long_prefill})()
    for name in [name for name in dir(contract) if name.startswith("test_")]:
        check = getattr(contract, name)
        with tempfile.TemporaryDirectory() as folder:
            known = {"session": session, "tokens": tokens, "tmp_path": Path(folder)}
            check(**{word: known[word] for word in check.__annotations__ if word in known})


@contextmanager
def _room(session: TreeSession, tokens: Sequence[int]) -> Iterator[None]:
    assert len(tokens) >= FEWEST, f"give {FEWEST} tokens or more"
    session.reserve(*ROOM)
    yield


def _free(session: TreeSession, *handles: Handle) -> None:
    for handle in handles:
        session.free(handle)


def _stop() -> None:
    raise _Stop


def _log_softmax(logits: Logits) -> Logits:
    wide = logits.astype(np.float64)
    wide -= wide.max()
    normal: Logits = wide - np.log(np.exp(wide).sum())
    return normal
