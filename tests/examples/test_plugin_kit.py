"""The test kit for plugin authors stands in for the real thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlcoder_core.api import ColumnProfile, ConfigError, Limits
from sqlcoder_core.testing import FakeProbe, build_component, fake_answer, fake_ask, fake_linked, fake_room, fake_table
from sqlcoder_introspect.source import IntrospectSource
from sqlcoder_prompts.schema_first import SchemaFirstPrompter

ORDERS = fake_table("shop.orders", {"id": "integer", "status": "text"}, row_count=3)


def test_a_fake_table_splits_schema_and_name() -> None:
    assert (ORDERS.name.schema, ORDERS.name.name, ORDERS.row_count) == ("shop", "orders", 3)
    assert fake_table("orders", {}).name.schema is None


def test_a_fake_probe_feeds_a_real_source() -> None:
    assert list(build_component(IntrospectSource).facts(FakeProbe(ORDERS))) == [ORDERS]


def test_a_fake_probe_profiles_the_columns_that_were_asked_for() -> None:
    status, city = ColumnProfile(column="status", values=("paid",)), ColumnProfile(column="city")
    probe = FakeProbe(ORDERS, profiles={"orders": [status, city]})
    assert probe.profile(ORDERS.name, ("status",), Limits()) == (status,)
    assert probe.profile(fake_table("returns", {}).name, ("status",), Limits()) == ()


def test_probes_with_other_facts_have_other_fingerprints() -> None:
    assert FakeProbe(ORDERS).fingerprint() == FakeProbe(ORDERS).fingerprint() != FakeProbe().fingerprint()


def test_settings_are_read_as_from_a_file_so_a_wrong_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="smaple"):
        build_component(IntrospectSource, folder=tmp_path, smaple=10)


def test_an_answer_without_rows_has_no_result() -> None:
    assert fake_answer(None, status="failed").result is None
    assert fake_answer([("a", 1)], ("x", "y")).result is not None


def test_linked_tables_are_found_by_name() -> None:
    assert fake_linked("How many orders", ORDERS).table(ORDERS.name) is ORDERS


def test_a_question_and_room_for_it_feed_a_real_prompter() -> None:
    prompt = build_component(SchemaFirstPrompter).prompt(fake_ask("how many orders", ORDERS, limit=3), fake_room(2000, values=False))
    assert "shop.orders" in prompt.text
    assert "LIMIT 3" in prompt.text
    assert [str(one.name) for one in prompt.shown] == ["shop.orders"]
    assert fake_room(9).count(["abc", ""]) == (3, 0)
