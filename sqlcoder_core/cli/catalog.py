"""`sqlcoder catalog`: what is known and where from, what is wrong with it, what the words of a question find in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sqlcoder_core.cli.fact_rows import print_json, print_rows
from sqlcoder_core.cli.options import shared_options
from sqlcoder_core.values.options import Options

if TYPE_CHECKING:
    from sqlcoder_core.linking.linker import Near
    from sqlcoder_core.values.catalog import Catalog, Clash, Table, TableName
    from sqlcoder_core.values.linked import Match

catalog_app = typer.Typer(
    name="catalog", help="Show, check and search what is known of the tables.", no_args_is_help=True, rich_markup_mode=None
)


class CatalogFormat(StrEnum):
    """How facts are printed."""

    TEXT = "text"
    JSON = "json"


_FORMAT = Annotated[CatalogFormat, typer.Option("--format", help="Columns of text, or JSON.")]
_MOST_NOTES = 20
_REFRESH = Annotated[bool, typer.Option("--refresh", help="Read all sources anew, whatever the cache says.")]


@catalog_app.command("show")
@shared_options
def show(
    table: Annotated[str | None, typer.Argument(help="A table, as name or schema.name; without it, all are listed.")] = None,
    format: _FORMAT = CatalogFormat.TEXT,
    refresh: _REFRESH = False,
    *,
    options: Options,
) -> None:
    """Show the tables, or each fact of one table and where it comes from."""
    with _catalog(options, refresh=refresh) as catalog:
        if table is None:
            _show_all(catalog, format)
        else:
            _show_one(_table(catalog, table), catalog, format)


@catalog_app.command("lint")
@shared_options
def lint(
    format: _FORMAT = CatalogFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    refresh: _REFRESH = False,
    *,
    options: Options,
) -> None:
    """Name clashes between sources, gaps, and what is wrong in a glossary; exits with 1 when there are errors."""
    with _catalog(options, refresh=refresh) as catalog:
        findings = [clash for clash in (*catalog.clashes(), *_gaps(catalog)) if not options.quiet or clash.severity != "note"]
        findings.sort(key=lambda clash: ("error", "warning", "note").index(clash.severity))
        _print_findings(findings, len(catalog), format, options)
    bad = {"error", "warning"} if strict else {"error"}
    if any(clash.severity in bad for clash in findings):
        raise SystemExit(1)


@catalog_app.command("search")
@shared_options
def search(
    words: Annotated[list[str], typer.Argument(help="Words as they stand in questions.", metavar="WORDS...")],
    format: _FORMAT = CatalogFormat.TEXT,
    *,
    options: Options,
) -> None:
    """Show what the linker takes the words for: tables, columns, stored values, metrics, terms."""
    from sqlcoder_core.linking.linker import link
    from sqlcoder_core.linking.value_text import is_everyday
    from sqlcoder_core.values.question import Question

    opened = _catalog(options)
    with opened as catalog:
        linked = link(Question(text=" ".join(words)), catalog, opened.near)
        tables = catalog.search([word for word in words if not is_everyday(word)], limit=5)
        matches = sorted(linked.matches, key=lambda match: (match.start, match.end, -match.score))
        _print_matches(matches, tables, format)


class _catalog:
    """The project's catalog, with its session closed at the end; the warnings of both go to stderr."""

    def __init__(self, options: Options, *, refresh: bool = False) -> None:
        from sqlcoder_core.session import Session

        self._session = Session.open(options)
        self._refresh = refresh
        self._options = options

    def __enter__(self) -> Catalog:
        from sqlcoder_core.cli.progress import spinner

        with spinner("reading the schema", self._options):
            return self._session.refreshed_catalog() if self._refresh else self._session.catalog

    @property
    def near(self) -> Near | None:
        """Tables by meaning, where an embedder is configured."""
        return self._session.near

    def __exit__(self, *exception: object) -> None:
        self._session.close()


# ---------------------------------------------------------------- show


def _show_all(catalog: Catalog, format: CatalogFormat) -> None:
    tables = [table for name in (*catalog.names(), *_hidden(catalog)) if (table := catalog.table(name)) is not None]
    rows = [
        {
            "table": str(table.name),
            "kind": table.kind,
            "columns": str(len(table.columns)),
            "rows": "" if table.row_count is None else f"{table.row_count:,}",
            "from": _sources(table),
            "description": "(hidden) " * table.hidden + " ".join((table.description or "").split()),
        }
        for table in tables
    ]
    if format is CatalogFormat.JSON:
        print_json([_table_object(table, catalog) for table in tables])
    else:
        print_rows(rows, ("table", "kind", "columns", "rows", "from", "description"))


def _show_one(table: Table, catalog: Catalog, format: CatalogFormat) -> None:
    from sqlcoder_core.cli.fact_lines import table_facts

    if format is CatalogFormat.JSON:
        print_json(_table_object(table, catalog))
        return
    lines = [
        {"column": line.subject, "fact": line.fact, "value": " ".join(line.value.split()), "from": line.origin}
        for line in table_facts(table, catalog)
    ]
    print_rows(lines, ("column", "fact", "value", "from"), title=str(table.name))


