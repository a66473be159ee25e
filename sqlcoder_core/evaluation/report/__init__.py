"""A run's report: tables, JSON, Markdown and one HTML page; and what changed between two runs."""

from __future__ import annotations

from sqlcoder_core.evaluation.report.comparison import Comparison, compared
from sqlcoder_core.evaluation.report.comparison_form import comparison_json, comparison_markdown
from sqlcoder_core.evaluation.report.comparison_page import comparison_html
from sqlcoder_core.evaluation.report.comparison_text import render_comparison
from sqlcoder_core.evaluation.report.json_form import parse_report, read_report, report_json
from sqlcoder_core.evaluation.report.markdown import render_markdown
from sqlcoder_core.evaluation.report.page import render_html
from sqlcoder_core.evaluation.report.terminal import render_table

__all__ = [
    "Comparison",
    "compared",
    "comparison_html",
    "comparison_json",
    "comparison_markdown",
    "parse_report",
    "read_report",
    "render_comparison",
    "render_html",
    "render_markdown",
    "render_table",
    "report_json",
]
