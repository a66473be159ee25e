"""A name in, what it is in its place out: a column, a table, an alias, a table expression."""

from __future__ import annotations

from sqlcoder_core.decoding.constrain.binding import Binding
from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Bracket, Frames, Reference, Source, plus
from sqlcoder_core.decoding.constrain.lexemes import Lexeme
from sqlcoder_core.decoding.constrain.names import Key
from sqlcoder_core.decoding.constrain.places import State


class Naming(Binding):
    """The parts that take names."""

    def _name(self, state: State, lexeme: Lexeme) -> State | None:  # noqa: PLR0911 - one early answer for each kind of place
        top = state.frames[-1]
        if lexeme.follows == ".":
            key = self.names.key(lexeme.text, table=self._at_table(state))
            grown = state._replace(path=(*state.path, key), after=False)
            return grown if self._path_may_stand(grown) else None
        if isinstance(top, Bracket):
            if top.kind == "columns":
                return self._cte_column(state, lexeme.text)
            if top.kind == "using":
                return self._merge(state, self.names.key(lexeme.text))
            if top.kind == "names":
                return self._refer(state, Reference((), self.names.key(lexeme.text)))
        elif top.clause == "with":
            return self._cte_name(state, lexeme.text)
        elif top.clause == "list" and state.after:
            return self._item_alias(state, lexeme.text)
        if self._at_table(state):
            return self._table(state, lexeme.text)
        if self._in_from(state) and state.after:
            return self._source_alias(state, lexeme.text)
        reference = Reference(state.path, self.names.key(lexeme.text))
        return self._refer(self._operand(state, reference), reference)

    def _operand(self, state: State, reference: Reference | None) -> State:
        """The state after an operand, or after a sign when `reference` is None."""
        top = state.frames[-1]
        frames = state.frames
        if isinstance(top, Block) and top.clause == "list":
            sole = reference is not None and state.last in (",", "select", "distinct", "all") and not state.after
            frames = (*frames[:-1], top._replace(item=reference.column if sole and reference else ""))
        return state._replace(frames=frames, after=True, path=(), last="operand", unit=False)

    def _complex_item(self, frames: Frames) -> Frames:
        top = frames[-1]
        return (*frames[:-1], top._replace(item="")) if isinstance(top, Block) and top.clause == "list" else frames

    def _item_alias(self, state: State, text: str) -> State:
        place = len(state.frames) - 1
        block = self._block(state.frames, place)
        keys = self.names.twins(self.names.key(text))
        block = block._replace(outputs=plus(block.outputs, keys), item=None)
        return self._with(state._replace(after=True, last="alias", given=state.given | keys), place, block)

    def _cte_name(self, state: State, text: str) -> State:
        place = len(state.frames) - 1
        key = self.names.key(text, table=self.dialect == "mysql")
        block = self._block(state.frames, place)._replace(cte=(key, frozenset()))
        return self._with(state._replace(last="cte", after=True, given=state.given | self.names.twins(key)), place, block)

    def _cte_column(self, state: State, text: str) -> State:
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        keys = self.names.twins(self.names.key(text))
        if block.cte is not None:
            block = block._replace(cte=(block.cte[0], block.cte[1] | keys))
        return self._with(state._replace(after=True, last="name", given=state.given | keys), place, block)

    def _table(self, state: State, text: str) -> State | None:
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        path = (*state.path, self.names.key(text, table=True))
        columns = self._table_columns(state.frames, path, text)
        if isinstance(columns, bool):
            return None
        alias = self.names.twins(self.names.key(text))
        named = block._replace(naming=Source(alias, path, columns))
        return self._with(state._replace(after=True, path=(), last="table"), place, named)

    def _source_alias(self, state: State, text: str) -> State | None:
        place = self._block_at(state.frames)
        block = self._block(state.frames, place)
        if block.naming is None:
            return None
        keys = self.names.twins(self.names.key(text))
        block = block._replace(naming=block.naming._replace(aliases=keys, path=()))
        named = self._named(block)
        if named is None and state.scoped:
            return None
        return self._with(state._replace(after=True, last="alias", given=state.given | keys), place, named or block._replace(naming=None))

    def _settle_held(self, state: State) -> State | None:
        if not state.held:
            return state
        reference = Reference((), self.names.key(state.held))
        free = state._replace(held="", after=False)
        return self._refer(self._operand(free, reference), reference)

    def _path_may_stand(self, state: State) -> bool:  # noqa: PLR0911 - one early answer for each kind of place
        """Whether names before a dot can be right."""
        if self.names.free:
            return True
        if self._at_table(state):
            return state.path in self.names.table_parts
        keys = self._columns_of(state) if len(state.path) == 1 or state.path in self.names.tables else None
        if keys is not None:
            return bool(keys)
        if state.path in self.names.table_parts:
            return True
        if len(state.path) > 1:
            return state.path in self.names.tables
        if not self.strict or not state.scoped:
            return True
        return self.names.resembles(state.path[0])

    def _columns_of(self, state: State) -> tuple[Key, ...] | None:
        """Sorted keys that may stand behind the names before the dot; None where they cannot be told."""
        if not state.scoped:
            return None if self.names.open_columns or not self.strict else tuple(sorted(self.names.columns | state.given))
        place: int | None = self._block_at(state.frames)
        while place is not None:
            block = self._block(state.frames, place)
            for source in block.sources:
                if source.goes_by(state.path):
                    return None if source.columns is None else tuple(sorted(source.columns))
            if block.clause == "list":
                return self._columns_before_from(state, block, place)
            place = self._block_at(state.frames[:place]) if block.place in ("value", "lateral", "term") and place else None
        # A schema in front of a table that stands in FROM.
        return None if state.path in self.names.table_parts else ()

    def _columns_before_from(self, state: State, block: Block, place: int) -> tuple[Key, ...] | None:
        if not self.strict or self.names.open_columns or state.path in self.names.table_parts:
            return None
        wanted = frozenset(each.column for each in block.open if each.qualifier == state.path and each.column != STAR)
        named = self._named_relations(state.frames, state.path)
        known = named or [columns for _, columns in self._ctes(state.frames)]
        known += [source.columns for source in self._sources_outside(state.frames, place) if source.goes_by(state.path)]
        if any(columns is None for columns in known):
            return None
        own = {key for columns in known if columns is not None and wanted <= columns for key in columns}
        everything = () if named else self.names.beside(wanted)
        if not own:
            return everything
        return tuple(sorted(own.union(everything)))