def _hidden(catalog: Catalog) -> tuple[TableName, ...]:
    from sqlcoder_core.linking.catalog_index import IndexedCatalog

    return catalog.hidden_names() if isinstance(catalog, IndexedCatalog) else ()


def _table(catalog: Catalog, text: str) -> Table:
    from sqlcoder_core.errors import UsageError

    found = catalog.table(text)
    if found is not None:
        return found
    *schema, name = text.split(".")
    several = catalog.find(name, schema[-1] if schema else None)
    if several:
        raise UsageError(f"{text} may be {', '.join(map(str, several))}", hint="write the schema before the name")
    near = catalog.nearest(text)
    hint = f"did you mean {' or '.join(near)}?" if near else "`sqlcoder catalog show` lists all tables"
    raise UsageError(f"there is no table {text}", hint=hint)


def _sources(table: Table) -> str:
    """The sources that had a say: `dbt, glossary.yml` of origins like `dbt manifest.json` and `glossary.yml:12`."""
    origins = [origin for _, origin in (*table.origins, *(pair for column in table.columns for pair in column.origins))]
    return ", ".join(dict.fromkeys(word for origin in origins if (word := origin.split()[0].split(":")[0]) != "sampled"))


def _table_object(table: Table, catalog: Catalog) -> dict[str, Any]:
    import dataclasses

    joins = [dataclasses.asdict(join) for join in catalog.relationships([table.name])]
    return {**dataclasses.asdict(table), "name": str(table.name), "joins": joins}


# ---------------------------------------------------------------- lint


def _gaps(catalog: Catalog) -> list[Clash]:
    """Tables and columns that nobody described; a description is what the linker and every model read first."""
    from sqlcoder_core.values.catalog import Clash

    gaps = []
    for name in catalog.names():
        table = catalog.table(name)
        if table is None:
            continue
        if not table.description:
            message, hint = f"{name} has no description", "write one in the project's YAML or in the glossary"
            gaps.append(Clash(kind="gap", subject=str(name), message=message, severity="note", hint=hint))
        if not table.columns:
            message, hint = f"no columns of {name} are known", "connect the database, or write catalog.json (`dbt docs generate`)"
            gaps.append(Clash(kind="gap", subject=str(name), message=message, severity="warning", hint=hint))
    return gaps


def _print_findings(findings: Sequence[Clash], tables: int, format: CatalogFormat, options: Options) -> None:
    import dataclasses
    import sys

    from sqlcoder_core.cli.terminal import wants_colour
    from sqlcoder_core.values.printable import printable

    if format is CatalogFormat.JSON:
        print_json([dataclasses.asdict(clash) for clash in findings])
        return
    colours = {"error": "1;31", "warning": "33", "note": "2"} if wants_colour(sys.stdout, options) else {}
    for clash in _folded(findings):
        mark = f"\x1b[{colours[clash.severity]}m{clash.severity:7}\x1b[0m" if colours else f"{clash.severity:7}"
        place = f"{clash.place}: " if clash.place else ""
        hint = f"; {clash.hint}" if clash.hint else ""
        print(f"{mark}  {printable(f'{place}{clash.message}{hint}')}")
    counts = ", ".join(f"{sum(clash.severity == kind for clash in findings)} {kind}s" for kind in ("error", "warning", "note"))
    if not options.quiet:
        print(f"{tables} tables: {counts}", file=sys.stderr)


def _folded(findings: Sequence[Clash]) -> Iterator[Clash]:
    """Notes of one kind beyond the twentieth become one line; JSON has them all."""
    from collections import Counter

    from sqlcoder_core.values.catalog import Clash

    seen: Counter[str] = Counter()
    for clash in findings:
        seen[clash.kind] += clash.severity == "note"
        if clash.severity != "note" or seen[clash.kind] <= _MOST_NOTES:
            yield clash
    for kind, count in seen.items():
        if count > _MOST_NOTES:
            message = f"{count - _MOST_NOTES} more of this kind: {kind}"
            yield Clash(kind=kind, subject="", message=message, severity="note", hint="--format json has them all")


# ---------------------------------------------------------------- search


def _print_matches(matches: Sequence[Match], tables: Sequence[TableName], format: CatalogFormat) -> None:
    import dataclasses

    if format is CatalogFormat.JSON:
        print_json({"matches": [dataclasses.asdict(match) for match in matches], "tables": [str(name) for name in tables]})
        return
    rows = [
        {"words": match.phrase, "kind": match.kind, "found": _found(match), "score": f"{match.score:.2f}", "how": match.how}
        for match in matches
    ]
    rows += [{"words": "", "kind": "table", "found": str(name), "score": "", "how": "full-text search"} for name in tables]
    print_rows(rows, ("words", "kind", "found", "score", "how"))


def _found(match: Match) -> str:
    place = ".".join(str(part) for part in (match.table, match.column) if part)
    if match.kind == "value":
        return f"{place} = {match.value!r}"
    return match.name or place
