"""The demo's copy of the shop: complete, and moved so that its last day is the day asked for."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from sqlcoder_core.demo import bundle
from sqlcoder_core.errors import FileError

TODAY = date(2027, 2, 28)
MOVED = TODAY - bundle.LAST_DAY


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "shop"
    bundle.copy_shifted(folder, TODAY)
    return folder


@pytest.fixture(scope="module")
def both(copy: Path, shop: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{shop / 'shop.duckdb'}' as shipped (read_only)")
        connection.execute(f"attach '{copy / 'shop.duckdb'}' as moved (read_only)")
        yield connection


def test_the_shipped_data_ends_on_the_day_that_is_written_down(both: duckdb.DuckDBPyConnection) -> None:
    (last,) = both.execute("select max(day) from shipped.daily_revenue").fetchall()[0]
    assert last == bundle.LAST_DAY


def test_every_date_of_marts_and_staging_is_moved_by_the_same_days(both: duckdb.DuckDBPyConnection) -> None:
    columns = both.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'moved' and not internal "
        "and schema_name in ('main', 'staging') and data_type in ('DATE', 'TIMESTAMP')"
    ).fetchall()
    assert len(columns) > 15
    for schema, table, column in columns:
        (before,), (after,) = (
            both.execute(f"select list({column} order by {column}) from {database}.{schema}.{table}").fetchall()[0]
            for database in ("shipped", "moved")
        )
        assert after == [value and value + MOVED for value in before], (schema, table, column)


def test_the_last_order_is_of_the_day_itself_and_nothing_else_changes(both: duckdb.DuckDBPyConnection) -> None:
    last, revenue = both.execute("select max(ordered_at), sum(revenue) from moved.order_lines").fetchall()[0]
    assert isinstance(last, datetime)
    assert last.date() == TODAY
    assert both.execute("select sum(revenue) from shipped.order_lines").fetchall() == [(revenue,)]
    assert both.execute("select count(*) from moved.raw.raw_orders where ordered_at > ?", [bundle.LAST_DAY + timedelta(1)]).fetchall() == [
        (0,)
    ]


def test_the_copy_is_a_dbt_project_that_builds_the_same_dates(copy: Path) -> None:
    assert f"shift_days: {MOVED.days}\n" in (copy / "dbt_project.yml").read_text()
    assert {path.name for path in copy.iterdir()} == set(bundle.PARTS)


def test_the_wheel_brings_every_part(shop: Path) -> None:
    project = tomllib.loads((shop.parents[1] / "pyproject.toml").read_text())
    forced = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    sources = {source.removeprefix("examples/shop/").partition("/")[0] for source in forced if source.startswith("examples/shop/")}
    assert sources == set(bundle.PARTS)
    assert all(target == source.replace("examples/shop", "sqlcoder_core/demo/shop") for source, target in forced.items())
    assert all((shop.parents[1] / source).exists() for source in forced)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"cannot write the example to .*shop: .*; name another folder with --keep"):
        bundle.copy_shifted(tmp_path / "file" / "shop", TODAY)


def test_a_missing_bundle_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PACKAGED", "_CHECKOUT"):
        monkeypatch.setattr(bundle, name, tmp_path)
    with pytest.raises(FileError, match=r"the bundled example is missing .*; install sqlcoder-core again"):
        bundle.located()


def test_the_packaged_example_comes_before_the_checkout(tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(shop / "target", tmp_path / "target")
    monkeypatch.setattr(bundle, "_PACKAGED", tmp_path)
    assert bundle.located() == tmp_path
