"""For tests of plugins: stand-ins for what the core hands over, rows judged by value, contracts to hold components to.

Loaded when first used, so that the engine in numpy (`sqlcoder_core.testing.tree_session`) brings nothing else into a model's process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcoder_core.testing.components import build_component, model_answers, text_written
    from sqlcoder_core.testing.expected_rows import ExpectedRows, mismatch
    from sqlcoder_core.testing.fakes import FakeProbe, fake_answer, fake_ask, fake_candidate, fake_linked, fake_room, fake_table

_HOMES = {
    "components": ("build_component", "model_answers", "text_written"),
    "expected_rows": ("ExpectedRows", "mismatch"),
    "fakes": ("FakeProbe", "fake_answer", "fake_ask", "fake_candidate", "fake_linked", "fake_room", "fake_table"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
