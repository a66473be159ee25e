"""For tests of plugins: stand-ins for what the core hands over, and rows judged by value."""

from sqlcoder_core.testing.components import build_component, text_written
from sqlcoder_core.testing.expected_rows import ExpectedRows, mismatch
from sqlcoder_core.testing.fakes import FakeProbe, fake_answer, fake_candidate, fake_linked, fake_table

__all__ = [
    "ExpectedRows",
    "FakeProbe",
    "build_component",
    "fake_answer",
    "fake_candidate",
    "fake_linked",
    "fake_table",
    "mismatch",
    "text_written",
]
