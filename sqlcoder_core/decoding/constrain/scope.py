"""Whether the names of an answer can still all be right: an incremental look at its lexemes, without a tree."""

from __future__ import annotations

from itertools import islice

from sqlcoder_core.decoding.constrain.blocks import Block, Bracket, Reference
from sqlcoder_core.decoding.constrain.growing import Growing
from sqlcoder_core.decoding.constrain.lexemes import is_cut, lexemes
from sqlcoder_core.decoding.constrain.names import (
    Columns,
    Key,
    folded,
    starting,
)
from sqlcoder_core.decoding.constrain.places import State


class Scope(Growing):
    """Holds an answer's names against what a prompt shows. States are never changed in place."""

    def start(self, *, scoped: bool = True) -> State:
        """Before any text."""
        return State(scoped=scoped)

    def advance(self, state: State, text: bytes) -> State | None:
        """The state after more text; None where some name cannot be right any more."""
        found, rest = lexemes(self.dialect, state.rest + text)
        for lexeme in found:
            after = self._step(state, lexeme)
            if after is None:
                return None
            state = after
        state = state._replace(rest=rest)
        return state if not rest or self._may_grow(state) else None

    def finish(self, state: State) -> bool:
        """Whether the text may end here, all names being bound."""
        now = self.flushed(state)
        now = self._completed(now) if now is not None else None
        return now is not None and len(now.frames) == 1

    def flushed(self, state: State) -> State | None:
        """The state as if what stands at the end of the text were complete; None where it cannot be."""
        found, _ = lexemes(self.dialect, state.rest, ended=True)
        now: State | None = state._replace(rest=b"")
        for lexeme in found:
            now = self._step(now, lexeme) if now is not None else None
        return self._settle_held(now) if now is not None else None

    def visible(self, state: State) -> tuple[str, tuple[Key, ...]] | None:
        """What may stand next where only few names may: how far the word has come, and the sorted keys; None elsewhere."""
        if is_cut(state.rest):
            return None
        word = state.rest.decode("utf-8", "replace")
        if self._at_table(state) and not self.names.free:
            if state.path:
                return word, self._tables(state)
            others = self._in_place_of_table(state)
            return word, tuple(sorted({*self._tables(state), *others, *(other.upper() for other in others)}))
        if state.path and not self.names.free:
            keys = self._columns_of(state)
            return None if keys is None else (word, keys)
        return None

    def candidates(self, state: State) -> tuple[str, tuple[Key, ...]] | None:
        """Names with which the text could go on, in a place where a name is due; with how far the word has come."""
        visible = self.visible(state)
        if visible is not None:
            return visible
        word = state.rest.decode("utf-8", "replace")
        top = state.frames[-1]
        if isinstance(top, Bracket) and top.kind == "using":
            block = self._block(state.frames, self._block_at(state.frames))
            return word, tuple(sorted(self._shared(block)))
        if state.path or word or (isinstance(top, Bracket) and top.kind == "names"):
            start = folded(word)
            near = starting(self.names.column_list, start) if start else iter(self.names.column_list)
            return word, tuple(sorted({*islice(near, 64), *state.given, *islice(starting(self.names.table_parts.get((), ()), start), 64)}))
        return None

    def with_named(self, block: Block) -> Block:
        """The block with the source that may still get an alias among its sources."""
        return self._named(block) or block._replace(naming=None)

    def is_outside(self, state: State, reference: Reference) -> bool:
        """Whether a query around the innermost one has the column."""
        return self._bind_outside(state, reference, self._block_at(state.frames)) is not None

    def table_expressions(self, state: State) -> list[tuple[Key, Columns]]:
        """Table expressions that can be named here, with their columns."""
        return [(name, columns) for name, columns in self._ctes(state.frames) if not self._recursive(state.frames, name)]
