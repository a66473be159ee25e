"""A copy of the bundled shop whose last day is today."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlcoder_core.errors import FileError

if TYPE_CHECKING:
    import duckdb

LAST_DAY: Final = date(2026, 6, 30)
"""The day on which the shipped data ends; a test holds it to the database."""
PARTS: Final = ("dbt_project.yml", "profiles.yml", "glossary.yml", "README.md", "models", "macros", "seeds", "target", "shop.duckdb")
"""What the demo's project consists of; the wheel brings these and no more."""

_PACKAGED: Final = Path(__file__).parent / "shop"
_CHECKOUT: Final = Path(__file__).parents[2] / "examples" / "shop"
_LIVE: Final = "target/manifest.json"


def located() -> Path:
    """The example's folder: inside the package in a wheel, under `examples/` in a checkout. Raises FileError when neither is there."""
    for folder in (_PACKAGED, _CHECKOUT):
        if (folder / _LIVE).is_file():
            return folder
    raise FileError(f"the bundled example is missing from {_PACKAGED}", hint="install sqlcoder-core again")


def copy_shifted(folder: Path, today: date) -> None:
    """Write the example into `folder`, with all dates moved so that the data ends `today`. Raises FileError.

    The seeds stay as they are: the project's variable `shift_days` moves them in staging, so that a later `dbt build` in the
    copy gives the same tables again.
    """
    source, days = located(), (today - LAST_DAY).days
    try:
        _copy(source, folder)
        _set_variable(folder / "dbt_project.yml", days)
    except OSError as error:
        raise FileError(
            f"cannot write the example to {folder}: {error.strerror or error}", hint="name another folder with --keep"
        ) from error
    _shift_database(folder / "shop.duckdb", days)


def _copy(source: Path, folder: Path) -> None:
    """Only what belongs to the project: a checkout may hold logs and more artifacts beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in (source / name for name in PARTS):
        if part.name == "target":
            (folder / "target").mkdir(exist_ok=True)
            for artifact in ("manifest.json", "catalog.json", "semantic_manifest.json"):
                shutil.copyfile(part / artifact, folder / "target" / artifact)
        elif part.is_dir():
            shutil.copytree(part, folder / part.name, copy_function=shutil.copyfile, dirs_exist_ok=True)
        else:
            shutil.copyfile(part, folder / part.name)


def _set_variable(project_file: Path, days: int) -> None:
    text = project_file.read_text(encoding="utf-8")
    project_file.write_text(text.replace("shift_days: 0", f"shift_days: {days}"), encoding="utf-8")


def _shift_database(path: Path, days: int) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        _shift_tables(connection, days)
        _shift_views(connection, days)


def _shift_tables(connection: duckdb.DuckDBPyConnection, days: int) -> None:
    """Marts hold moved dates, so each of their date columns is moved in place."""
    columns = connection.execute(
        "select table_name, list(column_name) from duckdb_columns() "
        "where schema_name = 'main' and not internal and (data_type = 'DATE' or data_type like 'TIMESTAMP%') group by table_name"
    ).fetchall()
    for table, names in columns:
        changes = ", ".join(f'"{name}" = "{name}" + to_days({days})' for name in names)
        connection.execute(f'update main."{table}" set {changes}')


def _shift_views(connection: duckdb.DuckDBPyConnection, days: int) -> None:
    """Staging views move the seeds by a constant, which is exchanged."""
    views = connection.execute("select sql from duckdb_views() where schema_name = 'staging' and not internal").fetchall()
    for (statement,) in views:
        moved = statement.replace("to_days(0)", f"to_days({days})").replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)
        connection.execute(moved)
