from __future__ import annotations

from pathlib import Path

from sqlcoder_house_rules.html import HtmlSink

from sqlcoder_core.testing import build_component, fake_answer, text_written


def test_rows_become_a_table_with_everything_escaped() -> None:
    page = text_written(build_component(HtmlSink, title="R&D"), fake_answer([("<b>x</b>", None)], ("name", "n")))
    assert "<title>R&amp;D</title>" in page
    assert "<tr><th>name</th><th>n</th></tr>" in page
    assert "<tr><td>&lt;b&gt;x&lt;/b&gt;</td><td></td></tr>" in page
    assert page.endswith("</html>\n")


def test_a_question_without_rows_says_what_became_of_it() -> None:
    page = text_written(build_component(HtmlSink), fake_answer(None, status="abstained", sql=None))
    assert "<p>abstained</p>" in page


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert text_written(build_component(HtmlSink), fake_answer(), path=file) == ""
    assert file.read_text().count("<h2>") == 1
