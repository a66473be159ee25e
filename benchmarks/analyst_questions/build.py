"""Build the databases that the suites name: python benchmarks/analyst_questions/build.py [FOLDER] [--only NAME ...]

Without FOLDER they land in `built/` beside this file, where the suites look for them. With FOLDER, the suites are copied there too,
so that FOLDER/suites/dev/clinic.yml finds its database. With --only, the named databases of the rounds are made again, and all
others stay as they are.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path
from random import Random

import duckdb
import yaml
from contents import MAKERS
from databases import HERE, build, fill, of_round
from finance import warehouse

EXAMPLE = HERE.parents[1] / "examples" / "shop"
GLOSSARY = re.compile(r"^glossary: .*/(?P<file>[^/]+)$", re.MULTILINE)


def main() -> None:
    """Build them all anew, and say where they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to (default: beside this file)")
    parser.add_argument(
        "--only", action="extend", nargs="+", metavar="NAME", help="only these databases of the rounds, beside what is there"
    )
    wanted = parser.parse_args()
    folder: Path | None = wanted.folder
    built = (folder or HERE) / "built"
    rounds = sorted(file.parent for file in HERE.glob("rounds/*/*/questions.yml"))
    if not wanted.only:
        everything_else(built)
    built.mkdir(parents=True, exist_ok=True)
    for place in rounds:
        if not wanted.only or place.name in wanted.only:
            print(of_round(place, built))
    if folder is not None:
        copy_suites(folder)


def everything_else(built: Path) -> None:
    """All databases but those of the rounds, in a folder emptied for them."""
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    for name in MAKERS:
        print(build(name, built))
    print(fill(built / "warehouse.duckdb", ("hr", "warehouse"), warehouse(Random(20260101))))
    print(shop(built))


def shop(folder: Path) -> Path:
    """The tables of the example project's warehouse that analysts use, with the project's descriptions as comments."""
    file = folder / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{EXAMPLE / 'shop.duckdb'}' as source (read_only)")
        for model in yaml.safe_load((EXAMPLE / "models" / "marts" / "_marts.yml").read_text(encoding="utf-8"))["models"]:
            connection.execute(f"create table {model['name']} as from source.main.{model['name']}")
            for statement in _comments(model):
                connection.execute(statement)
    return file


def _comments(model: dict[str, object]) -> list[str]:
    columns = model["columns"]
    assert isinstance(columns, list)
    said = {f"table {model['name']}": model["description"]}
    said |= {f"column {model['name']}.{column['name']}": column["description"] for column in columns if "description" in column}
    return ["comment on {} is '{}'".format(what, str(text).replace("'", "''")) for what, text in said.items()]


def copy_suites(folder: Path) -> None:
    """The suites below `folder`, each glossary beside them."""
    for source in sorted([*(HERE / "suites").rglob("*.yml"), *HERE.glob("rounds/*/*/questions.yml")]):
        target = folder / source.relative_to(HERE)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        target.write_text(GLOSSARY.sub(r"glossary: ../../built/\g<file>", text), encoding="utf-8")
    shutil.copy(EXAMPLE / "glossary.yml", folder / "built" / "glossary.yml")


if __name__ == "__main__":
    main()
