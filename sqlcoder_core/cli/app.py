"""All commands, in the order in which `--help` lists them."""

from __future__ import annotations

from typing import Annotated

import typer

from sqlcoder_core import __version__
from sqlcoder_core.cli import ask, batch, catalog, config, demo, doctor, evaluation, guard, init, models, plugins, trust

app = typer.Typer(
    name="sqlcoder",
    help="Ask your database or dbt project questions; get checked, read-only SQL and its rows.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"sqlcoder {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Flags of the program itself."""


app.command("ask")(ask.ask)
app.command("batch")(batch.batch)
app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.add_typer(config.config_app)
app.add_typer(catalog.catalog_app)
app.add_typer(plugins.plugins_app)
app.add_typer(guard.guard_app)
app.add_typer(models.models_app)
app.add_typer(evaluation.eval_app)
app.command("trust")(trust.trust)
