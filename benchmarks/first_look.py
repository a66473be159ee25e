"""Keep what came of a round's questions when nobody had seen them: traits of the readings and whether each was right, no words.

    python benchmarks/first_look.py benchmarks/analyst_questions/rounds/one

Run once, with the rules of that moment, after `build.py`; writes `first_look.json.gz` into the folder. The confidence is fitted on it,
since readings of questions that rules were written for look surer than they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from confidence_examples import analysts, keep

import sqlcoder_builtin.rereading


def main() -> None:
    """Write the file, and print how many first readings were right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("round", type=Path)
    folder = parser.parse_args().round
    sqlcoder_builtin.rereading.SURE = 2.0  # every question is read again, so that leads are known
    examples = analysts(folder, f"first look at round {folder.name}")
    keep(examples, folder / "first_look.json.gz")
    right = sum(bool(one.readings) and one.readings[0].right for one in examples)
    print(f"{len(examples)} questions, the first reading right of {right}")


if __name__ == "__main__":
    main()
