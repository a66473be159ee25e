"""What people say about tables and columns under `meta:` that SQLCoder reads.

    meta:                     # or config: {meta: ...}; on models, sources, seeds, columns, dimensions, metrics
      synonyms: [client, buyer]      # a list, or text with commas; `label:` counts as a synonym too
      sqlcoder:
        synonyms: [purchaser]        # the same, where `meta.synonyms` belongs to another tool
        description: what we say instead of the documentation's text
        hidden: true                 # not shown, not sampled, not to be queried
        rank: 1.5                    # tables: how likely people ask for it; 1.0 is ordinary

`config.meta` wins over `meta` key by key. In Fusion every column inherits its model's meta and tags, so whatever a column
has in common with its model says nothing about the column and is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlcoder_dbt.artifacts import Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The keys above, read."""

    synonyms: tuple[str, ...] = ()
    description: str | None = None
    hidden: bool = False
    rank: float | None = None


NOTHING = Notes()


def notes(top: Meta | None, config: Meta | None, *, inherited: Meta | None = None) -> Notes:
    """What the two places say, without what is `inherited`."""
    merged = merged_meta(top, config)
    if merged is None:
        return NOTHING
    over = inherited or Meta()
    own = None if merged.sqlcoder == over.sqlcoder else merged.sqlcoder
    own = own if isinstance(own, dict) else {}
    plain = [*(words(merged.synonyms) if merged.synonyms != over.synonyms else ()), *words(own.get("synonyms"))]
    label = merged.label if isinstance(merged.label, str) and merged.label != over.label else None
    return Notes(
        synonyms=tuple(dict.fromkeys([*plain, *([label] if label else [])])),
        description=own["description"] if isinstance(own.get("description"), str) else None,
        hidden=own.get("hidden") is True,
        rank=float(own["rank"]) if isinstance(own.get("rank"), int | float) else None,
    )


def merged_meta(top: Meta | None, config: Meta | None) -> Meta | None:
    """One meta of two; None when neither says anything."""
    if top is None or config is None or top == config:
        merged = config if top is None else top
    else:
        merged = Meta(
            sqlcoder=top.sqlcoder if config.sqlcoder is None else config.sqlcoder,
            synonyms=top.synonyms if config.synonyms is None else config.synonyms,
            label=top.label if config.label is None else config.label,
        )
    return merged if merged is not None and (merged.sqlcoder or merged.synonyms or merged.label) else None


def words(value: object) -> tuple[str, ...]:
    """A list of text, or text with commas, as a tuple; anything else is nothing."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return ()
    return tuple(text for text in (str(each).strip() for each in value if isinstance(each, str | int | float)) if text)
