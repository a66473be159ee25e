"""Where a text is: its open brackets and queries, and what can be named there."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlcoder_core.decoding.constrain.blocks import Block, Bracket, Frames, Source
from sqlcoder_core.decoding.constrain.names import Columns, Key, Names, Path
from sqlcoder_core.decoding.constrain.words import not_implicit, words

_NO_OPERAND_BEHIND: Final = words(":: as with at time zone interval group order partition within nulls similar")


class State(NamedTuple):
    """Where a text is. `rest` is what may still grow, `frames` the open brackets and queries, `after` whether an operand or a name stands
    just before, `path` the names before a dot, `held` a word that is a column unless a string follows, `last` the last word or sign.
    `given` are the names that the answer has given anywhere, for the look at names alone (`scoped` False)."""

    rest: bytes = b""
    frames: Frames = (Block("top"),)
    after: bool = False
    path: Path = ()
    held: str = ""
    last: str = ""
    unit: bool = False
    given: frozenset[Key] = frozenset()
    scoped: bool = True


class Places:
    """The parts of the scope check that only look at a state."""

    def __init__(self, names: Names, *, strict: bool = True) -> None:
        self.names = names
        self.strict = strict
        self.dialect = names.dialect
        self._no_alias = not_implicit(names.dialect)
        self._behind_star = ["exclude"] * ("exclude" in names.rules.has) + ["except"] * ("except_columns" in names.rules.has)

    def _block_at(self, frames: Frames) -> int:
        """Place of the innermost query."""
        place = len(frames) - 1
        while not isinstance(frames[place], Block):
            place -= 1
        return place

    def _block(self, frames: Frames, place: int) -> Block:
        block = frames[place]
        assert isinstance(block, Block)
        return block

    def _with(self, state: State, place: int, block: Block) -> State:
        return state._replace(frames=(*state.frames[:place], block, *state.frames[place + 1 :]))

    def _in_from(self, state: State) -> bool:
        top = state.frames[-1]
        if isinstance(top, Bracket):
            return top.kind == "source" and self._block(state.frames, self._block_at(state.frames)).clause == "from"
        return top.clause == "from"

    def _at_table(self, state: State) -> bool:
        return not state.after and self._in_from(state) and state.last not in ("using",)

    def _expects_operand(self, state: State) -> bool:
        top = state.frames[-1]
        return (isinstance(top, Bracket) and top.kind in ("value", "call")) or (
            isinstance(top, Block) and top.clause in ("list", "on", "after", "output")
        )

    def _expects_bare(self, state: State) -> bool:
        """Whether the word is an operand's first: a column, a function, a qualifier or a word of the language."""
        if state.after or state.unit or state.last in _NO_OPERAND_BEHIND or not self._expects_operand(state):
            return False
        top = state.frames[-1]
        return isinstance(top, Block) or top.kind in ("value", "call")

    def _ctes(self, frames: Frames) -> list[tuple[Key, Columns]]:
        """Table expressions that can be named here, with their columns; the innermost first."""
        found: list[tuple[Key, Columns]] = []
        for place in range(len(frames) - 1, -1, -1):
            block = frames[place]
            if isinstance(block, Block):
                found += reversed(block.ctes)
                if block.cte is not None and place + 1 < len(frames):
                    found.append((block.cte[0], block.cte[1] or self._so_far(frames, place)))
        return found

    def _so_far(self, frames: Frames, place: int) -> Columns:
        """What the table expression being written gives, once its first SELECT is complete."""
        body = next((frame for frame in frames[place + 1 :] if isinstance(frame, Block)), None)
        return body.first[0] if body is not None and body.first else frozenset()

    def _recursive(self, frames: Frames, name: Key) -> bool:
        """Whether the name is of a table expression whose own body is not there yet."""
        return any(
            isinstance(block, Block) and block.cte is not None and block.cte[0] == name and not self._body_first(frames, place)
            for place, block in enumerate(frames)
        )

    def _body_first(self, frames: Frames, place: int) -> bool:
        body = next((frame for frame in frames[place + 1 :] if isinstance(frame, Block)), None)
        return body is not None and bool(body.first)

    def _table_columns(self, frames: Frames, path: Path, text: str) -> Columns | bool:
        """Columns of what the name means in FROM; False where it means nothing."""
        if len(path) == 1:
            key = self.names.key(text, table=self.dialect == "mysql")
            for name, columns in self._ctes(frames):
                if name == key and not self._recursive(frames, name):
                    return columns
        if self.names.free:
            return None
        table = self.names.table(path)
        return False if table is None else table.columns

    def _tables(self, state: State) -> tuple[Key, ...]:
        """What may stand where a table is to be named, sorted."""
        keys = self.names.table_parts.get(state.path, ())
        if state.path:
            return keys
        own = [name for name, _ in self._ctes(state.frames) if not self._recursive(state.frames, name)]
        return tuple(sorted((*keys, *own))) if own else keys

    def _in_place_of_table(self, state: State) -> tuple[str, ...]:
        return ("select", "with") if isinstance(state.frames[-1], Bracket) else ("lateral",)

    def _sources_outside(self, frames: Frames, place: int) -> list[Source]:
        """What the queries around may lend the one at `place`."""
        found: list[Source] = []
        while place and self._block(frames, place).place in ("value", "lateral", "term"):
            place = self._block_at(frames[:place])
            found += self._block(frames, place).sources
        return found

    def _named_relations(self, frames: Frames, qualifier: Path) -> list[Columns]:
        """The columns of tables that have the qualifier for their name; empty where it is an alias of some kind."""
        found = [table.columns for table in self.names.tables.get(qualifier, ())]
        return found + [columns for name, columns in self._ctes(frames) if name == qualifier[0]]

    def _known_relations(self, frames: Frames) -> list[Columns]:
        return [columns for _, columns in self._ctes(frames)] + [table.columns for table in self.names.relations]

    def is_quoting(self, state: State) -> bool:
        """Whether a string or a quoted name is being written."""
        return state.rest[:1].decode("latin-1") in (*self.names.rules.strings, *self.names.rules.names)

    def _casts(self, state: State) -> bool:
        top = state.frames[-1]
        return state.last == "::" or (isinstance(top, Bracket) and top.kind in ("call", "value"))

    def _expects_name(self, state: State) -> bool:
        """Whether any word here is a name, AS having said so."""
        return state.last == "as" and isinstance(state.frames[-1], Block) and state.frames[-1].clause != "with"

    def _at_name(self, state: State) -> bool:
        """Whether a word in front of a bracket is a name all the same: a table expression with its columns."""
        top = state.frames[-1]
        return isinstance(top, Block) and top.clause == "with" and top.cte is None
