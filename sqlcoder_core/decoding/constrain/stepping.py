"""A lexeme in, the next state out."""

from __future__ import annotations

from typing import Final

from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Bracket, Frame, Reference, Source
from sqlcoder_core.decoding.constrain.lexemes import Lexeme
from sqlcoder_core.decoding.constrain.names import Columns, is_unit
from sqlcoder_core.decoding.constrain.naming import Naming
from sqlcoder_core.decoding.constrain.places import State
from sqlcoder_core.decoding.constrain.words import words

_OPERANDS: Final = words("null true false end current_date current_timestamp asc desc current_datetime current_time")
"""Reserved words that are, or end, an operand."""
_LEAVES_FROM: Final = words("where group having qualify order limit offset fetch union except intersect minus window")
_CLAUSES: Final = {"where": "after", "group": "output", "having": "output", "qualify": "output", "order": "output", "limit": "count",
                   "offset": "count", "fetch": "count"}  # fmt: skip
_SET_WORDS: Final = words("union except intersect minus")
_JOINS: Final = words("join inner left right full cross natural outer semi anti straight_join")
_BEFORE_JOIN: Final = _JOINS - {"join", "straight_join"}
_LITERAL_TYPES: Final = words("date timestamp time")


class Stepping(Naming):
    """The parts that take words of the language, and signs."""

    def _step(self, state: State, lexeme: Lexeme) -> State | None:
        if state.held and lexeme.kind != "string":
            settled = self._settle_held(state)
            if settled is None:
                return None
            state = settled
        elif state.held:
            state = state._replace(held="")
        if lexeme.kind == "word":
            return self._word(state, lexeme)
        if lexeme.kind == "name":
            return self._name(state, lexeme)
        if lexeme.kind == "sign":
            return self._sign(state, lexeme.text)
        return self._operand(state, None)._replace(unit=state.unit)

    def _word(self, state: State, lexeme: Lexeme) -> State | None:  # noqa: PLR0911 - one early answer for each kind of place
        word = lexeme.text.lower()
        if isinstance(state.frames[-1], Bracket) and state.frames[-1].kind == "frame":
            return state._replace(after=True)
        if lexeme.follows == "." or state.path:
            return self._name(state, lexeme)
        if state.last in ("::", "as") and self._casts(state):
            return state._replace(after=True, last="type")
        if word in self.names.reserved and not self._expects_name(state):
            return self._keyword(state, word)
        if lexeme.follows == "(" and not self._at_name(state) and not (state.last == STAR and state.after):
            return self._call(state, word)
        if state.unit and is_unit(word):
            return state._replace(unit=False, after=True, last=word)
        if self._is_keyword_here(state, word):
            return self._keyword(state, word)
        if not state.after and word in _LITERAL_TYPES and self._expects_operand(state):
            return state._replace(held=lexeme.text, after=True, last=word)
        return self._name(state, lexeme)

    def _is_keyword_here(self, state: State, word: str) -> bool:
        top = state.frames[-1]
        if isinstance(top, Bracket):
            if (
                top.kind == "call"
                and not state.after
                and (word == "partition" if top.name == "over" else top.name in self.names.unit_calls and is_unit(word))
            ):
                return True
            return state.after and top.kind not in ("source",)
        if top.clause in ("after", "output", "on"):
            return state.after
        if top.clause == "count":
            return True
        if top.clause == "with":
            return top.cte is not None
        return state.after and (word in self._no_alias or state.last in ("at", "time") or (word == "exclude" and state.last == STAR))

    def _call(self, state: State, word: str) -> State | None:
        return state._replace(frames=self._complex_item(state.frames), last="call " + word, after=False, unit=False)

    def _keyword(self, state: State, word: str) -> State | None:
        if state.last == "except" and isinstance(state.frames[-1], Block) and state.frames[-1].clause == "list":
            return None
        after = state._replace(
            last=word,
            after=word in _OPERANDS
            or word in _BEFORE_JOIN
            or word == "as"
            or (word not in self.names.reserved and (state.after or is_unit(word))),
            unit=word == "interval",
        )
        top = state.frames[-1]
        if isinstance(top, Bracket):
            if top.kind == "call" and top.name == "over" and word in ("rows", "range", "groups"):
                return after._replace(frames=(*state.frames[:-1], Bracket("frame")))
            if word in ("select", "with") and not state.after:
                return self._opened_query(after, top, word)
            if not (top.kind == "source" and word in _JOINS | {"on", "using"}):
                return after
        return self._clause(after, word, state)

    def _opened_query(self, state: State, bracket: Bracket, word: str) -> State:
        place = {"source": "source", "lateral": "lateral", "cte": "cte", "term": "term"}.get(bracket.kind, "value")
        block = Block(place, clause="list" if word == "select" else "with")
        return state._replace(frames=(*state.frames, block))

    def _clause(self, state: State, word: str, before: State) -> State | None:  # noqa: PLR0911 - one early answer for each kind of place
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        if word == "select":
            return self._with(
                state,
                place,
                block._replace(clause="list", sources=(), open=(), outputs=frozenset(), stars=(), merged=frozenset(), item=None),
            )
        if word == "with" and block.clause == "start":
            return self._with(state, place, block._replace(clause="with"))
        if word == "from" and before.last != "distinct" and block.clause == "list":
            return self._with(state, place, self._item_done(block)._replace(clause="from"))
        if block.clause in ("from", "on") and word in _JOINS | {"on", "using", "lateral"}:
            return self._joined(state, place, block, word)
        if word == "except" and before.last == STAR and "except_columns" in self.names.rules.has:
            return state
        if word in _LEAVES_FROM and block.clause in ("list", "from", "on", "after", "output") and before.last != "within":
            return self._left(state, place, word)
        return state

    def _joined(self, state: State, place: int, block: Block, word: str) -> State | None:
        if word == "lateral":
            return self._with(state, place, block._replace(lateral=True))
        if word == "on" and block.clause == "on":
            return state
        named = self._named(block)
        if named is None and state.scoped:
            return None
        block = named or block._replace(naming=None)
        if word == "on":
            if state.scoped and self._is_torn(block):
                return None
            return self._with(state, place, block._replace(clause="on"))
        if word == "natural":
            block = block._replace(merged=block.merged | self._shared_any(block))
        return self._with(
            state,
            place,
            block._replace(clause="from", loose=word == "cross" or (block.loose and word != "using" and state.last == "cross")),
        )

    def _left(self, state: State, place: int, word: str) -> State | None:
        complete = self._completed_at(state, place)
        if complete is None:
            return None
        block = self._block(complete.frames, place)
        if word in _SET_WORDS:
            first = block.first or (block.outputs,)
            block = Block(block.place, "start", first=first, ctes=block.ctes)
        else:
            block = block._replace(clause=_CLAUSES.get(word, "after"))
        return self._with(complete, place, block)

    def _sign(self, state: State, sign: str) -> State | None:  # noqa: PLR0911 - one early answer for each kind of place
        if sign == "(":
            return self._open(state)
        if sign == ")":
            return self._close(state)
        if sign == ",":
            return self._comma(state)
        if sign == ".":
            return state
        if sign == STAR and not state.after and isinstance(state.frames[-1], Block):
            return self._star(state)
        if sign in ";`":
            return self._completed(state)
        return self._operand(state, None)._replace(after=sign == STAR and not state.after, last=sign)

    def _open(self, state: State) -> State:
        top = state.frames[-1]
        return state._replace(frames=(*state.frames, Bracket(*self._bracket(state, top))), after=False, last="(", unit=False)

    def _bracket(self, state: State, top: Frame) -> tuple[str, str]:  # noqa: PLR0911 - one early answer for each kind of place
        """Kind and name of a bracket that opens."""
        if state.last == "using":
            return "using", ""
        if state.last in ("exclude", "except") and isinstance(top, Block) and top.stars:
            return "names", ""
        if isinstance(top, Block):
            if top.clause == "with":
                return ("cte" if state.last in ("as", "materialized") else "columns"), ""
            if top.clause == "start":
                return "term", ""
            if top.clause == "from" and not state.after:
                return ("lateral" if top.lateral else "source"), ""
        if isinstance(top, Bracket) and (top.kind == "term" or (top.kind == "source" and not state.after)):
            return top.kind, ""
        if state.last.startswith("call "):
            return "call", state.last[5:]
        return ("call", state.last) if state.last in ("over", "cast", "try_cast", "safe_cast", "extract") else ("value", "")

    def _close(self, state: State) -> State | None:
        completed = self._completed(state) if isinstance(state.frames[-1], Block) else state
        if completed is None:
            return None
        *below, top = completed.frames
        outputs: Columns = None
        if isinstance(top, Block):
            outputs = top.all_outputs()
            top = below.pop()
        if not isinstance(top, Bracket) or not below:
            return completed
        closed = completed._replace(frames=tuple(below), after=True, last=")", unit=False)
        return self._closed(closed, top, outputs, isinstance(completed.frames[-1], Block))

    def _closed(self, state: State, bracket: Bracket, outputs: Columns, is_query: bool) -> State | None:
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        if bracket.kind in ("source", "lateral") and is_query:
            source = Source(frozenset(), (), outputs)
            return self._with(state, place, block._replace(naming=source, lateral=False))
        if bracket.kind == "cte" and block.cte is not None:
            name, columns = block.cte
            return self._with(state, place, block._replace(ctes=(*block.ctes, (name, columns or outputs)), cte=None))
        if bracket.kind == "term":
            return self._with(state, place, block._replace(clause="output", outputs=outputs, first=block.first or (outputs,), open=()))
        return state

    def _comma(self, state: State) -> State | None:
        top = state.frames[-1]
        after = state._replace(after=False, last=",", unit=False)
        if not isinstance(top, Block):
            return after
        if top.clause == "list":
            return self._with(after, len(state.frames) - 1, self._item_done(top))
        if top.clause in ("from", "on"):
            named = self._named(top)
            if state.scoped and (named is None or self._is_torn(named)):
                return None
            return self._with(after, len(state.frames) - 1, (named or top._replace(naming=None))._replace(clause="from", loose=True))
        return after

    def _star(self, state: State) -> State | None:
        place = len(state.frames) - 1
        block = self._block(state.frames, place)
        if block.clause != "list":
            return self._operand(state, None)._replace(after=True, last=STAR, path=())
        star = Reference(state.path, STAR)
        starred = self._with(state._replace(after=True, last=STAR, path=()), place, block._replace(stars=(*block.stars, star)))
        return self._refer(starred, star) if star.qualifier else starred
