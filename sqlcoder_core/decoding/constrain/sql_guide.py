"""Answers kept to read-only SELECT statements over what a prompt shows: grammar, names in scope, and an end in time."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final
from weakref import ReferenceType, ref

import numpy as np
from numpy.typing import NDArray

from sqlcoder_core.contracts.model_engine import Tokenizer
from sqlcoder_core.decoding.constrain.closing import Closing
from sqlcoder_core.decoding.constrain.grammar import grammar
from sqlcoder_core.decoding.constrain.names import Names, folded
from sqlcoder_core.decoding.constrain.places import State as ScopeState
from sqlcoder_core.decoding.constrain.scope import Scope
from sqlcoder_core.decoding.constrain.tokens import Vocabulary, vocabulary_of
from sqlcoder_core.decoding.guide import Guide
from sqlcoder_core.errors import ModelError
from sqlcoder_core.values.generation import ShownTable

_SPARE: Final = 6
"""When the tokens left are no more than a closing needs and this, the closing is what follows."""
_TRIES: Final = 24
"""Tokens of one beam for which a closing of their own is looked for at one step; after that only the known closing may go on."""
_KEPT: Final = 64
"""Guides that are kept for prompts to come."""


class GuideState:
    """Where one beam's answer is. Nothing of it changes but what is remembered of answers to the same questions.

    `closing` is the length of a closing as it was `age` tokens ago, `found` one from here, `closings` those behind tokens that were tried;
    `forced` is the closing that is being followed, `step` one of which only the next token is.
    """

    __slots__ = ("age", "closing", "closings", "forced", "found", "left", "matcher", "scope", "seen", "step", "text", "tries")

    def __init__(
        self, matcher: Any, scope: ScopeState, text: bytes, closing: int, age: int, *, forced: tuple[int, ...] | None = None
    ) -> None:
        self.matcher, self.scope, self.text = matcher, scope, text
        self.closing, self.age, self.forced = closing, age, forced
        self.left: int | None = None
        self.found: tuple[int, ...] | None = None
        self.seen: dict[int, ScopeState | None] = {}
        self.closings: dict[int, tuple[int, ...]] = {}
        self.step: tuple[int, ...] | None = None
        self.tries = 0


class SqlGuide(Guide[GuideState]):
    """Follows answers with llguidance's matcher and the scope check; see `guide_for`."""

    def __init__(self, names: Names, vocabulary: Vocabulary, *, fence: bool, opening: str, scope: bool, strict: bool) -> None:
        self._vocabulary = vocabulary
        self._scope = Scope(names, strict=strict)
        self._closing = Closing(names, self._scope, vocabulary)
        self._exact = names.exact_tables
        self._growth = 12 + 2 * self._longest(names)
        self._start = self._begin(names.dialect, opening, fence, scope)

    def start(self) -> GuideState:
        """See `Guide`."""
        first = self._start
        return GuideState(first.matcher, first.scope, first.text, first.closing, first.age)

    def masks(self, states: Sequence[GuideState], left: int) -> NDArray[np.bool_]:
        """See `Guide`."""
        vocabulary = self._vocabulary
        rows = np.zeros((len(states), vocabulary.size), dtype=np.bool_)
        free = []
        for row, state in zip(rows, states, strict=True):
            state.left = left
            forced = state.step if state.step is not None else self._forced(state, left)
            if forced is None:
                free.append((row, state))
            else:
                row[list(forced[:1]) if forced else vocabulary.ends] = True
        for (row, state), allowed in zip(free, vocabulary.masks([state.matcher for _, state in free]), strict=True):
            row[:] = allowed
            self._narrow(row, state)
        return rows

    def _narrow(self, row: NDArray[np.bool_], state: GuideState) -> None:
        """Take from the grammar's mask what no name in reach begins with."""
        vocabulary = self._vocabulary
        if self._scope.names.ascii and not self._scope.is_quoting(state.scope):
            row &= ~vocabulary.cut
        visible = self._scope.visible(state.scope)
        if visible is not None and (not visible[0] or visible[0][0].isalpha() or visible[0][0] == "_"):
            word, keys = visible
            row &= vocabulary.toward((word if self._exact else folded(word)).encode(), keys, self._exact)
        row[vocabulary.ends] = self._may_end(state)

    def accepts(self, state: GuideState, token: int) -> bool:  # noqa: PLR0911 - one early answer for each kind of place
        """See `Guide`."""
        only = state.step if state.step is not None else state.forced
        if only is not None:
            return token == only[0] if only else token in self._ends
        if token in self._ends:
            return self._may_end(state)
        if self._scoped(state, token) is None:
            return False
        if state.left is None or not self._is_near(state, state.left - 1, 1):
            return True
        closing = self._closed(state)
        if closing is None or token in closing[:1] or not self._is_near(state, state.left - 1, 1):
            return True
        state.tries += 1
        after = self._advanced(state, token) if state.tries <= _TRIES else None
        found = self._closed(after) if after is not None else None
        if found is None or len(found) + 1 >= state.left:
            return False
        state.closings[token] = found
        return True

    def advance(self, state: GuideState, token: int) -> GuideState:
        """See `Guide`. Raises ValueError for a token that the grammar does not let through."""
        if token in self._ends:
            return state
        after = self._advanced(state, token)
        if after is None:
            raise ValueError(f"token {token} cannot follow {state.text[-40:]!r}")
        return after

    def relax(self, state: GuideState) -> GuideState | None:
        """See `Guide`. Where the answer can still be completed with all names in scope, the next step toward that is the way out, and
        nothing is given up; elsewhere names need no longer be in scope, only shown or given by the answer itself."""
        if state.step is not None:
            return None
        closing = self._closed(state)
        if closing is None and state.scope.scoped:
            scope = self._loose(state.text)
            return GuideState(state.matcher, scope, state.text, state.closing, state.age) if scope is not None else None
        if closing is None:
            return None
        led = GuideState(state.matcher, state.scope, state.text, len(closing), 0)
        led.found, led.step = closing, closing
        return led

    @cached_property
    def _ends(self) -> frozenset[int]:
        return frozenset(self._vocabulary.ends.tolist())

    def _advanced(self, state: GuideState, token: int) -> GuideState | None:
        piece = self._vocabulary.pieces[token]
        text = state.text + piece
        matcher = state.matcher.deep_copy()
        if not piece or not matcher.consume_token(token):
            return None
        scope = self._scoped(state, token) or self._loose(text) or state.scope
        forced = state.forced[1:] if state.forced and token == state.forced[0] else None
        found = state.found[1:] if state.found and token == state.found[0] else state.closings.get(token)
        if found is not None:
            after = GuideState(matcher, scope, text, len(found), 0, forced=forced)
            after.found = found
            return after
        return GuideState(matcher, scope, text, state.closing, state.age + 1, forced=forced)

    def _scoped(self, state: GuideState, token: int) -> ScopeState | None:
        if token not in state.seen:
            state.seen[token] = self._scope.advance(state.scope, self._vocabulary.pieces[token])
        return state.seen[token]

    def _loose(self, text: bytes) -> ScopeState | None:
        return self._scope.advance(self._scope.start(scoped=False), text)

    def _may_end(self, state: GuideState) -> bool:
        return bool(state.matcher.is_accepting()) and self._scope.finish(state.scope)

    # ------------------------------------------------------------------ an end in time

    def _is_near(self, state: GuideState, left: int, more: int) -> bool:
        """Whether the tokens left may be too few by the time that `more` tokens are written, by what is known of the last closing."""
        return left <= state.closing + (state.age + more) * self._growth + _SPARE

    def _forced(self, state: GuideState, left: int) -> tuple[int, ...] | None:
        """The closing that is to be followed now, None while there is room."""
        if state.forced is None and self._is_near(state, left, 0):
            found = self._closed(state) or self._closed_loosely(state)
            if found is not None and (len(found) + 1 + _SPARE >= left or state.tries):
                state.forced = found
        return state.forced

    def _closed(self, state: GuideState) -> tuple[int, ...] | None:
        if state.found is None:
            state.found = self._closing.find(state.matcher, state.scope)
            if state.found is not None:
                state.closing, state.age = len(state.found), 0
        return state.found

    def _closed_loosely(self, state: GuideState) -> tuple[int, ...] | None:
        """A closing without the look at scopes, for an answer whose names cannot all be bound any more."""
        scope = self._loose(state.text)
        return self._closing.find(state.matcher, scope) if scope is not None and self._closed(state) is None else state.found

    def _longest(self, names: Names) -> int:
        texts = [text for table in names.relations for text in (table.text, *table.column_texts)]
        longest = sorted(texts, key=len)[-3:]
        return max((len(self._vocabulary.encode(text.encode()) or ()) for text in longest), default=4)

    def _begin(self, dialect: str, opening: str, fence: bool, scope: bool) -> GuideState:
        matcher = _matcher(dialect, fence, self._vocabulary)
        text = begun(opening).encode()
        tokens = self._vocabulary.encode(text)
        state = self._scope.advance(self._scope.start(scoped=scope), text)
        if tokens is None or state is None or (tokens and not matcher.consume_tokens(list(tokens))):
            raise ModelError(
                f"the answer's opening {opening[-60:]!r} is no beginning of a SELECT statement", hint="leave the SQL out of the opening"
            )
        return GuideState(matcher, state, text, 3, 0)


