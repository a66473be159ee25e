"""Stored values that a question means by other words, where nothing else claims them: "films" for a stored `movie`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.linking.grounding import ValueIndex
from sqlcoder_core.linking.kin_words import may_have_kin, near_words
from sqlcoder_core.linking.tokens import Token
from sqlcoder_core.linking.wordnet import is_verb
from sqlcoder_core.values.catalog import ValueHit
from sqlcoder_core.values.linked import Match

_CLAIMED = 0.4
_SCORE = 0.86
"""As much as a stored value whose stem was said."""


def kin_values(tokens: Sequence[Token], index: ValueIndex, found: Sequence[Match]) -> tuple[Match, ...]:
    """Matches of single words that `found` leaves unexplained, with the one column that has a value of the same meaning or root."""
    claimed = {at for match in found if match.score >= _CLAIMED for at in range(match.start, match.end)}
    free = ((at, token) for at, token in enumerate(tokens) if at not in claimed and token.kind == "word" and not token.capital)
    return tuple(_match(at, token, hit, how) for at, token in free for hit, how in _hits(token, index))


def _hits(token: Token, index: ValueIndex) -> Iterator[tuple[ValueHit, str]]:
    if not may_have_kin(token.lemma) or is_verb(token.lower):
        # What is done is no value: "bought" is not an acquisition by purchase.
        return
    for word, how in near_words(token.lemma):
        hits = index.exact.get((word,), []) if len(word) > 2 else []
        if len({(hit.table.key, hit.column) for hit in hits}) == 1:
            yield hits[0], how
            return


def _match(at: int, token: Token, hit: ValueHit, how: str) -> Match:
    return Match(
        start=at,
        end=at + 1,
        phrase=token.text,
        kind="value",
        score=_SCORE,
        table=hit.table,
        column=hit.column,
        value=hit.value,
        how=f"stored value, by a {how}",
    )
