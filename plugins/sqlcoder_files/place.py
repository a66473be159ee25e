"""Where a sink writes: the named file, whole or not at all, or the stream it was given."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from sqlcoder_core.api import Destination, Settings, Sink, WholeFile


class PlaceSettings(Settings):
    """What all sinks of this package can be told."""

    path: Path | None = Field(None, description="The file to write; --out and `--sink NAME:FILE` win over it.")


def chosen_path(destination: Destination, settings: PlaceSettings) -> Path | None:
    """The file that was asked for: `--out`, then `--sink NAME:FILE`, then the configuration; None means the stream."""
    named = Path(destination.argument).expanduser() if destination.argument else None
    return destination.path or named or settings.path


class TextSink(Sink):
    """Base of sinks that write text. A file to which nothing was put is not written, and an older one stays."""

    Settings: ClassVar[type[Settings]] = PlaceSettings

    def open(self, destination: Destination) -> None:
        super().open(destination)
        path = chosen_path(destination, self.settings)
        self._file = WholeFile(path) if path else None
        self._used = False

    @property
    def terminal(self) -> bool:
        """Somebody is looking at this right now."""
        return self.destination.terminal and self._file is None

    @property
    def colour(self) -> bool:
        """Colours are wanted and understood."""
        return self.destination.colour and self._file is None

    @property
    def unicode(self) -> bool:
        """Box characters can be written."""
        encoding = getattr(self.destination.stream, "encoding", None) or "utf-8"
        return self._file is not None or encoding.lower().replace("-", "").startswith("utf")

    def put(self, text: str) -> None:
        """Write text; on a stream it is there at once."""
        self._used = True
        if self._file is not None:
            self._file.write(text)
        else:
            self.destination.stream.write(text)
            self.destination.stream.flush()

    def close(self) -> None:
        if self._file is None:
            return
        if self._used:
            self._file.commit()
        else:
            self._file.discard()
