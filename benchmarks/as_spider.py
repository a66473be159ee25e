"""A training set of ../shared/data written as Spider's files, so that `sqlcoder eval` can be run on it as on Spider itself.

    python benchmarks/as_spider.py DATA_DIR OUT [--set spider_train] [--half dev|fit|held|both]
    sqlcoder eval run --suite spider:OUT --every 8            # figures of the whole way, and the mutants that the instances catch
    sqlcoder eval fuzz --suite spider:OUT --every 8           # only these

OUT gets `tables.json` and `train.json`; nothing of either may be committed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from training_sets import half_of, records


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--set", dest="name", default="spider_train")
    parser.add_argument("--half", default="dev", choices=["dev", "fit", "held", "both"])
    wanted = parser.parse_args()
    chosen = [one for one in records(wanted.data, wanted.name) if wanted.half in ("both", half_of(one["db_id"]))]
    schemas = {one["db_id"]: one["schema"] for one in chosen}
    wanted.out.mkdir(parents=True, exist_ok=True)
    _write(wanted.out / "tables.json", [described(name, schema) for name, schema in schemas.items()])
    _write(wanted.out / "train.json", [{"db_id": one["db_id"], "question": one["question"], "query": one["sql_raw"]} for one in chosen])
    print(f"{len(chosen)} questions on {len(schemas)} schemas in {wanted.out}")


def described(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One database as tables.json has it: columns are numbered through, the first is `*`."""
    tables = [table["name"] for table in schema["tables"]]
    columns: list[tuple[int, str]] = [(-1, "*")]
    kinds = ["text"]
    for number, table in enumerate(schema["tables"]):
        columns += [(number, column["name"]) for column in table["columns"]]
        kinds += [column["type"] for column in table["columns"]]
    places = {(tables[table].lower() if table >= 0 else "", column.lower()): at for at, (table, column) in enumerate(columns)}
    keys = [[places[table["name"].lower(), column.lower()] for column in table["pk"]] for table in schema["tables"] if table.get("pk")]
    joins = [
        [places[left.lower(), left_column.lower()], places[right.lower(), right_column.lower()]]
        for left, left_column, right, right_column in schema["fks"]
    ]
    return {
        "db_id": name,
        "table_names_original": tables,
        "table_names": [table.lower().replace("_", " ") for table in tables],
        "column_names_original": columns,
        "column_names": [(table, column.lower().replace("_", " ")) for table, column in columns],
        "column_types": kinds,
        "primary_keys": keys,
        "foreign_keys": joins,
    }


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
