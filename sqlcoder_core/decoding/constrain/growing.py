"""The word at the end of a text, whether it can still become something that may stand there."""

from __future__ import annotations

from typing import Final

from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Bracket
from sqlcoder_core.decoding.constrain.lexemes import Lexeme, is_cut, last_part, tail_of
from sqlcoder_core.decoding.constrain.names import QUOTE, begins, folded, is_unit_start, may_begin
from sqlcoder_core.decoding.constrain.places import State
from sqlcoder_core.decoding.constrain.stepping import Stepping
from sqlcoder_core.decoding.constrain.words import words

_LEAVES_FROM: Final = words("where group having qualify order limit offset fetch union except intersect minus window")
_JOINS: Final = words("join inner left right full cross natural outer semi anti straight_join")
_BEHIND: Final = words("from as over filter within at")
_OPERATORS: Final = words("and or not is in like ilike glob regexp similar between then else end when")
_WORDS_BEHIND: Final = {
    "not": words("distinct in like ilike glob regexp between similar null"),
    "(": words("distinct select with where partition order rows range"),
    "case": words("when"),
    "select": words("all distinct"),
    "by": words("all cube grouping rollup"),
    "is": words("distinct not null true false"),
    **dict.fromkeys(("=", "<", ">", "<=", ">=", "<>", "!="), words("all any")),
    "distinct": words("on from"),
}


class Growing(Stepping):
    """The parts that look at words that are not complete."""

    def _may_grow(self, state: State) -> bool:  # noqa: PLR0911 - one early answer for each kind of place
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

    def _complete_may_stand(self, state: State, text: str) -> bool:
        if self._at_table(state) or state.path or self._expects_bare(state):
            return any(self._step(state._replace(rest=b""), Lexeme("name", text, follows)) is not None for follows in (" ", "."))
        return True

    def _longer_path(self, state: State, start: str) -> bool:
        return begins(self.names.table_parts.get(state.path, ()), start)

    def _bare_may_begin(self, state: State, start: str) -> bool:  # noqa: PLR0911 - one early answer for each kind of place
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