_GRAMMARS: OrderedDict[tuple[str, bool, int], tuple[ReferenceType[Vocabulary], Any]] = OrderedDict()
_GUIDES: OrderedDict[tuple[Any, ...], tuple[ReferenceType[Vocabulary], SqlGuide]] = OrderedDict()


def guide_for(
    shown: tuple[ShownTable, ...], dialect: str, tokenizer: Tokenizer, *, opening: str = "", scope: bool = True, strict: bool = True
) -> SqlGuide:
    """The guide that keeps an answer to one read-only SELECT statement of the dialect over the shown tables.

    `opening` is how the answer begins already: the SQL in it, behind its last code fence, counts as written. Without `scope`, names
    must be real and need not be in scope. `strict` refuses before FROM the names that only a subquery in FROM can give
    (`SELECT t.n FROM (SELECT COUNT(*) AS n ...) t`): right for models that invent columns; one that seldom does
    loses such answers by it.
    With nothing shown, all names are free. Raises ModelError where llguidance is missing.
    """
    vocabulary = vocabulary_of(tokenizer)
    key = (shown, dialect, id(vocabulary), opening, scope, strict)
    known = _GUIDES.get(key)
    if known is not None and known[0]() is vocabulary:
        _GUIDES.move_to_end(key)
        return known[1]
    guide = SqlGuide(Names(shown, dialect), vocabulary, fence="```" in opening, opening=opening, scope=scope, strict=strict)
    _GUIDES[key] = ref(vocabulary), guide
    while len(_GUIDES) > _KEPT:
        _GUIDES.popitem(last=False)
    return guide


