"""Names that a question means by other words, where nothing else claims them: "policyholders" said for customers, "meter" for `mtr`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from sqlcoder_core.linking.kin_words import OF_THINGS, Kin, NameWords, kin_of
from sqlcoder_core.linking.spans import NameIndex, Target, matched
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.values.linked import Match

_CLAIMED = 0.6
"""Score from which a name, and a little below which a stored value, is taken to be what a word means."""
_LONGEST = 3
_MOST_WAYS = 12
_NAME_SCORE = {1: 0.7, 2: 0.75, 3: 0.75}
"""How well the other words must name something, by how many words they are."""


def kin_matches(tokens: Sequence[Token], index: NameIndex, found: Sequence[Match]) -> tuple[Match, ...]:
    """Matches of words that `found` leaves unexplained, by their kin; each scores less than the name itself would."""
    claimed = {at for match in found if match.score >= _CLAIMED for at in range(match.start, match.end)}
    names = index.words()
    kin = {at: ways for at in range(len(tokens)) if at not in claimed and (ways := _kin(tokens[at], names))}
    return tuple(
        matched(tokens, start, end, target)
        for start in range(len(tokens))
        for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1)
        if any(at in kin for at in range(start, end)) and _may_name(tokens[start:end])
        for target in _targets(tokens[start:end], start, kin, index)
    )


def _may_name(span: Sequence[Token]) -> bool:
    """Words only, and no "of" or "the" at the edges, which would only make it longer."""
    edges = {span[0].lower, span[-1].lower}
    return all(token.kind == "word" for token in span) and not edges & {"of", "the", "a", "an", "in", "for"}


def _kin(token: Token, names: NameWords) -> tuple[Kin, ...]:
    return kin_of(token.lemma, names) or (kin_of(token.lower, names) if token.kind == "word" and token.lower != token.lemma else ())


def _targets(span: Sequence[Token], start: int, kin: dict[int, tuple[Kin, ...]], index: NameIndex) -> Iterator[Target]:
    choices = [kin.get(start + at) or (Kin(token.lemma, 1.0, ""),) for at, token in enumerate(span)]
    for ways in islice(product(*choices), _MOST_WAYS):
        weight = min(way.weight for way in ways)
        how = next(way.how for way in ways if way.how)
        found = index.find(tuple(way.word for way in ways))
        targets = [target for target in found if _is_name(target, len(span)) and (target.kind == "table" or how not in OF_THINGS)]
        for target in _few(targets):
            yield replace(target, score=target.score * weight, how=f"{target.how}, by a {how}")


def _is_name(target: Target, length: int) -> bool:
    """Names as they are: what is kin to a synonym need not be kin to the name."""
    return target.score >= _NAME_SCORE[length] and "synonym" not in target.how


def _few(targets: list[Target]) -> list[Target]:
    """None where several tables, or many columns, would be meant: kin is no reason to prefer one."""
    tables = {target.table for target in targets if target.kind == "table"}
    columns = {(target.table, target.column) for target in targets if target.kind == "column"}
    return [target for target in targets if (len(tables) <= 1 or target.kind != "table") and (len(columns) <= 3 or target.kind != "column")]
