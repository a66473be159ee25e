"""Findings, case by case: what each names, and the right queries beside it that stay quiet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from case_catalogs import case_catalog

from sqlcoder_core.sql.guard import check
from sqlcoder_core.sql.soundness import findings
from sqlcoder_core.sql.soundness.codes import FINDINGS

HERE = Path(__file__).parent


def cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yml")):
        for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            found.append(pytest.param(entry, id=f"{path.stem}-{number}"))
    return found


catalog = cache(case_catalog)


@pytest.mark.parametrize("entry", cases())
def test_findings_are_those_of_the_case(entry: dict[str, Any]) -> None:
    dialect = entry.get("dialect", "duckdb")
    for one in dialect.split():
        known = catalog(entry.get("schema", "shop"))
        query = check(entry["sql"], one, known)
        found = findings(query, known)
        named = [f"{problem.severity} {problem.code}" for problem in found]
        assert named == entry.get("found", []), (one, [problem.message for problem in found])
        for text in entry.get("says", ()):
            assert any(text in f"{problem.message}; {problem.hint}" for problem in found), (text, found)
        if "at" in entry:
            start, end = found[0].span or (0, 0)
            assert query.text[start:end] == entry["at"]


def test_every_code_that_cases_name_is_documented() -> None:
    named = {line.split()[1] for param in cases() for line in param.values[0].get("found", ())}
    assert named <= set(FINDINGS)


def test_every_documented_code_has_a_case() -> None:
    named = {line.split()[1] for param in cases() for line in param.values[0].get("found", ())}
    assert set(FINDINGS) <= named
