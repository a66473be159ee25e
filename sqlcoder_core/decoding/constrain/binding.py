"""Columns that are named in, the sources they belong to out: now, outside, or once FROM is complete."""

from __future__ import annotations

from typing import Final

from sqlcoder_core.decoding.constrain import blocks
from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Reference, plus
from sqlcoder_core.decoding.constrain.names import Key
from sqlcoder_core.decoding.constrain.places import Places, State

_ALIAS_IN_WHERE: Final = frozenset({"duckdb", "snowflake", "databricks", "redshift", "bigquery"})


class Binding(Places):
    """The parts that bind references to sources."""

    def _item_done(self, block: Block) -> Block:
        if not block.item:
            return block._replace(item=None)
        return block._replace(outputs=plus(block.outputs, self.names.twins(block.item)), item=None)

    def _named(self, block: Block) -> Block | None:
        """The block with the source that was being named among its sources; None where open references say otherwise."""
        source = block.naming
        if source is None:
            return block
        if any(source.aliases & other.aliases and (not source.path or source.path == other.path) for other in block.sources):
            return None
        if source.columns is not None:
            for reference in block.open:
                if reference.qualifier and source.goes_by(reference.qualifier) and reference.column not in (STAR, *source.columns):
                    return None
        return block._replace(sources=(*block.sources, source), naming=None)

    def _is_torn(self, block: Block) -> bool:
        """Whether a bare reference would mean columns of two sources."""
        return any(not reference.qualifier and blocks.holders(block, reference) > 1 for reference in block.open)

    def _merge(self, state: State, key: Key) -> State | None:
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        holding = sum(source.columns is None or key in source.columns for source in block.sources)
        last_has = bool(block.sources) and (block.sources[-1].columns is None or key in (block.sources[-1].columns or ()))
        if state.scoped and (holding < 2 or not last_has):
            return None
        return self._with(state._replace(after=True, last="name"), place, block._replace(merged=block.merged | {key}))

    def _shared(self, block: Block) -> frozenset[Key]:
        """Columns that the last source has in common with those before it."""
        if len(block.sources) < 2:
            return frozenset()
        before: frozenset[Key] = frozenset().union(*(source.columns or frozenset() for source in block.sources[:-1]))
        return before & (block.sources[-1].columns or frozenset())

    def _shared_any(self, block: Block) -> frozenset[Key]:
        """What a NATURAL JOIN may merge: any column that is already there."""
        found: frozenset[Key] = frozenset()
        for source in block.sources:
            found |= source.columns or frozenset()
        return found

    def _refer(self, state: State, reference: Reference) -> State | None:
        if self.names.free:
            return state
        if not state.scoped:
            return state if self._is_real(state, reference) else None
        return self._bind(state, reference, self._block_at(state.frames), innermost=True)

    def _is_real(self, state: State, reference: Reference) -> bool:
        if not self.strict and self._block(state.frames, self._block_at(state.frames)).clause == "list":
            return True
        return (
            reference.column == STAR or reference.column in self.names.columns or reference.column in state.given or self.names.open_columns
        )

    def _bind(self, state: State, reference: Reference, place: int, *, innermost: bool = False) -> State | None:
        """Bind a reference in the block at `place`, in one around it, or leave it open where FROM is still to come."""
        block = self._block(state.frames, place)
        if block.clause == "list":
            if innermost and self._may_use_outputs(block, reference, early=True):
                return state
            if not self._is_possible(state, block, reference, place):
                return None
            return self._with(state, place, block._replace(open=tuple(dict.fromkeys((*block.open, reference)))))
        held = blocks.holders(block, reference)
        if held == 1 or (held and self._may_use_outputs(block, reference)):
            return state
        if innermost and not held and self._may_use_outputs(block, reference):
            return state
        return None if held else self._bind_outside(state, reference, place)

    def _bind_outside(self, state: State, reference: Reference, place: int) -> State | None:
        block = self._block(state.frames, place)
        if block.place not in ("value", "lateral", "term") or place == 0:
            return None
        if blocks.names_block(block, reference.qualifier) and reference.qualifier:
            return None
        return self._bind(state, reference, self._block_at(state.frames[:place]))

    def _may_use_outputs(self, block: Block, reference: Reference, *, early: bool = False) -> bool:
        """Whether the name of a list item may be used here."""
        if reference.qualifier:
            return False
        allowed = block.clause == "output" or self.dialect in _ALIAS_IN_WHERE
        outputs = block.all_outputs() if not early else block.outputs
        if not allowed or (early and block.outputs is None):
            return False
        return outputs is None or reference.column in outputs or (block.outputs is not None and reference.column in block.outputs)

    def _is_possible(self, state: State, block: Block, reference: Reference, place: int) -> bool:
        """Whether a FROM that is still to come can give the reference a table."""
        if not self.strict or self.names.open_columns:
            return True
        with_it = [each for each in block.open if each.qualifier == reference.qualifier] + [reference]
        wanted = {each.column for each in with_it if each.column != STAR}
        known = self._known_relations(state.frames)
        if not reference.qualifier:
            wanted = {reference.column}
        elif found := self._named_relations(state.frames, reference.qualifier):
            known = found
        if any(columns is None or wanted <= columns for columns in known):
            return True
        return place > 0 and block.place in ("value", "lateral", "term") and self._bind_outside(state, reference, place) is not None

    def _completed(self, state: State) -> State | None:
        """The state with all open references of the innermost block bound, as its end demands."""
        place = len(state.frames) - 1
        top = state.frames[-1]
        if not isinstance(top, Block):
            return state
        return self._completed_at(state, place)

    def _completed_at(self, state: State, place: int) -> State | None:
        block = self._block(state.frames, place)
        if block.clause not in ("list", "from", "on"):
            return state
        named = self._named(block)
        if named is None and state.scoped:
            return None
        block = self._item_done(named or block)._replace(naming=None)
        if block.clause == "list" and block.stars:
            return None
        if block.clause != "list" and state.scoped and self._is_torn(block):
            return None
        waiting, stars = block.open, block.stars
        for star in stars:
            block = block._replace(outputs=plus(block.outputs, blocks.star_outputs(block, star)))
        state = self._with(state, place, block._replace(clause="after", open=()))
        for reference in waiting if state.scoped else ():
            bound = self._bind(state, reference, place)
            if bound is None:
                return None
            state = bound
        return state
