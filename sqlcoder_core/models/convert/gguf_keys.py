"""Numbers that a GGUF header says under its architecture's own prefix."""

from __future__ import annotations

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.convert.gguf_header import GgufHeader


class GgufKeys:
    """Key-values by their names without the prefix (`block_count`). Raises ModelError for those that are missing or no numbers."""

    def __init__(self, header: GgufHeader) -> None:
        self._header = header

    def number(self, name: str, otherwise: int | None = None) -> int:
        """A whole number."""
        return int(self._found(name, otherwise))

    def real(self, name: str, otherwise: float | None = None) -> float:
        """The shortest decimal that float32 stores as this number: 1e-5, where the file says 9.999999747378752e-06."""
        import numpy as np

        return float(str(np.float32(self._found(name, otherwise))))

    def text(self, name: str) -> str | None:
        """A text, where there is one."""
        found = self._header.metadata.get(f"{self._header.architecture}.{name}")
        return found if isinstance(found, str) else None

    def fail(self, what: str) -> ModelError:
        """The error that says what of this file is not converted."""
        return ModelError(what, place=str(self._header.path), hint="fetch the model in the format that you need")

    def _found(self, name: str, otherwise: float | None) -> float:
        key = f"{self._header.architecture}.{name}"
        if key in self._header.arrays:
            raise self.fail(f"layers of different shapes ({key} is a list) are not converted")
        found = self._header.metadata.get(key, otherwise)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.fail(f"the header says nothing usable about {key}" if found is not None else f"the header lacks {key}")
        number: float = found
        return number
