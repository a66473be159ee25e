"""Models and their facts as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlcoder_core.models.listing import Listed
    from sqlcoder_core.models.store import Entry


def list_cells(row: Listed) -> tuple[str, ...]:
    """One row of `models list`."""
    return (
        row.name,
        row.kind or ("no" if row.published else "unpublished"),
        row.precision or "-",
        _size(row.size) if row.size else "-",
        _size(row.need) if row.need else "-",
        {True: "yes", False: "no", None: "-"}[row.fits],
        row.prompt,
        row.summary or row.source or row.path or "",
    )


def fact_lines(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What `models info` prints: a word and what is to be said, without what is not known."""
    words = {"need": "memory needed", "trained_on": "trained on", "chat_template": "chat template", "writes_sql": "writes SQL"}
    for key, value in facts.items():
        word = words.get(key, key)
        if value is None or value in ("", (), {}) or (key == "need" and facts.get("needs")) or (key == "published" and value):
            continue
        if isinstance(value, bool):
            yield word, "yes" if value else "no"
        elif key in ("size", "need"):
            yield word, _size(value)
        elif key == "needs":
            yield "memory needed", ", ".join(f"{_size(need)} in {precision}" for precision, need in value.items())
        elif isinstance(value, int):
            yield word, f"{value:,}{' tokens' if key == 'context' else ''}"
        else:
            yield word, ", ".join(value) if isinstance(value, list | tuple) else str(value)


def entry_words(entry: Entry) -> str:
    """A model of the store in a few words."""
    return f"{entry.name}: {entry.kind}{f' {entry.variant}' if entry.variant else ''}, {_size(entry.size)}"


def _size(count: int) -> str:
    from sqlcoder_core.models.download import size_text

    return size_text(count)
