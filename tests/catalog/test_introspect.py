"""The live database as a source: what is read of it, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from sqlcoder_core.api import Column, ConfigError, Context, Relationship, Table, TableName
from sqlcoder_core.policy.sampling import may_sample
from sqlcoder_introspect.source import IntrospectSource


def name(text: str) -> TableName:
    *database, schema, bare = text.split(".")
    return TableName(name=bare, schema=schema, database=database[0] if database else None)


TABLES = tuple(Table(name=name(text)) for text in ("main.orders", "main.orders_backup", "staging.stg_orders", "lake.raw.events"))
JOIN = Relationship(left=name("main.orders"), left_columns=("a",), right=name("staging.stg_orders"), right_columns=("a",))


def source(context: Context, **settings: Any) -> IntrospectSource:
    return IntrospectSource(IntrospectSource.Settings(**settings), context)


def read(context: Context, kit: Any, **settings: Any) -> list[str]:
    probe = kit.Probe(tables=(*TABLES, JOIN))
    return [str(fact.name) for fact in source(context, **settings).facts(probe) if isinstance(fact, Table)]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, ["main.orders", "main.orders_backup", "staging.stg_orders", "raw.events"]),
        ({"include": ["main.*"]}, ["main.orders", "main.orders_backup"]),
        ({"include": ["ORDERS"]}, ["main.orders"]),
        ({"exclude": ["*_backup", "staging.*"]}, ["main.orders", "raw.events"]),
        ({"exclude": ["lake.*"]}, ["main.orders", "main.orders_backup", "staging.stg_orders"]),
    ],
)
def test_patterns_say_which_tables_are_read(context: Context, kit: Any, settings: dict[str, Any], found: list[str]) -> None:
    assert read(context, kit, **settings) == found


def test_a_join_to_a_table_that_is_left_out_is_left_out(context: Context, kit: Any) -> None:
    facts = source(context, exclude=["staging.*"]).facts(kit.Probe(tables=(*TABLES, JOIN)))
    assert not any(isinstance(fact, Relationship) for fact in facts)


def test_servers_are_read_again_after_a_while_and_files_when_they_change(context: Context, kit: Any) -> None:
    introspect = source(context, refresh=60)
    assert introspect.max_age(kit.Probe(stamp=None)) == 60
    assert introspect.max_age(kit.Probe()) is None
    assert introspect.fingerprint(kit.Probe(stamp="a")) != introspect.fingerprint(kit.Probe(stamp="b"))


def test_without_a_connection_the_next_step_is_named(context: Context) -> None:
    with pytest.raises(ConfigError, match="needs a connection"):
        list(source(context).facts(None))


@pytest.mark.parametrize(
    ("column", "sampled"),
    [("status", True), ("customer_email", False), ("PHONE_NUMBER", False), ("api_token", False), ("iban", False), ("city", True)],
)
def test_columns_named_like_private_data_are_not_looked_into(context: Context, column: str, sampled: bool) -> None:
    sampling = source(context).sampling()
    assert sampling is not None
    assert may_sample(TABLES[0], Column(name=column), sampling) is sampled


def test_private_names_can_be_allowed_and_others_forbidden(context: Context) -> None:
    sampling = source(context, private_names=False, no_sample=["main.orders.city"]).sampling()
    assert sampling is not None
    assert may_sample(TABLES[0], Column(name="email"), sampling)
    assert not may_sample(TABLES[0], Column(name="city"), sampling)


def test_sampling_can_be_switched_off(context: Context) -> None:
    assert source(context, sample=False).sampling() is None
