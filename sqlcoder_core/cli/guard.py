"""`sqlcoder guard check`: judge SQL without running it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.session import Session
    from sqlcoder_core.values.catalog import Catalog

guard_app = typer.Typer(name="guard", help="Judge SQL without running it.", no_args_is_help=True, rich_markup_mode=None)


@guard_app.callback()
def _group() -> None:
    """Keeps `check` a subcommand while it is the only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    id: Any
    sql: str
    dialect: str


@guard_app.command("check")
@shared_options
def check(
    file: Annotated[str, typer.Argument(help="A file of SQL; `-` reads standard input.", metavar="[FILE]")] = "-",
    jsonl: Annotated[bool, typer.Option("--jsonl", help='Read lines of {"id", "sql", "dialect"}.')] = False,
    dialect: Annotated[
        str | None, typer.Option("--dialect", help="Where a line does not say; default: the project's.", metavar="NAME")
    ] = None,
    catalog: Annotated[
        str | None,
        typer.Option("--catalog", help="YAML or JSON of relation: [columns] or null; `-` for the project's own.", metavar="FILE"),
    ] = None,
    *,
    options: Options,
) -> None:
    """Judge one SQL text, or many; prints one JSON line each, exits with 1 when any is refused."""
    with ExitStack() as stack:
        project = _once(lambda: stack.enter_context(_session(options)))
        known = _catalog(catalog, project)
        allow = project().built.allow_functions if catalog == "-" else ()
        verdicts = [_print_verdict(item, known, allow) for item in _items(file, jsonl, lambda: dialect or _project_dialect(project))]
    sys.stdout.flush()
    if not all(verdicts):
        raise typer.Exit(1)


def _print_verdict(item: _Item, catalog: Catalog | None, allow_functions: tuple[str, ...]) -> bool:
    from sqlcoder_core.errors import Refused
    from sqlcoder_core.sql.guard import check as judge

    refusal = None
    try:
        judge(item.sql, item.dialect, catalog, allow_functions=allow_functions)
    except Refused as reason:
        refusal = reason
    line = {
        "id": item.id,
        "verdict": "refused" if refusal else "pass",
        "code": refusal and refusal.code,
        "message": refusal and str(refusal),
        "span": refusal and refusal.span,
        "catalog": "unchecked" if catalog is None else "checked",
    }
    print(json.dumps(line))
    return refusal is None


def _items(file: str, jsonl: bool, default_dialect: Callable[[], str]) -> Iterator[_Item]:
    # Bytes that are no UTF-8 become lone surrogates, which the guard refuses by their place.
    content = _read(file).decode("utf-8", "surrogateescape")
    if not jsonl:
        yield _Item(id=file, sql=content, dialect=default_dialect())
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield _item(line, f"{file}:{number}", default_dialect)


def _item(line: str, place: str, default_dialect: Callable[[], str]) -> _Item:
    from sqlcoder_core.errors import UsageError

    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"this line is not JSON ({error})", place=place, hint='write {"id": ..., "sql": "...", "dialect": "..."}'
        ) from None
    if not isinstance(row, dict) or "sql" not in row or not isinstance(row["sql"], (str, type(None))):
        raise UsageError('this line has no text under "sql"', place=place, hint='write {"id": ..., "sql": "...", "dialect": "..."}')
    return _Item(id=row.get("id", place), sql=row["sql"] or "", dialect=str(row.get("dialect") or default_dialect()))


def _read(file: str) -> bytes:
    from sqlcoder_core.errors import FileError, UsageError

    if file == "-":
        if sys.stdin.isatty():
            raise UsageError("no SQL given", hint="name a file, or pipe SQL into the command")
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror}") from None


def _catalog(file: str | None, project: Callable[[], Session]) -> Catalog | None:
    if file is None:
        return None
    if file == "-":
        return project().catalog
    from sqlcoder_core.sql.listed import listed_catalog

    return listed_catalog(_read(file), file)


def _project_dialect(project: Callable[[], Session]) -> str:
    from sqlcoder_core.errors import UsageError

    try:
        return project().dialect
    except UsageError as error:
        raise UsageError(
            f"the dialect is not known, and there is no project to ask: {error}", hint="say --dialect duckdb, or the like"
        ) from None


def _session(options: Options) -> Session:
    from sqlcoder_core.session import Session

    return Session.open(options)


def _once(make: Callable[[], Session]) -> Callable[[], Session]:
    """Open the project when it is first needed, and only once."""
    made: list[Session] = []

    def get() -> Session:
        if not made:
            made.append(make())
        return made[0]

    return get
