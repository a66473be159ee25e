"""Questions, SQL and cells are text from outside: no page and no Markdown may take them for markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sqlcoder_core.evaluation.records import Judged, Outcome, Report, Rows
from sqlcoder_core.evaluation.report import (
    comparison_html,
    comparison_markdown,
    render_comparison,
    render_html,
    render_markdown,
    render_table,
)
from sqlcoder_core.evaluation.report.markup import markdown_code, markdown_text
from sqlcoder_core.values.printable import printable, printable_lines

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-->]]></style></pre></svg><h1>",
    "| a | b |\n| --- | --- |",
    "# h\n\n[link](javascript:alert(1)) ![i](http://x) <http://x> `code` ```",
    "\x1b[2J\x1b]0;title\x07\u202egnp.exe\u2028\ud800",
    "&lt;b&gt; &#60; &amp; $$x$$ ~~no~~ *no* _no_ __no__",
    "</details></article>",
)
texts = st.sampled_from(HOSTILE) | st.text(max_size=20) | st.text("<>&\"'`|*_[]()\\#-+=~!:/ \n\t1.$x", max_size=20)
TAGS = """
html head meta title style body header h1 h2 h3 h4 small p b nav div a main section svg g rect path circle text tspan ul li table
thead tbody tr th td figure figcaption details summary article span pre mark dl dt dd footer code
"""
ATTRIBUTES = """
lang charset http-equiv content name class id href title colspan viewbox role aria-label preserveaspectratio x y width height rx cx
cy r d open transform
"""


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def report(text: str, outcome: Outcome = "wrong", *, answerable: bool = True) -> Report:
    """One question and one signature, with that text in every field."""
    rows = Rows(columns=(text, "n"), rows=((text, 1),))
    status = {"abstained": "abstained", "failed": "failed"}.get(outcome, "answered")
    one = Judged(
        id=text, question=text, base=text, category=text, tags=(text,), why=text, sql=text, gold=f"{text} x", confidence=0.4, latency_ms=5,
        problems=(text,), ours=rows, golds=Rows(columns=(text,), rows=((text,),)), place=text, outcome=outcome, answerable=answerable,
        status=status,  # type: ignore[arg-type]
    )  # fmt: skip
    other = Judged(id="q2", question="b", base="b2", category="c2", outcome="right", exact=True, latency_ms=3)
    return Report(suite=text, kind=text, judged=(one, other), signature=((text, text), ("n", text)))


def check_page(page: str) -> Reader:
    """Well formed, of known tags and attributes only, and linked to nothing but itself."""
    page.encode("utf-8")
    found = Reader(page)
    assert found.open == []
    assert found.tags <= set(TAGS.split())
    assert {name for name, _ in found.attributes} <= set(ATTRIBUTES.split())
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value for name, value in found.attributes if name == "href"} <= {f"#{each}" for each in ids}
    return found


@settings(deadline=None)
@given(texts, st.sampled_from(["wrong", "abstained", "failed", "right", "unscored"]), st.booleans())
def test_no_text_becomes_markup_on_the_page(text: str, outcome: Outcome, answerable: bool) -> None:
    found = check_page(render_html(report(text, outcome, answerable=answerable)))
    assert " ".join(printable_lines(text).split()) in " ".join("".join(found.texts).split())


@settings(deadline=None)
@given(texts, texts)
def test_no_text_becomes_markup_on_the_page_of_a_comparison(text: str, other: str) -> None:
    check_page(comparison_html(report(text, "right"), report(text, "wrong")))
    check_page(comparison_html(report(text), report(other, "abstained")))


def test_the_page_forbids_everything_but_its_own_style(make) -> None:  # type: ignore[no-untyped-def]
    page = render_html(make())
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert page.index("Content-Security-Policy") < page.index("<title>") < page.index("<style>")
    assert re.search(r"\bstyle=|<script|<link|@import|url\(|https?://", page) is None


def rendered(text: str) -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)  # type: ignore[return-value]


def words(text: str) -> str:
    """The text that a Markdown reader shows of inline markup, and nothing but text may be in it."""
    found = [token for token in rendered(text) if token.type == "inline"]  # type: ignore[attr-defined]
    children = [child for token in found for child in token.children]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@settings(deadline=None)
@given(texts)
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    plain = printable(" ".join(text.split()))
    assert words(markdown_text(text)) == plain
    assert words(f"- {markdown_text(text)}") == plain
    if plain:
        assert words(f"## {markdown_text(text)}") == plain


@settings(deadline=None)
@given(texts)
def test_a_cell_stays_one_cell(text: str) -> None:
    tokens = rendered(f"| a | b |\n| --- | --- |\n| {markdown_text(text)} | 1 |")
    assert [token.type for token in tokens].count("td_open") == 2  # type: ignore[attr-defined]


@settings(deadline=None)
@given(texts)
def test_code_stays_in_its_block(text: str) -> None:
    (token,) = rendered(markdown_code(text))  # type: ignore[misc]
    assert (token.type, token.info) == ("fence", "sql")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_html_in_a_whole_markdown_report(text: str) -> None:
    for found in (render_markdown(report(text)), comparison_markdown(report(text), report(text, "right"))):
        html = [token.content.strip() for token in rendered(found) if token.type == "html_block"]  # type: ignore[attr-defined]
        assert all(re.fullmatch(r"</?details>(<summary>[\w: ]+</summary>)?", block) for block in html)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [20, 80, 200])
def test_no_text_moves_the_cursor_of_a_terminal(text: str, width: int) -> None:
    for found in (render_table(report(text), width), render_comparison(report(text), report(text, "right"), width)):
        assert all(line.isprintable() for line in found.replace("\t", " ").split("\n"))
