"""A statement that is being written in, the tokens that complete it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import Any, Final

from sqlcoder_core.decoding.constrain import blocks
from sqlcoder_core.decoding.constrain.blocks import STAR, Block, Reference
from sqlcoder_core.decoding.constrain.lexemes import is_cut, last_part, tail_of
from sqlcoder_core.decoding.constrain.names import QUOTE, Columns, Key, Names, folded, starting
from sqlcoder_core.decoding.constrain.places import State
from sqlcoder_core.decoding.constrain.scope import Scope
from sqlcoder_core.decoding.constrain.tokens import Vocabulary
from sqlcoder_core.decoding.constrain.words import words

_FUEL: Final = 6000
"""Pieces that are tried before a closing counts as not found."""
_DEEPEST: Final = 5
"""Pieces of which the part of a closing that closes one bracket is made at most."""
_FIRST: Final = (")", " END", " THEN 1 END", " THEN 1")
_LAST: Final = (
    "1", " 1", "*", "x", " x", " AS x", "() OVER ()", "(1)", " (1)", "(1, 1)", "(1, 1, 1)", "(day, 1, 1)", "(1, day)", "(1, 1, day)",
    "(1, INTERVAL 1 day)", "()", " ()", " OVER ()", " NULL", " day", " year", "year", " BY 1", " LAST", " AND 1", " IN (1)", "= 1", "|1",
    "||1", " JOIN x", " ON 1 = 1", " ROWS ONLY", " ONLY", " ROW", " 1 ROWS ONLY", " FIRST 1 ROWS ONLY", " PRECEDING", " 1 PRECEDING",
    " AND CURRENT ROW", " UNBOUNDED PRECEDING", " GROUP (ORDER BY 1)", " (ORDER BY 1)", " ORDER BY 1", "ORDER BY 1", " (WHERE 1 = 1)",
    " WHERE 1 = 1", "WHERE 1 = 1", ", 1", ",1", ", 1 day", ", INTERVAL 1 day", ", INTERVAL '1' day", ", INTERVAL '1 day'", ",'a'",
    ", 'a'", "'a'", " 'a'", " TIME ZONE 'UTC'", " ZONE 'UTC'", " TO 'a'", " '1 day'", "'1 day'", " '1'", " '2024-01-01'", " AS date",
    " date", "date", " AS text", " text", "text", " AS char", " char", "char", ":date", " AS string", " string", " AS (SELECT 1)",
    " SELECT 1", "SELECT 1", " (SELECT 1)", "(SELECT 1)", " ALL SELECT 1", "(x)", " (x)", " USING (x)", " DISTINCT SELECT 1",
    " MATERIALIZED (SELECT 1)", " ROLLUP", " WHEN 1 THEN 1 END", " WHEN 1", " JOIN", " ON 1", " FROM 1", "(", " (", ".", "`", "``", " ",
)  # fmt: skip
_DATE: Final = b"'2024-01-01'"
_IN_TEXT: Final = (b" day'", b"day'", b"1", b"-", b"0", b":", b" ")
_WORD_START: Final = re.compile(r"\w")
_WORD_END: Final = re.compile(rb"[A-Za-z0-9_\x80-\xff]\Z")


class Closing:
    """Finds closings for one prompt's names and one vocabulary. What it returns has been walked through grammar and scope."""

    def __init__(self, names: Names, scope: Scope, vocabulary: Vocabulary) -> None:
        self.names, self.scope, self.vocabulary = names, scope, vocabulary
        self._fuel = 0
        self._spelled: dict[bytes, tuple[int, ...] | None] = {}

    def find(self, matcher: Any, state: State) -> tuple[int, ...] | None:
        """The tokens that complete the text, its end not counted; None where none was found. They are few, if not the fewest."""
        found: tuple[int, ...] = ()
        self._fuel = _FUEL
        while not self._is_done(matcher, state):
            stage = self._stage(matcher, state)
            if stage is None:
                return None
            tokens, matcher, state = stage
            found += tokens
        return found

    def _is_done(self, matcher: Any, state: State) -> bool:
        return bool(matcher.is_accepting()) and self.scope.finish(state)

    def _stage(self, matcher: Any, state: State) -> tuple[tuple[int, ...], Any, State] | None:
        """A few pieces that close one bracket, one CASE, or the statement; as few as can be."""
        for pieces in range(1, _DEEPEST + 1):
            found = self._walk(matcher, state, pieces, len(state.frames))
            if found is not None:
                return found
        return None

    def _walk(self, matcher: Any, state: State, pieces: int, brackets: int) -> tuple[tuple[int, ...], Any, State] | None:
        for piece in self._pieces(matcher, state):
            tokens = self._encode(piece)
            self._fuel -= 1
            if self._fuel < 0:
                return None
            after = self._after(matcher, state, piece, tokens) if tokens else None
            if tokens is None or after is None:
                continue
            if len(after[1].frames) < brackets or (piece.endswith(b" END") and self._is_word(after[0])) or self._is_done(*after):
                return tokens, *after
            found = self._walk(*after, pieces - 1, brackets) if pieces > 1 else None
            if found is not None:
                return tokens + found[0], found[1], found[2]
        return None

    def _is_word(self, matcher: Any) -> bool:
        """Whether the word at the end is complete, not the beginning of a name."""
        return bool(matcher.validate_tokens(list(self._encode(b" ") or ())))

    def _after(self, matcher: Any, state: State, piece: bytes, tokens: tuple[int, ...]) -> tuple[Any, State] | None:
        if matcher.validate_tokens(list(tokens)) < len(tokens):
            return None
        grown = self.scope.advance(state, piece)
        if grown is None:
            return None
        moved = matcher.deep_copy()
        return (moved, grown) if moved.consume_tokens(list(tokens)) else None

    def _encode(self, piece: bytes) -> tuple[int, ...] | None:
        if piece not in self._spelled:
            if len(self._spelled) > 20_000:
                self._spelled.clear()
            self._spelled[piece] = self.vocabulary.encode(piece)
        return self._spelled[piece]

    # ------------------------------------------------------------------ what may help, likeliest first

    def _pieces(self, matcher: Any, state: State) -> Iterator[bytes]:
        rest = state.rest
        opened = rest[:1].decode("latin-1")
        if is_cut(rest):
            yield from self._cut_names(state)
            yield tail_of(last_part(rest)) or b""
        elif opened and opened in self.names.rules.strings and not _is_closed(rest):
            yield from (rest[:1], _DATE[len(rest) :], *_IN_TEXT)
        elif opened and opened in self.names.rules.names and not _is_closed(rest):
            yield from (piece.encode() for piece in self._names(state))
            yield from (b"x", b"]" if opened == "[" else rest[:1])
        else:
            # A word that stands there is made longer on purpose only, by what completes it.
            grows = bool(_WORD_END.search(rest))
            yield from (piece.encode() for piece in (*_FIRST, *self._sources(state)))
            yield from (piece.encode() for piece in self._names(state))
            for piece in _LAST:
                if not (grows and _WORD_START.match(piece)):
                    yield piece.encode()
            forced = matcher.compute_ff_bytes()
            if forced:
                yield forced
            yield from (piece.encode() for piece in self._words(state))

    def _sources(self, state: State) -> Iterator[str]:
        """What FROM lacks for the open references of the innermost query."""
        flushed = self.scope.flushed(state)
        block = flushed.frames[-1] if flushed is not None else None
        if flushed is None or not isinstance(block, Block) or block.clause not in ("list", "from", "on"):
            return
        state = flushed
        if block.naming is not None:
            block = self.scope.with_named(block)
        lacking = [each for each in block.open if not blocks.holders(block, each) and not self._is_outside(state, each)]
        if block.clause == "from" and not state.after:
            yield from (f"{blank}{text}" for text in self._first_source(block, lacking) for blank in (" ", ""))
            return
        texts = list(self._lacking(state, lacking))
        if not texts and block.clause == "list":
            texts = [*self._shortest_tables[:1], "(SELECT 1) AS x"][:1]
        if not texts:
            return
        lead = " FROM " if block.clause == "list" else " CROSS JOIN "
        yield lead + " CROSS JOIN ".join(texts)
        yield lead + " NATURAL JOIN ".join(texts)
        yield lead + texts[0]
        yield " NATURAL JOIN " + texts[0]

    def _is_outside(self, state: State, reference: Reference) -> bool:
        return self.scope.is_outside(state, reference)

    def _first_source(self, block: Block, lacking: list[Reference]) -> Iterator[str]:
        yield from self._lacking(None, lacking)
        yield from self._shortest_tables[:4]
        yield "(SELECT 1) AS x"

    def _lacking(self, state: State | None, lacking: list[Reference]) -> Iterator[str]:
        """One source for each name in front of columns, and one for as many bare columns as it has."""
        covered: list[Columns] = []
        for qualifier in dict.fromkeys(each.qualifier for each in lacking if each.qualifier):
            wanted = {each.column for each in lacking if each.qualifier == qualifier and each.column != STAR}
            text, columns = self._source_for(state, qualifier[-1], qualifier, wanted)
            covered.append(columns)
            yield text
        bare = {each.column for each in lacking if not each.qualifier}
        bare -= {key for key in bare if any(columns is not None and key in columns for columns in covered)}
        while bare:
            text, columns = self._source_for(state, "", (), bare)
            yield text
            bare -= columns or bare

    def _source_for(self, state: State | None, alias: Key, qualifier: tuple[Key, ...], wanted: set[Key]) -> tuple[str, Columns]:
        named = self.names.tables.get(qualifier, ())
        if named and (named[0].columns is None or wanted <= named[0].columns):
            return named[0].text, named[0].columns
        for name, columns in self.scope.table_expressions(state) if state is not None else ():
            if (not alias or name == alias) and (columns is None or wanted <= columns):
                return blocks.plain_text(name, self.names), columns
        best = max(self.names.relations, key=lambda each: (len(wanted & (each.columns or frozenset())), -len(each.text)), default=None)
        behind = f" AS {blocks.plain_text(alias, self.names)}" if alias else ""
        if best is not None and best.columns is not None and wanted & best.columns and (not alias or wanted <= best.columns):
            return best.text + behind, best.columns
        given = ", ".join(f"1 AS {blocks.plain_text(key, self.names)}" for key in sorted(wanted)) or "1"
        return f"(SELECT {given}){behind or ' AS x'}", frozenset(wanted)

    @cached_property
    def _shortest_tables(self) -> list[str]:
        return sorted((table.text for table in self.names.relations), key=len)

    def _names(self, state: State) -> Iterator[str]:
        """Names that stand where a name is half written or due, the shortest first."""
        visible = self.scope.candidates(state)
        if visible is None:
            return
        word, keys = visible
        quoted = word[:1] in self.names.rules.names and bool(word)
        start = QUOTE + word[1:] if quoted else word
        exact = self.names.rules.case_matters and quoted
        start = start if exact or self.names.exact_tables else folded(start)
        near = islice(starting(keys, start) if start else (key for key in keys if not key.startswith(QUOTE)), 64)
        found = sorted(near, key=len)[:6]
        for key in found:
            close = ("]" if word[0] == "[" else word[0]) if quoted else ""
            yield key[len(start) :] + close
            if not word:
                yield " " + key
        if not word and not found:
            yield from (blocks.plain_text(key, self.names) for key in sorted(keys, key=len)[:4])

    def _cut_names(self, state: State) -> Iterator[bytes]:
        """Ends of names that stand there as far as a part of a character."""
        quoted = state.rest[:1].decode("latin-1") in self.names.rules.names
        start = state.rest[quoted:].lower()
        keys = (key.lstrip(QUOTE).encode() for key in (*self.names.columns, *self.names.table_parts.get(state.path, ()), *state.given))
        for key in sorted({key for key in keys if key.lower().startswith(start)}, key=len)[:6]:
            yield key[len(start) :]

    def _words(self, state: State) -> Iterator[str]:
        """Ends of words of the language, of which a part stands there."""
        word = state.rest.decode("utf-8", "ignore").lower()
        if not word or not word[0].isalpha():
            return
        found = sorted(
            (each for each in (*self.names.calls, *self.names.reserved, *_MORE_WORDS) if each.startswith(word) and each != word), key=len
        )
        for each in found[:12]:
            yield each[len(word) :]


_MORE_WORDS: Final = words("""
    over filter within partition by preceding following unbounded row rows range nulls last first only offset zone time materialized exclude
    escape day month year hour week quarter minute second date integer int64 signed text string next separator at
""")


def _is_closed(rest: bytes) -> bool:
    close = b"]" if rest[:1] == b"[" else rest[:1]
    return len(rest) > 1 and rest.endswith(close) and rest.count(close) % 2 == (1 if close == b"]" else 0)
