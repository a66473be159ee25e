"""Text laid out for a terminal: aligned tables, wrapped sentences, styles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_GAP = 2
_LEAST = 8
"""A name is not cut below this many cells, even where the table then is wider than the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a table: the first cell is a name, the others stand at the right of their columns. `rule`: a line with a name on it."""

    cells: tuple[str, ...]
    style: str = ""
    rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How wide the terminal is and what it can show."""

    width: int
    colour: bool = False
    unicode: bool = True

    @property
    def dot(self) -> str:
        """What stands between facts on one line."""
        return " · " if self.unicode else ", "

    @property
    def arrow(self) -> str:
        """From before to after."""
        return "→" if self.unicode else "->"

    def paint(self, text: str, style: str) -> str:
        """Styled text; plain where there is no colour, no text or no style."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text and style else text

    def wrapped(self, text: str, indent: str = "") -> list[str]:
        """Lines that fit, broken between words where words are short enough, all but the first indented."""
        return wrap(text, max(self.width, 20), subsequent_indent=indent, break_on_hyphens=False) or [""]

    def drawn(self, lines: Sequence[Line]) -> Iterator[str]:
        """The table; names too long for the terminal are cut, numbers never."""
        from rich.cells import cell_len

        full = [line.cells for line in lines if not line.rule]
        widths = [max(cell_len(cells[place]) for cells in full) for place in range(1, len(full[0]))]
        longest = max(cell_len(cells[0]) for cells in full)
        gap = _GAP if longest + sum(widths) + _GAP * len(widths) <= self.width else 1
        space = self.width - sum(widths) - gap * len(widths)
        first = min(longest, max(space, _LEAST))
        total = first + sum(widths) + gap * len(widths)
        for line in lines:
            if line.rule:
                yield self.paint(self._rule(line.cells[0], total), "dim")
            else:
                numbers = (text.rjust(width + gap) for text, width in zip(line.cells[1:], widths, strict=True))
                yield self.paint((self.fitted(line.cells[0], first) + "".join(numbers)).rstrip(), line.style)

    def fitted(self, text: str, width: int) -> str:
        """Text of exactly that many terminal cells."""
        from rich.cells import cell_len, set_cell_size

        mark = "…" if self.unicode else "~"
        return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + mark

    def _rule(self, name: str, total: int) -> str:
        stroke = "─" if self.unicode else "-"
        return f"{name} {stroke * max(total - len(name) - 1, 1)}" if name else stroke * total
