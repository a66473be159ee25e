"""Texts that no row holds: the nearest stored value, where one is clearly nearest."""

from __future__ import annotations

from collections.abc import Iterator

from sqlcoder_core.sql.mending.case import Case
from sqlcoder_core.sql.mending.edits import Edit
from sqlcoder_core.sql.mending.likeness import words
from sqlcoder_core.sql.mending.proposed import Mended
from sqlcoder_core.sql.soundness.finding import span
from sqlcoder_core.sql.soundness.literals import Sought, is_stored, nearest_values, sought_texts, stored_texts
from sqlcoder_core.values.catalog import Catalog

_LEAST = 80.0
_LEAD = 8.0


def stored_values(case: Case) -> Iterator[Mended]:
    """`status = 'complete'` -> `status = 'completed'`: another case or inflection, or a slip, of one stored value."""
    reading = case.reading
    if reading is None or not case.has("literal-unknown", "literal-unseen"):
        return
    edits: list[Edit] = []
    notes: list[str] = []
    for sought in sought_texts(reading):
        right = None if is_stored(sought, reading.catalog) else _meant(sought, reading.catalog)
        if right is not None:
            quoted = "'{}'".format(right.replace("'", "''"))
            edits.append(Edit(*span(sought.literal, reading.text), quoted))
            notes.append(f"{sought.literal.name!r} -> {right!r}")
    if edits:
        yield case.with_edits(edits, ", ".join(dict.fromkeys(notes)))


def _meant(sought: Sought, catalog: Catalog) -> str | None:
    """The one value that was surely meant."""
    fact, text = sought.owned.fact, sought.literal.name
    known = stored_texts(fact.values) if fact else []
    same = [value for value in known if value.casefold() == text.casefold()] or [value for value in known if words(value) == words(text)]
    if len(same) == 1:
        return same[0]
    if fact is None or not fact.values_complete:
        # What was not seen in a sample may be stored all the same.
        return None
    from rapidfuzz import fuzz, process

    ranked = process.extract(text, known, scorer=fuzz.ratio, processor=str.casefold, limit=2, score_cutoff=0)
    if ranked and ranked[0][1] >= _LEAST and (len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _LEAD):
        return str(ranked[0][0])
    near = nearest_values(sought, catalog, 88.0)
    return near[0] if len(near) == 1 else None
