"""One HTML document that needs nothing else and may load nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from sqlcoder_core.evaluation.report.markup import html_text


def document(title: str, parts: Iterable[str]) -> str:
    """A page around parts that are HTML already.

    The policy (https://www.w3.org/TR/CSP3/) forbids scripts, requests, frames and forms, and any style but the one whose hash it
    names, so that even text that came through unescaped could do nothing.
    """
    style, hashed = _style()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def navigation(links: Iterable[tuple[str, str]]) -> str:
    """(anchor, text) pairs as a bar that stays at the top."""
    return "<nav><div>" + "".join(f'<a href="#{anchor}">{html_text(text)}</a>' for anchor, text in links) + "</div></nav>"


def card(value: str, name: str, more: str = "", *, main: bool = False) -> str:
    """A figure in large type with its name and a remark below; `value` is HTML already."""
    said = f"<span>{html_text(more)}</span>" if more else ""
    return f'<div class="card{" main" if main else ""}"><b>{value}</b>{html_text(name)}{said}</div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, one under the other."""
    return "<dl>" + "".join(f"<dt>{html_text(name)}</dt><dd>{html_text(value)}</dd>" for name, value in pairs) + "</dl>"


@cache
def _style() -> tuple[str, str]:
    text = (files(__package__) / "page.css").read_text("utf-8")
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
