"""Gathering: read once, kept while nothing changes, honest when the database is away."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sqlcoder_core.api import Clash, Column, ColumnProfile, Connector, Context, Secret, SecretText, Settings, Table, TableName, Term
from sqlcoder_core.errors import DatabaseError
from sqlcoder_core.policy.spare import Spare
from sqlcoder_core.steps.gather import connection_scope, gather
from sqlcoder_core.values.sampling import Sampling


def table(text: str, *columns: Column, **more: Any) -> Table:
    schema, _, bare = text.rpartition(".")
    return Table(name=TableName(name=bare, schema=schema or None), columns=columns, **more)


ORDERS = table("main.orders", Column(name="id", kind="integer"), Column(name="status", kind="text"))


def test_an_unchanged_source_is_not_read_again(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    first = gather([source], None, context.cache_dir)
    second = gather([source], None, context.cache_dir)
    assert source.read == 1
    assert second.content_hash == first.content_hash
    assert len(second) == 1


def test_a_touched_source_with_the_same_content_is_noted_and_not_read(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    gather([source], None, context.cache_dir)
    source.stamp = "2"
    gather([source], None, context.cache_dir)
    assert source.read == 1
    source.identity = lambda probe: pytest.fail("the new fingerprint was not noted")
    gather([source], None, context.cache_dir)


def test_changed_content_is_read(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    gather([source], None, context.cache_dir)
    source.stamp, source.content, source.given = "2", "other", (ORDERS, table("main.customers"))
    assert len(gather([source], None, context.cache_dir)) == 2


def test_refresh_reads_whatever_the_cache_says(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    gather([source], None, context.cache_dir)
    gather([source], None, context.cache_dir, refresh=True)
    assert source.read == 2


def test_two_databases_do_not_share_a_cache(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    gather([source], None, context.cache_dir, scope="postgres a")
    gather([source], None, context.cache_dir, scope="postgres b")
    assert source.read == 2


def test_a_server_is_read_again_after_its_time(kit: Any, context: Context) -> None:
    source = kit.Source([ORDERS], context)
    source.age = 60.0
    for moment in (1000.0, 1050.0, 1061.0, 900.0):
        gather([source], None, context.cache_dir, now=lambda moment=moment: moment)
    assert source.read == 3


@pytest.mark.parametrize("damage", ["truncate", "garbage", "format", "empty"])
def test_a_damaged_or_older_index_is_built_anew(kit: Any, context: Context, damage: str) -> None:
    import sqlite3

    source = kit.Source([ORDERS], context)
    gather([source], None, context.cache_dir).close()
    (file,) = context.cache_dir.glob("catalog-*.sqlite")
    data = file.read_bytes()
    if damage == "format":
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
        connection.close()
    else:
        file.write_bytes({"truncate": data[: len(data) // 2], "garbage": b"x" * 9000, "empty": b""}[damage])
    assert len(gather([source], None, context.cache_dir)) == 1
    assert source.read == 2


def test_the_index_is_readable_by_its_owner_only_and_nothing_else_is_left(kit: Any, context: Context) -> None:
    gather([kit.Source([ORDERS], context)], None, context.cache_dir)
    (file,) = context.cache_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(context.cache_dir.stat().st_mode) == 0o700


def test_what_a_killed_build_and_a_forgotten_project_left_goes(kit: Any, context: Context) -> None:
    import os

    context.cache_dir.mkdir()
    for name in (".catalog-1.sqlite.7-ab.tmp", "catalog-old.sqlite", "catalog-new.sqlite"):
        (context.cache_dir / name).touch()
    for name in (".catalog-1.sqlite.7-ab.tmp", "catalog-old.sqlite"):
        os.utime(context.cache_dir / name, (1, 1))
    gather([kit.Source([ORDERS], context)], None, context.cache_dir)
    assert len(list(context.cache_dir.iterdir())) == 2
    assert (context.cache_dir / "catalog-new.sqlite").exists()


def test_a_failing_source_leaves_no_half_index(kit: Any, context: Context) -> None:
    def broken(probe: object) -> Iterator[Table]:
        yield ORDERS
        raise ValueError("broken")

    source = kit.Source([ORDERS], context)
    source.facts = broken
    with pytest.raises(ValueError, match="broken"):
        gather([source], None, context.cache_dir)
    assert list(context.cache_dir.iterdir()) == []


def test_a_cache_folder_that_is_a_file_is_done_without(kit: Any, context: Context) -> None:
    context.cache_dir.write_text("not a folder")
    assert len(gather([kit.Source([ORDERS], context)], None, context.cache_dir)) == 1


def test_a_database_that_cannot_be_asked_is_a_clash_beside_a_project(kit: Any, context: Context) -> None:
    project, live = kit.Source([ORDERS], context), kit.Live(context)
    catalog = gather([project, live], kit.Probe(reachable=False), context.cache_dir)
    assert [clash.kind for clash in catalog.clashes()] == ["not reached"]
    assert len(catalog) == 1
    assert gather([project, live], kit.Probe(tables=(ORDERS,)), context.cache_dir).clashes() == ()


def test_a_project_that_only_lies_around_counts_where_its_tables_are(kit: Any, context: Context) -> None:
    around, live = Spare(kit.Source([ORDERS, Term(name="open")], context)), kit.Live(context)
    assert [term.name for term in gather([around, live], kit.Probe(tables=(ORDERS,)), context.cache_dir, scope="own").terms()] == ["open"]
    other = gather([around, live], kit.Probe(tables=(table("main.pets"),)), context.cache_dir, scope="other")
    assert [str(name) for name in other.names()] == ["main.pets"]
    assert (other.terms(), other.clashes()) == ((), ())


def test_a_database_that_cannot_be_asked_is_an_error_when_there_is_nothing_else(kit: Any, context: Context) -> None:
    with pytest.raises(DatabaseError, match="cannot connect"):
        gather([kit.Live(context)], kit.Probe(reachable=False), context.cache_dir)


def test_an_old_catalog_serves_while_the_server_is_away(kit: Any, context: Context) -> None:
    project, live = kit.Source([ORDERS], context), kit.Live(context)
    live.age = 60.0
    gather([project, live], kit.Probe(tables=(ORDERS,)), context.cache_dir, now=lambda: 1000.0)
    catalog = gather([project, live], kit.Probe(reachable=False), context.cache_dir, now=lambda: 2000.0)
    assert catalog.clashes() == ()
    assert len(catalog) == 1


# ---------------------------------------------------------------- contents


STATUS = ColumnProfile(column="status", values=("placed", "shipped"), values_complete=True, distinct_count=2)


def sampled(kit: Any, context: Context, project: Table, **limits: Any) -> tuple[Any, Any]:
    probe = kit.Probe(tables=(project,), contents={"status": STATUS, "email": ColumnProfile(column="email", values=("a@b.c",))})
    sources = [kit.Source([project], context), kit.Live(context, Sampling(**limits))]
    return gather(sources, probe, context.cache_dir), probe


def test_contents_are_looked_at_after_all_sources_had_their_say(kit: Any, context: Context) -> None:
    catalog, _ = sampled(kit, context, ORDERS)
    column = catalog.table("orders").column("status")
    assert column.values == ("placed", "shipped")
    assert ("values", "sampled") in column.origins
    assert catalog.values_like(["shipped"])


@pytest.mark.parametrize(
    ("column", "limits"),
    [
        (Column(name="email", kind="text", hidden=True), {}),
        (Column(name="email", kind="text", tags=("pii",)), {}),
        (Column(name="email", kind="text", tags=("PII:contact",)), {}),
        (Column(name="email", kind="text"), {"never": ("*mail*",)}),
        (Column(name="email", kind="text"), {"never": ("MAIN.orders.*",)}),
        (Column(name="email", kind="json"), {}),
    ],
)
def test_private_columns_are_never_looked_into(kit: Any, context: Context, column: Column, limits: dict[str, Any]) -> None:
    _, probe = sampled(kit, context, table("main.orders", column), **limits)
    assert probe.asked == ["describe"]


def test_values_that_the_declared_list_lacks_are_kept_and_reported(kit: Any, context: Context) -> None:
    declared = Column(name="status", kind="text", values=("placed",), values_complete=True, origins=(("values", "accepted_values"),))
    catalog, _ = sampled(kit, context, table("main.orders", declared))
    assert catalog.table("orders").column("status").values == ("placed", "shipped")
    (clash,) = catalog.clashes()
    assert clash.kind == "values" and "'shipped'" in clash.message and clash.place == "accepted_values"


def test_a_declared_list_stands_when_the_data_hold_less(kit: Any, context: Context) -> None:
    declared = Column(name="status", kind="text", values=("placed", "shipped", "lost"), values_complete=True)
    catalog, _ = sampled(kit, context, table("main.orders", declared))
    assert catalog.table("orders").column("status").values == ("placed", "shipped", "lost")
    assert catalog.clashes() == ()


@pytest.mark.parametrize(("asked_for", "looked"), [(False, False), (True, True)])
def test_contents_that_cost_money_are_looked_at_only_when_asked_for(kit: Any, context: Context, asked_for: bool, looked: bool) -> None:
    probe = kit.Probe(tables=(ORDERS,), contents={"status": STATUS})
    gather([kit.Live(context, Sampling(billed=asked_for))], probe, context.cache_dir, billed=True)
    assert ("main.orders.status" in probe.asked) is looked


def test_contents_that_no_file_can_hold_are_mended(kit: Any, context: Context) -> None:
    odd = ColumnProfile(column="status", values=("a\ud800", 2**70, "fine"))
    probe = kit.Probe(tables=(ORDERS,), contents={"status": odd})
    catalog = gather([kit.Live(context, Sampling())], probe, context.cache_dir)
    column = catalog.table("orders").column("status")  # type: ignore[union-attr]
    assert column is not None and column.values == ("a?", str(2**70), "fine")


def test_a_table_that_cannot_be_read_is_a_note(kit: Any, context: Context) -> None:
    class Denied(kit.Probe):  # type: ignore[name-defined, misc]
        def profile(self, *_: Any) -> tuple[ColumnProfile, ...]:
            raise DatabaseError("permission denied for orders")

    catalog = gather([kit.Live(context, Sampling())], Denied(tables=(ORDERS,)), context.cache_dir)
    assert [(clash.kind, clash.severity) for clash in catalog.clashes()] == [("not sampled", "note")]


def _looks(probe: Any) -> list[str]:
    """What was looked at since the last time."""
    looked = [asked for asked in probe.asked if asked != "describe"]
    probe.asked.clear()
    return looked


def test_a_project_that_changes_does_not_make_the_database_be_looked_at_again(kit: Any, context: Context) -> None:
    probe = kit.Probe(tables=(ORDERS,), contents={"status": STATUS})
    project, live = kit.Source([ORDERS], context), kit.Live(context, Sampling())
    gather([project, live], probe, context.cache_dir)
    assert _looks(probe) == ["main.orders.id", "main.orders.status"]
    project.stamp, project.content, project.given = "2", "other", (replace(ORDERS, description="What was bought."),)
    catalog = gather([project, live], probe, context.cache_dir)
    assert _looks(probe) == []
    orders = catalog.table("orders")
    assert orders is not None and orders.description == "What was bought."
    assert orders.column("status").values == STATUS.values  # type: ignore[union-attr]


@pytest.mark.parametrize("way", ["the database has changed", "the look is too old", "all is to be read anew", "a column is new"])
def test_contents_are_looked_at_again_when(kit: Any, context: Context, way: str) -> None:
    probe = kit.Probe(tables=(ORDERS,), contents={"status": STATUS})
    project, live = kit.Source([ORDERS], context), kit.Live(context, Sampling())
    live.age, moment = 60.0, 1000.0
    gather([project, live], probe, context.cache_dir, now=lambda: moment)
    _looks(probe)
    project.stamp = project.content = "2"
    if way == "the database has changed":
        live.stamp = live.content = "2"
    elif way == "a column is new":
        probe.tables = (replace(ORDERS, columns=(*ORDERS.columns, Column(name="city", kind="text"))),)
    later = moment + (61 if way == "the look is too old" else 1)
    gather([project, live], probe, context.cache_dir, refresh=way == "all is to be read anew", now=lambda: later)
    assert "main.orders.status" in _looks(probe)


def test_a_look_does_not_grow_young_with_the_projects_changes(kit: Any, context: Context) -> None:
    probe = kit.Probe(tables=(ORDERS,), contents={"status": STATUS})
    project, live = kit.Source([ORDERS], context), kit.Live(context, Sampling())
    live.age = 60.0
    looked = []
    for moment in (1000.0, 1040.0, 1080.0):
        project.stamp = project.content = str(moment)
        gather([project, live], probe, context.cache_dir, now=lambda moment=moment: moment)
        looked.append(bool(_looks(probe)))
    assert looked == [True, False, True]


# ---------------------------------------------------------------- terms are held against the tables


@pytest.mark.parametrize(
    ("term", "said", "hint"),
    [
        (Term(name="t", expression="sum(orders.totl)"), "main.orders has no column totl", "did you mean total?"),
        (Term(name="t", expression="sum(order.total)"), "there is no table order", "did you mean orders?"),
        (Term(name="t", filter="total >"), "cannot be read as SQL", None),
        (Term(name="t", expression="sum(total)"), "total has no table before it", None),
        (Term(name="t", expression="(select 1)"), "holds a query", None),
        (Term(name="t", expression="sum(gone)", table=TableName(name="orders")), "main.orders has no column gone", None),
    ],
)
def test_a_term_that_does_not_hold_is_an_error_with_its_place(kit: Any, context: Context, term: Term, said: str, hint: str | None) -> None:
    from dataclasses import replace

    orders = table("main.orders", Column(name="id"), Column(name="total", kind="number"))
    source = kit.Source([orders, replace(term, origin="glossary.yml:12")], context)
    catalog = gather([source], kit.Probe(), context.cache_dir)
    (clash,) = catalog.clashes()
    assert isinstance(clash, Clash)
    assert said in clash.message
    assert (clash.severity, clash.place) == ("error", "glossary.yml:12")
    assert hint is None or clash.hint == hint
    assert catalog.terms() == ()


def test_a_term_that_holds_is_kept(kit: Any, context: Context) -> None:
    orders = table("main.orders", Column(name="total", kind="number"))
    terms = [Term(name="revenue", expression="sum(orders.total)"), Term(name="big", filter="total > 10", table=TableName(name="ORDERS"))]
    catalog = gather([kit.Source([orders, *terms], context)], kit.Probe(), context.cache_dir)
    assert [term.name for term in catalog.terms()] == ["revenue", "big"]
    assert catalog.terms()[1].table == orders.name


def test_two_addresses_kept_as_secrets_are_two_databases_whatever_their_passwords() -> None:
    class Address(Settings):
        url: SecretText

    class Engine(Connector):
        name = "engine"

    def scope(url: str) -> str:
        return connection_scope(Engine(Address(url=Secret(url, reference="given in clear"))))

    assert scope("pg://me:one@host/a") == scope("pg://me:two@host/a") != scope("pg://me:one@host/b")
    assert "one" not in scope("pg://me:one@host/a")
