"""The committed JSON Schema is the one that the code gives."""

from __future__ import annotations

import json
from pathlib import Path

from sqlcoder_core.config.json_schema import schema_text
from sqlcoder_core.host import Host

FILE = Path(__file__).parent.parent / "sqlcoder_core" / "config" / "sqlcoder.schema.json"
REFRESH = "sqlcoder config schema --built-in > sqlcoder_core/config/sqlcoder.schema.json"


def test_the_committed_schema_is_fresh() -> None:
    text, failures = schema_text(Host(), built_in=True)
    assert not failures
    assert FILE.read_text(encoding="utf-8") == text, f"refresh it with: {REFRESH}"


def test_the_schema_is_json_that_editors_know() -> None:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "connector.duckdb" in schema["definitions"]
