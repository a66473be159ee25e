"""The flags of `sqlcoder eval`, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

Format: TypeAlias = Literal["table", "json", "markdown", "html"]

# ---- which questions
Suite: TypeAlias = Annotated[
    str, typer.Option("--suite", help="sql-eval:PATH, spider:PATH, bird:PATH, or a file or folder of our own.", metavar="SUITE")
]
Databases: TypeAlias = Annotated[
    str | None, typer.Option("--databases", help="Where the suite's databases are; a URL has {db} in it.", metavar="DIR|URL")
]
Category: TypeAlias = Annotated[list[str] | None, typer.Option("--category", help="Only these categories; repeated.", metavar="NAME")]
Tag: TypeAlias = Annotated[list[str] | None, typer.Option("--tag", help="Only questions with one of these tags.", metavar="NAME")]
Only: TypeAlias = Annotated[list[str] | None, typer.Option("--only", help="Only these questions.", metavar="ID")]
Every: TypeAlias = Annotated[int, typer.Option("--every", min=1, help="Only each Nth of what is left.", metavar="N")]
Limit: TypeAlias = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N of what is left.", metavar="N")]

# ---- fuzzed instances
Fuzzed: TypeAlias = Annotated[bool, typer.Option("--fuzzed", help="Leave contents aside: compare on fuzzed instances.")]
Instances: TypeAlias = Annotated[int, typer.Option("--instances", min=1, max=50, help="Fuzzed instances for each question.", metavar="N")]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", help="What the instances are made from.", metavar="N")]
Mutants: TypeAlias = Annotated[bool, typer.Option("--mutants/--no-mutants", help="Say how many mutants of the gold they tell apart.")]
Keep: TypeAlias = Annotated[Path | None, typer.Option("--keep", help="Leave the instances in this folder.", metavar="DIR")]

# ---- how they are answered
Workers: TypeAlias = Annotated[int, typer.Option("--workers", min=1, help="Questions in work at a time.", metavar="N")]
Model: TypeAlias = Annotated[str | None, typer.Option("--model", help="The runtime's model (runtime.model).", metavar="NAME")]
Beams: TypeAlias = Annotated[int | None, typer.Option("--beams", min=1, help="Beams, where a model searches.", metavar="N")]
Candidates: TypeAlias = Annotated[int | None, typer.Option("--candidates", min=1, help="Statements to choose from.", metavar="N")]
MinConfidence: TypeAlias = Annotated[
    float | None, typer.Option("--min-confidence", min=0, max=1, help="Rather no answer than one below.", metavar="X")
]
Timeout: TypeAlias = Annotated[float | None, typer.Option("--timeout", min=0.01, help="Seconds that one query may take.", metavar="S")]

# ---- what becomes of the report
Form: TypeAlias = Annotated[Format, typer.Option("--format", help="How it is printed.")]
Out: TypeAlias = Annotated[Path | None, typer.Option("--out", "-o", help="Write it as JSON; can be continued.", metavar="FILE")]
Html: TypeAlias = Annotated[Path | None, typer.Option("--html", help="Write it as one HTML page, too.", metavar="FILE")]
Markdown: TypeAlias = Annotated[Path | None, typer.Option("--markdown", help="Write it as Markdown, too.", metavar="FILE")]
Restart: TypeAlias = Annotated[bool, typer.Option("--restart", help="Forget what an earlier run has found.")]
Before: TypeAlias = Annotated[Path, typer.Argument(help="A report that `eval run --out` wrote.", metavar="A")]
After: TypeAlias = Annotated[Path, typer.Argument(help="Another one, of the same suite.", metavar="B")]
