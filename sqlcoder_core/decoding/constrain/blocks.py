"""What the scope check remembers of a query that is being written: its sources, its open references, what it gives out."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlcoder_core.decoding.constrain.names import QUOTE, Columns, Key, Names, Path

STAR: Final = "*"


class Source(NamedTuple):
    """A relation in FROM: the keys it goes by, the path of a table, its columns."""

    aliases: frozenset[Key]
    path: Path
    columns: Columns

    def goes_by(self, qualifier: Path) -> bool:
        """Whether a name in front of a column means this source."""
        if len(qualifier) == 1:
            return qualifier[0] in self.aliases
        return bool(self.path) and self.path[-len(qualifier) :] == qualifier


class Reference(NamedTuple):
    """A column that is named; `qualifier` is empty for a bare one, `column` may be a star."""

    qualifier: Path
    column: Key


class Block(NamedTuple):
    """One SELECT, or several joined by set operations.

    `place` says where it stands: top, cte, source, lateral, value or term. `clause` is start, with, list, from, on, then after, output
    (where names of the list may be used) or count. `outputs` are the keys of the columns it gives, None where unknown; `first` those of
    the first SELECT of several. `naming` is the source that may still get an alias, `item` the column that a list item consists of so far.
    `merged` are columns that USING made one. `cte` is the table expression being written, with the names of its columns.
    """

    place: str
    clause: str = "start"
    sources: tuple[Source, ...] = ()
    open: tuple[Reference, ...] = ()
    outputs: Columns = frozenset()
    first: tuple[Columns, ...] = ()
    stars: tuple[Reference, ...] = ()
    naming: Source | None = None
    item: Key | None = None
    merged: frozenset[Key] = frozenset()
    ctes: tuple[tuple[Key, Columns], ...] = ()
    cte: tuple[Key, frozenset[Key]] | None = None
    lateral: bool = False
    loose: bool = False
    """Whether the last source was joined by comma or CROSS JOIN, so that no USING can follow."""

    def all_outputs(self) -> Columns:
        """What the block gives, by the first of its SELECTs."""
        return self.first[0] if self.first else self.outputs


class Bracket(NamedTuple):
    """An open bracket. `kind` is value, call, names, using, columns (of a CTE), cte, source, lateral, term or frame."""

    kind: str
    name: str = ""


Frame = Block | Bracket
Frames = tuple[Frame, ...]


def plus(outputs: Columns, keys: frozenset[Key] | None) -> Columns:
    """Outputs with more of them; unknown if either is."""
    return None if outputs is None or keys is None else outputs | keys


def holders(block: Block, reference: Reference) -> int:
    """How many of a block's sources have the column, 2 standing for several; a source of unknown columns counts as one that has it."""
    unsure = False
    count = 0
    for source in block.sources:
        if reference.qualifier and not source.goes_by(reference.qualifier):
            continue
        if reference.column == STAR:
            return 1
        if source.columns is None:
            unsure = True
        elif reference.column in source.columns:
            count += 1
    if count > 1 and (reference.qualifier or reference.column in block.merged):
        return 1
    return min(count, 2) or int(unsure)


def names_block(block: Block, qualifier: Path) -> bool:
    """Whether some source of the block goes by the qualifier."""
    return any(source.goes_by(qualifier) for source in block.sources)


def star_outputs(block: Block, star: Reference) -> Columns:
    """Columns that a star of the block stands for."""
    keys: Columns = frozenset()
    for source in block.sources:
        if not star.qualifier or source.goes_by(star.qualifier):
            keys = plus(keys, source.columns)
    return keys


def plain_text(key: Key, names: Names) -> str:
    """A name as it is written, from its key."""
    return names.rules.names[0] + key[1:] + names.rules.names[0] if key.startswith(QUOTE) else key
