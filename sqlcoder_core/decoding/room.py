"""Room in a session for the questions that are answered together: how much they may need, and who makes way."""

from __future__ import annotations

from collections.abc import Sequence

from sqlcoder_core.contracts.model_engine import TreeSession
from sqlcoder_core.decoding.job import Question
from sqlcoder_core.decoding.kept import MOST_BRANCHES, Kept
from sqlcoder_core.decoding.prompt_tree import WORTH
from sqlcoder_core.decoding.token_runs import distinct_tokens
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import Decoding

ROUND = 256
"""Room is asked for in so many tokens, so that an engine need not grow at each prompt that is a little longer."""


def group_size(session: TreeSession, decoding: Decoding, together: int) -> int:
    """How many questions the session's branches allow at once, `together` at most."""
    return max(1, min(together, (session.most_branches - MOST_BRANCHES) // _branches(decoding)))


def make_room(session: TreeSession, kept: Kept | None, questions: Sequence[Question], decoding: Decoding) -> ModelError | None:
    """Make room for all that these questions may need. Kept branches that are of no use to several questions, or to a single one any
    at all, make way where there is too little; the engine's error where that does not help."""
    while True:
        try:
            session.reserve(*_need(session, kept, questions, decoding))
        except ModelError as error:
            needed = [question.tokens for question in questions] if len(questions) > 1 else ()
            if kept is None or not kept.forget(needed):
                return error
        else:
            return None


def _need(session: TreeSession, kept: Kept | None, questions: Sequence[Question], decoding: Decoding) -> tuple[int, int]:
    """Tokens and branches. Each beam may part from the others at its first token."""
    known = kept.runs if kept is not None else []
    twice = kept.held_twice([one.tokens[: one.shared] for one in questions if one.shared]) if kept is not None else 0
    prompts = distinct_tokens([*known, *(question.tokens for question in questions)]) + twice + WORTH * len(questions)
    tokens = prompts + _width(decoding) * sum(question.limit for question in questions)
    return -(-tokens // ROUND) * ROUND, min(session.most_branches, MOST_BRANCHES + _branches(decoding) * len(questions))


def _width(decoding: Decoding) -> int:
    return decoding.beams if decoding.temperature == 0 else decoding.hypotheses


def _branches(decoding: Decoding) -> int:
    """Branches of one question: its beams twice over while they are renewed, what its prompt shares with others, and what is kept of it."""
    return 2 * _width(decoding) + 2
