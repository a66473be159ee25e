from __future__ import annotations

from pathlib import Path

import pytest
from sqlcoder_house_rules.dictionary import DictionarySource

from sqlcoder_core.api import ConfigError, Table
from sqlcoder_core.testing import build_component

CSV = """table,column,description,synonyms
orders,total,"What was paid, in dollars",amount | value
orders,placed_at,,
shop.customers,city,City of delivery,town
"""


def source(folder: Path, text: str = CSV) -> DictionarySource:
    (folder / "dictionary.csv").write_text(text)
    return build_component(DictionarySource, folder=folder, path="dictionary.csv")


def test_each_described_column_becomes_a_fact_with_its_line(tmp_path: Path) -> None:
    orders, customers = (fact for fact in source(tmp_path).facts(None) if isinstance(fact, Table))
    assert [column.name for column in orders.columns] == ["total", "placed_at"]
    assert orders.columns[0].description == "What was paid, in dollars"
    assert orders.columns[0].synonyms == ("amount", "value")
    assert ("description", "dictionary.csv:2") in orders.columns[0].origins
    assert str(customers.name) == "shop.customers"


def test_a_changed_file_is_noticed_and_a_touched_one_holds_the_same_facts(tmp_path: Path) -> None:
    first = source(tmp_path)
    before, same = first.fingerprint(None), first.identity(None)
    second = source(tmp_path, CSV + "orders,status,State of the order,\n")
    assert second.fingerprint(None) != before
    assert second.identity(None) != same
    assert source(tmp_path).identity(None) == same


def test_a_missing_file_is_named_with_the_next_step(tmp_path: Path) -> None:
    missing = build_component(DictionarySource, folder=tmp_path, path="none.csv")
    assert missing.fingerprint(None).endswith("missing")
    with pytest.raises(ConfigError, match=r"none\.csv: no such file or directory; set `path`"):
        list(missing.facts(None))


def test_a_missing_heading_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"dictionary.csv:1: the data dictionary has no column 'description'"):
        list(source(tmp_path, "table,column,synonyms\n").facts(None))


def test_a_key_that_is_none_of_ours_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pth") as caught:
        build_component(DictionarySource, folder=tmp_path, pth="dictionary.csv")
    assert "path" in str(caught.value)