def begun(opening: str) -> str:
    """The SQL with which an answer begins: what stands behind the last code fence, or the whole where it is SQL."""
    fenced = "```" in opening
    text = re.sub(r"^\w*[ \t]*\r?\n|^sql\b[ \t]*", "", opening.rpartition("```")[2], flags=re.IGNORECASE) if fenced else opening
    return text.lstrip() if re.match(r"\s*(?:select|with|\()", text, re.IGNORECASE) else ""


def _matcher(dialect: str, fence: bool, vocabulary: Vocabulary) -> Any:
    """A fresh matcher of the dialect's grammar, which is compiled once for each vocabulary."""
    from llguidance import LLMatcher

    key = (dialect, fence, id(vocabulary))
    known = _GRAMMARS.get(key)
    if known is None or known[0]() is not vocabulary:
        matcher = LLMatcher(vocabulary.guidance, LLMatcher.grammar_from_lark(grammar(dialect, fence=fence)))
        if matcher.is_error():
            raise ModelError(
                f"the grammar of {dialect} does not compile: {matcher.get_error()}", hint="turn the constraint off with `constrain: false`"
            )
        _GRAMMARS[key] = known = ref(vocabulary), matcher
        while len(_GRAMMARS) > _KEPT:
            _GRAMMARS.popitem(last=False)
    return known[1].deep_copy()
