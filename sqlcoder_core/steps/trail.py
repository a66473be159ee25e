"""Candidates as far as they got in, what became of each in a line out, for `--explain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlcoder_core.steps.ranking import Ranking, key_of
from sqlcoder_core.values.checked import Executed


def trail(executed: Sequence[Executed], best: Executed | None, ranking: Ranking) -> Iterator[str]:
    """One line for each candidate in the order of their turns, then how the votes fell; nothing where there was one and all went well."""
    if len(executed) == 1 and best is not None and not ranking.against(best) and not best.checked.candidate.repairs:
        return
    for number, one in enumerate(executed, 1):
        chosen = "chosen: " if one is best else ""
        yield f"{number}. {chosen}{_fate(one, ranking)}: {' '.join(one.checked.candidate.sql.split())}"
        yield from (f"   repaired: {change}" for change in one.checked.candidate.repairs)
    ran = [one for one in executed if one.result is not None]
    if ranking.votes and best is not None and len(ran) > 1:
        yield f"{sum(key_of(one) == key_of(best) for one in ran)} of {len(ran)} that ran have the rows of the one chosen"


def _fate(one: Executed, ranking: Ranking) -> str:
    score = f"score {one.checked.candidate.score:.2f}"
    if one.problem is not None:
        return f"{score}, failed ({one.problem.message})"
    if one.checked.query is None:
        wrong = next((problem.message for problem in one.checked.problems if problem.severity == "error"), "not to be run")
        return f"{score}, refused ({wrong})"
    doubts = [problem.message for problem in one.checked.doubts]
    if one.checked.candidate.offered:
        return f"{score}, offered, since the repair may not be what was meant"
    if one.result is None:
        return ", ".join((score, "not run", *(f"doubtful ({doubt})" for doubt in doubts)))
    rows = f"{len(one.result.rows)} row{'s' if len(one.result.rows) != 1 else ''}"
    odd = {"clear": ["not the shape that was asked for"], "weak": ["an odd shape for the question"], "": []}[ranking.misfit(one)]
    return ", ".join((score, rows, *(f"doubtful ({doubt})" for doubt in doubts), *odd))
