"""Ask four databases what analysts would ask them, and count what comes back right, wrong and not at all.

python benchmarks/analyst_questions/run.py [--schema NAME] [--part second] [--wrong] [--abstained] [--right] [--runtime NAME]

The questions come in two parts, written one after the other. Neither is blind any more: the embedded runtime was developed against
`first`, and failures of `second` were reported to whoever worked on it. First look: 83 % precision and 58 % coverage, then 63 and 51.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from contents import MAKERS
from databases import ask, build
from judging import Verdict, judge, questions

from sqlcoder_core.api import Question, Session
from sqlcoder_core.values.options import Options

OUTCOMES = ("right", "wrong", "abstained", "failed")


def main() -> None:
    """Print a table per kind of question, and the questions that were asked for."""
    wanted = _arguments()
    verdicts: dict[str, list[Verdict]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted.schema or MAKERS:
            verdicts[name] = _ask_all(name, Path(folder), wanted)
    everything = [verdict for some in verdicts.values() for verdict in some]
    shown = [outcome for outcome in OUTCOMES if outcome == "failed" or getattr(wanted, outcome)]
    for name, some in verdicts.items():
        _print_each(name, [verdict for verdict in some if verdict.outcome in shown])
    kinds = dict.fromkeys(verdict.asked.kind for verdict in everything)
    print(_table("kind", {kind: [verdict for verdict in everything if verdict.asked.kind == kind] for kind in kinds}))
    print(_table("schema", {**verdicts, "all": everything}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--schema", action="append", choices=list(MAKERS), help="only this database; may be repeated")
    parser.add_argument("--part", choices=("first", "second"), default="first", help="which questions")
    parser.add_argument("--wrong", action="store_true", help="list the wrong answers")
    parser.add_argument("--abstained", action="store_true", help="list the abstentions from questions that can be answered")
    parser.add_argument("--right", action="store_true", help="list the right answers, to check that they are right for a reason")
    parser.add_argument("--runtime", help="what writes the SQL (the embedded one unless said)")
    return parser.parse_args()


def _ask_all(name: str, folder: Path, wanted: argparse.Namespace) -> list[Verdict]:
    file = build(name, folder)
    statement = "select table_name from information_schema.tables" if file.suffix == ".duckdb" else "select name from sqlite_schema"
    now, asked = questions(wanted.part, name, file, [table for (table,) in ask(file, statement)[1]])
    empty = folder / f"{name}_home"
    empty.mkdir()
    options = Options(database=str(file), runtime=wanted.runtime, overrides=(f"time.now={now.isoformat()}",))
    with Session.open(options, cwd=empty) as session:
        return [judge(one, session.ask(Question(text=one.text))) for one in asked]


def _print_each(name: str, verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        print(f"[{verdict.outcome}] {name}, {verdict.asked.kind}: {verdict.asked.text}\n    why:  {verdict.why}")
        if verdict.answer.sql:
            print(f"    ours: {' '.join(verdict.answer.sql.split())}")
        if verdict.asked.gold:
            print(f"    gold: {verdict.asked.gold[0]}")


def _table(first: str, groups: dict[str, Sequence[Verdict]]) -> str:
    lines = [f"{first:<16}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES) + f"{'precision':>11}{'coverage':>10}"]
    return "\n".join([*lines, *(_line(name, some) for name, some in groups.items()), ""])


def _line(name: str, verdicts: Sequence[Verdict]) -> str:
    """Precision: right of the answered. Coverage: right of those that can be answered. An abstention that is right is in neither."""
    often = Counter(verdict.outcome for verdict in verdicts)
    answered = [verdict for verdict in verdicts if verdict.answer.status == "answered"]
    can = [verdict for verdict in verdicts if verdict.asked.gold]
    precise = _share(sum(v.outcome == "right" for v in answered), len(answered))
    covered = _share(sum(v.outcome == "right" for v in can), len(can))
    return f"{name:<16}" + "".join(f"{often[outcome]:>10}" for outcome in OUTCOMES) + f"{precise:>11}{covered:>10}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


if __name__ == "__main__":
    main()
