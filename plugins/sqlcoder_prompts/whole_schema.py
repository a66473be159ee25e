"""The whole catalog as one text that all questions share, where it fits into a share of the room; kept between questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sqlcoder_core.api import Ask, Catalog, Room
from sqlcoder_prompts.content import Content, whole_content
from sqlcoder_prompts.dropping import NoRoom, fit, rungs_for_all
from sqlcoder_prompts.names import Names
from sqlcoder_prompts.plain import Plain
from sqlcoder_prompts.settings import SharingSettings
from sqlcoder_prompts.stored_values import Amounts

_LEAST_TOKENS = 12
"""A table with a column or two takes more than so many; a catalog with more tables than that allows is not even read."""
_KEPT = 4


@dataclass(frozen=True, slots=True)
class Whole:
    """All tables as a prompt shows them; `text` is what they were rendered to, `tokens` its length."""

    content: Content
    names: Names
    text: str
    dropped: tuple[str, ...]


Render = Callable[[Content, Names, Plain], str]


class WholeSchemas:
    """Renders whole catalogs, each once for a model and a length."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Whole | None] = OrderedDict()

    def get(self, ask: Ask, room: Room, settings: SharingSettings, render: Render) -> Whole | None:
        """The catalog in at most `settings.share` of the room's tokens; None where it does not fit, or where there is none.

        `render` must depend on nothing but the catalog, the dialect and the clock.
        """
        catalog = ask.catalog
        tokens = int(room.tokens * settings.share)
        if catalog is None or not len(catalog) or len(catalog) * _LEAST_TOKENS > tokens:
            return None
        key = (catalog.content_hash or id(catalog), ask.dialect, ask.clock, room.model, room.values, tokens)
        if key not in self._kept:
            self._kept[key] = _fitted(ask, catalog, room, tokens=tokens, settings=settings, render=render)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _fitted(ask: Ask, catalog: Catalog, room: Room, *, tokens: int, settings: SharingSettings, render: Render) -> Whole | None:
    plain = Plain(room)
    content = whole_content(catalog, Amounts.of(settings, room), behind=settings.behind)
    names = Names(ask.dialect, catalog.default_schema, (table.name for table in content.tables), plain)
    try:
        fitted = fit(rungs_for_all(content), lambda content: render(content, names, plain), room, tokens=tokens)
    except NoRoom:
        return None
    return Whole(fitted.content, names, fitted.text, fitted.dropped)
