"""The text `ref('x')` or `source('a', 'b')` in, the manifest's identifiers it can mean out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

_CALL = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
_ARGUMENT = re.compile(r"""(?:(\w+)\s*=\s*)?(?:'([^']*)'|"([^"]*)"|(\d[\w.]*))""")
_MODEL = re.compile(r"(?:model|seed|snapshot)\.([^.]+)\.(.+?)(?:\.v([^.]+))?")
_SOURCE = re.compile(r"source\.([^.]+)\.([^.]+)\.(.+)")


class References:
    """Looks references up among the manifest's identifiers, which carry package, name and version."""

    def __init__(self, uids: Iterable[str]) -> None:
        self._models: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
        self._sources: dict[tuple[str, str], list[str]] = defaultdict(list)
        for uid in uids:
            if match := _MODEL.fullmatch(uid):
                self._models[match[2]].append((uid, match[1], match[3]))
            elif match := _SOURCE.fullmatch(uid):
                self._sources[match[2], match[3]].append(uid)

    def find(self, text: str | None, near: Sequence[str] | None = None) -> tuple[str, ...]:
        """What the first reference in `text` can mean; those in `near` (`depends_on.nodes`, in no order) win where there are any."""
        call = _CALL.search(text or "")
        if call is None:
            return ()
        given = [(key, single or double or number) for key, single, double, number in _ARGUMENT.findall(call[2])]
        plain = [value for key, value in given if not key]
        found = self._source(plain) if call[1] == "source" else self._model(plain, dict(given))
        return tuple(uid for uid in found if uid in (near or ())) or tuple(found)

    def _source(self, plain: list[str]) -> list[str]:
        return self._sources.get((plain[0], plain[1]), []) if len(plain) == 2 else []

    def _model(self, plain: list[str], named: dict[str, str]) -> list[str]:
        if not plain:
            return []
        package = plain[0] if len(plain) > 1 else None
        version = named.get("v") or named.get("version")
        return [
            uid
            for uid, owner, number in self._models.get(plain[-1], [])
            if (package is None or owner == package) and (version is None or version == number)
        ]
