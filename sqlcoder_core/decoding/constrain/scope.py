"""Whether the names of an answer can still all be right: an incremental look at its lexemes, without a tree."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlcoder_core.decoding.constrain import blocks
from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Bracket, Frame, Frames, Reference, Source, plus
from sqlcoder_core.decoding.constrain.lexemes import Lexeme, is_cut, last_part, lexemes, tail_of
from sqlcoder_core.decoding.constrain.names import QUOTE, Columns, Key, Names, Path, begins, folded, is_unit, may_begin
from sqlcoder_core.decoding.constrain.words import not_implicit, words

_OPERANDS: Final = words("null true false end current_date current_timestamp asc desc current_datetime current_time")
"""Reserved words that are, or end, an operand."""
_LEAVES_FROM: Final = words("where group having qualify order limit offset fetch union except intersect minus window")
_CLAUSES: Final = {"where": "after", "group": "output", "having": "output", "qualify": "output", "order": "output", "limit": "count",
                   "offset": "count", "fetch": "count"}  # fmt: skip
_SET_WORDS: Final = words("union except intersect minus")
_JOINS: Final = words("join inner left right full cross natural outer semi anti straight_join")
_BEHIND: Final = words("from as over filter within at")
_OPERATORS: Final = words("and or not is in like ilike glob regexp similar between then else end when")
_NO_OPERAND_BEHIND: Final = words(":: as with at time zone interval group order partition within nulls similar")
_WORDS_BEHIND: Final = {
    "not": words("in like ilike glob regexp between similar null"),
    "(": words("select with where partition order rows range"),
    "case": words("when"),
    "distinct": words("on from"),
}
_BEFORE_JOIN: Final = _JOINS - {"join", "straight_join"}
_ALIAS_IN_WHERE: Final = frozenset({"duckdb", "snowflake", "databricks", "redshift", "bigquery"})
_LITERAL_TYPES: Final = words("date timestamp time")


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


class Scope:
    """Holds an answer's names against what a prompt shows. `strict`: a name that only a later subquery could give is refused."""

    def __init__(self, names: Names, *, strict: bool = True) -> None:
        self.names = names
        self.strict = strict
        self.dialect = names.dialect
        self._no_alias = not_implicit(names.dialect)
        self._behind_star = ["exclude"] * ("exclude" in names.rules.has) + ["except"] * ("except_columns" in names.rules.has)

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

    def is_quoting(self, state: State) -> bool:
        """Whether a string or a quoted name is being written."""
        return state.rest[:1].decode("latin-1") in (*self.names.rules.strings, *self.names.rules.names)

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
            return word, tuple(sorted({*self.names.columns, *state.given, *self.names.table_parts.get((), ())}))
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

    # ------------------------------------------------------------------ lexemes

    def _step(self, state: State, lexeme: Lexeme) -> State | None:
        if state.held and not (lexeme.kind == "string"):
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

    def _word(self, state: State, lexeme: Lexeme) -> State | None:
        word = lexeme.text.lower()
        if isinstance(state.frames[-1], Bracket) and state.frames[-1].kind == "frame":
            return state._replace(after=True)
        if lexeme.follows == "." or state.path:
            return self._name(state, lexeme)
        if state.last in ("::", "as") and self._casts(state):
            return state._replace(after=True, last="type")
        if word in self.names.reserved and not self._expects_name(state):
            return self._keyword(state, word)
        if lexeme.follows == "(" and not self._at_name(state):
            return self._call(state, word)
        if state.unit and is_unit(word):
            return state._replace(unit=False, after=True, last=word)
        if self._is_keyword_here(state, word):
            return self._keyword(state, word)
        if not state.after and word in _LITERAL_TYPES and self._expects_operand(state):
            return state._replace(held=lexeme.text, after=True, last=word)
        return self._name(state, lexeme)

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

    def _clause(self, state: State, word: str, before: State) -> State | None:
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

    # ------------------------------------------------------------------ signs

    def _sign(self, state: State, sign: str) -> State | None:
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

    def _bracket(self, state: State, top: Frame) -> tuple[str, str]:
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

    # ------------------------------------------------------------------ names

    def _name(self, state: State, lexeme: Lexeme) -> State | None:
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

    def _item_done(self, block: Block) -> Block:
        if not block.item:
            return block._replace(item=None)
        return block._replace(outputs=plus(block.outputs, self.names.twins(block.item)), item=None)

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
        if columns is False:
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

    def _named(self, block: Block) -> Block | None:
        """The block with the source that was being named among its sources; None where open references say otherwise."""
        source = block.naming
        if source is None:
            return block
        if source.aliases and any(source.aliases & other.aliases for other in block.sources) and not source.path:
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
        merged = self._with(state._replace(after=True, last="name"), place, block._replace(merged=block.merged | {key}))
        return merged

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

    # ------------------------------------------------------------------ references

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
        elif len(reference.qualifier) > 1 or (found := self._named_relations(state.frames, reference.qualifier)) is None:
            pass
        elif found:
            known = found
        if any(columns is None or wanted <= columns for columns in known):
            return True
        return place > 0 and block.place in ("value", "lateral", "term") and self._bind_outside(state, reference, place) is not None

    def _named_relations(self, frames: Frames, qualifier: Path) -> list[Columns] | None:
        """The columns of tables that have the qualifier for their name; empty where it is an alias of some kind."""
        found = [table.columns for table in self.names.tables.get(qualifier, ())]
        return found + [columns for name, columns in self._ctes(frames) if name == qualifier[0]]

    def _known_relations(self, frames: Frames) -> list[Columns]:
        return [columns for _, columns in self._ctes(frames)] + [table.columns for table in self.names.relations]

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

    # ------------------------------------------------------------------ where the text is

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

    def _settle_held(self, state: State) -> State | None:
        if not state.held:
            return state
        reference = Reference((), self.names.key(state.held))
        free = state._replace(held="", after=False)
        return self._refer(self._operand(free, reference), reference)

    # ------------------------------------------------------------------ words that are not complete

    def _path_may_stand(self, state: State) -> bool:
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
        named = self._named_relations(state.frames, state.path) or []
        wanted = {each.column for each in block.open if each.qualifier == state.path and each.column != STAR}
        found: frozenset[Key] = frozenset()
        for columns in named or self._known_relations(state.frames):
            if columns is None:
                return None
            if wanted <= columns:
                found |= columns
        for source in self._sources_outside(state.frames, place):
            if source.goes_by(state.path):
                if source.columns is None:
                    return None
                found |= source.columns
        return tuple(sorted(found))

    def _sources_outside(self, frames: Frames, place: int) -> list[Source]:
        """What the queries around may lend the one at `place`."""
        found: list[Source] = []
        while place and self._block(frames, place).place in ("value", "lateral", "term"):
            place = self._block_at(frames[:place])
            found += self._block(frames, place).sources
        return found

    def _may_grow(self, state: State) -> bool:
        """Whether the word at the end of the text can become a name that may stand there."""
        text = state.rest.decode("utf-8", "ignore")
        if state.held and text[:1] not in self.names.rules.strings:
            settled = self._settle_held(state)
            if settled is None:
                return False
            state = settled
        if is_cut(state.rest) and self.is_quoting(state) and tail_of(last_part(state.rest)) is None:
            return False
        if self.names.free or not text or not (text[0].isalpha() or text[0] in "_" + self.names.rules.names):
            return True
        if is_cut(state.rest):
            return self._cut_may_grow(state)
        at_table = self._at_table(state)
        quoted = text[0] in self.names.rules.names
        if quoted and len(text) > 1 and text[-1] == ("]" if text[0] == "[" else text[0]) and self._complete_may_stand(state, text):
            return True
        start = (QUOTE + text[1:]) if quoted else text
        if not (self.names.rules.case_matters and quoted) and not (at_table and self.names.exact_tables):
            start = folded(start)
        if at_table:
            return begins(self._tables(state), start) or (not state.path and may_begin(self._in_place_of_table(state), start.lower()))
        if state.path:
            keys = self._columns_of(state)
            return True if keys is None else begins(keys, start) or self._longer_path(state, start)
        top = state.frames[-1]
        if isinstance(top, Bracket) and top.kind in ("names", "using"):
            return may_begin((*self.names.columns, *state.given), start)
        if state.after and not quoted:
            return self._keyword_may_begin(state, start)
        return not self._expects_bare(state) or self._bare_may_begin(state, start)

    def _cut_may_grow(self, state: State) -> bool:
        """Whether a name that ends within a character can become one of the names in reach."""
        if not (self._at_table(state) or state.path or self._expects_bare(state)):
            return self.is_quoting(state)
        start = state.rest[state.rest[:1].decode("latin-1") in self.names.rules.names :].lower()
        known = (
            *self.names.columns,
            *state.given,
            *self.names.table_parts.get(state.path, ()),
            *(name for name, _ in self._ctes(state.frames)),
        )
        return any(key.lstrip(QUOTE).lower().encode().startswith(start) for key in known)

    def _keyword_may_begin(self, state: State, start: str) -> bool:
        """Whether the word behind an operand or a relation can be an alias, or a word of the language that may come now."""
        top = state.frames[-1]
        if (
            not isinstance(top, Block)
            or top.clause not in ("list", "from", "on")
            or state.last in ("as", "::", "type", "interval", "at", "time")
            or state.unit
        ):
            return True
        alias = (top.clause == "list" and state.last not in (STAR, "alias")) or (top.clause == "from" and top.naming is not None)
        if alias and start not in self.names.reserved:
            return True
        fresh = state._replace(rest=b"")
        if top.clause == "list":
            coming = {"alias": ("from",), STAR: ("from", *self._behind_star)}.get(state.last, (*_BEHIND, *_OPERATORS))
        else:
            coming = (*_JOINS, "on", "using", "as", *(_OPERATORS if top.clause == "on" else ()))
        return any(word.startswith(start) and self._step(fresh, Lexeme("word", word, " ")) is not None for word in (*coming, *_LEAVES_FROM))

    def _in_place_of_table(self, state: State) -> tuple[str, ...]:
        return ("select", "with") if isinstance(state.frames[-1], Bracket) else ("lateral",)

    def _complete_may_stand(self, state: State, text: str) -> bool:
        if self._at_table(state) or state.path or self._expects_bare(state):
            return any(self._step(state._replace(rest=b""), Lexeme("name", text, follows)) is not None for follows in (" ", "."))
        return True

    def _longer_path(self, state: State, start: str) -> bool:
        return begins(self.names.table_parts.get(state.path, ()), start)

    def _expects_bare(self, state: State) -> bool:
        """Whether the word is an operand's first: a column, a function, a qualifier or a word of the language."""
        if state.after or state.unit or state.last in _NO_OPERAND_BEHIND or not self._expects_operand(state):
            return False
        top = state.frames[-1]
        return not (isinstance(top, Bracket) and (top.kind != "value" and top.kind != "call"))

    def _bare_may_begin(self, state: State, start: str) -> bool:
        names, top = self.names, state.frames[-1]
        if state.last in ("except", "exclude") and isinstance(top, Block):
            return False
        if names.open_columns or may_begin(names.calls, start):
            return True
        if may_begin(_WORDS_BEHIND.get(state.last, ()), start):
            return True
        if (
            isinstance(top, Bracket)
            and top.kind == "call"
            and (top.name == "over" or (top.name in names.unit_calls and is_unit_start(start)))
        ):
            return True
        if not state.scoped:
            return (
                begins(names.column_list, start)
                or begins(names.table_parts.get((), ()), start)
                or may_begin(state.given, start)
                or names.resembles(start)
                or not self.strict
            )
        place = self._block_at(state.frames)
        while True:
            block = self._block(state.frames, place)
            if self._block_may_begin(state, block, start):
                return True
            if not place or block.place not in ("value", "lateral", "term"):
                return False
            place = self._block_at(state.frames[:place])

    def _block_may_begin(self, state: State, block: Block, start: str) -> bool:
        """Whether a column of one query, a name in front of one, or the name of a list item begins so."""
        outputs, first = block.outputs, block.all_outputs()
        if outputs is None or first is None or may_begin(outputs, start) or may_begin(first, start):
            return True
        if block.clause == "list":
            return self._may_begin_before_from(state, start)
        return any(
            source.columns is None or may_begin((*source.columns, *source.aliases, *source.path[:1]), start) for source in block.sources
        )

    def _may_begin_before_from(self, state: State, start: str) -> bool:
        if not self.strict or begins(self.names.column_list, start) or begins(self.names.table_parts.get((), ()), start):
            return True
        ctes = self._ctes(state.frames)
        return any(
            columns is None or name.startswith(start) or may_begin(columns, start) for name, columns in ctes
        ) or self.names.resembles(start)


def is_unit_start(start: str) -> bool:
    """Whether a unit of time begins so."""
    from sqlcoder_core.decoding.constrain.words import LOOSE_UNITS

    return any(unit.startswith(start) for unit in LOOSE_UNITS)
