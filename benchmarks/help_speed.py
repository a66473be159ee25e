"""`sqlcoder --help` beside a bare interpreter and three well-known Click and Typer tools.

python -m venv /tmp/tools && /tmp/tools/bin/pip install black flask sqlfluff
python benchmarks/help_speed.py /tmp/tools/bin
"""

from __future__ import annotations

import sys
from pathlib import Path

from measure import alternate, table


def main() -> None:
    """Print the table; the first argument is the folder that holds the other tools."""
    tools = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(sys.executable).parent
    mine = Path(sys.executable).parent / "sqlcoder"
    commands = {"python -c pass": [sys.executable, "-c", "pass"], "sqlcoder --help": [str(mine), "--help"]}
    for name in ("black", "flask", "sqlfluff"):
        if (tools / name).exists():
            commands[f"{name} --help"] = [str(tools / name), "--help"]
    print(table(alternate(commands), against="sqlcoder --help"))


if __name__ == "__main__":
    main()
